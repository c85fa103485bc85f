import fc from 'fast-check';
import { cellText, parseCsv } from './csv';

function read(text: string | Buffer) {
  const rows: [number, string[]][] = [];
  const errors: [number, string][] = [];
  parseCsv(
    Buffer.from(text),
    (row, line) => void rows.push([line, Array.from({ length: row.cells }, (_, cell) => cellText(row, cell))]),
    (line, message) => void errors.push([line, message]),
  );
  return { rows, errors };
}

const rowsOf = (text: string | Buffer) => read(text).rows.map(([, cells]) => cells);

describe('parseCsv', () => {
  it('reads quotes, doubled quotes, commas and newlines in quotes (RFC 4180, section 2)', () => {
    const text = '"aaa","b \r\nbb","c""c"\r\nzzz,"y,y",\r\n';
    expect(rowsOf(text)).toEqual([
      ['aaa', 'b \r\nbb', 'c"c'],
      ['zzz', 'y,y', ''],
    ]);
  });

  it('passes over a BOM and empty lines, and needs no newline at the end', () => {
    expect(rowsOf('\ufeffa,b\n\n\r\nc,d')).toEqual([
      ['a', 'b'],
      ['c', 'd'],
    ]);
  });

  it('says on which line a row begins when an earlier cell held newlines', () => {
    expect(read('a\n"b\nb"\nc\n').rows).toEqual([
      [1, ['a']],
      [2, ['b\nb']],
      [4, ['c']],
    ]);
  });

  it.each([
    ['a "quote" inside', 'a,b\nx"y,1\nc,d\n', 'a quote stands inside a cell'],
    ['text after a closing quote', 'a,b\n"x"y,1\nc,d\n', 'goes on after its closing quote'],
    ['a quote that is never closed', 'a,b\n"x,1\nc,d\n', 'never closed'],
    ['a carriage return after a closing quote', 'a,b\n"x"\ry,1\nc,d\n', 'goes on after its closing quote'],
  ])('loses one row to %s', (_name, text, message) => {
    const { rows, errors } = read(text);
    expect(rows).toEqual([
      [1, ['a', 'b']],
      [3, ['c', 'd']],
    ]);
    expect(errors).toEqual([[2, expect.stringContaining(message)]]);
  });

  it('reads a file of many pieces as it reads a small one', () => {
    const row = `${'ä'.repeat(50)},"${'x\n'.repeat(50)}"\n`;
    const count = Math.ceil((3 << 24) / Buffer.byteLength(row));
    const rows = rowsOf(row.repeat(count));
    expect(rows).toHaveLength(count);
    expect(rows.every(([a, b]) => a === 'ä'.repeat(50) && b === 'x\n'.repeat(50))).toBe(true);
  });

  it('reads back whatever was written', () => {
    const cell = fc.string({ unit: fc.constantFrom('a', ',', '"', '\n', '\r', 'é', ' ') });
    const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`;
    fc.assert(
      fc.property(fc.array(fc.array(cell, { minLength: 2, maxLength: 4 }), { maxLength: 5 }), (rows) => {
        expect(rowsOf(rows.map((row) => row.map(quoted).join(',')).join('\r\n'))).toEqual(rows);
      }),
    );
  });
});
