import { isAscii } from 'node:buffer';

/** Longest row, in bytes: a quote that is never closed must not swallow the file. */
const LONGEST_ROW = 1 << 20;

/** Most bytes that are also made a text at once: a whole file is read in pieces of a few MiB. */
const MOST_TEXT = 1 << 26;

const QUOTE = 34;
const COMMA = 44;
const LF = 10;
const CR = 13;

/** The cells of a row as ranges of bytes, so that a row costs no text; overwritten by the next row. */
export interface CsvRow {
  /** What the ranges are of: the file, or a copy of the row in which doubled quotes are single. */
  bytes: Buffer;
  /** The same as text, where each byte is a character. */
  text: string | undefined;
  cells: number;
  /** Range of each cell; what stands behind `cells` is of earlier rows. */
  start: Int32Array;
  end: Int32Array;
}

/** Gets a row and the line on which it begins, the first line of the file being 1. */
export type CsvHandler = (row: CsvRow, line: number) => void;

/** Where the reading of CSV stands. */
export interface CsvPlace {
  /** Byte of the content at which the next row begins. */
  at: number;
  /** Its line. */
  line: number;
}

/**
 * Reads CSV in UTF-8 by RFC 4180 (quotes doubled inside quotes, newlines in quotes, CRLF or LF, BOM); empty lines are passed over.
 * A row with broken quotes goes to `onError` with the line where it begins, and reading goes on with the *next line*, so that one
 * bad row costs one row. (csv-parse resumes after the next quote that closes, and swallows the rows between.)
 * @param place.line line at which the content begins; it is moved to the first row that was not read.
 * @param isWhole whether nothing follows the content; else a row that is broken, or reaches its end, is left to whoever has more of it.
 */
export function parseCsv(
  content: Buffer,
  onRow: CsvHandler,
  onError: (line: number, message: string) => void,
  place: CsvPlace = { at: 0, line: 1 },
  isWhole = true,
): void {
  const text = content.length <= MOST_TEXT && isAscii(content) ? content.toString('latin1') : undefined;
  const row: ReadRow = {
    bytes: content,
    text,
    cells: 0,
    start: new Int32Array(16),
    end: new Int32Array(16),
    next: 0,
    lines: 1,
    hasDoubled: false,
  };
  let { at, line } = place;
  if (at === 0 && line === 1 && content.subarray(0, 3).equals(Buffer.from([0xef, 0xbb, 0xbf]))) at = 3;
  while (at < content.length) {
    row.text = text;
    const error = readRow(content, at, row);
    if (!isWhole && (error !== undefined || row.next > content.length)) break;
    if (error !== undefined) {
      onError(line, error);
      line += 1;
      at = nextLine(content, at);
      continue;
    }
    if (row.hasDoubled) copyWithSingleQuotes(row);
    if (row.cells > 1 || row.end[0]! > row.start[0]!) onRow(row, line);
    line += row.lines;
    at = row.next;
  }
  place.at = at;
  place.line = line;
}

/** A cell as text. To cut it out of a text costs less than to decode its bytes. */
export function cellText({ bytes, text, start, end }: CsvRow, cell: number): string {
  return text === undefined ? bytes.toString('utf8', start[cell], end[cell]) : text.slice(start[cell], end[cell]);
}

interface ReadRow extends CsvRow {
  /** Index after the row and its newline. */
  next: number;
  /** Lines that the row takes. */
  lines: number;
  hasDoubled: boolean;
}

const NEVER_CLOSED = 'a quote is opened here and never closed; expected a closing "';
const QUOTE_INSIDE =
  'a quote stands inside a cell that is not quoted; expected the whole cell in quotes, inner quotes doubled';
const AFTER_QUOTE = 'a quoted cell goes on after its closing quote; expected a comma or the end of the line';

/** Reads the row that begins at `at` into `row`; returns what is wrong with its quotes. */
function readRow(content: Buffer, at: number, row: ReadRow): string | undefined {
  const length = content.length;
  row.bytes = content;
  row.cells = 0;
  row.lines = 1;
  row.hasDoubled = false;
  let index = at;
  for (;;) {
    let begin = index;
    let end;
    if (index < length && content[index] === QUOTE) {
      begin = index + 1;
      end = closingQuote(content, index, row);
      if (end < 0) return NEVER_CLOSED;
      index = end + 1;
      if (index + 1 < length && content[index] === CR && content[index + 1] === LF) index += 1;
      if (index < length && content[index] !== LF && content[index] !== COMMA) {
        // A carriage return is no more than part of a newline, or of the end of the file.
        if (!(content[index] === CR && index + 1 === length)) return AFTER_QUOTE;
        index += 1;
      }
    } else {
      let byte = 0;
      // What is above the comma, so most bytes of most files, needs one comparison.
      while (index < length && ((byte = content[index]!) > COMMA || (byte !== COMMA && byte !== LF && byte !== QUOTE)))
        index++;
      if (index < length && byte === QUOTE) return QUOTE_INSIDE;
      const endsRow = index === length || byte === LF;
      end = endsRow && index > begin && content[index - 1] === CR ? index - 1 : index;
    }
    if (row.cells === row.start.length) grow(row);
    row.start[row.cells] = begin;
    row.end[row.cells++] = end;
    if (index >= length || content[index] === LF) break;
    index += 1;
  }
  row.next = index + 1;
  return undefined;
}

/** Index of the quote that closes the one at `open`, or -1; counts the lines between. */
function closingQuote(content: Buffer, open: number, row: ReadRow): number {
  const limit = Math.min(content.length, open + LONGEST_ROW);
  for (let index = open + 1; index < limit; index++) {
    const byte = content[index]!;
    if (byte === LF) row.lines += 1;
    if (byte !== QUOTE) continue;
    if (content[index + 1] !== QUOTE) return index;
    row.hasDoubled = true;
    index += 1;
  }
  return -1;
}

/** Makes doubled quotes single, in a copy of the row; cells that are not quoted have no quotes. */
function copyWithSingleQuotes(row: ReadRow): void {
  const copy = Buffer.alloc(row.end[row.cells - 1]! - row.start[0]!);
  let length = 0;
  for (let cell = 0; cell < row.cells; cell++) {
    const begin = length;
    for (let index = row.start[cell]!; index < row.end[cell]!; index++) {
      const byte = row.bytes[index]!;
      copy[length++] = byte;
      if (byte === QUOTE) index += 1;
    }
    row.start[cell] = begin;
    row.end[cell] = length;
  }
  row.bytes = copy;
  row.text = undefined;
}

function grow(row: ReadRow): void {
  const [start, end] = [row.start, row.end];
  row.start = new Int32Array(2 * start.length);
  row.end = new Int32Array(2 * end.length);
  row.start.set(start);
  row.end.set(end);
}

function nextLine(content: Buffer, at: number): number {
  const newline = content.indexOf(LF, at);
  return newline === -1 ? content.length : newline + 1;
}
