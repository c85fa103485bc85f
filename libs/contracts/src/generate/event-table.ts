import { type Contract } from '../contract';

/** The README's table of events, as Markdown. */
export function eventTable(catalogue: readonly Contract[]): string {
  const rows = catalogue.map(({ topic, type, summary, producers, consumers }) => {
    const readers = [...consumers, ...(topic.audience === 'tools' && !producers.includes('tools') ? ['tools'] : [])];
    return `| \`${topic.name}\` | \`${type}\` | ${summary} | ${producers.join(', ')} | ${readers.join(', ') || '-'} |`;
  });
  return ['| topic | event | what it says | from | to |', '| --- | --- | --- | --- | --- |', ...rows].join('\n');
}
