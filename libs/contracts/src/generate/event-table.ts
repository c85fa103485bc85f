import { type Contract } from '../contract';

/** The README's table of events, as Markdown with aligned columns. */
export function eventTable(catalogue: readonly Contract[]): string {
  const header = ['topic', 'event', 'what it says', 'from', 'to'];
  const rows = catalogue.map(({ topic, type, summary, producers, consumers }) => {
    const readers = [...consumers, ...(topic.audience === 'tools' && !producers.includes('tools') ? ['tools'] : [])];
    return [`\`${topic.name}\``, `\`${type}\``, summary, producers.join(', '), readers.join(', ') || '-'];
  });
  const widths = header.map((_, column) => Math.max(...[header, ...rows].map((row) => row[column]!.length)));
  const line = (row: readonly string[]) => `| ${row.map((cell, column) => cell.padEnd(widths[column]!)).join(' | ')} |`;
  return [header, widths.map((width) => '-'.repeat(width)), ...rows].map(line).join('\n');
}
