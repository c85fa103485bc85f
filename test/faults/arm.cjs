// Loaded with `node -r` before a service: ASSAY_TEST_FAILPOINT="moment action hit [more]" makes the process do something at the
// hit-th time that it passes a moment of libs/platform/src/failpoint.ts.
//   kill    kill -9, as by a machine that is gone
//   stop    the whole process stands still (SIGSTOP) until it gets a SIGCONT
//   end     asks itself to end (SIGTERM), from there on as soon as the file is there that is named by `more`; takes the file away
//   block   the event loop stands still for so many milliseconds (`more`), at every hit from there on
const { existsSync, rmSync } = require('node:fs');

const [moment, action, hit, more] = (process.env.ASSAY_TEST_FAILPOINT ?? '').split(' ');
let hits = 0;

const actions = {
  kill: () => {
    process.stderr.write(`killed at ${moment}, hit ${hits}\n`);
    process.kill(process.pid, 'SIGKILL');
    stand(60_000);
  },
  stop: () => {
    if (hits === Number(hit)) process.kill(process.pid, 'SIGSTOP');
  },
  end: () => {
    if (!existsSync(more)) return;
    rmSync(more);
    process.stderr.write(`asked to end at ${moment}, hit ${hits}\n`);
    process.kill(process.pid, 'SIGTERM');
  },
  block: () => stand(Number(more)),
};

globalThis.assayFailpoint = (at) => {
  if (at === moment && ++hits >= Number(hit)) actions[action]();
};

function stand(milliseconds) {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
}
