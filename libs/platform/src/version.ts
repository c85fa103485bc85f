import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Version of Assay, as the nearest package.json above says it: of the sources and of what is built from them alike. */
export const VERSION = readVersion(__dirname);

function readVersion(folder: string): string {
  const file = join(folder, 'package.json');
  if (existsSync(file)) return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
  const above = dirname(folder);
  if (above === folder) throw new Error(`no package.json above ${__dirname}: expected that of Assay`);
  return readVersion(above);
}
