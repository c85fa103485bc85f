import { type Span } from './label-distances';
import { squaredDifference, unitizingAlpha } from './unitizing-alpha';

const section = (start: number, length: number, marked = true) => ({ start, length, marked });

/** Krippendorff 2004, Content Analysis, p. 254: a continuum of 300 from 150, here from 0; two observers. */
function observers(label: 'c' | 'k' | 'both'): { length: number; workers: Span[][] } {
  const all: [number, number, number, string][] = [
    [225, 70, 0, 'c'],
    [370, 30, 0, 'c'],
    [220, 80, 1, 'c'],
    [355, 20, 1, 'c'],
    [400, 20, 1, 'c'],
    [180, 60, 0, 'k'],
    [300, 50, 0, 'k'],
    [180, 60, 1, 'k'],
    [300, 50, 1, 'k'],
  ];
  const spansOf = (worker: number) =>
    all
      .filter(([, , observer, name]) => observer === worker && (label === 'both' || name === label))
      .map(([start, length, , name]): Span => [start - 150, start - 150 + length, name]);
  return { length: 300, workers: [spansOf(0), spansOf(1)] };
}

describe('squaredDifference', () => {
  it("has the published values of Krippendorff's distance of sections", () => {
    expect(squaredDifference(section(225, 70), section(220, 80))).toBe(50);
    expect(squaredDifference(section(370, 30), section(355, 20))).toBe(850);
    expect(squaredDifference(section(400, 50, false), section(400, 20))).toBe(400);
    expect(squaredDifference(section(5, 6), section(4, 2))).toBe(26);
    expect(squaredDifference(section(5, 6), section(4, 7, false))).toBe(36);
  });
});

describe('unitizingAlpha', () => {
  it('has the published values, to their rounding', () => {
    expect(unitizingAlpha([observers('c')]).value).toBeCloseTo(0.7286, 4);
    expect(unitizingAlpha([observers('k')]).value).toBe(1);
    expect(unitizingAlpha([observers('both')]).value).toBeCloseTo(0.8591, 3);
  });

  it('takes touching spans of one class as one', () => {
    const whole = { length: 9, workers: [[[0, 6]], [[1, 6]]] as Span[][] };
    const pieces = {
      length: 9,
      workers: [
        [
          [3, 6],
          [0, 3],
        ],
        [[1, 6]],
      ] as Span[][],
    };
    expect(unitizingAlpha([pieces])).toEqual(unitizingAlpha([whole]));
  });

  it('counts an empty answer as seen, and says why where nothing can be said', () => {
    expect(unitizingAlpha([{ length: 9, workers: [[[0, 6]], []] }]).value).toBeLessThan(0.5);
    expect(unitizingAlpha([{ length: 9, workers: [[], []] }])).toEqual({
      value: null,
      reason: 'nobody marked anything',
    });
    expect(unitizingAlpha([{ length: 9, workers: [[[0, 6]]] }])).toEqual({
      value: null,
      reason: 'no item has two or more labels',
    });
  });

  it('has no answer where spans lie between its steps', () => {
    const reason = 'a span does not begin and end at whole numbers from 0';
    for (const span of [
      [0.1, 0.5],
      [1, 2.5],
      [-2, 3],
    ] as Span[])
      // prettier-ignore
      expect(unitizingAlpha([{ length: 3, workers: [[span], [[0, 3]]] }])).toEqual({ value: null, reason });
  });
});
