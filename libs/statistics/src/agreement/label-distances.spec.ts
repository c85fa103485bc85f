import {
  type Box,
  boxesDistance,
  boxOverlap,
  exactSpansDistance,
  jaccardDistance,
  masiDistance,
  spansDistance,
  squaredRatioDistance,
} from './label-distances';
import { kendallDistance } from './label-metric';

describe('distances of sets', () => {
  it('follow Passonneau 2006', () => {
    expect(masiDistance(['a', 'b'], ['b', 'a'])).toBe(0);
    expect(masiDistance(['a'], ['a', 'b'])).toBeCloseTo(1 - (1 / 2) * (2 / 3), 14);
    expect(masiDistance(['a', 'c'], ['a', 'b'])).toBeCloseTo(1 - (1 / 3) * (1 / 3), 14);
    expect(masiDistance(['a'], ['b'])).toBe(1);
    expect(jaccardDistance(['a', 'b'], ['b', 'c'])).toBeCloseTo(2 / 3, 14);
  });

  it('take empty sets as equal to each other and to nothing else', () => {
    for (const distance of [masiDistance, jaccardDistance]) {
      expect(distance([], [])).toBe(0);
      expect(distance([], ['a'])).toBe(1);
    }
  });
});

describe('distances of boxes and spans', () => {
  const box: Box = [0, 0, 2, 2, 'cat'];

  it('are 1 - IoU for one box each', () => {
    expect(boxOverlap(box, [1, 0, 3, 2, 'cat'])).toBeCloseTo(1 / 3, 14);
    expect(boxesDistance([box], [[1, 0, 3, 2, 'cat']])).toBeCloseTo(2 / 3, 14);
  });

  it('count a box of another class as missed', () => {
    expect(boxesDistance([box], [[0, 0, 2, 2, 'dog']])).toBe(1);
  });

  it('are 0 for equal points, and 1 for others', () => {
    expect(boxesDistance([[1, 1, 1, 1]], [[1, 1, 1, 1]])).toBe(0);
    expect(boxesDistance([[1, 1, 1, 1]], [[1, 2, 1, 2]])).toBe(1);
    expect(spansDistance([[4, 4, 'here']], [[4, 4, 'here']])).toBe(0);
    expect(spansDistance([[4, 4, 'here']], [[4, 4, 'there']])).toBe(1);
  });

  it('match boxes for the best whole, whatever their order', () => {
    const others: Box[] = [[5, 5, 7, 7, 'cat'], [0, 0, 2, 1, 'cat'], box];
    expect(boxesDistance([box, [5, 5, 7, 7, 'cat']], others)).toBeCloseTo(1 - (2 * 2) / 5, 14);
  });

  it('take an empty answer as an answer', () => {
    expect(boxesDistance([], [])).toBe(0);
    expect(boxesDistance([box], [])).toBe(1);
  });

  it('treat spans alike in one dimension, or exactly', () => {
    expect(spansDistance([[0, 4]], [[2, 6]])).toBeCloseTo(1 - 2 / 6, 14);
    expect(
      exactSpansDistance(
        [
          [0, 4],
          [6, 8],
        ],
        [[0, 4]],
      ),
    ).toBeCloseTo(1 - 2 / 3, 14);
    expect(exactSpansDistance([[0, 4]], [[0, 5]])).toBe(1);
  });
});

describe('other distances', () => {
  it('are relative for ratios, with 0 equal to 0', () => {
    expect(squaredRatioDistance(1, 3)).toBe(0.25);
    expect(squaredRatioDistance(0, 0)).toBe(0);
  });

  it('count the pairs that two rankings turn round', () => {
    expect(kendallDistance(['a', 'b', 'c'], ['c', 'b', 'a'])).toBe(1);
    expect(kendallDistance(['a', 'b', 'c'], ['b', 'a', 'c'])).toBeCloseTo(1 / 3, 14);
    expect(kendallDistance(['a'], ['b'])).toBe(0);
  });
});
