/**
 * An array of PostgreSQL from values in which nothing is to be escaped: numbers, uuids, booleans, names of fixed sets. `pg` would look for
 * quotation marks in each.
 */
export function plainArray(values: readonly (string | number | boolean | null)[]): string {
  return `{${values.map((value) => value ?? 'NULL').join(',')}}`;
}
