import fc from 'fast-check';
import { epochZero } from './epoch-zero';
import { labelTable } from './label-table';
import { evidenceOf, posteriorOf, posteriorsOf } from './posterior';
import { type MatrixModel, type ProfileModel, UNTEMPERED } from './published-model';

/** Two workers on two labels: `good` is right nine times in ten, `coin` half the time. */
function aModel(changes: Partial<MatrixModel> = {}): MatrixModel {
  return {
    form: 'matrix',
    labels: 2,
    stateLabel: Int32Array.of(0, 1),
    logPrior: Float64Array.of(0.5, 0.5).map(Math.log),
    pooled: Float64Array.of(0.8, 0.2, 0.2, 0.8).map(Math.log),
    workers: new Map([
      ['good', Float64Array.of(0.9, 0.1, 0.1, 0.9).map(Math.log)],
      ['coin', Float64Array.of(0.5, 0.5, 0.5, 0.5).map(Math.log)],
    ]),
    tempering: UNTEMPERED,
    ...changes,
  };
}

describe('posteriorOf', () => {
  it('is the prior without evidence', () => {
    const model = aModel({ logPrior: Float64Array.of(0.3, 0.7).map(Math.log) });
    const { posterior, label, confidence } = posteriorOf(model, []);
    expect(posterior[0]).toBeCloseTo(0.3, 12);
    expect(label).toBe(1);
    expect(confidence).toBeCloseTo(0.7, 12);
  });

  it('multiplies prior and likelihoods, the pooled matrix for workers without one', () => {
    // .9 * .5 * .2 against .1 * .5 * .8
    const { posterior } = posteriorOf(aModel(), [
      { worker: 'good', label: 0 },
      { worker: 'coin', label: 1 },
      { worker: 'new', label: 1 },
    ]);
    expect(posterior[0]).toBeCloseTo(0.09 / 0.13, 12);
  });

  it('gives a tie to the first label', () => {
    expect(posteriorOf(aModel(), [{ worker: 'coin', label: 1 }]).label).toBe(0);
  });

  it('takes for a tie what two orders of summing could make of one', () => {
    const tilted = (by: number) => aModel({ logPrior: Float64Array.of(0.5 - by, 0.5 + by).map(Math.log) });
    expect(posteriorOf(tilted(1e-9), []).label).toBe(0);
    expect(posteriorOf(tilted(1e-5), []).label).toBe(1);
  });

  it('adds the states of one label', () => {
    const model = aModel({
      stateLabel: Int32Array.of(0, 1, 1),
      logPrior: Float64Array.of(0.5, 0.25, 0.25).map(Math.log),
      pooled: Float64Array.of(0.8, 0.2, 0.6, 0.2, 0.8, 0.4).map(Math.log),
      workers: new Map(),
    });
    const { posterior } = posteriorOf(model, [{ worker: 'new', label: 1 }]);
    expect(posterior[1]).toBeCloseTo((0.25 * 0.8 + 0.25 * 0.4) / (0.5 * 0.2 + 0.25 * 0.8 + 0.25 * 0.4), 12);
  });

  it('divides the log odds by the temperature, more with each label', () => {
    const model = aModel({ tempering: { temperature: 2, perLabel: 0.5, lapse: 0 } });
    const three = Array.from({ length: 3 }, () => ({ worker: 'good', label: 0 }));
    // log odds 3 log 9, temperature 2 * (1 + .5 * 2) = 4
    expect(posteriorOf(model, three).confidence).toBeCloseTo(1 / (1 + 9 ** (-3 / 4)), 12);
    expect(posteriorOf(model, three).posterior[0]).toBeCloseTo(729 / 730, 12);
  });

  it('does not believe the others less for a label that says nothing', () => {
    const model = aModel({ tempering: { temperature: 1, perLabel: 0.5, lapse: 0 } });
    const two = [
      { worker: 'good', label: 0 },
      { worker: 'good', label: 0 },
    ];
    const spam = { worker: 'coin', label: 1 };
    expect(posteriorOf(model, [...two, spam]).confidence).toBeCloseTo(posteriorOf(model, two).confidence, 12);
  });

  it('never believes more than the lapse allows', () => {
    const model = aModel({ tempering: { temperature: 1, perLabel: 0, lapse: 0.02 } });
    const many = Array.from({ length: 500 }, () => ({ worker: 'good', label: 0 }));
    expect(posteriorOf(model, many).confidence).toBeCloseTo(0.99, 12);
  });

  const worker = fc.constantFrom('good', 'coin', 'new', 'newer');
  const evidence = fc.array(fc.record({ worker, label: fc.integer({ min: 0, max: 1 }) }), { maxLength: 12 });

  it('is never a rounding error above 1', () => {
    const lapse = fc.oneof(fc.constant(0), fc.double({ min: 0, max: 1, noNaN: true }));
    const temperature = fc.double({ min: 0.01, max: 10, noNaN: true });
    const tempering = fc.record({ temperature, perLabel: fc.double({ min: 0, max: 1, noNaN: true }), lapse });
    fc.assert(
      fc.property(evidence, tempering, (rows, tempered) => {
        const { posterior, label, confidence } = posteriorOf(aModel({ tempering: tempered }), rows);
        expect(Math.max(posterior[label]!, confidence)).toBeLessThanOrEqual(1);
      }),
    );
  });

  it('is the same bit for bit whatever the order of the evidence', () => {
    fc.assert(
      fc.property(evidence, fc.infiniteStream(fc.nat()), (rows, dice) => {
        const shuffled = rows.map((row) => [dice.next().value!, row] as const).sort((a, b) => a[0] - b[0]);
        expect(posteriorOf(aModel(), shuffled.map(([, row]) => row))).toEqual(posteriorOf(aModel(), rows)); // prettier-ignore
      }),
    );
  });

  it('names a label that the model does not know', () => {
    expect(() => posteriorOf(aModel(), [{ worker: 'good', label: 2 }])).toThrow(
      'label 2 of worker "good": expected 0 to 1, the labels of the model',
    );
  });

  it('reads a profile: right with the accuracy, wrong by the shared errors', () => {
    const model: ProfileModel = {
      form: 'profile',
      labels: 3,
      stateLabel: Int32Array.of(0, 1, 2),
      logPrior: new Float64Array(3).fill(-Math.log(3)),
      logProfile: Float64Array.of(0.5, 0.3, 0.2).map(Math.log),
      pooled: Float64Array.of(0.6, 0.4).map(Math.log),
      workers: new Map([['good', Float64Array.of(0.9, 0.1).map(Math.log)]]),
      tempering: UNTEMPERED,
    };
    const { posterior } = posteriorOf(model, [{ worker: 'good', label: 1 }]);
    const likelihoods = [0.1 * (0.3 / 0.5), 0.9, 0.1 * (0.3 / 0.8)];
    const total = likelihoods[0]! + likelihoods[1]! + likelihoods[2]!;
    likelihoods.forEach((value, k) => expect(posterior[k]).toBeCloseTo(value / total, 12));
  });
});

describe('epochZero', () => {
  it.each([2, 3, 5, 20, 100])('reaches .96 with three unanimous labels of %i, and not .9 with two', (labels) => {
    const evidence = ['u', 'v', 'w'].map((worker) => ({ worker, label: 1 }));
    expect(posteriorOf(epochZero(labels), evidence).confidence).toBeCloseTo(0.96, 12);
    expect(posteriorOf(epochZero(labels), evidence.slice(0, 2)).confidence).toBeLessThan(0.9);
  });

  it('knows nothing without labels', () => {
    expect(posteriorOf(epochZero(4), []).posterior).toEqual(Float64Array.of(0.25, 0.25, 0.25, 0.25));
  });

  it('refuses a question with one label', () => {
    expect(() => epochZero(1)).toThrow('labels 1: expected 2 or more');
  });
});

describe('posteriorsOf', () => {
  it('gives for each item of a table the bits of posteriorOf', () => {
    const rows = ['good', 'coin', 'new'].flatMap((worker, w) =>
      [0, 1, 2, 3].map((t) => ({ item: `i${t}`, worker, label: (t + w) % 3 === 0 ? 'no' : 'yes' })),
    );
    const table = labelTable(rows, ['no', 'yes']);
    const model = aModel({ tempering: { temperature: 2, perLabel: 0.3, lapse: 0.01 } });
    const of = posteriorsOf(table, model);
    for (const t of [2, 0, 3, 1]) expect(of(t)).toEqual(posteriorOf(model, evidenceOf(table, t)));
  });

  it('refuses a label that the model does not know', () => {
    const of = posteriorsOf(labelTable([{ item: 'i', worker: 'good', label: 'c' }], ['a', 'b', 'c']), aModel());
    expect(() => of(0)).toThrow('label 2 of worker "good": expected 0 to 1, the labels of the model');
  });
});
