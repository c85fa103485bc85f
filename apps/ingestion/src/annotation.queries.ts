import { type WorkerRole } from '@assay/contracts/project/label-schema';
import { type Transaction } from '@assay/platform/transport/transaction';

/** Rows a statement: beyond some hundred, more in one statement gains nothing (`insert ... select from unnest`, 60,000 rows/s). */
const SLICE = 500;

/** One statement as the record holds it; `labels` null is a retraction. */
export interface AnnotationRow {
  event: string;
  source: string;
  source_id: string;
  project: string;
  item: string;
  worker: string;
  role: WorkerRole;
  occasion: number;
  revision: number;
  occurred_at: string | null;
  place: number;
  schema_version: number | null;
  labels: Record<string, unknown> | null;
  seconds: number | null;
  guideline: string | null;
  /** SHA-256, hex. */
  hash: string;
  assignment: string | null;
  recorded_at: string;
}

const COLUMNS: readonly [keyof AnnotationRow, string][] = [
  ['event', 'uuid'],
  ['source', 'text'],
  ['source_id', 'text'],
  ['project', 'text'],
  ['item', 'text'],
  ['worker', 'uuid'],
  ['role', 'text'],
  ['occasion', 'integer'],
  ['revision', 'bigint'],
  ['occurred_at', 'timestamptz'],
  ['place', 'bigint'],
  ['schema_version', 'integer'],
  ['labels', 'json'],
  ['seconds', 'double precision'],
  ['guideline', 'text'],
  ['hash', 'bytea'],
  ['assignment', 'uuid'],
  ['recorded_at', 'timestamptz'],
];

const names = COLUMNS.map(([name]) => name).join(', ');
const arrays = COLUMNS.map(([name, type], index) => `$${index + 1}::${name === 'labels' ? 'text' : type}[]`).join(', ');
const picked = COLUMNS.map(([name]) => (name === 'labels' ? 'labels::json' : name)).join(', ');
const insert = `insert into annotation (${names}) select ${picked} from unnest(${arrays}) as a (${names})
  on conflict (event) do nothing returning event`;

/**
 * Adds statements to the record.
 * @param rows one a event. They are written in the order of events, so that two transactions never wait for each other in a circle.
 * @returns the events that were new.
 */
export async function insertAnnotations(tx: Transaction, rows: readonly AnnotationRow[]): Promise<Set<string>> {
  const sorted = [...rows].sort((a, b) => (a.event < b.event ? -1 : 1));
  const added = new Set<string>();
  for (let start = 0; start < sorted.length; start += SLICE) {
    const slice = sorted.slice(start, start + SLICE);
    const columns = COLUMNS.map(([name]) => slice.map((row) => written(name, row)));
    for (const { event } of await tx.sql<{ event: string }>(insert, columns)) added.add(event);
  }
  return added;
}

function written(name: keyof AnnotationRow, row: AnnotationRow): unknown {
  if (name === 'labels') return row.labels === null ? null : JSON.stringify(row.labels);
  return name === 'hash' ? Buffer.from(row.hash, 'hex') : row[name];
}

/** What each event on record says (SHA-256, hex), of those that are there. */
export async function hashesOf(tx: Transaction, events: readonly string[]): Promise<Map<string, string>> {
  if (events.length === 0) return new Map();
  const rows = await tx.sql<{ event: string; hash: string }>(
    `select event, encode(hash, 'hex') as hash from annotation where event = any($1::uuid[])`,
    [events],
  );
  return new Map(rows.map((row) => [row.event, row.hash]));
}

/** Key of what revisions are counted of. */
export function annotationKey(row: Pick<AnnotationRow, 'project' | 'item' | 'worker' | 'occasion'>): string {
  return JSON.stringify([row.project, row.item, row.worker, row.occasion]);
}

/** The highest revision on record of each annotation that has one, by `annotationKey`. */
export async function highestRevisions(tx: Transaction, rows: readonly AnnotationRow[]): Promise<Map<string, number>> {
  const found = await tx.sql<{ project: string; item: string; worker: string; occasion: number; revision: string }>(
    `select wanted.*, held.revision
     from unnest($1::text[], $2::text[], $3::uuid[], $4::integer[]) as wanted (project, item, worker, occasion),
       lateral (select revision from annotation a
         where a.project = wanted.project and a.item = wanted.item and a.worker = wanted.worker and a.occasion = wanted.occasion
         order by revision desc limit 1) held`,
    [
      rows.map((row) => row.project),
      rows.map((row) => row.item),
      rows.map((row) => row.worker),
      rows.map((row) => row.occasion),
    ],
  );
  return new Map(found.map((row) => [annotationKey(row), Number(row.revision)]));
}

/** Where a page of annotations ends: the next one starts behind it. */
export type AnnotationPlace = readonly [
  project: string,
  item: string,
  worker: string,
  occasion: number,
  revision: string,
  event: string,
];

/** Before every annotation. */
export const FIRST_PLACE: AnnotationPlace = [
  '',
  '',
  '00000000-0000-0000-0000-000000000000',
  -1,
  '-1',
  '00000000-0000-0000-0000-000000000000',
];

/** Where a row stands in the order of `annotationsAfter`. */
export function placeOf(row: AnnotationRow): AnnotationPlace {
  return [row.project, row.item, row.worker, row.occasion, String(row.revision), row.event];
}

/** Annotations behind a place, of a project and an item where they are named, by project, item, worker, occasion and revision, with the worker's name in its source. */
export async function annotationsAfter(
  tx: Transaction,
  after: AnnotationPlace,
  limit: number,
  project?: string,
  item?: string,
): Promise<(AnnotationRow & { external_id: string })[]> {
  const rows = await tx.sql<Record<string, unknown> & { occurred_at: Date | null; recorded_at: Date }>(
    `select a.*, encode(a.hash, 'hex') as hash, w.external_id
     from (select * from annotation
       where (project, item, worker, occasion, revision, event) > ($1, $2, $3::uuid, $4, $5, $6::uuid)
         and ($8::text is null or project = $8) and ($9::text is null or item = $9)
       order by project, item, worker, occasion, revision, event limit $7) a
     join worker w on w.id = a.worker
     order by a.project, a.item, a.worker, a.occasion, a.revision, a.event`,
    [...after, limit, project ?? null, item ?? null],
  );
  return rows.map(
    (row) =>
      ({
        ...row,
        revision: Number(row['revision']),
        place: Number(row['place']),
        occurred_at: row.occurred_at?.toISOString() ?? null,
        recorded_at: row.recorded_at.toISOString(),
      }) as AnnotationRow & { external_id: string },
  );
}
