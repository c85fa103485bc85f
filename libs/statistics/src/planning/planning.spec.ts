import fc from 'fast-check';
import { epochZero } from '../aggregation/epoch-zero';
import { type MatrixModel, UNTEMPERED } from '../aggregation/published-model';
import { expectedLoss, nextStep } from './next-step';
import { stopRule } from './stop-rule';
import { checkedAccuracy, tolokaOverlap } from './toloka-overlap';
import { valueOfLabel } from './value-of-label';

const model: MatrixModel = {
  ...(epochZero(2) as MatrixModel),
  workers: new Map([
    ['good', Float64Array.of(0.9, 0.1, 0.1, 0.9).map(Math.log)],
    ['fair', Float64Array.of(0.7, 0.3, 0.3, 0.7).map(Math.log)],
    ['coin', Float64Array.of(0.5, 0.5, 0.5, 0.5).map(Math.log)],
  ]),
  tempering: UNTEMPERED,
};

describe('valueOfLabel', () => {
  it('is what the worker knows, before anybody said anything', () => {
    expect(valueOfLabel(model, [], 'good').accuracy).toBeCloseTo(0.4, 12);
    expect(valueOfLabel(model, [], 'coin').accuracy).toBeCloseTo(0, 12);
  });

  it('is nothing where the worker cannot turn the decision', () => {
    expect(valueOfLabel(model, [{ worker: 'good', label: 0 }], 'fair').accuracy).toBeCloseTo(0, 12);
  });

  it('is never a loss of accuracy', () => {
    const evidence = fc.array(fc.record({ worker: fc.constantFrom('good', 'fair', 'coin', 'new'), label: fc.nat(1) }), { maxLength: 6 }); // prettier-ignore
    fc.assert(
      fc.property(evidence, (rows) => {
        expect(valueOfLabel(model, rows, 'fair').accuracy).toBeGreaterThanOrEqual(0);
      }),
    );
  });
});

describe('nextStep', () => {
  const prices = { error: 10, label: 0.1, expert: 2 };

  it('decides when being wrong costs less than asking', () => {
    expect(expectedLoss(0.995, 10)).toBeCloseTo(0.05, 12);
    expect(nextStep({ confidence: 0.995, valueOfLabel: 0.004 }, prices)).toBe('decide');
  });

  it('asks a worker who is worth more than they cost', () => {
    expect(nextStep({ confidence: 0.85, valueOfLabel: 0.05 }, prices)).toBe('label');
  });

  it('asks an expert when workers bring little and the loss exceeds the price', () => {
    expect(nextStep({ confidence: 0.6, valueOfLabel: 0.01 }, prices)).toBe('expert');
    expect(nextStep({ confidence: 0.81, valueOfLabel: 0 }, prices)).toBe('decide');
  });
});

describe('stopRule', () => {
  const policy = { minOverlap: 2, maxOverlap: 5, minConfidence: 0.9 };

  it('asks below the least overlap, however sure', () => {
    expect(stopRule(1, 0.99, policy)).toBe('ask');
  });

  it('stops at the confidence of the policy itself', () => {
    expect(stopRule(2, 0.9, policy)).toBe('reached');
    expect(stopRule(2, 0.8999, policy)).toBe('ask');
  });

  it('is unsure at the most overlap', () => {
    expect(stopRule(5, 0.5, policy)).toBe('unsure');
  });
});

describe('tolokaOverlap', () => {
  const labels = ['OK', 'BAD', 'NONE'];
  const vote = (label: string, accuracy: number) => ({ label, accuracy });

  // Test vectors of Toloka's documentation, three labels.
  it.each([
    [[vote('OK', 0.7), vote('OK', 0.9)], 'OK', 0.9767],
    [[vote('OK', 0.7), vote('BAD', 0.9)], 'BAD', 0.7606],
    [[vote('OK', 0.7), vote('BAD', 0.9), vote('BAD', 0.8)], 'BAD', 0.9621],
  ])('gives the published confidence', (votes, label, confidence) => {
    const decision = tolokaOverlap(votes, labels);
    expect(decision.label).toBe(label);
    expect(decision.confidence).toBeCloseTo(confidence, 4);
  });

  it('takes an unchecked voter for a coin', () => {
    expect(checkedAccuracy(0, 0)).toBe(0.5);
    expect(checkedAccuracy(9, 10)).toBeCloseTo(9.5 / 11, 12);
  });
});
