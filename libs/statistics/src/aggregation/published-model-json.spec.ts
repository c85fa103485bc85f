import { dawidSkene } from './dawid-skene';
import { labelTable } from './label-table';
import { chunkRows, decodeDoubles, encodeDoubles, modelFrom, modelHeader, workerRows } from './published-model-json';

const model = dawidSkene(
  labelTable(
    Array.from({ length: 60 }, (_, i) => ({ item: `i${i % 20}`, worker: `w${i % 7}`, label: i % 3 === 0 ? 'a' : 'b' })),
  ),
).model;

describe('a published model as JSON', () => {
  it('comes back bit for bit, rows in any order', () => {
    const header = JSON.parse(JSON.stringify(modelHeader(model)));
    const rows = JSON.parse(JSON.stringify(workerRows(model))).reverse();
    expect(modelFrom(header, rows)).toEqual(model);
  });

  it('keeps every double, also those that decimals lose', () => {
    const values = Float64Array.of(0.1, -0, 5e-324, 1 / 3, -Infinity, Number.MAX_VALUE);
    expect(decodeDoubles(encodeDoubles(values))).toEqual(values);
  });

  it('splits rows into chunks under the limit', () => {
    const rows = workerRows(model);
    const chunks = chunkRows(rows, 200);
    expect(chunks.flat()).toEqual(rows);
    expect(chunks.length).toBeGreaterThan(1);
    for (const chunk of chunks) expect(Buffer.byteLength(JSON.stringify(chunk))).toBeLessThanOrEqual(200);
  });

  it('has no chunks without workers', () => {
    expect(chunkRows([], 200)).toEqual([]);
  });
});
