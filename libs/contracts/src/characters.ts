/**
 * Whether a string has `min` to `max` characters, counted as JSON Schema counts them: code points, neither UTF-16 code units nor
 * what a person sees (a heart with its variation selector is two; class-validator's `Length` says one).
 */
export function hasCharacters(text: string, min: number, max: number): boolean {
  // A character is at most two code units: what is longer than that need not be counted.
  if (text.length > 2 * max) return false;
  const count = [...text].length;
  return count >= min && count <= max;
}
