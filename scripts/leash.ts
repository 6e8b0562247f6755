// Loaded into each process that `dev` starts: when `dev` is gone, even by kill -9, its end of this pipe closes,
// and the process ends itself instead of holding its port.
process.stdin.resume();
process.stdin.on('end', () => process.kill(process.pid, 'SIGTERM'));
