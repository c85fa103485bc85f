import { DEFAULT_ACCURACY, type Population, type Range } from './population';

/** Says what a value has to be, where it is not that. */
type Rule = { expected: string; holds: (value: unknown) => boolean };

const isNumber = (value: unknown, least: number, most: number): value is number =>
  typeof value === 'number' && value >= least && value <= most && Number.isFinite(value);
const isRange = (value: unknown): value is Range =>
  typeof value === 'object' && value !== null && 'least' in value && 'most' in value && (value as Range).least <= (value as Range).most; // prettier-ignore

const SHARE: Rule = { expected: 'a number from 0 to 1', holds: (value) => isNumber(value, 0, 1) };
const DEVIATION: Rule = { expected: 'a number from 0', holds: (value) => isNumber(value, 0, Infinity) };
const COUNT: Rule = { expected: 'an integer from 0', holds: (value) => isNumber(value, 0, Infinity) && Number.isInteger(value) }; // prettier-ignore
const TEXT: Rule = { expected: 'a text', holds: (value) => typeof value === 'string' };

/** The same of both ends of a range. */
function orRange({ expected, holds }: Rule): Rule {
  return {
    expected: `${expected}, or a range {least, most} of such`,
    holds: (value) => holds(value) || (isRange(value) && holds(value.least) && holds(value.most)),
  };
}

const FIELDS: Record<keyof Population, Rule> = {
  seed: { expected: 'an integer', holds: Number.isSafeInteger },
  labels: {
    expected: 'two or more different texts',
    holds: (value) => Array.isArray(value) && value.length > 1 && value.every(TEXT.holds) && new Set(value).size === value.length, // prettier-ignore
  },
  shares: {
    expected: 'numbers from 0, not all of them 0',
    holds: (value) => Array.isArray(value) && value.every(DEVIATION.holds) && value.some((share) => share > 0),
  },
  items: { expected: 'an integer above 0', holds: (value) => COUNT.holds(value) && value !== 0 },
  labelsPerItem: orRange(COUNT),
  difficulty: DEVIATION,
  lure: SHARE,
  likeness: SHARE,
  labelDifficulty: DEVIATION,
  subtypes: COUNT,
  misleading: SHARE,
  gold: SHARE,
  activity: DEVIATION,
  repeats: SHARE,
  workers: { expected: 'a list of groups of workers', holds: (value) => Array.isArray(value) && value.every(isObject) },
};

const OF_GROUP: Record<string, Rule> = {
  behaviour: { expected: `one of ${Object.keys(DEFAULT_ACCURACY).join(', ')}`, holds: (value) => Object.hasOwn(DEFAULT_ACCURACY, String(value)) }, // prettier-ignore
  count: COUNT,
  accuracy: orRange(SHARE),
  seconds: DEVIATION,
  favourite: TEXT,
  swaps: { expected: 'two labels', holds: (value) => Array.isArray(value) && value.length === 2 },
  strength: SHARE,
  after: SHARE,
  to: SHARE,
};

/** @throws RangeError naming the first field of a population that cannot be played, its value and what is expected. */
export function checkPopulation(population: Population): void {
  checkFields(population, FIELDS, ['seed', 'labels', 'items', 'labelsPerItem', 'workers'], '');
  const { labels, shares, workers } = population;
  if (shares && shares.length !== labels.length) {
    throw new RangeError(`shares has ${shares.length} numbers: expected ${labels.length}, one a label`);
  }
  workers.forEach((group, i) => checkFields(group, OF_GROUP, ['behaviour', 'count'], `workers[${i}].`));
  if (!workers.some(({ count }) => count > 0)) throw new RangeError('workers of the population: expected one or more');
}

function checkFields(
  of: object,
  rules: Readonly<Record<string, Rule>>,
  needed: readonly string[],
  where: string,
): void {
  for (const [name, value] of Object.entries(of)) {
    if (!Object.hasOwn(rules, name)) {
      throw new RangeError(`${where}${name}: no such field; expected one of ${Object.keys(rules).join(', ')}`);
    }
    const { expected, holds } = rules[name]!;
    if (value !== undefined && !holds(value))
      throw new RangeError(`${where}${name} ${JSON.stringify(value)}: expected ${expected}`);
  }
  const missing = needed.find((name) => (of as Record<string, unknown>)[name] === undefined);
  if (missing !== undefined)
    throw new RangeError(`${where}${missing} is missing: expected ${rules[missing]!.expected}`);
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
