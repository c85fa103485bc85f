/** A statement that writes, and its parameters. */
export interface Write {
  statement: string;
  parameters: readonly unknown[];
}

/**
 * Writes to different tables as one statement, which answers with what the last one returns: a round trip costs more than a small
 * write, and most writes are small. All of them see the tables as they were before.
 */
export function together(writes: readonly Write[]): { text: string; parameters: unknown[] } {
  const parameters: unknown[] = [];
  const texts = writes.map(({ statement, parameters: own }) => {
    const before = parameters.length;
    parameters.push(...own);
    return statement.replaceAll(/\$(\d+)/g, (_all, number: string) => `$${Number(number) + before}`);
  });
  const last = texts.pop() ?? 'select';
  if (texts.length === 0) return { text: last, parameters };
  const others = texts.map((text, at) => `write_${at} as (${text})`);
  return { text: `with ${others.join(', ')} ${last}`, parameters };
}
