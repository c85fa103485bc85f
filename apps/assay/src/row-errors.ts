import { CliError, EXIT } from './cli-error';

/** How many bad rows are shown; the rest are counted. */
const SHOWN = 10;

/** The bad rows of a file: the first ten lines in words, the rest as a count. */
export class RowErrors {
  private shown: { line: number; words: string }[] = [];
  private readonly badLines = new Set<number>();

  constructor(private readonly file: string) {}

  /** @param line line of the file, from 1; a line counts once, however much is wrong with it. */
  add(line: number, message: string): void {
    if (this.badLines.has(line)) return;
    this.badLines.add(line);
    this.shown.push({ line, words: `${this.file}:${line}: ${message}` });
    if (this.shown.length > SHOWN) this.shown = this.shown.sort((a, b) => a.line - b.line).slice(0, SHOWN);
  }

  has(line: number): boolean {
    return this.badLines.has(line);
  }

  get count(): number {
    return this.badLines.size;
  }

  /** The first ten, one a line, and how many more there are. */
  words(): string {
    const rest = this.count - this.shown.length;
    const words = this.shown.sort((a, b) => a.line - b.line).map((row) => row.words);
    return [...words, ...(rest > 0 ? [`... and ${rest} more bad rows in ${this.file}`] : [])].join('\n');
  }

  /** Throws with exit code 6 where there is a bad row. */
  refuse(): void {
    if (this.count > 0) throw new CliError(EXIT.badData, this.words());
  }
}
