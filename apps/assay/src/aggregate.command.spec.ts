import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { aggregateCommand, type AggregateOptions } from './aggregate.command';
import { Output } from './output';

describe('aggregateCommand', () => {
  const folder = mkdtempSync(join(tmpdir(), 'assay-aggregate-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  function file(name: string, ...lines: string[]): string {
    const path = join(folder, name);
    writeFileSync(path, `${lines.join('\n')}\n`);
    return path;
  }

  /** What a command writes on stdout and on stderr, line by line. */
  async function aggregate(path: string, options: AggregateOptions) {
    const streams = ['', ''].map(() => {
      const chunks: string[] = [];
      const write = (chunk: Buffer, _encoding: unknown, done: () => void) => (chunks.push(chunk.toString()), done());
      return { lines: () => chunks.join('').trimEnd().split('\n'), stream: new Writable({ write }) };
    });
    const [out, err] = [streams[0]!, streams[1]!];
    const output = new Output('csv', { color: false, quiet: false }, out.stream, err.stream);
    await aggregateCommand({ output, dataDir: folder, server: undefined, keyFile: undefined }, path, options);
    return { out: out.lines(), err: err.lines() };
  }

  const header = 'task,question,label,posterior,confidence';
  const labels = file(
    'labels.csv',
    'task,worker,label',
    ...['a', 'b', 'c', 'd'].flatMap((task, t) => ['u', 'v', 'w'].map((worker, k) => `${task},${worker},${k === t ? 'no' : 'yes'}`)), // prettier-ignore
  );
  const key = file('key.csv', 'task,label', 'a,yes', 'b,yes', 'c,no', 'd,yes');

  it('answers a closed set of labels by any method', async () => {
    const { out } = await aggregate(labels, { method: 'majority' });
    expect(out).toEqual([header, `a,label,yes,${2 / 3},${2 / 3}`, `b,label,yes,${2 / 3},${2 / 3}`, `c,label,yes,${2 / 3},${2 / 3}`, 'd,label,yes,1,1']); // prettier-ignore
  });

  it.each([
    ['number', 'x,u,1\nx,v,3', 'x,label,2,,', 'mean'],
    ['choices', 'x,u,a|b\nx,v,a\nx,w,a', 'x,label,a,0.6666666666666667,0.6666666666666667', 'majority'],
    ['ranking', 'x,u,a|b\nx,v,a|b', 'x,label,a|b,,', undefined],
    ['boxes', 'x,u,"[[0,0,2,2]]"\nx,v,"[[0,0,2,2]]"', 'x,label,"[[0,0,2,2]]",1,1', undefined],
    ['spans', 'x,u,"[[0,2]]"\nx,v,', 'x,label,[],0.5,0.5', undefined],
    ['text', 'x,u,so\nx,v,so\nx,w,no', 'x,label,so,,', undefined],
  ] as const)('answers labels of kind %s', async (kind, rows, expected, method) => {
    const { out } = await aggregate(file(`${kind}.csv`, 'task,worker,label', rows), { kind, method });
    expect(out).toEqual([header, expected]);
  });

  it('takes a list of texts in JSON Lines for several labels, or an order', async () => {
    const said = (label: string[], w: number) => JSON.stringify({ task: 'x', worker: `w${w}`, label });
    const path = file('lists.jsonl', ...[['a', 'b'], ['b', 'a'], ['a', 'b'], []].map(said)); // prettier-ignore
    expect((await aggregate(path, { kind: 'choices', method: 'majority' })).out[1]).toBe('x,label,a|b,0.75,0.75');
    expect((await aggregate(path, { kind: 'ranking' })).out[1]).toBe('x,label,a|b,,');
  });

  it('names bad rows where there are no others', async () => {
    const path = file('only-bad.jsonl', '{"task":"x","worker":"u","label":null}');
    await expect(aggregate(path, {})).rejects.toMatchObject({ exitCode: 6, message: 'only-bad.jsonl:1: label is missing' }); // prettier-ignore
  });

  it('names the columns that it does not read', async () => {
    const path = file('more.csv', 'task,worker,label,comment,mood', 'x,u,a,,good', 'x,v,b,,bad');
    expect((await aggregate(path, {})).err).toEqual(['more.csv: ignored columns comment, mood']);
  });

  it('gives what was compared a strength', async () => {
    const path = file('pairs.csv', 'task,worker,label,left,right', 'p,u,left,tea,rum', 'q,u,tie,rum,milk');
    const { out } = await aggregate(path, { kind: 'preference', method: 'bradley-terry' });
    expect(out.slice(1).map((line) => line.split(',')[0])).toEqual(['tea', 'milk', 'rum']);
  });

  it('counts what a worker said of an item first, where blind repeats follow', async () => {
    const path = file('again.csv', 'task,worker,label,occasion', 'x,u,7,1', 'x,u,1,0', 'x,v,3,0');
    expect((await aggregate(path, { kind: 'number', method: 'mean' })).out[1]).toBe('x,label,2,,');
  });

  it('names a bad row by file and line, and leaves it out where it may', async () => {
    const path = file('bad.csv', 'task,worker,label', 'x,u,1', 'x,v,much');
    await expect(aggregate(path, { kind: 'number' })).rejects.toMatchObject({
      exitCode: 6,
      message: expect.stringContaining('bad.csv:3: label "much" of item "x" by worker "v": expected a number'),
    });
    const { out, err } = await aggregate(path, { kind: 'number', method: 'mean', skipBad: true });
    expect(out[1]).toBe('x,label,1,,');
    expect(err.join('\n')).toContain('1 bad rows left out');
  });

  it.each(['gold', 'project'])('takes no --%s where the kind has none', async (option) => {
    await expect(aggregate(labels, { kind: 'text', [option]: labels })).rejects.toMatchObject({
      exitCode: 2,
      message: `--${option} with kind text: expected choice or rating`,
    });
  });

  it('names the methods of a kind where there is no such method', async () => {
    await expect(aggregate(labels, { kind: 'ranking', method: 'auto' })).rejects.toMatchObject({
      exitCode: 2,
      message: 'method "auto" of kind ranking: expected one of borda, kemeny, plackett-luce',
    });
    await expect(aggregate(labels, { method: 'toString' })).rejects.toMatchObject({ exitCode: 2 });
  });

  it('says how right and how sure it was against an answer key', async () => {
    const { err } = await aggregate(labels, { method: 'majority', truth: key });
    expect(err[0]).toMatch(/^truth: 3 of 4 right, 0\.7500 \(/);
    // Three items at 2/3, one of them wrong, and one sure: |2/3 - 2/3| and |1 - 1|.
    expect(err[1]).toMatch(/expected calibration error 0\.0000$/);
  });

  it('prints the reliability diagram instead of labels', async () => {
    const { out } = await aggregate(labels, { method: 'majority', truth: key, reliability: true });
    expect(out[0]).toBe('low,high,count,confidence,accuracy');
    expect(out[7]).toBe(`0.6,0.7,3,${2 / 3},${2 / 3}`);
    expect(out[1]).toBe('0,0.1,0,,');
    await expect(aggregate(labels, { reliability: true })).rejects.toMatchObject({ exitCode: 2 });
  });

  it('clamps gold, leaves it out of accuracy, and refuses it where nothing can be clamped', async () => {
    const gold = file('gold.csv', 'task,label', 'c,no');
    const { out, err } = await aggregate(labels, { method: 'majority', gold, truth: key });
    expect(out).toContain('c,label,no,1,1');
    expect(err[0]).toBe('gold: 0 of 1 items would have been decided right without it');
    expect(err[1]).toMatch(/^truth: 3 of 3 right/);
    const fitted = await aggregate(labels, { method: 'auto', gold });
    expect(fitted.err[0]).toMatch(/; confidence at temperature \d\.\d\d$/);
    await expect(aggregate(labels, { kind: 'text', gold })).rejects.toMatchObject({ exitCode: 2 });
  });
});
