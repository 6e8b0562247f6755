// Run before a script in TypeScript, and plain JavaScript itself, so that an older Node can say what is wrong.
// On Linux `npm install` brings a fit Node along, and this never speaks.
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < 22 || (major === 22 && minor < 18)) {
  console.error(`Sluice's scripts need Node 22.18 or newer; this is ${process.versions.node}.`);
  process.exit(1);
}
