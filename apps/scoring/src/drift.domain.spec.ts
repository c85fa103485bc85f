import { driftFromBatch } from './drift.domain';

const known = (worker: string, labels: number, accuracy: number, question = 'label') => ({
  ...{ question, worker, labels, accuracy },
});

describe('the drift from the batch', () => {
  it('is the mean change of accuracy, each label counted once', () => {
    const inForce = [known('a', 10, 0.8), known('b', 10, 0.6), known('gone', 10, 0.1)];
    const fitted = [known('a', 30, 0.9), known('b', 10, 0.6), known('new', 50, 0.5), known('a', 50, 0.2, 'other')];
    expect(driftFromBatch(inForce, fitted)).toBeCloseTo((30 * 0.1) / 40, 12);
  });

  it('is not defined before there is anything to drift from', () => {
    expect(driftFromBatch([], [known('a', 30, 0.9)])).toBeUndefined();
  });
});
