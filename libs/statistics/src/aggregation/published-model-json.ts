import { type PublishedModel, type Tempering } from './published-model';

/** Everything of a published model but its workers, as JSON. Arrays of doubles are base64 of their little-endian bytes: exact, and compact. */
export interface ModelHeader {
  form: 'matrix' | 'profile';
  labels: number;
  stateLabel: number[];
  logPrior: string;
  pooled: string;
  /** Of a profile model only. */
  logProfile?: string;
  tempering: Tempering;
}

/** One worker of a published model, as JSON. */
export interface WorkerRow {
  worker: string;
  cells: string;
}

export function modelHeader(model: PublishedModel): ModelHeader {
  return {
    form: model.form,
    labels: model.labels,
    stateLabel: [...model.stateLabel],
    logPrior: encodeDoubles(model.logPrior),
    pooled: encodeDoubles(model.pooled),
    ...(model.form === 'profile' ? { logProfile: encodeDoubles(model.logProfile) } : {}),
    tempering: model.tempering,
  };
}

/** Rows of all workers, in the order of their names. */
export function workerRows(model: PublishedModel): WorkerRow[] {
  return [...model.workers]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([worker, cells]) => ({ worker, cells: encodeDoubles(cells) }));
}

/** Splits rows, in their order, so that the JSON of each chunk's array is at most so many bytes (a row that is larger stands alone). */
export function chunkRows(rows: readonly WorkerRow[], mostBytes: number): WorkerRow[][] {
  const chunks: WorkerRow[][] = [];
  let size = Infinity;
  for (const row of rows) {
    const bytes = Buffer.byteLength(JSON.stringify(row)) + 1;
    if (size + bytes > mostBytes) {
      chunks.push([]);
      size = 1;
    }
    chunks.at(-1)!.push(row);
    size += bytes;
  }
  return chunks;
}

/** The model again, bit for bit. Rows may come in any order. */
export function modelFrom(header: ModelHeader, rows: Iterable<WorkerRow>): PublishedModel {
  const workers = new Map<string, Float64Array>();
  for (const { worker, cells } of rows) workers.set(worker, decodeDoubles(cells));
  const base = {
    labels: header.labels,
    stateLabel: Int32Array.from(header.stateLabel),
    logPrior: decodeDoubles(header.logPrior),
    pooled: decodeDoubles(header.pooled),
    workers,
    tempering: header.tempering,
  };
  if (header.form === 'matrix') return { form: 'matrix', ...base };
  if (header.logProfile === undefined)
    throw new TypeError('logProfile of a model of form "profile": expected, not there');
  return { form: 'profile', ...base, logProfile: decodeDoubles(header.logProfile) };
}

/** Base64 of the little-endian bytes of doubles. */
export function encodeDoubles(values: Float64Array): string {
  const bytes = new DataView(new ArrayBuffer(values.length * 8));
  for (let i = 0; i < values.length; i++) bytes.setFloat64(i * 8, values[i]!, true);
  return Buffer.from(bytes.buffer).toString('base64');
}

/** The doubles of `encodeDoubles` again. */
export function decodeDoubles(text: string): Float64Array {
  const buffer = Buffer.from(text, 'base64');
  const bytes = new DataView(buffer.buffer, buffer.byteOffset, buffer.byteLength);
  return Float64Array.from({ length: Math.floor(buffer.byteLength / 8) }, (_, i) => bytes.getFloat64(i * 8, true));
}
