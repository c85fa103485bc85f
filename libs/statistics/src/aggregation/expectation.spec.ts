import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { emPassModule } from '../../../../test/support/em-pass-module';
import { countPosteriors, emptyExpectation, expect as expectStates } from './expectation';
import { type LabelTable, labelTable } from './label-table';

/** A number from 0 to 1 that depends on nothing but its place. */
const fraction = (i: number) => (((i + 1) * 0.6180339887) % 1) * 0.98 + 0.01;

/** Of so many kinds; items have from none to forty labels. */
function aTable(kinds: number): LabelTable {
  const labels = Array.from({ length: kinds }, (_, k) => `label ${k}`);
  const rows = Array.from({ length: 41 }, (_, t) =>
    Array.from({ length: t }, (_, i) => ({
      item: `item ${String(t).padStart(2, '0')}`,
      worker: `worker ${(t * 7 + i) % 50}`,
      label: labels[Math.floor(fraction(97 * t + i) * kinds)]!,
    })),
  ).flat();
  return labelTable(rows, labels);
}

function someParameters(table: LabelTable, states: number): Float64Array {
  return Float64Array.from({ length: states + table.workers.length * table.labels.length * states }, (_, i) => fraction(i)); // prettier-ignore
}

/** The E-step as it is defined: each item by itself, in logarithms. */
function asDefined(table: LabelTable, states: number, parameters: Float64Array, mask?: Uint8Array) {
  const posteriors = new Float64Array(table.items.length * states);
  let logLikelihood = 0;
  for (let t = 0; t < table.items.length; t++) {
    const logs = Array.from({ length: states }, (_, s) => Math.log((mask?.[t * states + s] ?? 1) * parameters[s]!));
    for (let i = table.itemStart[t]!; i < table.itemStart[t + 1]!; i++) {
      const row = (1 + table.worker[i]! * table.labels.length + table.label[i]!) * states;
      for (let s = 0; s < states; s++) logs[s]! += Math.log(parameters[row + s]!);
    }
    const most = Math.max(...logs);
    const log = most + Math.log(logs.reduce((sum, value) => sum + Math.exp(value - most), 0));
    logs.forEach((value, s) => (posteriors[t * states + s] = Math.exp(value - log)));
    logLikelihood += log;
  }
  const expectation = emptyExpectation(table, states);
  expectation.posteriors.set(posteriors);
  countPosteriors(table, states, expectation);
  return { posteriors, logLikelihood, counts: expectation.counts };
}

function difference(a: Float64Array, b: Float64Array): number {
  return a.reduce((most, value, i) => Math.max(most, Math.abs(value - b[i]!)), a.length === b.length ? 0 : Infinity);
}

// Up to six states it is em-pass.wat, above it is JavaScript.
describe.each([1, 2, 3, 4, 5, 6, 7, 12])('the E-step with %i states', (states) => {
  const table = aTable(states);
  const parameters = someParameters(table, states);

  it('gives posteriors, counts and likelihood as they are defined', () => {
    const expectation = emptyExpectation(table, states);
    expectStates(table, states, parameters, expectation);
    const defined = asDefined(table, states, parameters);
    expect(difference(expectation.posteriors, defined.posteriors)).toBeLessThan(1e-12);
    expect(difference(expectation.counts, defined.counts)).toBeLessThan(1e-10);
    expect(expectation.logLikelihood / defined.logLikelihood).toBeCloseTo(1, 12);
  });

  it('keeps to the states that are possible', () => {
    const mask = new Uint8Array(table.items.length * states).fill(1);
    // Of every third item the last state alone, of every fifth all but the first.
    for (let t = 0; t < table.items.length; t++) {
      if (t % 3 === 0) mask.fill(0, t * states, (t + 1) * states - 1);
      else if (t % 5 === 0 && states > 1) mask[t * states] = 0;
    }
    const expectation = emptyExpectation(table, states, mask);
    expectStates(table, states, parameters, expectation);
    const defined = asDefined(table, states, parameters, mask);
    expect(difference(expectation.posteriors, defined.posteriors)).toBeLessThan(1e-12);
    expect(difference(expectation.counts, defined.counts)).toBeLessThan(1e-10);
    expect(expectation.logLikelihood / defined.logLikelihood).toBeCloseTo(1, 12);
  });

  it('says how far posteriors moved, and far from the end leaves them', () => {
    const expectation = emptyExpectation(table, states);
    expectStates(table, states, parameters, expectation);
    const before = expectation.posteriors.slice();
    const next = parameters.map((value) => value ** 2);
    const { posteriors, counts } = asDefined(table, states, next);

    expectStates(table, states, next, expectation, true);
    expect(difference(expectation.counts, counts)).toBeLessThan(1e-10);
    expect(expectation.posteriors).toEqual(before);
    expect(expectation.largestMove).toBe(Infinity);

    expectStates(table, states, next, expectation);
    expect(difference(expectation.posteriors, posteriors)).toBeLessThan(1e-12);
    expect(expectation.largestMove).toBeCloseTo(difference(before, posteriors), 12);
  });
});

it('em-pass.wasm.ts is made of em-pass.wat', async () => {
  expect(readFileSync(join(__dirname, 'em-pass.wasm.ts'), 'utf8')).toBe(await emPassModule());
});
