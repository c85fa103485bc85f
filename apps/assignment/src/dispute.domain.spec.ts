import { type Entry } from '@assay/contracts/annotation/entry';
import { type Question } from '@assay/contracts/project/label-schema';
import { DEFAULT_POLICY } from '@assay/contracts/project/project-defaults';
import { candidatesOf } from './dispute.domain';

const question: Question = { name: 'label', kind: 'choice', labels: ['a', 'b', 'c', 'd'] };

function said(worker: string, label: number): Entry {
  return { id: `${worker} ${label}`, worker, role: 'human', occasion: 0, revision: 0, order: 0, labels: { label } };
}

describe('candidatesOf', () => {
  const entries = [said('w1', 2), said('w2', 0), said('w3', 2), said('w4', 2)];

  it('gives each label that workers gave once, under letters in the order of their ranks', () => {
    const ranks: Record<string, string> = { a: '2', c: '1' };
    expect(candidatesOf(entries, question, DEFAULT_POLICY, (label) => ranks[label]!)).toEqual([
      { letter: 'A', label: 'c' },
      { letter: 'B', label: 'a' },
    ]);
    ranks['c'] = '3';
    expect(candidatesOf(entries, question, DEFAULT_POLICY, (label) => ranks[label]!)[0]).toEqual({
      letter: 'A',
      label: 'a',
    });
  });

  it('leaves out what was taken back', () => {
    const { labels: _labels, ...retraction } = { ...said('w2', 0), id: 'retraction', revision: 1 };
    expect(candidatesOf([...entries, retraction], question, DEFAULT_POLICY, (label) => label)).toEqual([
      { letter: 'A', label: 'c' },
    ]);
  });

  it('goes on with AA behind Z', () => {
    const labels = Array.from({ length: 28 }, (_, index) => `l${String(index).padStart(2, '0')}`);
    const all = labels.map((_, index) => said(`w${index}`, index));
    const letters = candidatesOf(all, { ...question, labels }, DEFAULT_POLICY, (label) => label);
    expect(letters.slice(24).map(({ letter }) => letter)).toEqual(['Y', 'Z', 'AA', 'AB']);
  });
});
