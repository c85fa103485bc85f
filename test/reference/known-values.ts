/** A value at the end of a path of a reference file. */
export interface KnownValue {
  path: readonly string[];
  value: unknown;
}

/**
 * What is known of the values at a path. In the path `*` stands for any key or index; what it stood for is handed to `ours`, in order.
 *   same     ours is the value: numbers to `within` (default 1e-9), all else exactly
 *   ratio    the same for numbers of any size: `within` is a share of the value
 *   noWorse  ours may differ from what another program found, but must not be worse by more than `slack`; `by` says which way is better
 *   words    nothing that Assay computes, and why
 */
export type Rule =
  | { is: 'same' | 'ratio'; path: string; ours: (...wild: string[]) => unknown; within: number }
  | { is: 'noWorse'; path: string; ours: (...wild: string[]) => number; by: 'more' | 'less'; slack: number }
  | { is: 'words'; path: string; why: string };

export function same(path: string, ours: (...wild: string[]) => unknown, within = 1e-9): Rule {
  return { is: 'same', path, ours, within };
}

export function sameRatio(path: string, ours: (...wild: string[]) => unknown, within = 1e-9): Rule {
  return { is: 'ratio', path, ours, within };
}

export function atLeast(path: string, ours: (...wild: string[]) => number, slack: number): Rule {
  return { is: 'noWorse', path, ours, by: 'more', slack };
}

export function atMost(path: string, ours: (...wild: string[]) => number, slack: number): Rule {
  return { is: 'noWorse', path, ours, by: 'less', slack };
}

export function words(why: string, ...paths: string[]): Rule[] {
  return paths.map((path) => ({ is: 'words', path, why }));
}

/** Every value of a file that is neither a list nor an object, with its path. An empty list is a value, as its emptiness says something. */
export function valuesOf(tree: unknown, path: readonly string[] = []): KnownValue[] {
  if (typeof tree !== 'object' || tree === null) return [{ path, value: tree }];
  const entries = Object.entries(tree);
  if (entries.length === 0) return [{ path, value: tree }];
  return entries.flatMap(([key, value]) => valuesOf(value, [...path, key]));
}

/** The first rule of each value, by rule; what no rule knows, and rules that no value needs. */
export function assign(values: readonly KnownValue[], rules: readonly Rule[]) {
  const ofRule = new Map<Rule, KnownValue[]>(rules.map((rule) => [rule, []]));
  const unknown: string[] = [];
  for (const known of values) {
    const rule = rules.find(({ path }) => wildOf(path, known.path) !== undefined);
    if (rule) ofRule.get(rule)!.push(known);
    else unknown.push(known.path.join('/'));
  }
  const idle = rules.filter((rule) => ofRule.get(rule)!.length === 0).map(({ path }) => path);
  return { ofRule, unknown, idle };
}

/** The values that a rule finds wrong, in words. */
export function wrongBy(rule: Rule, values: readonly KnownValue[]): string[] {
  if (rule.is === 'words') return [];
  return values.flatMap(({ path, value }) => {
    const ours = rule.ours(...wildOf(rule.path, path)!);
    return holds(rule, ours, value) ? [] : [`${path.join('/')}: ours is ${String(ours)}, known is ${String(value)}`];
  });
}

function holds(rule: Exclude<Rule, { is: 'words' }>, ours: unknown, known: unknown): boolean {
  if (typeof ours !== 'number' || typeof known !== 'number') return rule.is !== 'noWorse' && equal(ours, known);
  switch (rule.is) {
    case 'same':
      return Math.abs(ours - known) <= rule.within;
    case 'ratio':
      return Math.abs(ours - known) <= rule.within * Math.abs(known);
    case 'noWorse':
      return rule.by === 'more' ? ours >= known - rule.slack : ours <= known + rule.slack;
  }
}

function equal(ours: unknown, known: unknown): boolean {
  return JSON.stringify(ours) === JSON.stringify(known);
}

/** What the stars of a pattern stand for in a path; undefined where it does not match. */
function wildOf(pattern: string, path: readonly string[]): string[] | undefined {
  const parts = pattern.split('/');
  if (parts.length !== path.length) return undefined;
  if (!parts.every((part, i) => part === '*' || part === path[i])) return undefined;
  return path.filter((_, i) => parts[i] === '*');
}
