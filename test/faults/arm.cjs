// Loaded with `node -r` before a service: ASSAY_TEST_FAILPOINT="moment action hit [milliseconds]" makes the process do something at the
// hit-th time that it passes a moment of libs/platform/src/failpoint.ts.
//   kill    kill -9, as by a machine that is gone
//   block   the event loop stands still for so many milliseconds, at every hit from there on
const [moment, action, hit, milliseconds] = (process.env.ASSAY_TEST_FAILPOINT ?? '').split(' ');
let hits = 0;

globalThis.assayFailpoint = (at) => {
  if (at !== moment || ++hits < Number(hit)) return;
  if (action === 'kill') {
    process.stderr.write(`killed at ${moment}, hit ${hits}\n`);
    process.kill(process.pid, 'SIGKILL');
  }
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, action === 'kill' ? 60_000 : Number(milliseconds));
};
