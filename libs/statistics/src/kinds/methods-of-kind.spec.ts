import fc from 'fast-check';
import { editDistance } from './edit-distance';
import { alikeOfKind, METHODS_OF_KIND, READING_OF_KIND, type WrittenKind } from './methods-of-kind';
import { type WrittenRow } from './written';

/** Rows of one item per line: "item worker label". */
function rows(...lines: string[]): WrittenRow[] {
  return lines.map((line) => {
    const [item, worker, ...label] = line.split(' ');
    return { item: item!, worker: worker!, label: label.join(' ') };
  });
}

const labels = (kind: WrittenKind, method: string, given: WrittenRow[]) =>
  METHODS_OF_KIND[kind][method]!(given).map(({ item, label }) => `${item} ${label}`);

describe('numbers', () => {
  const given = rows('x u 1', 'x v 2', 'x w 3', 'x y 4', 'x z 90');

  it.each([
    ['mean', 'x 20'],
    ['median', 'x 3'],
    ['trimmed-mean', 'x 3'],
  ])('%s', (method, expected) => expect(labels('number', method, given)).toEqual([expected]));

  it.each(['gaussian', 'crh', 'mean', 'trimmed-mean', 'median'])('are refused by %s where they overflow', (method) => {
    const huge = rows('x u 1', 'x v 2', 'y u 1.5e308', 'y v 1e308');
    expect(() => labels('number', method, huge)).toThrow(/item "[xy]": the numbers are too large to be added up/);
  });

  it('are given with a deviation by the Gaussian model, and no probability', () => {
    const [decided] = METHODS_OF_KIND.number.gaussian!(rows('x u 1', 'x v 1.2', 'y u 5', 'y v 5.1'));
    expect(decided).toMatchObject({ item: 'x', posterior: null, confidence: null });
    expect(Number(decided!.label)).toBeGreaterThan(1);
    expect(Number(decided!.label)).toBeLessThan(1.2);
    expect(decided!.deviation).toBeGreaterThan(0);
  });

  it('are little moved by a worker who says anything, where CRH weighs them', () => {
    const crowd = Array.from({ length: 12 }, (_, t) => rows(`i${t} u ${t}`, `i${t} v ${t + 0.1}`, `i${t} w ${(t * 7) % 12}`)).flat(); // prettier-ignore
    const error = (method: string) =>
      METHODS_OF_KIND.number[method]!(crowd).reduce((sum, { item, label }) => sum + Math.abs(Number(label) - Number(item.slice(1))), 0); // prettier-ignore
    expect(error('crh')).toBeLessThan(error('mean') / 3);
  });
});

describe('choices', () => {
  const given = rows('x u a|b', 'x v a', 'x w a|c', 'y u ', 'y v ', 'y w b');

  it.each([
    ['majority', ['x a', 'y ']],
    ['medoid', ['x a', 'y ']],
    ['auto', ['x a', 'y ']],
  ])('%s', (method, expected) => expect(labels('choices', method, given)).toEqual(expected));

  it('are as sure as their least sure label', () => {
    // b: one of three, c: one of three, a: all.
    expect(METHODS_OF_KIND.choices.majority!(given)[0]!.confidence).toBeCloseTo(2 / 3, 12);
  });

  it('may be of a hundred thousand labels for a majority, and are refused by auto', () => {
    const many = Array.from({ length: 50_000 }, (_, t) => rows(`i${t} u a${t}|b${t}`, `i${t} v a${t}`, `i${t} w a${t}`)).flat(); // prettier-ignore
    const decided = METHODS_OF_KIND.choices.majority!(many);
    expect(decided.find(({ item }) => item === 'i7')).toMatchObject({ label: 'a7', confidence: expect.closeTo(2 / 3, 12) }); // prettier-ignore
    expect(() => METHODS_OF_KIND.choices.auto!(many)).toThrow(
      'method "auto" on 150,000 answers of 100,000 labels: expected a product up to 100,000,000 (majority has no limit)',
    );
  });

  it('are an empty answer where nobody ever ticked anything', () => {
    expect(labels('choices', 'auto', rows('x u ', 'x v '))).toEqual(['x ']);
  });
});

describe('preferences', () => {
  const given = [
    { item: 'p1', worker: 'u', label: 'left', left: 'a', right: 'b' },
    { item: 'p1', worker: 'v', label: 'a', left: 'a', right: 'b' },
    { item: 'p2', worker: 'u', label: 'right', left: 'c', right: 'b' },
    { item: 'p2', worker: 'v', label: 'tie', left: 'c', right: 'b' },
  ];

  it('are decided pair by pair; a name stands for its side', () => {
    expect(labels('preference', 'majority', given)[0]).toBe('p1 left');
  });

  it('mean the same whichever side a thing was shown on', () => {
    const shown = [
      { item: 'p', worker: 'u', label: 'right', left: 'b', right: 'a' },
      { item: 'p', worker: 'v', label: 'left', left: 'a', right: 'b' },
      { item: 'p', worker: 'w', label: 'a', left: 'b', right: 'a' },
      { item: 'q', worker: 'u', label: 'left', left: 'b', right: 'a' },
    ];
    const decided = METHODS_OF_KIND.preference['majority']!(shown);
    expect(decided).toMatchObject([{ label: 'left', posterior: 1 }, { label: 'left' }]);
    expect(alikeOfKind('preference', shown).map(({ label }) => label)).toEqual(['left', 'left', 'left', 'left']);
  });

  it('are of two things an item, where each item is decided', () => {
    const three = [...given, { item: 'p1', worker: 'w', label: 'left', left: 'a', right: 'c' }];
    expect(() => METHODS_OF_KIND.preference['majority']!(three)).toThrow(
      'item "p1" compares a, b, c: expected two things an item',
    );
    expect(METHODS_OF_KIND.preference['bradley-terry']!(three)).toHaveLength(3);
  });

  it.each(['bradley-terry', 'bradley-terry-without-ties', 'crowd-bt'])(
    'give each thing a strength, strongest first: %s',
    (method) => {
      const decided = METHODS_OF_KIND.preference[method]!(given);
      expect(decided.map(({ item }) => item)).toEqual(['a', 'b', 'c']);
      expect(decided.reduce((sum, { label }) => sum + Number(label), 0)).toBeCloseTo(0, 7);
    },
  );

  it('need what was compared', () => {
    expect(() => METHODS_OF_KIND.preference['bradley-terry']!(rows('p u left'))).toThrow(
      'label "left" of item "p" by worker "u": expected columns left and right that name two things',
    );
  });
});

describe('rankings', () => {
  it.each(['borda', 'kemeny', 'plackett-luce'])('%s orders what each item ranks', (method) => {
    expect(labels('ranking', method, rows('q u a|b|c', 'q v a|c|b', 'q w b|a|c', 'r u y|x', 'r v y|x'))).toEqual(['q a|b|c', 'r y|x']); // prettier-ignore
  });

  it('names the item whose things are too many for an exact search', () => {
    const many = Array.from({ length: 17 }, (_, i) => `t${i}`).join('|');
    expect(() => labels('ranking', 'kemeny', rows(`q u ${many}`))).toThrow('item "q": items to rank 17: expected at most 16'); // prettier-ignore
  });
});

describe('boxes and spans', () => {
  const given = rows('x u [[0,0,10,10,"car"],[90,90,99,99]]', 'x v [[2,0,12,10,"car"]]', 'x w [[1,1,11,11,"car"]]', 'x z ', 'y u []', 'y v '); // prettier-ignore

  it('are what a majority of those who saw the item drew, the median of each edge', () => {
    expect(METHODS_OF_KIND.boxes.majority!(given)).toEqual([
      { item: 'x', label: '[[1,0,11,10,"car"]]', posterior: 0.75, confidence: 0.75 },
      { item: 'y', label: '[]', posterior: 1, confidence: 1 },
    ]);
    expect(labels('spans', 'majority', rows('x u [[0,4,"a"]]', 'x v [[0,5,"a"]]', 'x w [[9,12]]'))).toEqual(['x [[0,5,"a"]]']); // prettier-ignore
  });

  it('are points too, and edges as they were drawn', () => {
    // .3 + (.9 - .3) is not .9 in doubles.
    const points = rows('x u [[5,5,5,5],[0.3,0,0.9,1]]', 'x v [[0.3,0,0.9,1],[5,5,5,5]]');
    expect(labels('boxes', 'majority', points)).toEqual(['x [[5,5,5,5],[0.3,0,0.9,1]]']);
    expect(labels('spans', 'majority', rows('x u [[4,4]]', 'x v [[4,4]]'))).toEqual(['x [[4,4]]']);
  });

  it("are one worker's whole answer as a medoid", () => {
    expect(labels('boxes', 'medoid', given)).toEqual(['x [[1,1,11,11,"car"]]', 'y []']);
  });

  it('are there by who overlooks and who invents, as auto sees it', () => {
    // Two of five find an object; three overlook nearly everything, which forty items show.
    const crowd = Array.from({ length: 40 }, (_, t) => [
      ...['u', 'v'].map((worker) => `i${t} ${worker} [[0,0,10,10]]`),
      ...['w', 'x', 'y'].map((worker, k) => `i${t} ${worker} ${(t + k) % 4 === 0 ? '[[0,0,10,10]]' : '[]'}`),
    ]).flat();
    const nothing = Array.from({ length: 40 }, (_, t) => [
      ...['u', 'v', 'w', 'x', 'y'].map((worker, k) => `j${t} ${worker} ${(t + k) % 13 === 0 ? '[[0,0,10,10]]' : '[]'}`),
    ]).flat();
    const found = (method: string) =>
      METHODS_OF_KIND.boxes[method]!(rows(...crowd, ...nothing)).filter(
        ({ item, label }) => (item[0] === 'i') === (label !== '[]'),
      ).length;
    expect(found('majority')).toBe(70);
    expect(found('auto')).toBeGreaterThan(75);
  });
});

describe('texts', () => {
  it.each(['weighted-medoid', 'medoid'])('%s is the text nearest to the others', (method) => {
    expect(labels('text', method, rows('x u hello', 'x v hallo', 'x w hello you'))).toEqual(['x hello']);
  });

  it('trusts who is near the others elsewhere', () => {
    const elsewhere = Array.from({ length: 30 }, (_, t) => rows(`i${t} u same`, `i${t} v same`, `i${t} bad qqqqqq${t}`, `i${t} worse zzzzz${t}`)).flat(); // prettier-ignore
    const given = [...elsewhere, ...rows('x bad abcd', 'x worse abcx', 'x u mnop', 'x v mnoq')];
    expect(labels('text', 'medoid', given).at(-1)).toBe('x abcd');
    expect(labels('text', 'weighted-medoid', given).at(-1)).toBe('x mnop');
  });

  it('counts letters in the majority, ties to the first', () => {
    expect(METHODS_OF_KIND.text.majority!(rows('x u b', 'x v a', 'x w b', 'y u b', 'y v a'))).toEqual([
      { item: 'x', label: 'b', posterior: 2 / 3, confidence: 2 / 3 },
      { item: 'y', label: 'a', posterior: 1 / 2, confidence: 1 / 2 },
    ]);
  });
});

describe('editDistance', () => {
  it('is Levenshtein over the longer length', () => {
    // kitten, sitting: 3, the usual example of textbooks
    expect(editDistance('kitten', 'sitting')).toBeCloseTo(3 / 7, 12);
    expect(editDistance('', '')).toBe(0);
    expect(editDistance('', 'ab')).toBe(1);
    expect(editDistance('a🙂', 'a')).toBe(1 / 2);
  });

  it('is a metric but for its scale', () => {
    const text = fc.string({ maxLength: 8 });
    fc.assert(
      fc.property(text, text, (a, b) => {
        expect(editDistance(a, b)).toBe(editDistance(b, a));
        expect(editDistance(a, b) === 0).toBe(a === b);
      }),
    );
  });
});

describe('READING_OF_KIND', () => {
  it.each([
    ['number', '1,5', 'expected a number'],
    ['number', '', 'expected a number'],
    ['preference', 'both', 'expected left, right or tie'],
    ['choices', 'a|b|', 'expected labels such as a|b, none of them empty'],
    ['ranking', 'a|b|a', 'expected each thing once'],
    ['ranking', 'a||b', 'expected each thing once'],
    ['boxes', '[[5,0,1,1]]', 'expected JSON such as [[left,top,right,bottom'],
    ['boxes', 'none', 'expected JSON'],
    ['spans', '[[0,1,2]]', 'expected JSON such as [[start,end'],
  ] as const)('names a %s that is "%s"', (kind, label, expected) => {
    expect(() => READING_OF_KIND[kind]({ item: 'x', worker: 'u', label })).toThrow(expected);
  });

  it.each(['number', 'choices', 'preference', 'ranking', 'boxes', 'spans', 'text'] as const)(
    'methods of %s do not depend on the order of the rows',
    (kind) => {
      const written: Record<WrittenKind, string[]> = {
        number: ['1', '2.5', '7'], choices: ['a|b', '', 'b'], preference: ['left', 'tie', 'right'], ranking: ['a|b|c', 'b|a', 'c|a|b'],
        boxes: ['[[0,0,4,4]]', '[]', '[[1,0,5,4]]'], spans: ['[[0,4]]', '', '[[1,4]]'], text: ['one', 'two', 'once'],
      }; // prettier-ignore
      const given = Array.from({ length: 8 }, (_, t) =>
        ['u', 'v', 'w'].map((worker, k) => ({
          item: `i${t}`,
          worker,
          label: written[kind][(t * k + k) % 3]!,
          left: `t${t % 4}`,
          right: `t${(t % 4) + 1}`,
        })),
      ).flat();
      for (const [name, method] of Object.entries(METHODS_OF_KIND[kind])) {
        const there = method(given);
        const back = method([...given].reverse());
        expect({ name, all: back.map(({ item }) => item).sort() }).toEqual({ name, all: there.map(({ item }) => item).sort() }); // prettier-ignore
        for (const one of there) {
          const other = back.find(({ item }) => item === one.item)!;
          if (Number.isFinite(Number(one.label)) && one.label !== '')
            expect(Number(other.label)).toBeCloseTo(Number(one.label), 6); // prettier-ignore
          else expect({ name, ...other }).toEqual({ name, ...one });
        }
      }
    },
  );
});
