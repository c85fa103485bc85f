#!/usr/bin/env node
// The `assay` command. In a clone it compiles what changed since the last build first; an installed package has only dist/.
import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '../../..');

function newestSource(folder) {
  let newest = 0;
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    // Not `join`, which takes as long as the rest of the look at 600 files, at every command in a clone.
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory()) newest = Math.max(newest, newestSource(path));
    else if (!entry.name.endsWith('.spec.ts')) newest = Math.max(newest, statSync(path).mtimeMs);
  }
  return newest;
}

function isStale() {
  const stamp = join(root, 'dist/.built');
  if (!existsSync(join(root, 'tsconfig.json'))) return false;
  if (!existsSync(stamp)) return true;
  const built = Date.parse(readFileSync(stamp, 'utf8'));
  return Math.max(newestSource(join(root, 'apps')), newestSource(join(root, 'libs'))) > built;
}

if (isStale()) {
  const { build } = await import('./build.mjs');
  build();
}
await import(pathToFileURL(join(root, 'dist/apps/assay/src/main.js')));
