import fc from 'fast-check';
import { type Box, boxOverlap, fuseBoxes } from './boxes';
import { fuseSpans, spanOverlap } from './spans';

const box = (left: number, top: number, width = 10, height = 10): Box => ({
  left,
  top,
  right: left + width,
  bottom: top + height,
});

describe('boxOverlap', () => {
  it('is intersection over union', () => {
    // 5 x 10 shared of 150
    expect(boxOverlap(box(0, 0), box(5, 0))).toBeCloseTo(1 / 3, 12);
    expect(boxOverlap(box(0, 0), box(20, 0))).toBe(0);
    expect(boxOverlap({ ...box(0, 0), label: 'car' }, { ...box(0, 0), label: 'bus' })).toBe(0);
  });

  it('is whole for equal points, and nothing for others', () => {
    expect(boxOverlap(box(3, 3, 0, 0), box(3, 3, 0, 0))).toBe(1);
    expect(boxOverlap(box(3, 3, 0, 0), box(3, 4, 0, 0))).toBe(0);
    expect(boxOverlap(box(3, 3, 0, 0), box(0, 0))).toBe(0);
  });
});

describe('fuseBoxes', () => {
  const drawn = [
    { worker: 'u', shapes: [box(0, 0), box(100, 100)] },
    { worker: 'v', shapes: [box(2, 0)] },
    { worker: 'w', shapes: [box(1, 1), box(200, 0)] },
    { worker: 'z', shapes: [] },
  ];

  it('keeps what a majority of those who saw the image drew, with the median of each edge', () => {
    const kept = fuseBoxes(drawn).filter((cluster) => cluster.kept);
    expect(kept).toEqual([{ shape: box(1, 0), workers: ['u', 'v', 'w'], support: 0.75, kept: true }]);
  });

  it('counts who drew nothing', () => {
    const two = [{ worker: 'u', shapes: [box(0, 0)] }, { worker: 'v', shapes: [] }]; // prettier-ignore
    expect(fuseBoxes(two)[0]).toMatchObject({ support: 0.5, kept: false });
  });

  it('never puts two boxes of one worker into one object', () => {
    const clusters = fuseBoxes([{ worker: 'u', shapes: [box(0, 0), box(1, 0)] }, { worker: 'v', shapes: [box(0, 0)] }]); // prettier-ignore
    expect(clusters.map(({ workers }) => workers)).toEqual([['u', 'v'], ['u']]);
  });

  it('does not depend on the order of the workers', () => {
    const side = fc.integer({ min: 1, max: 20 });
    const shape = fc.tuple(fc.nat(30), fc.nat(30), side, side).map((edges) => box(...edges));
    const shapes = fc.array(fc.array(shape, { maxLength: 3 }), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(shapes, (all) => {
        const workers = all.map((one, i) => ({ worker: `w${i}`, shapes: one }));
        expect(fuseBoxes([...workers].reverse())).toEqual(fuseBoxes(workers));
      }),
    );
  });
});

describe('fuseSpans', () => {
  it('fuses spans that overlap', () => {
    const drawn = [
      { worker: 'u', shapes: [{ start: 0, end: 5, label: 'PER' }] },
      { worker: 'v', shapes: [{ start: 0, end: 6, label: 'PER' }] },
      { worker: 'w', shapes: [{ start: 1, end: 5, label: 'LOC' }] },
    ];
    const [person, place] = fuseSpans(drawn);
    expect(person).toMatchObject({ shape: { start: 0, end: 6, label: 'PER' }, kept: true });
    expect(place).toMatchObject({ workers: ['w'], kept: false });
  });

  it('keeps the ends of spans that lie between whole numbers, as seconds do', () => {
    const drawn = [0.25, 0.25, 0.5].map((start, i) => ({ worker: `w${i}`, shapes: [{ start, end: start + 0.75 }] }));
    expect(fuseSpans(drawn)[0]).toMatchObject({ shape: { start: 0.25, end: 1 }, kept: true });
    const whole = [0, 5].map((start, i) => ({ worker: `w${i}`, shapes: [{ start, end: 20 }] }));
    expect(fuseSpans(whole)[0]!.shape).toEqual({ start: 3, end: 20 });
  });

  it('measures overlap in characters', () => {
    expect(spanOverlap({ start: 0, end: 4 }, { start: 2, end: 6 })).toBeCloseTo(1 / 3, 12);
  });
});
