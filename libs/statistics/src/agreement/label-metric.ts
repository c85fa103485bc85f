import { type Distance } from './alpha-of-distance';
import { type Box, boxesDistance, jaccardDistance, masiDistance, type Span, spansDistance } from './label-distances';

/** How the distance of two labels is measured. */
export type Metric = 'nominal' | 'ordinal' | 'interval' | 'ratio' | 'jaccard' | 'masi' | 'iou' | 'span' | 'rank';

/** The kinds of labels a question can have. */
export type LabelKind =
  'choice' | 'choices' | 'rating' | 'number' | 'preference' | 'ranking' | 'boxes' | 'spans' | 'text';

/** The metric of a kind where none is asked for. */
export const METRIC_OF_KIND: Record<LabelKind, Metric> = {
  choice: 'nominal',
  preference: 'nominal',
  text: 'nominal',
  rating: 'ordinal',
  number: 'interval',
  choices: 'masi',
  boxes: 'iou',
  spans: 'span',
  ranking: 'rank',
};

/** Metrics whose distances are taken between labels as they are written in a file; the others read counts or numbers. */
export type WrittenMetric = Exclude<Metric, 'nominal' | 'ordinal' | 'interval' | 'ratio'>;

/**
 * The distance of two labels as they are written in a file: `a|b|c` for choices and rankings (best first), JSON for boxes and spans;
 * empty for an empty answer. What was read once is kept.
 * @throws SyntaxError where boxes or spans are not JSON.
 */
export function writtenDistance(metric: WrittenMetric): Distance<string> {
  switch (metric) {
    case 'jaccard':
      return reading(listed, jaccardDistance);
    case 'masi':
      return reading(listed, masiDistance);
    case 'iou':
      return reading((text) => parsed<Box>(text), boxesDistance);
    case 'span':
      return reading((text) => parsed<Span>(text), spansDistance);
    case 'rank':
      return reading(listed, kendallDistance);
  }
}

function reading<T>(read: (text: string) => T, distance: Distance<T>): Distance<string> {
  const known = new Map<string, T>();
  const value = (text: string): T => {
    let found = known.get(text);
    if (found === undefined) known.set(text, (found = read(text)));
    return found;
  };
  return (a, b) => distance(value(a), value(b));
}

/** The parts of `a|b|c`; none of an empty text. */
export function listed(text: string): string[] {
  return text === '' ? [] : text.split('|');
}

/** Boxes or spans of a text; none of an empty one. */
export function parsed<T>(text: string): T[] {
  return text.trim() === '' ? [] : (JSON.parse(text) as T[]);
}

/** Share of the pairs of things, among those in both rankings, that stand the other way round; 0 where there is no pair. */
export function kendallDistance(a: readonly string[], b: readonly string[]): number {
  const place = new Map(b.map((thing, i) => [thing, i]));
  const order = a.filter((thing) => place.has(thing)).map((thing) => place.get(thing)!);
  let turned = 0;
  order.forEach((later, i) => {
    for (let j = 0; j < i; j++) if (order[j]! > later) turned += 1;
  });
  return order.length < 2 ? 0 : turned / ((order.length * (order.length - 1)) / 2);
}
