import { isUtf8 } from 'node:buffer';
import { createHash } from 'node:crypto';
import { closeSync, openSync, readFileSync, readSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { CliError, EXIT } from './cli-error';
import { cellText, type CsvPlace, type CsvRow, parseCsv } from './csv';
import { type RowErrors } from './row-errors';

/** A file of rows, CSV or JSON Lines. */
export interface RecordFile {
  /** Its name without folders, as it stands in messages. */
  name: string;
  /** Bytes. */
  size: number;
  /** All of it; of a large file of CSV only a piece is ever in memory. */
  content: () => Buffer;
  /** Where a large file of CSV is read from, in pieces of so many bytes. */
  inPieces?: { path: string; bytes: number };
  format: 'csv' | 'jsonl';
  /** Columns in the order of the file; of JSON Lines those of the first row. */
  columns: string[];
}

/** Gets the values of a row in the order of the wanted columns, undefined where a row has none (one array, overwritten by the next row), and the line on which it begins. */
export type RowHandler = (values: unknown[], line: number) => void;

/** Bytes of a file that are in memory at once. */
const PIECE = 1 << 21;

/** Longest line that is held in memory to be read, in bytes. */
const LONGEST_LINE = 1 << 26;

/**
 * Opens a file of rows and reads its header.
 * @param path of the file, or `-` for standard input.
 * @param bytes of a piece; what is no larger, or no file (a pipe), is read at once.
 * @throws CliError 3 where there is no such file, 6 where it is empty, or has no line that is short enough to be a header.
 */
export async function openRecords(path: string, bytes = PIECE): Promise<RecordFile> {
  const name = path === '-' ? 'stdin' : basename(path);
  const beginning = await beginningOf(path, bytes).catch((error: NodeJS.ErrnoException) => {
    throw new CliError(EXIT.notFound, `${path}: ${error.code === 'ENOENT' ? 'no such file' : error.message}`);
  });
  const isShort = beginning.content.length === beginning.size || beginning.content.includes(10);
  const { content, size } = isShort ? beginning : await beginningOf(path, LONGEST_LINE);
  if (isUtf16(content)) throw new CliError(EXIT.badData, `${name}:1: text in UTF-16; expected text in UTF-8`);
  // Three bytes of a BOM, in Latin-1.
  const isJson =
    /\.(jsonl|ndjson)$/i.test(name) || /^(\u00ef\u00bb\u00bf)?\s*[[{]/.test(content.toString('latin1', 0, 100));
  const isPart = content.length < size;
  const inPieces = isPart && !isJson && content.includes(10) ? { path, bytes } : undefined;
  if (isPart && !isJson && !inPieces) throw tooLong(name, 1, content.length);
  const all = isPart && !inPieces ? wholeFile(name, path) : content;
  const columns = isJson ? Object.keys(firstObject(name, all)) : csvHeader(name, all);
  if (columns.length === 0)
    throw new CliError(EXIT.badData, `${name}:1: no columns; expected a header or a JSON object`);
  const format = isJson ? 'jsonl' : 'csv';
  return { name, size, content: () => (inPieces ? wholeFile(name, path) : all), inPieces, format, columns };
}

/** @throws CliError 6 where it is larger than a buffer. */
function wholeFile(name: string, file: string | number): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_FS_FILE_TOO_LARGE') throw error;
    throw new CliError(EXIT.badData, `${name}: more than 2 GiB; expected so much as CSV in UTF-8`, { cause: error });
  }
}

function tooLong(name: string, line: number, bytes: number): CliError {
  return new CliError(
    EXIT.badData,
    `${name}:${line}: no end of the line within ${bytes / (1 << 20)} MiB; expected a row`,
  );
}

/** The first bytes of a file, and how many there are; of what is no file everything. */
async function beginningOf(path: string, bytes: number): Promise<{ content: Buffer; size: number }> {
  if (path === '-') {
    // Not by its descriptor or its path, which not every pipe and socket can be read by.
    const content = Buffer.concat(await process.stdin.toArray());
    return { content, size: content.length };
  }
  const stats = await stat(path);
  if (!stats.isFile() || stats.size <= bytes) {
    const content = await readFile(path);
    return { content, size: content.length };
  }
  const content = Buffer.allocUnsafe(bytes);
  const file = openSync(path, 'r');
  try {
    return { content: content.subarray(0, readSync(file, content, 0, bytes, 0)), size: stats.size };
  } finally {
    closeSync(file);
  }
}

/** SHA-256 of the file, hex. */
export function hashOf({ content, inPieces }: RecordFile): string {
  const hash = createHash('sha256');
  if (!inPieces) return hash.update(content()).digest('hex');
  const piece = Buffer.allocUnsafe(inPieces.bytes);
  const file = openSync(inPieces.path, 'r');
  try {
    for (let read = readSync(file, piece); read > 0; read = readSync(file, piece)) hash.update(piece.subarray(0, read));
    return hash.digest('hex');
  } finally {
    closeSync(file);
  }
}

/**
 * Reads every row once, in order. What cannot be read as a row (broken quotes, a wrong number of cells, bytes that are not UTF-8,
 * a line that is not a JSON object) goes to `errors` and not to `onRow`.
 */
export function eachRecord(file: RecordFile, wanted: readonly string[], errors: RowErrors, onRow: RowHandler): void {
  if (file.format === 'jsonl') return eachJsonRecord(file, wanted, errors, onRow);
  const places = wanted.map((column) => file.columns.indexOf(column));
  const values: unknown[] = new Array(places.length);
  eachCsvRecord(file, errors, (row, line) => {
    for (let i = 0; i < places.length; i++) values[i] = places[i]! < 0 ? undefined : cellText(row, places[i]!);
    onRow(values, line);
  });
}

/**
 * The same for CSV, without a text for each cell: cells stand in the order of the file's columns, and are of this row only.
 * @throws CliError 6 on a row longer than `LONGEST_LINE`.
 */
export function eachCsvRecord(file: RecordFile, errors: RowErrors, onRow: (row: CsvRow, line: number) => void): void {
  const width = file.columns.length;
  let isHeader = true;
  const place: CsvPlace = { at: 0, line: 1 };
  const parse = (content: Buffer, isWhole: boolean, hasBroken: boolean) =>
    parseCsv(
      content,
      (row, line) => {
        if (isHeader) isHeader = false;
        else if (hasBroken && errors.has(line)) return;
        else if (row.end[row.cells - 1]! - row.start[0]! > LONGEST_LINE) throw tooLong(file.name, line, LONGEST_LINE);
        else if (row.cells === width) onRow(row, line);
        else errors.add(line, `${row.cells} cells; expected ${width} (${file.columns.join(', ')})`);
      },
      (line, message) => errors.add(line, message),
      place,
      isWhole,
    );
  const rest = file.inPieces
    ? parsePieces(file.name, file.inPieces, place, (piece) => parse(piece, false, false))
    : file.content();
  const known = errors.count;
  const content = utf8Of(rest, errors, place.line);
  parse(content, true, errors.count > known);
}

/**
 * Has each piece of a file parsed; what a piece leaves is at the beginning of the next, which is larger where it would be nothing else.
 * @param parse moves the place behind what it has read.
 * @throws CliError 6 on a line longer than `LONGEST_LINE`.
 * @returns what is left for one who sees the end, `place.at` being 0: the last rows; or all from the first piece on that is not UTF-8.
 */
function parsePieces(
  name: string,
  { path, bytes }: { path: string; bytes: number },
  place: CsvPlace,
  parse: (piece: Buffer) => void,
): Buffer {
  let buffer = Buffer.allocUnsafe(2 * bytes);
  let left = 0;
  const file = openSync(path, 'r');
  try {
    for (;;) {
      const read = readSync(file, buffer, left, buffer.length - left, null);
      const content = buffer.subarray(0, left + read);
      if (read === 0) return content;
      const lines = content.lastIndexOf(10) + 1;
      if (!isUtf8(content.subarray(0, lines))) return Buffer.concat([content, wholeFile(name, file)]);
      place.at = 0;
      parse(content);
      left = content.length - place.at;
      // Of a row whose quotes are broken, the rows behind it are left too.
      if (left > LONGEST_LINE && !content.subarray(place.at, place.at + LONGEST_LINE).includes(10))
        throw tooLong(name, place.line, LONGEST_LINE);
      if (left > buffer.length / 2) {
        const larger = Buffer.allocUnsafe(2 * buffer.length);
        content.copy(larger, 0, place.at);
        buffer = larger;
      } else content.copy(buffer, 0, place.at);
      place.at = 0;
    }
  } finally {
    closeSync(file);
  }
}

/** The same for JSON Lines: a value is any JSON. */
export function eachJsonRecord(
  file: RecordFile,
  wanted: readonly string[],
  errors: RowErrors,
  onRow: RowHandler,
): void {
  const content = utf8Of(file.content(), errors, 1);
  let line = 0;
  for (const text of linesOf(file.name, content)) {
    line++;
    if (text.trim() === '' || errors.has(line)) continue;
    const cells = parseObject(text);
    if (!cells)
      errors.add(line, `${excerpt(text)} is not a JSON object; expected {"task":...,"worker":...,"label":...}`);
    else
      onRow(
        wanted.map((column) => (Object.hasOwn(cells, column) ? cells[column] : undefined)),
        line,
      );
  }
}

/** Whether it begins with the byte order mark of UTF-16, in which spreadsheets save "Unicode text". */
function isUtf16(content: Buffer): boolean {
  return (content[0] === 0xff && content[1] === 0xfe) || (content[0] === 0xfe && content[1] === 0xff);
}

/** The first row, whose quoted cells may hold newlines; its line alone where a quote is never closed. */
function firstRow(content: Buffer): Buffer {
  let begin = content.subarray(0, 3).equals(Buffer.from([0xef, 0xbb, 0xbf])) ? 3 : 0;
  while (content[begin] === 10 || content[begin] === 13) begin++;
  let isQuoted = false;
  for (let at = begin; at < content.length; at++) {
    if (content[at] === 34) isQuoted = !isQuoted;
    else if (content[at] === 10 && !isQuoted) return content.subarray(0, at);
  }
  const newline = content.indexOf(10, begin);
  return isQuoted && newline >= 0 ? content.subarray(0, newline) : content;
}

function csvHeader(name: string, content: Buffer): string[] {
  let header: string[] = [];
  const first = firstRow(content);
  if (first.length > LONGEST_LINE) throw tooLong(name, 1, LONGEST_LINE);
  parseCsv(
    first,
    (row) => void (header = Array.from({ length: row.cells }, (_, cell) => cellText(row, cell).trim())),
    (line, message) => {
      throw new CliError(EXIT.badData, `${name}:${line}: ${message}`);
    },
  );
  const twice = header.find((column, index) => column !== '' && header.indexOf(column) !== index);
  if (twice) throw new CliError(EXIT.badData, `${name}:1: column "${twice}" stands twice; expected each column once`);
  return header.some((column) => column !== '') ? header : [];
}

function firstObject(name: string, content: Buffer): Record<string, unknown> {
  for (const text of linesOf(name, content)) if (text.trim() !== '') return parseObject(text) ?? {};
  return {};
}

/** The content, which begins at a line; where it is not UTF-8, each line that is not goes to `errors`, and the broken bytes become U+FFFD, so that equal texts are equal bytes. */
function utf8Of(content: Buffer, errors: RowErrors, firstLine: number): Buffer {
  if (isUtf8(content)) return content;
  let line = firstLine - 1;
  // Not the whole at once, which may be longer than a text can be.
  const pieces: Buffer[] = [];
  let good = 0;
  for (let start = 0; start < content.length;) {
    line++;
    const newline = content.indexOf(10, start);
    const end = newline === -1 ? content.length : newline;
    const bytes = content.subarray(start, end);
    if (!isUtf8(bytes)) {
      const text = bytes.toString('utf8');
      errors.add(line, `${excerpt(text)} is not UTF-8; expected text in UTF-8`);
      pieces.push(content.subarray(good, start), Buffer.from(text));
      good = end;
    }
    start = end + 1;
  }
  return Buffer.concat([...pieces, content.subarray(good)]);
}

/** @throws CliError 6 on a line longer than `LONGEST_LINE`. */
function* linesOf(name: string, content: Buffer): Generator<string> {
  let line = 0;
  for (let start = 0; start < content.length;) {
    line++;
    const newline = content.indexOf(10, start);
    const end = newline === -1 ? content.length : newline;
    if (end - start > LONGEST_LINE) throw tooLong(name, line, LONGEST_LINE);
    const text = content.toString('utf8', start, end);
    yield start === 0 && text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
    start = end + 1;
  }
}

function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}

/** At most 60 characters of a text, quoted for a message. */
export function excerpt(text: string): string {
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}...` : text);
}
