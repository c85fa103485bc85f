import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { join } from 'node:path';

/** Prints a result and keeps it in a file under docs/, between the marks of its name; a name that is not there yet is added at the end. */
export function record(file: 'benchmarks.md' | 'statistics.md', name: string, markdown: string): void {
  console.log(markdown);
  const path = join(__dirname, '../../docs', file);
  const [open, close] = [`<!-- bench:${name} -->`, `<!-- /bench:${name} -->`];
  const text = existsSync(path) ? readFileSync(path, 'utf8') : '# Benchmarks\n';
  const block = `${open}\n\n${markdown.trim()}\n\n${close}`;
  const from = text.indexOf(open);
  const to = text.indexOf(close);
  const next =
    from < 0 || to < 0
      ? `${text.trimEnd()}\n\n${block}\n`
      : text.slice(0, from) + block + text.slice(to + close.length);
  writeFileSync(path, next);
}

/** The machine that a figure was measured on, in a line. */
export function machine(): string {
  const [cpu] = cpus();
  return `${cpu?.model.trim() ?? 'unknown processor'}, ${cpus().length} cores, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.version}`;
}

/** A table in Markdown, columns padded as Prettier would. */
export function markdownTable(header: string[], rows: string[][]): string {
  const widths = header.map((title, c) => Math.max(3, title.length, ...rows.map((row) => row[c]!.length)));
  const line = (cells: string[]) => `| ${cells.map((cell, c) => cell.padEnd(widths[c]!)).join(' | ')} |`;
  return [line(header), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n');
}
