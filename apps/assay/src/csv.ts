/** Longest row, in characters: a quote that is never closed must not swallow the file. */
const LONGEST_ROW = 1 << 20;
const PIECE = 1 << 24;

const QUOTE = 34;
const COMMA = 44;
const LF = 10;
const CR = 13;

/** Gets the cells of a row and the line on which it begins, the first line of the file being 1. */
export type CsvHandler = (cells: string[], line: number) => void | Promise<void>;

/**
 * Reads CSV by RFC 4180 (quotes doubled inside quotes, newlines in quotes, CRLF or LF, BOM); empty lines are passed over.
 * A row with broken quotes goes to `onError` with the line where it begins, and reading goes on with the *next line*, so that one
 * bad row costs one row. (csv-parse resumes after the next quote that closes, and swallows the rows between.)
 */
export async function parseCsv(
  content: Buffer,
  onRow: CsvHandler,
  onError: (line: number, message: string) => void,
): Promise<void> {
  let line = 1;
  let start = content.subarray(0, 3).equals(Buffer.from([0xef, 0xbb, 0xbf])) ? 3 : 0;
  while (start < content.length) {
    const end = pieceEnd(content, start);
    const isLast = end === content.length;
    const text = content.toString('utf8', start, end);
    let at = 0;
    while (at < text.length) {
      const row = readRow(text, at);
      if (row.error === 'unfinished' && !isLast && text.length - at < LONGEST_ROW) break;
      if (row.error) onError(line, row.error === 'unfinished' ? NEVER_CLOSED : row.error);
      else if (row.cells.length > 1 || row.cells[0] !== '') {
        const done = onRow(row.cells, line);
        if (done) await done;
      }
      line += row.error ? 1 : row.lines;
      at = row.error ? nextLine(text, at) : row.end;
    }
    start += at === text.length ? end - start : Buffer.byteLength(text.slice(0, at));
  }
}

const NEVER_CLOSED = 'a quote is opened here and never closed; expected a closing "';

interface Row {
  cells: string[];
  /** Index after the row and its newline. */
  end: number;
  /** Lines that the row takes. */
  lines: number;
  error?: string;
}

/** Reads the row that begins at `at`. A row whose quote is still open at the end of the text is `unfinished`. */
function readRow(text: string, at: number): Row {
  const row: Row = { cells: [], end: text.length, lines: 1 };
  let index = at;
  for (;;) {
    if (text.charCodeAt(index) === QUOTE) {
      index = readQuoted(text, index, row);
      if (row.error) return row;
    } else {
      const begin = index;
      let code = text.charCodeAt(index);
      while (index < text.length && code !== COMMA && code !== LF) {
        if (code === QUOTE)
          row.error =
            'a quote stands inside a cell that is not quoted; expected the whole cell in quotes, inner quotes doubled';
        code = text.charCodeAt(++index);
      }
      const end = code !== COMMA && text.charCodeAt(index - 1) === CR && index > begin ? index - 1 : index;
      row.cells.push(text.slice(begin, end));
      if (row.error) return row;
    }
    if (text.charCodeAt(index) !== COMMA) break;
    index++;
  }
  row.end = index + 1;
  return row;
}

/** Reads the quoted cell that begins at `open`; returns the index of the comma or newline after it. */
function readQuoted(text: string, open: number, row: Row): number {
  let cell = '';
  let begin = open + 1;
  for (;;) {
    const close = text.indexOf('"', begin);
    if (close === -1 || close - open > LONGEST_ROW) {
      row.error = 'unfinished';
      return open;
    }
    cell += text.slice(begin, close);
    if (text.charCodeAt(close + 1) === QUOTE) {
      cell += '"';
      begin = close + 2;
      continue;
    }
    for (let at = cell.indexOf('\n'); at !== -1; at = cell.indexOf('\n', at + 1)) row.lines++;
    row.cells.push(cell);
    const next = text.charCodeAt(close + 1) === CR ? close + 2 : close + 1;
    const code = text.charCodeAt(next);
    if (next < text.length && code !== LF && !(code === COMMA && next === close + 1)) {
      row.error = `a quoted cell goes on after its closing quote; expected a comma or the end of the line`;
    }
    return next;
  }
}

function nextLine(text: string, at: number): number {
  const newline = text.indexOf('\n', at);
  return newline === -1 ? text.length : newline + 1;
}

/** End of the piece that begins at `start`: after a newline, so that no character is cut in two. */
function pieceEnd(content: Buffer, start: number): number {
  if (content.length - start <= PIECE) return content.length;
  const newline = content.lastIndexOf(LF, start + PIECE);
  return newline <= start ? content.length : newline + 1;
}
