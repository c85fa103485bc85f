import { nearestName } from './nearest-name';

describe('nearestName', () => {
  it.each([
    ['minOverlop', 'minOverlap'],
    ['minconfidence', 'minConfidence'],
    ['maxOvelrap', 'maxOverlap'],
    ['gold', 'minOverlap'],
  ])('takes %s for %s', (typed, meant) => {
    expect(nearestName(typed, ['minOverlap', 'maxOverlap', 'minConfidence'])).toBe(meant);
  });

  it('takes the first of equally near names', () => {
    expect(nearestName('bat', ['cat', 'hat'])).toBe('cat');
  });

  it('knows nothing where there are no names', () => {
    expect(nearestName('bat', [])).toBeUndefined();
  });
});
