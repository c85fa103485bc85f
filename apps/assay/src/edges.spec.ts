import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Writable } from 'node:stream';
import { METHODS } from '@assay/statistics/aggregation/methods';
import { simulate } from '@assay/statistics/simulation/simulate';
import { aggregateCommand } from './aggregate.command';
import { agreementCommand, type AgreementOptions } from './agreement.command';
import { type Context } from './context';
import { Output } from './output';
import { simulateCommand } from './simulate.command';
import { workersCommand } from './workers.command';

type Run = (context: Context) => Promise<void>;

/** What a command prints, as JSON. */
async function printed(
  run: Run,
): Promise<any /* eslint-disable-line @typescript-eslint/no-explicit-any -- each test knows its part */> {
  const chunks: string[] = [];
  const sink = () => new Writable({ write: (_chunk, _encoding, done) => done() });
  const out = new Writable({ write: (chunk: Buffer, _encoding, done) => (chunks.push(chunk.toString()), done()) });
  const output = new Output('json', { color: false, quiet: true }, out, sink());
  await run({ output, dataDir: folder, server: undefined, keyFile: undefined });
  return JSON.parse(chunks.join(''));
}

const folder = mkdtempSync(join(tmpdir(), 'assay-edges-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** A file of one label a worker and item; `.` where there is none. */
function file(name: string, workers: Record<string, string>): string {
  const rows = Object.entries(workers).flatMap(([worker, row]) =>
    [...row].flatMap((label, t) => (label === '.' ? [] : [`i${t},${worker},${label}`])),
  );
  return written(name, rows);
}

function written(name: string, rows: readonly string[]): string {
  const path = join(folder, `${name}.csv`);
  writeFileSync(path, `${['task,worker,label', ...rows].join('\n')}\n`);
  return path;
}

const agreement = (path: string, options: AgreementOptions = {}) =>
  printed((context) => agreementCommand(context, path, options));
const aggregate = (path: string, options: object = {}) =>
  printed((context) => aggregateCommand(context, path, options));
const workers = (path: string) => printed((context) => workersCommand(context, path, {}));

/** A coefficient has a value, or a reason; an interval, or a reason. */
function expectAnswers(coefficients: Record<string, { value: number | null; low: number | null; reason?: string }>) {
  for (const [name, { value, low, reason }] of Object.entries(coefficients)) {
    if (value === null || low === null) expect([name, reason]).toEqual([name, expect.stringMatching(/./)]);
    if (value !== null) expect(Math.abs(value)).toBeLessThanOrEqual(1);
  }
}

const FILES = {
  'one worker': file('one-worker', { u: 'aabba' }),
  'one item': file('one-item', { u: 'a', v: 'a', w: 'b' }),
  'one label': file('one-label', { u: 'a' }),
  'all equal': file('all-equal', { u: 'aaaaaaaaaaaa', v: 'aaaaaaaaaaaa', w: 'aaaaaaaaaaaa' }),
  'no overlap': file('no-overlap', { u: 'ab....', v: '..ba..', w: '....ab' }),
  'nothing but ties': file('ties', { u: 'abababababab', v: 'babababababa' }),
};

describe.each(Object.entries(FILES))('a file of %s', (_, path) => {
  it.each(Object.keys(METHODS))('is aggregated by %s', async (method) => {
    const rows = await aggregate(path, { method });
    expect(rows.length).toBeGreaterThan(0);
    for (const { label, posterior, confidence } of rows) {
      expect(['a', 'b']).toContain(label);
      // JSON has null for NaN.
      for (const value of [posterior, confidence]) expect(value).toEqual(expect.any(Number));
    }
  });

  it.each(['choice', 'rating'] as const)('has an agreement, or a reason for none, as %s', async (kind) => {
    expectAnswers((await agreement(path, { kind })).coefficients);
  });

  it('has workers with an accuracy and its interval', async () => {
    for (const { accuracy, low, high } of await workers(path)) {
      expect(0 <= low && low <= accuracy && accuracy <= high && high <= 1).toBe(true);
    }
  });
});

describe('a file of labels that are all equal', () => {
  it('is that label, observed in full, without a coefficient that needs two', async () => {
    expect((await aggregate(FILES['all equal'], { method: 'majority' }))[0]).toMatchObject({ label: 'a', confidence: 1 }); // prettier-ignore
    const { coefficients } = await agreement(FILES['all equal']);
    expect(coefficients.observed.value).toBe(1);
    for (const name of ['krippendorffAlpha', 'fleissKappa']) {
      expect(coefficients[name]).toMatchObject({ value: null, reason: 'only one label was used' });
    }
    expect(coefficients.gwetAC1.value).toBe(1);
  });
});

describe('a file of two workers who always differ', () => {
  it('has the agreement of opposites, and a tie for every item', async () => {
    const { coefficients } = await agreement(FILES['nothing but ties']);
    expect(coefficients).toMatchObject({ observed: { value: 0 }, cohenKappa: { value: -1 }, scottPi: { value: -1 } });
    const rows = await aggregate(FILES['nothing but ties'], { method: 'majority' });
    expect(rows.every((row: { label: string; confidence: number }) => row.label === 'a' && row.confidence === 0.5)).toBe(true); // prettier-ignore
  });
});

describe('a file of one worker', () => {
  it('has no agreement, and says why', async () => {
    const { coefficients } = await agreement(FILES['one worker']);
    expect(coefficients.krippendorffAlpha).toMatchObject({ value: null, reason: 'no item has two or more labels' });
    expect(await agreement(FILES['one worker'], { by: 'pair' })).toEqual([]);
    expect(await agreement(FILES['one worker'], { by: 'worker' })).toEqual([]);
  });
});

describe('a file that cannot be read', () => {
  const empty = written('empty', []);
  const blanks = written('blanks', ['i1,u,a', 'i1,v,b', 'i2,u,', 'i2,v,a']);
  const words = written('words', ['i1,u,1', 'i1,v,much']);

  it.each<[string, (path: string) => Promise<unknown>]>([
    ['aggregate', aggregate],
    ['agreement', agreement],
    ['workers', workers],
    ['aggregate of numbers', (path) => aggregate(path, { kind: 'number' })],
    ['agreement of numbers', (path) => agreement(path, { kind: 'number' })],
  ])('has no labels: %s says so', async (__, run) => {
    await expect(run(empty)).rejects.toMatchObject({ exitCode: 6, message: 'empty.csv: no labels; expected a row or more after the header' }); // prettier-ignore
  });

  it.each([aggregate, agreement, workers])('has empty labels: %p names the line', async (run) => {
    await expect(run(blanks)).rejects.toMatchObject({ exitCode: 6, message: 'blanks.csv:4: label "" is not one of a, b (question "label")' }); // prettier-ignore
  });

  it('has labels that the metric cannot measure: agreement names the line', async () => {
    const message = 'words.csv:3: label "much" of item "i1" by worker "v": expected a number';
    for (const options of [{ kind: 'number' }, { metric: 'ratio' }] as const) {
      await expect(agreement(words, options)).rejects.toMatchObject({ exitCode: 6, message });
    }
    await expect(agreement(words, { kind: 'spans', metric: 'masi' })).rejects.toMatchObject({ exitCode: 6, message: expect.stringContaining('words.csv:2: label "1"') }); // prettier-ignore
    await expect(agreement(words, { metric: 'iou' })).rejects.toMatchObject({ exitCode: 6, message: expect.stringContaining('words.csv:2: label "1"') }); // prettier-ignore
  });
});

describe('labels and names that no project can have', () => {
  it.each([
    ['long', 'task,worker,label', ['x,u,a', `x,v,${'b'.repeat(201)}`], 'long.csv:3: label "bbb'],
    [
      'nul',
      'task,worker,label',
      ['x,u,a', 'x,v,b\0'],
      'nul.csv:3: label "b\\u0000" holds a NUL character; expected text',
    ],
    ['asked', 'task,worker,label,question', ['x,u,a,q', 'x,v,a,Why so?'], 'asked.csv:3: question "Why so?"; expected '],
  ])('are refused by their line: %s', async (name, header, rows, message) => {
    const path = join(folder, `${name}.csv`);
    writeFileSync(path, [header, ...rows, ''].join('\n'));
    for (const run of [aggregate, agreement, workers])
      await expect(run(path)).rejects.toMatchObject({ exitCode: 6, message: expect.stringContaining(message) });
  });
});

describe('a label that is half a character', () => {
  it('is refused for that', async () => {
    const path = join(folder, 'half.jsonl');
    writeFileSync(path, '{"item":"x","worker":"u","label":"a"}\n{"item":"x","worker":"v","label":"b\\ud800"}\n');
    const message = 'half.jsonl:2: label "b\\ud800" holds half a surrogate pair; expected text';
    await expect(aggregate(path)).rejects.toMatchObject({ exitCode: 6, message });
  });
});

describe('gold that the question does not have', () => {
  it('is refused by its line', async () => {
    const labels = written('with-gold', ['i1,u,a', 'i1,v,b']);
    const gold = join(folder, 'gold.csv');
    writeFileSync(gold, 'task,label\ni1,a\ni1,c\n');
    const message = 'gold.csv:3: label "c" is not one of a, b (question "label")';
    await expect(aggregate(labels, { gold })).rejects.toMatchObject({ exitCode: 6, message });
    await expect(printed((context) => workersCommand(context, labels, { gold }))).rejects.toMatchObject({ message });
  });
});

describe('agreement by the labels of a project file', () => {
  it.each(['iou', 'span', 'interval', 'ratio'] as const)('names a label that %s cannot measure', async (metric) => {
    const project = join(folder, 'project.yaml');
    writeFileSync(project, 'project: p\nquestions: [{ name: label, kind: choice, labels: ["1", "x"] }]\n');
    const labels = written('by-project', ['i1,u,x', 'i1,v,x']);
    await expect(agreement(labels, { project, metric })).rejects.toMatchObject({
      exitCode: 6,
      message: expect.stringContaining('label "x" of item "i1" by worker "u": expected'),
    });
  });
});

describe('agreement on labels as they are written', () => {
  const table = (name: string, header: string, ...rows: string[]) => {
    const path = join(folder, `${name}.csv`);
    writeFileSync(path, [header, ...rows, ''].join('\n'));
    return path;
  };
  const alpha = async (path: string, options: AgreementOptions) =>
    (await agreement(path, options)).coefficients.krippendorffAlpha.value;

  it('prints every pair with an item in common, and of workers those with enough to say', async () => {
    const few = table('few', 'task,worker,label', ...['u', 'v', 'w'].flatMap((worker) => [`x,${worker},a`, `y,${worker},${worker === 'w' ? 'a' : 'b'}`])); // prettier-ignore
    expect(await agreement(few, { by: 'pair' })).toEqual([
      { question: 'label', first: 'u', second: 'v', common: 2, kappa: 1 },
      { question: 'label', first: 'u', second: 'w', common: 2, kappa: 0 },
      { question: 'label', first: 'v', second: 'w', common: 2, kappa: 0 },
    ]);
    expect(await agreement(few, { by: 'worker' })).toEqual([]);
    const two = table('two', 'task,worker,label', 'x,u,a', 'x,v,a', 'y,u,b', 'y,v,b');
    expect(await agreement(two, { by: 'worker' })).toMatchObject([{ worker: 'u', pairs: 1, meanKappa: 1 }, { worker: 'v' }]); // prettier-ignore
  });

  it('takes the name of one of two things for its side', async () => {
    const path = table('sides', 'task,worker,label,left,right', 'x,u,left,tea,rum', 'x,v,tea,tea,rum', 'y,u,rum,tea,rum', 'y,v,right,tea,rum'); // prettier-ignore
    expect(await alpha(path, { kind: 'preference' })).toBe(1);
  });

  it('sees both ways round in which a pair was shown', async () => {
    const header = 'task,worker,label,left,right';
    const path = table('both-ways', header, 'x,u,left,tea,rum', 'x,v,right,rum,tea', 'y,u,right,tea,milk', 'y,v,left,milk,tea'); // prettier-ignore
    expect(await agreement(path, { kind: 'preference' })).toMatchObject({ coefficients: { observed: { value: 1 } } });
    const three = table('three', header, 'x,u,left,tea,rum', 'x,v,right,rum,milk');
    await expect(agreement(three, { kind: 'preference' })).rejects.toMatchObject({
      exitCode: 6,
      message: 'item "x" compares milk, rum, tea: expected two things an item',
    });
  });

  it('orders numbers by value, however they are written', async () => {
    const rows = ['a,u,2', 'a,v,10', 'b,u,2.0', 'b,v,2', 'c,u,10', 'c,v,9', 'd,u,9', 'd,v,9'];
    const rated = table('rated', 'task,worker,label', ...rows.map((row) => row.replace('.0', '')));
    const numbers = table('numbers', 'task,worker,label', ...rows);
    expect(await alpha(numbers, { kind: 'number', metric: 'ordinal' })).toBe(await alpha(rated, { kind: 'rating' }));
    expect(await alpha(numbers, { kind: 'number', metric: 'nominal' })).toBe(await alpha(rated, { kind: 'choice' }));
  });

  it('reads a cell of blanks as no boxes', async () => {
    const path = table('blank', 'task,worker,label', 'x,u, ', 'x,v,"[[0,0,1,1]]"', 'y,u,"[[0,0,1,1]]"', 'y,v,"[[0,0,1,1]]"'); // prettier-ignore
    expect((await agreement(path, { kind: 'boxes' })).coefficients.observed.value).toBe(0.5);
  });

  it('has no share below 0 in an interval, however few items there are', async () => {
    const rows = ['x,u,a|b', 'x,v,a|b', 'y,u,a', 'y,v,b', 'z,u,a|b', 'z,v,b|a', 'w,u,b|a', 'w,v,a|b'];
    const path = table('shares', 'task,worker,label', ...rows);
    const { coefficients } = await agreement(path, { kind: 'choices' });
    expect(coefficients.observed).toMatchObject({ low: 0, high: 1, value: expect.closeTo(3 / 4, 12) });
    expect((await agreement(path, { kind: 'ranking' })).coefficients.kendallW).toMatchObject({ low: 0, high: 1 });
  });

  it('refuses what the kind or the metric has not', async () => {
    const twice = table('twice', 'task,worker,label', 'x,u,a|b|a', 'x,v,b|a');
    await expect(agreement(twice, { kind: 'ranking' })).rejects.toMatchObject({ exitCode: 6, message: expect.stringContaining('twice.csv:2: ') }); // prettier-ignore
    const open = table('open', 'task,worker,label', 'x,u,a|b|', 'x,v,b|a');
    await expect(agreement(open, { metric: 'jaccard' })).rejects.toMatchObject({ exitCode: 6, message: expect.stringContaining('open.csv:2: label "a|b|"') }); // prettier-ignore
    const below = table('below', 'task,worker,label', 'x,u,-1', 'x,v,1');
    await expect(agreement(below, { kind: 'number', metric: 'ratio' })).rejects.toMatchObject({ exitCode: 6, message: 'below.csv:2: label "-1" of item "x" by worker "u": expected a number from 0' }); // prettier-ignore
  });

  it('keeps the items of a slice together where one row names it, and a question called __proto__', async () => {
    const path = table('slices', 'task,worker,label,question,slice', 'x,u,so,__proto__,new', 'x,v,so,__proto__,', 'y,u,so,__proto__,', 'y,v,no,__proto__,'); // prettier-ignore
    expect(Object.keys(await agreement(path, { kind: 'text' }))).toEqual(['items', 'workers', 'labels', 'coefficients']); // prettier-ignore
    const bySlice = await agreement(path, { kind: 'text', by: 'slice' });
    expect(Object.entries(bySlice)).toMatchObject([['__proto__/new', { items: 1, labels: 2 }]]);
  });
});

describe('simulate', () => {
  /** The labels of a population, a line each. */
  async function simulated(population: unknown): Promise<string[]> {
    const path = join(folder, 'population.json');
    writeFileSync(path, JSON.stringify(population));
    const chunks: string[] = [];
    const out = new Writable({ write: (chunk: Buffer, _encoding, done) => (chunks.push(chunk.toString()), done()) });
    const output = new Output('csv', { color: false, quiet: true }, out, out);
    await simulateCommand({ output, dataDir: folder, server: undefined, keyFile: undefined }, { population: path });
    return chunks.join('').trimEnd().split('\n').slice(1);
  }

  it('says what a population leaves out, and plays that as in the ordinary crowd', async () => {
    const path = join(folder, 'population.yaml');
    writeFileSync(path, 'items: 2\nlabels: [a, b]\nlabelsPerItem: 1\nlure: 0\nrepeats: 0');
    const said: string[] = [];
    const stderr = new Writable({ write: (chunk: Buffer, _encoding, done) => (said.push(chunk.toString()), done()) });
    const output = new Output('csv', { color: false, quiet: false }, new PassThrough(), stderr);
    await simulateCommand({ output, dataDir: folder, server: undefined, keyFile: undefined }, { population: path });
    expect(said).toEqual([
      `${path}: seed 1, difficulty 0.8, misleading 0.02, gold 0.1, activity 0.5, workers as in the ordinary crowd\n`,
    ]);
  });

  const one = { seed: 1, labels: ['a', 'b', 'c'], items: 1, workers: [{ behaviour: 'honest', count: 1 }] };

  it('plays one worker on one item', async () => {
    expect(await simulated({ ...one, labelsPerItem: 1 })).toHaveLength(1);
  });

  it('plays a label that is never true', () => {
    const { truth } = simulate({ ...one, items: 50, shares: [1, 1, 0], labelsPerItem: 1, workers: [{ behaviour: 'honest', count: 2 }] }); // prettier-ignore
    expect([...new Set(truth.values())].sort()).toEqual(['a', 'b']);
  });

  it.each([
    [{ ...one, labels: ['a'] }, 'population: labels ["a"]: expected two or more different texts'],
    [{ ...one, items: 0 }, 'population: items 0: expected an integer above 0'],
    [{ ...one, workers: [] }, 'population: workers of the population: expected one or more'],
    [{ ...one, labels: ['a', 'a'] }, 'population: labels ["a","a"]: expected two or more different texts'],
    [{ ...one, itms: 3 }, expect.stringContaining('population: itms: no such field; expected one of seed, labels, ')],
    [{ ...one, labelsPerItem: -1 }, 'population: labelsPerItem -1: expected an integer from 0, or a range {least, most} of such'], // prettier-ignore
    [{ ...one, labelsPerItem: { least: 5, most: 2 } }, expect.stringContaining('population: labelsPerItem {"least":5,"most":2}: expected ')], // prettier-ignore
    [{ ...one, shares: [0, 0, 0] }, 'population: shares [0,0,0]: expected numbers from 0, not all of them 0'],
    [{ ...one, difficulty: 'hard' }, 'population: difficulty "hard": expected a number from 0'],
    [{ ...one, gold: 2 }, 'population: gold 2: expected a number from 0 to 1'],
    [{ ...one, workers: [null] }, 'population: workers [null]: expected a list of groups of workers'],
    [{ ...one, workers: [{ behaviour: 'lazy', count: 1 }] }, 'population: workers[0].behaviour "lazy": expected one of honest, careless, spammer, swapper, biased, drifting, copying'], // prettier-ignore
    [{ ...one, workers: [{ behaviour: 'honest', count: 1, accuracy: 90 }] }, 'population: workers[0].accuracy 90: expected a number from 0 to 1, or a range {least, most} of such'], // prettier-ignore
    [{ ...one, workers: [{ behaviour: 'honest' }] }, 'population: workers[0].count is missing: expected an integer from 0'], // prettier-ignore
    ['all', expect.stringContaining('population.json: "all"; expected a population')],
    [null, expect.stringContaining('population.json: null; expected a population')],
  ])('refuses %j', async (population, message) => {
    await expect(simulated(population)).rejects.toMatchObject({ exitCode: 6, message });
  });
});

describe('numbers that cannot be squared', () => {
  it.each(['1e300', '1.7e308', '1e-200', '5e-324'])('have the agreement of others as far apart: %s', async (one) => {
    const path = written('sizes', [`i1,u,${one}`, `i1,v,-${one}`, `i2,u,${one}`, 'i2,v,0', `i3,u,7`]);
    const { coefficients } = await agreement(path, { kind: 'number' });
    // Of 1, -1 and 1, 0, whose mean is 1/4: 1 - 3 * (4 + 1) / (4 * 2.75).
    expect(coefficients.krippendorffAlpha.value).toBeCloseTo(1 - 15 / 11, 12);
  });
});

describe('a file of 10^5 texts', () => {
  const rows = Array.from({ length: 120_000 }, (_, i) => `i${Math.floor(i / 4)},w${i % 4},text ${i % 20 === 1 ? i - 1 : i}`); // prettier-ignore
  const path = written('texts', rows);

  it('is too long a list for a choice', async () => {
    await expect(aggregate(path)).rejects.toMatchObject({
      exitCode: 6,
      message: 'texts.csv: 114,000 different labels for question "label"; expected up to 1,000 (is this free text?)',
    });
  });

  it.each([
    [3002, 3002, ['krippendorffAlpha of 3002 different labels is an estimate; it is exact up to 3000\n']],
    [3000, 3100, []],
  ])(
    'has an alpha of sets that is said to be an estimate where %d of %d are compared',
    async (compared, all, words) => {
      const said: string[] = [];
      const err = new Writable({ write: (chunk: Buffer, _encoding, done) => (said.push(chunk.toString()), done()) });
      const sink = new Writable({ write: (_chunk, _encoding, done) => done() });
      const output = new Output('json', { color: false, quiet: false }, sink, err);
      const item = (i: number) => (i < compared ? `i${i >> 1}` : `alone${i}`);
      const sets = written(
        'sets',
        Array.from({ length: all }, (_, i) => `${item(i)},w${i % 2},l${i}|x`),
      );
      await agreementCommand({ output, dataDir: folder }, sets, { kind: 'choices' });
      expect(said).toEqual(words);
    },
  );

  it('is aggregated as text', async () => {
    // The medoid of such a file takes a second on the command line, and eighty here, where globals are slow to reach.
    const decided = await aggregate(path, { kind: 'text', method: 'majority' });
    expect(decided.length).toBe(30_000);
    expect(decided[0]).toMatchObject({ task: 'i0', label: 'text 0' });
  });

  it('has pairs of workers who agree or do not', async () => {
    const pairs = await agreement(path, { kind: 'text', by: 'pair' });
    expect(pairs.length).toBe(6);
    // Every fifth item has one text twice, by the first two workers.
    expect(pairs[0]).toMatchObject({ first: 'w0', second: 'w1', common: 30_000, kappa: expect.closeTo(0.2, 3) });
    expect(pairs[1]).toMatchObject({ first: 'w0', second: 'w2', kappa: expect.closeTo(0, 3) });
  });
});
