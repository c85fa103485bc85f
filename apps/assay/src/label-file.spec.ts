import fc from 'fast-check';
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { numberAt, openLabels, readLabels, utcTimestamp, valueAt } from './label-file';
import { hashOf, openRecords } from './records';
import { RowErrors } from './row-errors';

describe('a file of labels', () => {
  const folder = mkdtempSync(join(tmpdir(), 'assay-labels-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  async function read(name: string, content: string | Buffer, bytes?: number) {
    const path = join(folder, name);
    writeFileSync(path, content);
    const file = await openLabels(path, bytes);
    const errors = new RowErrors(file.records.name);
    const columns = readLabels(file, errors);
    const rows = Array.from({ length: columns.length }, (_, row) => ({
      line: columns.line[row],
      item: valueAt(columns.item, row),
      worker: valueAt(columns.worker, row),
      label: valueAt(columns.label, row),
      seconds: numberAt(columns.seconds, row),
      revision: numberAt(columns.revision, row),
    }));
    return { rows, ignored: file.ignored, words: errors.words(), count: errors.count };
  }

  it('reads the columns it knows and names those it does not', async () => {
    const text = 'task,worker,label,seconds,mood,revision\nt1,w1,yes,2.5,glad,3\n';
    expect(await read('labels.csv', text)).toMatchObject({
      rows: [{ line: 2, item: 't1', worker: 'w1', label: 'yes', seconds: 2.5, revision: 3 }],
      ignored: ['mood'],
      count: 0,
    });
  });

  it('reads a large file piece by piece as it would at once: quotes, newlines in quotes, broken rows and bytes', async () => {
    const cell = fc.oneof(
      fc.constantFrom('a', 'b', '', '"', 'x"y', '\r', '"q"', '"a,b"', '"two\nlines"', '"cr\r\nlf"', '"d""q"', 'é', '"never', '\ufeff'),
      fc.string({ maxLength: 30 }).map((text) => text.replaceAll(/[",\n]/g, '-')),
    ); // prettier-ignore
    const bytes = fc.oneof({ weight: 20, arbitrary: fc.constant('') }, fc.constant('\u00ff'));
    const row = fc
      .tuple(cell, cell, cell, bytes, fc.constantFrom('\n', '\r\n', '\n\n'))
      .map(([t, w, l, broken, end]) => `${t},${w},${l}${broken}${end}`);
    const ascii = fc.array(row, { maxLength: 40 }).map((rows) => `task,worker,label\n${rows.join('')}`);
    await fc.assert(
      fc.asyncProperty(ascii, fc.constantFrom<BufferEncoding>('utf8', 'latin1'), fc.integer({ min: 20, max: 200 }), fc.boolean(), async (text, encoding, piece, isCut) => {
        const content = Buffer.from(isCut ? text.trimEnd() : text, encoding);
        expect(await read('pieces.csv', content, piece)).toEqual(await read('pieces.csv', content, 1e6));
      }),
      { numRuns: 300 },
    ); // prettier-ignore
  });

  it('reads JSON Lines, whose labels need not be text', async () => {
    const text = '{"item":"t1","worker":"w1","label":3}\n\n{"item":"t2","worker":"w1","label":["a"]}\n';
    const { rows } = await read('labels.jsonl', text);
    expect(rows.map((row) => [row.line, row.item, row.label])).toEqual([
      [1, 't1', 3],
      [3, 't2', ['a']],
    ]);
  });

  it('reads JSON Lines by any name, with a byte order mark too', async () => {
    const text = '\ufeff{"item":"t1","worker":"w1","label":"a"}\r\n';
    expect((await read('labels.json', text)).rows).toMatchObject([{ line: 1, item: 't1', worker: 'w1', label: 'a' }]);
  });

  it('reads standard input where the file is called -', () => {
    const typescript = join(__dirname, '../../../test/support/typescript.cjs');
    const program = `require(${JSON.stringify(join(__dirname, 'label-file.ts'))})
      .openLabels('-').then(({ records }) => console.log(records.format, records.columns.join()))`;
    const input = '{"task":"x","worker":"u","label":"a"}\n';
    const { stdout } = spawnSync(process.execPath, ['-r', typescript, '-e', program], { input });
    expect(String(stdout)).toBe('jsonl task,worker,label\n');
  });

  it('reads a header with newlines in quotes, behind empty lines', async () => {
    const text = '\ufeff\r\n\r\n"task","how\r\nsure?",worker,label\r\nt1,"very\r\n",w1,a\r\n';
    for (const bytes of [undefined, 60]) {
      const { rows, ignored } = await read('labels.csv', text, bytes);
      expect(rows).toMatchObject([{ line: 5, item: 't1', worker: 'w1', label: 'a' }]);
      expect(ignored).toEqual(['how\r\nsure?']);
    }
  });

  it.each([
    ['utf-16', Buffer.from('\ufefftask,worker,label\n', 'utf16le'), 'text in UTF-16; expected text in UTF-8'],
    ['array', '[{"task":"t1","worker":"w1","label":"a"}]', 'no columns; expected a header or a JSON object'],
    ['quote', '"task,worker,label\nt1,w1,a\n', 'a quote is opened here and never closed; expected a closing "'],
  ])('says what is wrong with a file of %s', async (name, content, message) => {
    await expect(read(`${name}.csv`, content)).rejects.toMatchObject({ exitCode: 6, message: `${name}.csv:1: ${message}` }); // prettier-ignore
  });

  it.each([
    ['header', '', 1],
    ['row', 'task,worker,label\nt1,w1,a\n', 3],
    ['object', '{"task":"t1","worker":"w1","label":"a"}\n', 2],
  ])('refuses a file of one endless line for a %s', async (name, beginning, line) => {
    const path = join(folder, `${name}.csv`);
    writeFileSync(path, beginning);
    truncateSync(path, 2 ** 27 + 2 ** 20);
    const read = openLabels(path).then((file) => readLabels(file, new RowErrors(name)));
    const words = `:${line}: no end of the line within 64 MiB; expected a row`;
    await expect(read).rejects.toMatchObject({ exitCode: 6, message: `${name}.csv${words}` });
  });

  it.each([
    ['never closed', 't1,w1,"a,'],
    ['inside a cell', 't1,w1,a"b,'],
  ])('gives up one row where a quote is %s, however much follows', async (name, row) => {
    const path = join(folder, `${name}.csv`);
    const many = `t2,w2,b,${'x'.repeat(2 ** 17)}\n`.repeat(530);
    writeFileSync(path, `task,worker,label,note\n${row}\n${many}`);
    const errors = new RowErrors(name);
    const { length } = readLabels(await openLabels(path), errors);
    expect(length).toBe(530);
    expect(errors.words()).toMatch(/:2: a quote /);
  });

  it('refuses JSON Lines that no buffer can hold', async () => {
    const path = join(folder, 'huge.jsonl');
    writeFileSync(path, '{"task":"t1","worker":"w1","label":"a"}\n');
    truncateSync(path, 2 ** 31 + 1);
    await expect(openLabels(path)).rejects.toMatchObject({ exitCode: 6, message: expect.stringContaining('huge.jsonl: more than 2 GiB') as string }); // prettier-ignore
  });

  it('is hashed in pieces where it is read in pieces', async () => {
    const path = join(folder, 'pieces.csv');
    const content = 'task,worker,label\nt1,w1,a\nt2,w1,b\n';
    writeFileSync(path, content);
    const records = await openRecords(path, 20);
    const inMemory = () => {
      throw new Error('all of it in memory');
    };
    expect(hashOf({ ...records, content: inMemory })).toBe(createHash('sha256').update(content).digest('hex'));
  });

  it('refuses a file that lacks columns, naming those it has', async () => {
    await expect(read('x.csv', 'task,annotator\nt,w\n')).rejects.toMatchObject({
      exitCode: 6,
      message:
        'x.csv:1: column "worker" is missing, column "label" is missing; expected task, worker, label, found task, annotator',
    });
  });

  it('refuses an empty file and a file that is not there', async () => {
    await expect(read('empty.csv', '')).rejects.toMatchObject({ exitCode: 6 });
    await expect(openLabels(join(folder, 'none.csv'))).rejects.toMatchObject({
      exitCode: 3,
      message: expect.stringContaining('none.csv: no such file') as string,
    });
  });

  it('names line, value and expectation of each bad row and reads the rest', async () => {
    const head = 'task,worker,label,timestamp,role,occasion\n';
    const text = Buffer.concat([
      Buffer.from(`${head}a,w,1,,,\n,w,1,,,\nb,w\nc,w,1,yesterday,,\nd,w,1,,robot,\ne,w,1,,,-1\n`),
      Buffer.from([0x66, 0x2c, 0xff, 0x2c, 0x31, 0x2c, 0x2c, 0x2c, 0x0a]),
      Buffer.from('g,w,1,2016-02-24,model,1\n'),
    ]);
    const { rows, words } = await read('bad.csv', text);
    expect(rows.map((row) => row.item)).toEqual(['a', 'g']);
    expect(words.split('\n')).toEqual([
      'bad.csv:3: task ""; expected 1 to 200 characters',
      'bad.csv:4: 2 cells; expected 6 (task, worker, label, timestamp, role, occasion)',
      'bad.csv:5: timestamp "yesterday"; expected ISO 8601 such as 2026-02-28T09:30:00Z',
      'bad.csv:6: role "robot"; expected human or model',
      'bad.csv:7: occasion "-1"; expected a whole number from 0',
      'bad.csv:8: "f,\ufffd,1,,," is not UTF-8; expected text in UTF-8',
    ]);
  });

  it('shows ten bad rows and counts the rest', async () => {
    const { words, count } = await read('many.csv', `task,worker,label\n${'x\n'.repeat(25)}`);
    expect(count).toBe(25);
    expect(words.split('\n')).toHaveLength(11);
    expect(words).toMatch(/^many\.csv:2: 1 cells.*\n.*many\.csv:3[^]*\.\.\. and 15 more bad rows in many\.csv$/);
  });
});

describe('utcTimestamp', () => {
  it.each([
    ['2016-02-24T05:38:29Z', '2016-02-24T05:38:29.000Z'],
    ['2016-02-24T05:38:29.1239+02:00', '2016-02-24T03:38:29.123Z'],
    ['2016-02-24 05:38', '2016-02-24T05:38:00.000Z'],
    ['2016-02-24', '2016-02-24T00:00:00.000Z'],
    ['2016-02-24T05:38:29-0330', '2016-02-24T09:08:29.000Z'],
  ])('reads %s', (text, utc) => expect(utcTimestamp(text)).toBe(utc));

  it.each(['2016-02-30', '24.02.2016', '2016-02-24T25:00Z', 'now', ''])('refuses %p', (text) => {
    expect(utcTimestamp(text)).toBeUndefined();
  });
});
