// Loaded into each process that `dev` starts: when `dev` is gone, even by kill -9, the process has another parent,
// and ends itself instead of holding its port.
const LOOK_MS = 500;
const GRACE_MS = 3_000;
const dev = process.ppid;

const looking = setInterval(() => {
  if (process.ppid === dev) return;
  clearInterval(looking);
  process.kill(process.pid, 'SIGTERM');
  setTimeout(() => process.kill(process.pid, 'SIGKILL'), GRACE_MS);
}, LOOK_MS).unref();
