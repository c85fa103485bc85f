// npm run bench -- NAME...: runs test/bench/NAME.bench.ts and NAME-*.bench.ts; without a name every bench.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';

async function main(names: string[]): Promise<void> {
  const benches = readdirSync(__dirname)
    .filter((file) => file.endsWith('.bench.ts'))
    .map((file) => file.slice(0, -'.bench.ts'.length));
  const chosen = benches.filter(
    (bench) => names.length === 0 || names.some((name) => bench === name || bench.startsWith(`${name}-`)),
  );
  if (chosen.length === 0) {
    console.error(`bench ${names.join(' ')}: expected one of ${benches.join(', ')}`);
    process.exitCode = 2;
    return;
  }
  for (const bench of chosen) {
    console.log(`\n# ${bench}`);
    const { run } = require(join(__dirname, `${bench}.bench.ts`)) as { run: () => void | Promise<void> };
    await run();
  }
}

void main(process.argv.slice(2).filter((argument) => !argument.startsWith('--')));
