// node -r peak-memory.cjs: at exit the process leaves the most memory that it held, in bytes, in the file that ASSAY_PEAK_FILE names.
const { writeFileSync } = require('node:fs');

process.on('exit', () => writeFileSync(process.env.ASSAY_PEAK_FILE, String(process.resourceUsage().maxRSS * 1024)));
