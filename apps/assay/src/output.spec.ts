import { tableOf, visible } from './output';

describe('tableOf', () => {
  it('aligns numbers to the right and words to the left', () => {
    const columns = [
      { heading: 'worker', value: ({ worker }: { worker: string; labels: number }) => worker },
      { heading: 'labels', value: ({ labels }: { worker: string; labels: number }) => labels },
    ];
    const rows = [
      { worker: 'u', labels: 12_345_678 },
      { worker: 'someone', labels: 9 },
    ];
    expect(tableOf(columns, rows)).toEqual(['worker       labels', 'u        12,345,678', 'someone           9']);
  });

  it('has room for more rows than a call takes arguments', () => {
    const rows = Array.from({ length: 200_000 }, (_, row) => row);
    expect(tableOf([{ heading: 'row', value: (row: number) => String(row) }], rows)).toHaveLength(200_001);
  });
});

describe('visible', () => {
  it.each([
    ['\u001b[2J', '\\u001b[2J'],
    ['\u009b2J', '\\u009b2J'],
    ['\u007f', '\\u007f'],
    ['a\r\nb\tc', 'a\\r\\nb\\tc'],
    ['Ä "quoted" \\ 😀', 'Ä "quoted" \\ 😀'],
  ])('writes %j as %j, which does nothing to a terminal', (text, expected) => {
    expect(visible(text)).toBe(expected);
    expect(tableOf([{ heading: 'worker', value: (row: string) => row }], [text])).toContain(expected);
  });
});
