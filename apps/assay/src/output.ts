import { type WriteStream } from 'node:tty';

export const FORMATS = ['table', 'json', 'csv'] as const;
export type Format = (typeof FORMATS)[number];

/** One column of a table: its heading and how a row fills it. */
export interface Column<Row> {
  heading: string;
  value: (row: Row) => string | number | null | undefined;
  /** Digits after the point of a number in a table; CSV and JSON keep every digit. */
  digits?: number;
}

/** Where a command writes: data on stdout, words on stderr. */
export class Output {
  constructor(
    readonly format: Format,
    private readonly options: { color: boolean; quiet: boolean },
    private readonly stdout: NodeJS.WritableStream = process.stdout,
    private readonly stderr: NodeJS.WritableStream = process.stderr,
  ) {}

  /** A line of data. */
  line(text = ''): void {
    this.stdout.write(`${text}\n`);
  }

  json(value: unknown): void {
    this.line(JSON.stringify(value, null, 2));
  }

  /** Rows in the format that was asked for; `json` prints the rows as they are. Of CSV only a piece is in memory, so rows may be made one by one. */
  rows<Row>(columns: readonly Column<Row>[], rows: Iterable<Row>): void {
    if (this.format === 'json') this.json([...rows]);
    else if (this.format === 'csv') this.csv(columns, rows);
    else for (const line of tableOf(columns, [...rows], (text) => this.bold(text))) this.line(line);
  }

  /** Rows as CSV, whatever format was asked for. */
  csv<Row>(columns: readonly Column<Row>[], rows: Iterable<Row>): void {
    for (const piece of csvPieces(columns, rows)) this.stdout.write(piece);
  }

  /** A line of words for a person, on stderr; nothing with `--quiet`. */
  say(text: string): void {
    if (!this.options.quiet) this.stderr.write(`${text}\n`);
  }

  /** A line of words that `--quiet` does not silence. */
  warn(text: string): void {
    this.stderr.write(`${text}\n`);
  }

  /** What goes on just now: redrawn in place on a terminal, not said elsewhere. */
  progress(text: string): void {
    if (this.isLive()) this.stderr.write(`\r\u001b[K${text}`);
  }

  /** Clears what `progress` shows. */
  endProgress(): void {
    this.progress('');
  }

  private isLive(): boolean {
    return !this.options.quiet && (this.stderr as Partial<WriteStream>).isTTY === true;
  }

  bold(text: string): string {
    return this.paint(text, 1, 22);
  }

  dim(text: string): string {
    return this.paint(text, 2, 22);
  }

  good(text: string): string {
    return this.paint(text, 32, 39);
  }

  bad(text: string): string {
    return this.paint(text, 31, 39);
  }

  private paint(text: string, open: number, close: number): string {
    return this.options.color ? `\u001b[${open}m${text}\u001b[${close}m` : text;
  }
}

/** Whether a stream is a terminal that shows colours; `NO_COLOR` and `FORCE_COLOR` are honoured by Node itself. */
export function showsColor(stream: NodeJS.WritableStream): boolean {
  const terminal = stream as Partial<WriteStream>;
  return terminal.isTTY === true && (terminal.hasColors?.() ?? false);
}

/** CSV by RFC 4180 with a header, one line a row, LF. */
export function csvOf<Row>(columns: readonly Column<Row>[], rows: Iterable<Row>): string {
  return [...csvPieces(columns, rows)].join('');
}

/** Characters of a piece of CSV, about. */
const PIECE = 1 << 16;

/** The same in pieces, so that the text of a large table is never all in memory. */
export function* csvPieces<Row>(columns: readonly Column<Row>[], rows: Iterable<Row>): Generator<string> {
  let piece = `${columns.map((column) => csvCell(column.heading)).join(',')}\n`;
  for (const row of rows) {
    // Text by text onto the piece: an array a row and its `join` would be a third of the time.
    for (let place = 0; place < columns.length; place++) {
      if (place > 0) piece += ',';
      piece += csvValue(columns[place]!.value(row));
    }
    piece += '\n';
    if (piece.length < PIECE) continue;
    yield piece;
    piece = '';
  }
  if (piece !== '') yield piece;
}

function csvValue(value: string | number | null | undefined): string {
  return typeof value === 'string' ? csvCell(value) : String(value ?? '');
}

function csvCell(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** Text of a stranger as a terminal may get it: what would move its cursor, colour it or end a line is written as JSON writes it. */
export function visible(text: string): string {
  return text.replaceAll(/[\u0000-\u001f\u007f-\u009f]/g, (one) => {
    const written = JSON.stringify(one).slice(1, -1);
    return written === one ? `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}` : written;
  });
}

/** Lines of an aligned table: numbers to the right, words to the left, two spaces between. */
export function tableOf<Row>(
  columns: readonly Column<Row>[],
  rows: readonly Row[],
  heading: (text: string) => string = (text) => text,
): string[] {
  const isNumber = columns.map((column) => rows.some((row) => typeof column.value(row) === 'number'));
  const cells = rows.map((row) => columns.map((column) => cellOf(column.value(row), column.digits)));
  // Row by row: as arguments of `Math.max` a hundred thousand rows are more than the stack holds.
  const widths = columns.map((column, place) =>
    cells.reduce((most, row) => Math.max(most, row[place]?.length ?? 0), column.heading.length),
  );
  const align = (text: string, place: number) =>
    isNumber[place] ? text.padStart(widths[place] ?? 0) : text.padEnd(widths[place] ?? 0);
  const head = columns.map((column, place) => align(column.heading, place)).join('  ');
  return [heading(head.trimEnd()), ...cells.map((row) => row.map(align).join('  ').trimEnd())];
}

function cellOf(value: string | number | null | undefined, digits?: number): string {
  if (value === null || value === undefined) return '-';
  if (typeof value === 'string') return visible(value);
  return digits === undefined ? value.toLocaleString('en-US') : value.toFixed(digits);
}
