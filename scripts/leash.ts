// Loaded into each process that `dev` starts, as leader of a group of its own: when `dev` is gone, even by kill -9, the
// process has another parent, and ends itself and all it started instead of holding its port.
const LOOK_MS = 250;
const dev = process.ppid;

setInterval(() => {
  if (process.ppid !== dev) process.kill(-process.pid, 'SIGKILL');
}, LOOK_MS).unref();
