/**
 * Levenshtein's distance (Soviet Physics Doklady 10, 1966) over the length of the longer text, 0 to 1: letters (code points) that must be put in,
 * taken out or changed. Two empty texts are equal.
 */
export function editDistance(a: string, b: string): number {
  if (a === b) return 0;
  const [from, to] = [[...a], [...b]];
  let before = Int32Array.from({ length: to.length + 1 }, (_, j) => j);
  let row = new Int32Array(to.length + 1);
  for (let i = 0; i < from.length; i++) {
    row[0] = i + 1;
    for (let j = 0; j < to.length; j++) {
      const changed = before[j]! + Number(from[i] !== to[j]);
      row[j + 1] = Math.min(changed, before[j + 1]! + 1, row[j]! + 1);
    }
    [before, row] = [row, before];
  }
  return before[to.length]! / Math.max(from.length, to.length);
}
