import { SliceSize } from './slice-size';

describe('SliceSize', () => {
  it('doubles while slices take less than 750 ms, up to 10,000 records', () => {
    const size = new SliceSize();
    const sizes = Array.from({ length: 4 }, () => {
      size.took(size.records, 100);
      return size.records;
    });
    expect(sizes).toEqual([4_000, 8_000, 10_000, 10_000]);
  });

  it('falls to what is handled in 1.5 s, down to 500 records', () => {
    const size = new SliceSize();
    size.took(2_000, 3_750);
    expect(size.records).toBe(800);
    size.took(800, 10_000);
    expect(size.records).toBe(500);
  });

  it('begins again with 500 records after a failure', () => {
    const size = new SliceSize();
    size.failed();
    expect(size.records).toBe(500);
    size.took(500, 10);
    expect(size.records).toBe(1_000);
  });

  it('learns nothing from a quick slice of less than half of its size', () => {
    const size = new SliceSize();
    size.took(999, 1_000);
    expect(size.records).toBe(2_000);
    size.took(999, 1_500);
    expect(size.records).toBe(999);
  });
});
