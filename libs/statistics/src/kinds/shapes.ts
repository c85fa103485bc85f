import { auto } from '../aggregation/auto';
import { type Box as Rectangle, fuseBoxes } from '../aggregation/boxes';
import { type Drawn, type DrawnCluster } from '../aggregation/cluster-drawn';
import { labelTable } from '../aggregation/label-table';
import { medoid } from '../aggregation/medoid';
import { evidenceOf, posteriorOf } from '../aggregation/posterior';
import { fuseSpans, type Span as Stretch } from '../aggregation/spans';
import { type Box, boxesDistance, type Span, spansDistance } from '../agreement/label-distances';
import { byItem, unreadable, type WrittenDecision, type WrittenMethod, type WrittenRow } from './written';

/** Boxes or spans as they are written, and as they are fused. */
interface Form<Written extends readonly unknown[], Shape> {
  expected: string;
  isOne(value: unknown): boolean;
  read(written: Written): Shape;
  write(shape: Shape): unknown[];
  fuse(drawn: readonly Drawn<Shape>[]): DrawnCluster<Shape>[];
  distance(a: readonly Written[], b: readonly Written[]): number;
}

const BOX: Form<Box, Rectangle> = {
  expected: 'JSON such as [[left,top,right,bottom,"class"]], class optional, left <= right and top <= bottom',
  isOne: (value) => isShape(value, 4) && value[0]! <= value[2]! && value[1]! <= value[3]!,
  read: ([left, top, right, bottom, label]) => ({ left, top, right, bottom, label }),
  write: ({ left, top, right, bottom, label }) => [left, top, right, bottom, ...(label === undefined ? [] : [label])],
  fuse: (drawn) => fuseBoxes(drawn),
  distance: boxesDistance,
};

const SPAN: Form<Span, Stretch> = {
  expected: 'JSON such as [[start,end,"class"]], class optional, start <= end',
  isOne: (value) => isShape(value, 2) && value[0]! <= value[1]!,
  read: ([start, end, label]) => ({ start, end, label }),
  write: ({ start, end, label }) => [start, end, ...(label === undefined ? [] : [label])],
  fuse: (drawn) => fuseSpans(drawn),
  distance: spansDistance,
};

/** Methods for boxes. `majority`: objects by overlap, kept where more than half of those who saw the image drew one, the median of each edge. */
export const BOXES_METHODS = methodsOf(BOX);
/** The same for spans of a text. */
export const SPANS_METHODS = methodsOf(SPAN);

/** @throws RangeError on what is not boxes. */
export const readBoxes = (row: WrittenRow): Box[] => readShapes(row, BOX);
/** @throws RangeError on what is not spans. */
export const readSpans = (row: WrittenRow): Span[] => readShapes(row, SPAN);

/**
 * `auto` decides for each object whether it is there by who drew one and who saw the item and did not (a yes or no a worker, fitted over all items),
 * so a worker who overlooks much does not count against an object as one who draws everything counts for it; `medoid` takes
 * one worker's whole answer.
 */
function methodsOf<Written extends readonly unknown[], Shape>(form: Form<Written, Shape>) {
  return {
    majority: (rows) =>
      drawnItems(rows, form).map(({ item, clusters }) => {
        const kept = clusters.filter((cluster) => cluster.kept);
        const share = Math.min(1, ...clusters.map((one) => (one.kept ? one.support : 1 - one.support)));
        return { item, label: written(kept, form), posterior: share, confidence: share };
      }),
    auto: (rows) => byExistence(drawnItems(rows, form), form),
    medoid: (rows) =>
      [...byItem(rows)].map(([item, given]) => {
        const answers = given.map((row) => readShapes(row, form));
        const best = medoid(answers, (a, b) => form.distance(a, b));
        return { item, label: JSON.stringify(answers[best]), posterior: null, confidence: null };
      }),
  } satisfies Record<string, WrittenMethod>;
}

interface DrawnItem<Shape> {
  item: string;
  /** Who saw it. */
  workers: string[];
  clusters: DrawnCluster<Shape>[];
}

function drawnItems<Written extends readonly unknown[], Shape>(
  rows: readonly WrittenRow[],
  form: Form<Written, Shape>,
): DrawnItem<Shape>[] {
  return [...byItem(rows)].map(([item, given]) => {
    const drawn = given.map((row) => ({
      worker: row.worker,
      shapes: readShapes(row, form).map((one) => form.read(one)),
    }));
    return { item, workers: given.map(({ worker }) => worker), clusters: form.fuse(drawn) };
  });
}

function byExistence<Written extends readonly unknown[], Shape>(
  items: readonly DrawnItem<Shape>[],
  form: Form<Written, Shape>,
): WrittenDecision[] {
  const votes = items.flatMap(({ item, workers, clusters }) =>
    clusters.flatMap((cluster, c) =>
      workers.map((worker) => ({
        item: JSON.stringify([item, c]),
        worker,
        label: cluster.workers.includes(worker) ? 'yes' : 'no',
      })),
    ),
  );
  const table = labelTable(votes, ['no', 'yes']);
  const { model } = auto(table);
  const place = new Map(table.items.map((item, t) => [item, t]));
  return items.map(({ item, clusters }) => {
    const beliefs = clusters.map((_, c) =>
      posteriorOf(model, evidenceOf(table, place.get(JSON.stringify([item, c]))!)),
    );
    return {
      item,
      label: written(clusters.filter((_, c) => beliefs[c]!.label === 1), form), // prettier-ignore
      posterior: Math.min(1, ...beliefs.map(({ posterior, label }) => posterior[label]!)),
      confidence: Math.min(1, ...beliefs.map(({ confidence }) => confidence)),
    };
  });
}

function written<Written extends readonly unknown[], Shape>(
  clusters: readonly DrawnCluster<Shape>[],
  form: Form<Written, Shape>,
): string {
  return JSON.stringify(clusters.map(({ shape }) => form.write(shape)));
}

function readShapes<Written extends readonly unknown[], Shape>(row: WrittenRow, form: Form<Written, Shape>): Written[] {
  let shapes: unknown;
  try {
    shapes = row.label.trim() === '' ? [] : JSON.parse(row.label);
  } catch {
    throw unreadable(row, form.expected);
  }
  if (!Array.isArray(shapes) || !shapes.every((one) => form.isOne(one))) throw unreadable(row, form.expected);
  return shapes as Written[];
}

function isShape(value: unknown, numbers: number): value is number[] {
  if (!Array.isArray(value) || value.length < numbers || value.length > numbers + 1) return false;
  const isClassed = value.length === numbers || typeof value[numbers] === 'string';
  return isClassed && value.slice(0, numbers).every((one) => typeof one === 'number' && Number.isFinite(one));
}
