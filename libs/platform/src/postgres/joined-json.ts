/** JSON holds no bare control character. */
export const JSON_SEPARATOR = '\u001e';

/**
 * Many documents as one parameter of a statement, to be read by `jsonTexts`. In an array of PostgreSQL every quotation mark of a document
 * would be escaped here and unescaped there.
 */
export function joinedJson(values: readonly unknown[]): string {
  return values.map((value) => (value === undefined ? '' : JSON.stringify(value))).join(JSON_SEPARATOR);
}

/** SQL for the array of documents (as text; null for undefined) of the parameter of a number. */
export function jsonTexts(parameter: number): string {
  return `string_to_array($${parameter}::text, e'\\x1e', '')`;
}
