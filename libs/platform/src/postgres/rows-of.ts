/** TypeORM gives [rows, count] for update and delete, rows for everything else. */
export function rowsOf<Row>(result: unknown): Row[] {
  const isPair =
    Array.isArray(result) && result.length === 2 && Array.isArray(result[0]) && typeof result[1] === 'number';
  return (isPair ? result[0] : result) as Row[];
}

/** Asks one statement after the other of a connection, or of any of a pool. */
export function sqlOn(asked: { query(statement: string, parameters: unknown[]): Promise<unknown> }) {
  return async <Row>(statement: string, parameters: readonly unknown[] = []): Promise<Row[]> =>
    rowsOf<Row>(await asked.query(statement, [...parameters]));
}
