// npm run generate: libs/statistics/src/aggregation/em-pass.wasm.ts from em-pass.wat.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import wabt from 'wabt';

const FOLDER = join(__dirname, '../../libs/statistics/src/aggregation');

/** The source of em-pass.wasm.ts. */
export async function emPassModule(): Promise<string> {
  const { parseWat } = await wabt();
  const source = readFileSync(join(FOLDER, 'em-pass.wat'), 'utf8');
  const { buffer } = parseWat('em-pass.wat', source, { simd: true }).toBinary({});
  const bytes = Buffer.from(buffer).toString('base64');
  return `/** em-pass.wat as WebAssembly, in base64: by \`npm run generate\`. */\nexport const EM_PASS =\n  '${bytes}';\n`;
}

if (require.main === module) void emPassModule().then((text) => writeFileSync(join(FOLDER, 'em-pass.wasm.ts'), text));
