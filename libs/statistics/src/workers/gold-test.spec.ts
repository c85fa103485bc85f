import * as fc from 'fast-check';
import { describeWithData, readJson } from '../../../../test/support/label-sets';
import { dice } from '../simulation/random';
import { anytimeInterval, anytimeTest, evidenceBelow } from './anytime-test';
import { goldTest, priceOfGoldTest } from './gold-test';

const POLICY = { target: 0.9, reject: 0.7 };

describe('goldTest', () => {
  it('ends at the first crossing, whatever comes after', () => {
    const wrong = new Array<boolean>(5).fill(false);
    const ended = goldTest(wrong, POLICY);
    // log(.9 / .005) = 5.193; each wrong answer adds log 3 = 1.0986.
    expect(ended).toMatchObject({ status: 'suspend', checks: 5 });
    expect(goldTest([...wrong, true, true, true], POLICY)).toEqual(ended);
    expect(goldTest(new Array<boolean>(50).fill(true), POLICY)).toMatchObject({ status: 'clear', checks: 10 });
  });

  it('stays open on little, and accuses nobody where it is cut short', () => {
    expect(goldTest([true, false], POLICY).status).toBe('open');
    const between = Array.from({ length: 30 }, (_, i) => i % 5 !== 0);
    expect(goldTest(between, { ...POLICY, most: 20 })).toMatchObject({ status: 'undecided', checks: 20 });
  });

  it('refuses a policy that cannot be tested', () => {
    expect(() => goldTest([], { target: 0.7, reject: 0.9 })).toThrow(
      'gold target 0.7 and reject 0.9: expected 0 < reject < target < 1',
    );
  });
});

describe('priceOfGoldTest', () => {
  it('says what a policy costs: the measured figures of the guide', () => {
    // Measured by simulation: at .9 suspended .35 %, at .85 7.5 %; a worker at .7 is caught after 32 checks on average.
    expect(priceOfGoldTest(0.9, POLICY).suspended).toBeCloseTo(0.0035, 3.3);
    expect(priceOfGoldTest(0.85, { ...POLICY, most: 1000 }).suspended).toBeCloseTo(0.075, 1.7);
    expect(priceOfGoldTest(0.7, POLICY).checks).toBeGreaterThan(28);
    expect(priceOfGoldTest(0.7, POLICY).checks).toBeLessThan(36);
  });

  it('accounts for every worker', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1, noNaN: true }), (accuracy) => {
        const { suspended, cleared, undecided, checks } = priceOfGoldTest(accuracy, { ...POLICY, most: 50 });
        expect(suspended + cleared + undecided).toBeCloseTo(1, 12);
        expect(checks).toBeLessThanOrEqual(50);
      }),
    );
  });

  it('accuses at or above the target at most one in a hundred', () => {
    for (const accuracy of [0.9, 0.95, 0.99]) expect(priceOfGoldTest(accuracy, POLICY).suspended).toBeLessThan(0.01);
  });
});

describe('anytimeTest', () => {
  it('mixes likelihood ratios: one wrong answer against .9 is worth (1 - .45) / .1', () => {
    // integral_0^.9 (1 - p) dp / (.9 * .1) = .495 / .09.
    expect(evidenceBelow(0.9, 0, 1)).toBeCloseTo(5.5, 12);
    expect(evidenceBelow(0.9, 0, 0)).toBeCloseTo(1, 12);
    expect(anytimeTest([false], 0.9)).toMatchObject({ at: 1 });
    expect(anytimeTest([false], 0.9).pValue).toBeCloseTo(1 / 5.5, 12);
    expect(anytimeTest([true, true], 0.9)).toEqual({ pValue: 1, at: 0 });
  });

  it('keeps its word however often one looks: at the target, at most one in twenty reaches .05 in 300 checks', () => {
    const { uniform } = dice(5);
    let accused = 0;
    for (let worker = 0; worker < 1000; worker++) {
      const outcomes = Array.from({ length: 300 }, () => uniform() < 0.9);
      if (anytimeTest(outcomes, 0.9).pValue <= 0.05) accused += 1;
    }
    expect(accused).toBeLessThanOrEqual(50);
    expect(accused).toBeGreaterThan(5);
  });

  it('finds a worker at .7', () => {
    const { uniform } = dice(6);
    expect(
      anytimeTest(
        Array.from({ length: 150 }, () => uniform() < 0.7),
        0.9,
      ).pValue,
    ).toBeLessThan(0.001);
  });
});

describe('anytimeInterval', () => {
  it('holds the share, is wider than a single look needs, and shrinks', () => {
    const few = anytimeInterval(8, 2);
    const many = anytimeInterval(800, 200);
    expect(few.low).toBeLessThan(0.4439045376923585); // Clopper-Pearson's
    expect(many.low).toBeGreaterThan(few.low);
    expect(many.low).toBeLessThan(0.8);
    expect(many.high).toBeGreaterThan(0.8);
    expect(anytimeInterval(0, 0)).toEqual({ low: 0, high: 1 });
    expect(anytimeInterval(5, 0).high).toBe(1);
  });
});

describeWithData('textbook/sprt.json', "goldTest on Wald's example", () => {
  it('has the published thresholds and path', () => {
    const example = readJson('textbook/sprt.json');
    const policy = {
      target: example.h0_accuracy,
      reject: example.h1_accuracy,
      falseAlarm: example.alpha,
      miss: example.beta,
    };
    const outcomes = example.outcomes.map(Boolean);
    const test = goldTest(outcomes, policy);
    expect(test.suspendAt).toBeCloseTo(example.upper_reject_h0, 14);
    expect(test.clearAt).toBeCloseTo(example.lower_accept_h0, 14);
    expect(test).toMatchObject({ status: 'suspend', checks: example.first_crossing_upper });
    for (let n = 1; n <= test.checks; n++) {
      expect(goldTest(outcomes.slice(0, n), policy).statistic).toBeCloseTo(example.llr_path[n - 1], 13);
    }
  });
});
