import { type Entry } from '@assay/contracts/annotation/entry';
import { MOST_IDS } from './finding.domain';
import { type FitInput, fitQuestion } from './fit.domain';
import { ColumnsBuilder } from './label-columns.domain';

const LABELS = ['a', 'b', 'c'];

interface Said extends Partial<Entry> {
  item: string;
  worker: string;
  label: number;
}

/** What is fitted of these labels. */
function input(said: readonly Said[], known: Partial<FitInput> = {}): FitInput {
  const builder = new ColumnsBuilder('label', 'keep-first');
  for (const item of new Set(said.map((one) => one.item))) {
    const own = said.filter((one) => one.item === item);
    builder.add(
      item,
      own.map(({ item: _, label, ...entry }, place): Entry => {
        const where = { occasion: 0, revision: 0, order: 0, ...entry };
        return { id: `${item} ${entry.worker} ${place}`, role: 'human', ...where, labels: { label } };
      }),
    );
  }
  return { columns: builder.finished(), labels: LABELS, gold: new Map(), adjudicated: new Map(), ...known };
}

const nameOf = (item: number) => `item ${String(item).padStart(2, '0')}`;

/** Sixty items by five workers who are right but for one item in ten each, and one who says `a` of everything. */
const crowd = Array.from({ length: 60 }, (_, i) =>
  [0, 1, 2, 3, 4, 5].map((worker): Said => {
    const label = worker === 5 ? 0 : (i + Number(i % 10 === worker)) % 3;
    // Item 59 was done first.
    return { item: nameOf(i), worker: `w${worker}`, label, order: 60 - i };
  }),
).flat();

describe('the fit of a question', () => {
  it('names what a finding rests on: the items of the last labels of its worker, in the order of occurrence', () => {
    const { workers } = fitQuestion(input(crowd));
    const evidence = workers.map((one) => [one.worker, one.evidence]);
    const last = Array.from({ length: MOST_IDS }, (_, i) => nameOf(MOST_IDS - 1 - i));
    expect(evidence).toEqual([...[0, 1, 2, 3, 4].map((worker) => [`w${worker}`, []]), ['w5', last]]);
  });

  it('takes the word of experts before that of gold', () => {
    const adjudicated = new Map([[nameOf(0), ['c']]]);
    const both = fitQuestion(input(crowd, { adjudicated, gold: new Map([[nameOf(0), ['b']]]) }));
    expect(both.chunks).toEqual(fitQuestion(input(crowd, { adjudicated })).chunks);
  });

  it('tempers confidence by gold with one label alone', () => {
    const tempered = (labels: string[]) =>
      fitQuestion(input(crowd, { gold: new Map([[nameOf(0), labels]]) })).header.tempering;
    expect(tempered(['a', 'b'])).toEqual(fitQuestion(input(crowd)).header.tempering);
    expect(tempered(['b'])).not.toEqual(tempered(['a', 'b']));
  });

  it('counts every label in the model, of repeats on an item the first in what is said of its worker', () => {
    const again: Said = { item: nameOf(0), worker: 'w0', label: 1, occasion: 1 };
    const { labels, items, workers } = fitQuestion(input([...crowd, again]));
    expect({ labels, items }).toEqual({ labels: 361, items: 60 });
    expect(workers.map((one) => one.labels)).toEqual([60, 60, 60, 60, 60, 60]);
  });

  it('finds who does not agree with what the same worker said before', () => {
    const again = (label: (before: number) => number) =>
      crowd
        .filter(({ worker }) => worker === 'w0')
        .map((one) => ({ ...one, label: label(one.label), occasion: 1, order: 100 }));
    const kindsOf = (said: Said[]) => fitQuestion(input(said)).workers[0]!.findings.map(({ kind }) => kind);
    expect(kindsOf([...crowd, ...again((before) => before)])).not.toContain('inconsistent');
    expect(kindsOf([...crowd, ...again((before) => (before + 1) % 3)])).toContain('inconsistent');
  });

  it('finds who is too fast to have looked', () => {
    const timed = crowd.map((one) => ({ ...one, seconds: one.worker === 'w5' ? 0.2 : 10 }));
    const kindsOf = (said: Said[]) => fitQuestion(input(said)).workers[5]!.findings.map(({ kind }) => kind);
    expect([kindsOf(crowd), kindsOf(timed)].map((kinds) => kinds.includes('tooFast'))).toEqual([false, true]);
  });

  it('keeps no confusion of questions with more labels than its model has', () => {
    const many = (count: number) => {
      const labels = Array.from({ length: count }, (_, index) => `l${index}`);
      return fitQuestion({ ...input(crowd), labels }).workers[0]!.confusion?.length;
    };
    expect([many(32), many(33)]).toEqual([32 * 32, undefined]);
  });
});
