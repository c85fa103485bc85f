import { writeFile, readFile } from 'node:fs/promises';
import { parse } from 'yaml';
import { ORDINARY_POPULATION, type Population } from '@assay/statistics/simulation/population';
import { type SimulatedItem } from '@assay/statistics/simulation/draw-items';
import { type Play, playPopulation, type SimulatedLabel } from '@assay/statistics/simulation/simulate';
import { CliError, EXIT } from './cli-error';
import { type Context } from './context';
import { type Column, csvPieces, type Output } from './output';
import { readProjectFile } from './project-file';

const LABEL_COLUMNS: readonly Column<SimulatedLabel>[] = [
  { heading: 'task', value: (row) => row.item },
  { heading: 'worker', value: (row) => row.worker },
  { heading: 'label', value: (row) => row.label },
  { heading: 'occasion', value: (row) => row.occasion },
  { heading: 'seconds', value: (row) => row.seconds },
];

/** Where the files of a simulation go. */
interface SimulationFiles {
  labels: string;
  truth: string;
  gold: string;
}

/** `assay simulate`: plays a population and writes labels, truth and gold as files; without `out`, the labels on stdout. */
export async function simulateCommand(
  context: Context,
  options: { population?: string; project?: string; out?: string },
): Promise<void> {
  const population = await readPopulation(context.output, options);
  const played = play(population);
  if (!options.out) return printLabels(context, played.labels);
  const { files, counts } = await writePlay(played, population.labels, options.out);
  context.output.say(`${counts.labels.toLocaleString('en-US')} labels in ${files.labels}`);
  context.output.say(
    `${counts.truth.toLocaleString('en-US')} true labels in ${files.truth}, ${counts.gold} of them as gold in ${files.gold}`,
  );
}

function printLabels({ output }: Context, labels: Iterable<SimulatedLabel>): void {
  if (output.format !== 'json') return output.rows(LABEL_COLUMNS, labels);
  output.json(Array.from(labels, ({ item, ...label }) => ({ task: item, ...label })));
}

/** @throws CliError 6 where the population cannot be played. */
function play(population: Population): Play {
  try {
    return playPopulation(population);
  } catch (error) {
    if (error instanceof RangeError) throw new CliError(EXIT.badData, `population: ${error.message}`, { cause: error });
    throw error;
  }
}

/** Writes `<prefix>labels.csv`, `<prefix>truth.csv` and `<prefix>gold.csv`, row by row, and says how many rows each has. */
async function writePlay(
  { labels, items }: Play,
  names: readonly string[],
  prefix: string,
): Promise<{ files: SimulationFiles; counts: Record<keyof SimulationFiles, number> }> {
  const files = { labels: `${prefix}labels.csv`, truth: `${prefix}truth.csv`, gold: `${prefix}gold.csv` };
  const counts = { labels: 0, truth: 0, gold: 0 };
  const counted = function* <Row>(rows: Iterable<Row>, of: keyof SimulationFiles): Generator<Row> {
    for (const row of rows) {
      counts[of] += 1;
      yield row;
    }
  };
  const goldOf = function* (all: Iterable<SimulatedItem>): Generator<SimulatedItem> {
    for (const item of all) if (item.gold) yield item;
  };
  const answers: Column<SimulatedItem>[] = [
    { heading: 'task', value: ({ name }) => name },
    { heading: 'label', value: ({ truth }) => names[truth] },
  ];
  await write(files.labels, csvPieces(LABEL_COLUMNS, counted(labels, 'labels')));
  await write(files.truth, csvPieces(answers, counted(items, 'truth')));
  await write(files.gold, csvPieces(answers, counted(goldOf(items), 'gold')));
  return { files, counts };
}

/** @throws CliError 3 where the folder is not there, 1 where the file cannot be written. */
async function write(path: string, pieces: Iterable<string>): Promise<void> {
  await writeFile(path, pieces).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') throw new CliError(EXIT.notFound, `${path}: no such folder`, { cause: error });
    throw new CliError(EXIT.failure, `${path}: ${error.message}`, { cause: error });
  });
}

/**
 * The population of a file, or the ordinary one, from which also comes what the file leaves out, as is said; labels are those of the project file, where
 * one is named.
 */
export async function readPopulation(
  output: Output,
  options: { population?: string; project?: string },
): Promise<Population> {
  const question = options.project ? (await readProjectFile(options.project)).questions[0] : undefined;
  const described = {
    ...(options.population ? await readPopulationFile(options.population) : {}),
    ...(question && { labels: question.labels }),
  };
  const leftOut = Object.entries(ORDINARY_POPULATION).filter(([field]) => !Object.hasOwn(described, field));
  if (options.population && leftOut.length > 0) {
    const words = leftOut.map(([field, value]) => (typeof value === 'number' ? `${field} ${value}` : field));
    output.say(`${options.population}: ${words.join(', ')} as in the ordinary crowd`);
  }
  return { ...ORDINARY_POPULATION, ...described };
}

async function readPopulationFile(path: string): Promise<Partial<Population>> {
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    throw new CliError(EXIT.notFound, `${path}: no such file`, { cause: error });
  });
  const described = parsed(path, text);
  if (typeof described !== 'object' || described === null || Array.isArray(described)) {
    throw new CliError(
      EXIT.badData,
      `${path}: ${JSON.stringify(described)}; expected a population, such as {"items": 100}`,
    );
  }
  const { labels } = described as Partial<Population>;
  // YAML has [0, 1] as numbers.
  const texts = Array.isArray(labels) ? { labels: labels.map(String) } : {};
  return { ...(described as Partial<Population>), ...texts };
}

function parsed(path: string, text: string): unknown {
  try {
    return parse(text);
  } catch (error) {
    throw new CliError(EXIT.badData, `${path}: ${(error as Error).message.split('\n')[0]}`, { cause: error });
  }
}
