// node -r resources.cjs: at exit the process leaves what it used in the file that BENCH_RESOURCES names: seconds of processor time, and the most bytes of memory.
const { writeFileSync } = require('node:fs');

process.on('exit', () => {
  const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
  const used = { processSeconds: (userCPUTime + systemCPUTime) / 1e6, peakMemory: maxRSS * 1024 };
  writeFileSync(process.env.BENCH_RESOURCES, JSON.stringify(used));
});
