import { type Coefficient, NO_OVERLAP, undefinedBecause } from './coefficient';
import { type Span } from './label-distances';

/** One item as a continuum: its length, and what each worker marked in it. Spans of one class by one worker do not overlap. */
export interface Continuum {
  length: number;
  workers: readonly (readonly Span[])[];
}

/**
 * Krippendorff's alpha for unitizing (1995, On the reliability of unitizing continuous data; Content Analysis, 2nd ed. 2004, p. 254): 1 - D_o / D_e,
 * summed over classes, and over items each by its length. An item that fewer than two workers saw says nothing; one that they left empty counts as
 * seen. A worker's touching or overlapping spans of one class are one. Chance is counted in whole steps, so spans between them (seconds, say) have none.
 */
export function unitizingAlpha(items: readonly Continuum[]): Coefficient {
  const seen = items.filter(({ workers, length }) => workers.length > 1 && length > 0);
  if (seen.length === 0) return undefinedBecause(NO_OVERLAP);
  if (!seen.every(({ workers }) => workers.flat().every(isInSteps))) {
    return undefinedBecause('a span does not begin and end at whole numbers from 0');
  }
  let observed = 0;
  let expected = 0;
  for (const item of seen) {
    for (const label of new Set(item.workers.flat().map((span) => span[2]))) {
      const sections = item.workers.map((spans) => sectionsOf(spans, label, item.length));
      observed += item.length * observedDisagreement(sections, item.length);
      expected += item.length * expectedDisagreement(sections, item.length);
    }
  }
  return expected === 0 ? undefinedBecause('nobody marked anything') : { value: 1 - observed / expected };
}

function isInSteps([start, end]: Span): boolean {
  return Number.isInteger(start) && Number.isInteger(end) && start >= 0;
}

/** A stretch of the continuum, marked or a gap. */
interface Section {
  start: number;
  length: number;
  marked: boolean;
}

/** One worker's continuum for one class as marked sections and the gaps between them. */
function sectionsOf(spans: readonly Span[], label: string | undefined, length: number): Section[] {
  const own = spans.filter((span) => span[2] === label && span[1] > span[0]).sort((a, b) => a[0] - b[0]);
  const sections: Section[] = [];
  let end = 0;
  for (const [from, to] of own) {
    const last = sections[sections.length - 1];
    if (last?.marked && from <= end) {
      end = Math.max(end, to);
      last.length = end - last.start;
      continue;
    }
    if (from > end) sections.push({ start: end, length: from - end, marked: false });
    sections.push({ start: from, length: to - from, marked: true });
    end = to;
  }
  if (end < length) sections.push({ start: end, length: length - end, marked: false });
  return sections;
}

/** Sum over ordered pairs of workers of the squared differences of their intersecting sections, / (m (m - 1) L^2). */
function observedDisagreement(workers: readonly Section[][], length: number): number {
  let sum = 0;
  workers.forEach((first, i) =>
    workers.slice(i + 1).forEach((second) => {
      let [a, b] = [0, 0];
      while (a < first.length && b < second.length) {
        const [x, y] = [first[a]!, second[b]!];
        sum += 2 * squaredDifference(x, y);
        if (x.start + x.length <= y.start + y.length) a++;
        if (y.start + y.length <= x.start + x.length) b++;
      }
    }),
  );
  return sum / (workers.length * (workers.length - 1) * length ** 2);
}

/** Of two intersecting sections: differences at both ends where both are marked; the whole of a unit that lies in a gap. */
export function squaredDifference(a: Section, b: Section): number {
  const begin = a.start - b.start;
  const end = begin + a.length - b.length;
  if (a.marked && b.marked) return -a.length < begin && begin < b.length ? begin ** 2 + end ** 2 : 0;
  if (a.marked && !b.marked) return begin >= 0 && end <= 0 ? a.length ** 2 : 0;
  if (!a.marked && b.marked) return begin <= 0 && end >= 0 ? b.length ** 2 : 0;
  return 0;
}

/**
 * 2/L * sum over units l of [(N - 1)/3 (2 l^3 - 3 l^2 + l) + l^2 sum over gaps g >= l of (g - l + 1)] / (m L (m L - 1) - sum l (l - 1)): all
 * ways in which the units could lie, in whole steps of the continuum.
 */
function expectedDisagreement(workers: readonly Section[][], length: number): number {
  const units = workers.flat().filter(({ marked }) => marked);
  const gaps = workers.flat().filter(({ marked }) => !marked);
  let sum = 0;
  let own = 0;
  for (const { length: l } of units) {
    let room = 0;
    for (const gap of gaps) if (gap.length >= l) room += gap.length - l + 1;
    sum += ((units.length - 1) / 3) * (2 * l ** 3 - 3 * l ** 2 + l) + l ** 2 * room;
    own += l * (l - 1);
  }
  const all = workers.length * length;
  return ((2 / length) * sum) / (all * (all - 1) - own);
}
