// Compiles apps and libs into dist/ with one run of swc (types are checked by `npm run types`).
import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '../../..');

/** Builds into a folder of its own and stamps it last, so that a build cut short is never taken for a whole one. */
export function build() {
  const started = new Date();
  const swc = createRequire(import.meta.url).resolve('@swc/cli/bin/swc.js');
  rmSync(join(root, 'dist'), { recursive: true, force: true });
  const run = spawnSync(
    process.execPath,
    [
      swc,
      'apps',
      'libs',
      '--out-dir',
      'dist',
      '--ignore',
      '**/*.spec.ts',
      '--ignore',
      '**/*.conformance.ts',
      '--ignore',
      '**/bin/**',
      '--copy-files',
      '--quiet',
    ],
    { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] },
  );
  if (run.status !== 0) process.exit(run.status ?? 1);
  mkdirSync(join(root, 'dist'), { recursive: true });
  writeFileSync(join(root, 'dist/.built'), started.toISOString());
}

if (process.argv[1] === fileURLToPath(import.meta.url)) build();
