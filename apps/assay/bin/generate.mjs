// npm run generate: writes what is generated from the contracts (libs/contracts/generated, the README's table of events).
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from './build.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '../../..');
build();
const require = createRequire(import.meta.url);
const { CATALOGUE } = require(join(root, 'dist/libs/contracts/src/catalogue.js'));
const { generatedFiles } = require(join(root, 'dist/libs/contracts/src/generate/generated-files.js'));
const { eventTable } = require(join(root, 'dist/libs/contracts/src/generate/event-table.js'));

const folder = join(root, 'libs/contracts/generated');
rmSync(folder, { recursive: true, force: true });
for (const [path, text] of generatedFiles(CATALOGUE)) {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), text);
}
const readme = join(root, 'README.md');
const marked = /(<!-- events -->\n)[^]*(<!-- \/events -->)/;
writeFileSync(
  readme,
  readFileSync(readme, 'utf8').replace(marked, (_all, begin, end) => `${begin}\n${eventTable(CATALOGUE)}\n\n${end}`),
);
