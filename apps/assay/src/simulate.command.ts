import { writeFile, readFile } from 'node:fs/promises';
import { parse } from 'yaml';
import { ORDINARY_POPULATION, type Population } from '@assay/statistics/simulation/population';
import { simulate, type Simulation } from '@assay/statistics/simulation/simulate';
import { CliError, EXIT } from './cli-error';
import { type Context } from './context';
import { csvOf } from './output';
import { readProjectFile } from './project-file';

/** Where the files of a simulation go. */
export interface SimulationFiles {
  labels: string;
  truth: string;
  gold: string;
}

/** `assay simulate`: plays a population and writes labels, truth and gold as files; without `out`, the labels on stdout. */
export async function simulateCommand(
  context: Context,
  options: { population?: string; project?: string; out?: string },
): Promise<void> {
  const population = await readPopulation(options);
  const simulation = play(population);
  if (!options.out) return context.output.line(labelsCsv(simulation).trimEnd());
  const files = await writeSimulation(simulation, options.out);
  const { labels, truth, gold } = simulation;
  context.output.say(`${labels.length.toLocaleString('en-US')} labels in ${files.labels}`);
  context.output.say(
    `${truth.size.toLocaleString('en-US')} true labels in ${files.truth}, ${gold.size} of them as gold in ${files.gold}`,
  );
}

/** @throws CliError 6 where the population cannot be played. */
export function play(population: Population): Simulation {
  try {
    return simulate(population);
  } catch (error) {
    if (error instanceof RangeError) throw new CliError(EXIT.badData, `population: ${error.message}`, { cause: error });
    throw error;
  }
}

/** Writes `<prefix>labels.csv`, `<prefix>truth.csv` and `<prefix>gold.csv`. */
export async function writeSimulation(simulation: Simulation, prefix: string): Promise<SimulationFiles> {
  const files = { labels: `${prefix}labels.csv`, truth: `${prefix}truth.csv`, gold: `${prefix}gold.csv` };
  await writeFile(files.labels, labelsCsv(simulation));
  await writeFile(files.truth, answersCsv(simulation.truth));
  await writeFile(files.gold, answersCsv(simulation.gold));
  return files;
}

/** The population of a file, or the ordinary one; labels are those of the project file, where one is named. */
export async function readPopulation(options: { population?: string; project?: string }): Promise<Population> {
  const population = options.population ? await readPopulationFile(options.population) : ORDINARY_POPULATION;
  const question = options.project ? (await readProjectFile(options.project)).questions[0] : undefined;
  return question ? { ...population, labels: question.labels } : population;
}

async function readPopulationFile(path: string): Promise<Population> {
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
  return { ...ORDINARY_POPULATION, ...(described as Partial<Population>) };
}

function parsed(path: string, text: string): unknown {
  try {
    return parse(text);
  } catch (error) {
    throw new CliError(EXIT.badData, `${path}: ${(error as Error).message.split('\n')[0]}`, { cause: error });
  }
}

function labelsCsv(simulation: Simulation): string {
  return csvOf(
    [
      { heading: 'task', value: (row: Simulation['labels'][number]) => row.item },
      { heading: 'worker', value: (row) => row.worker },
      { heading: 'label', value: (row) => row.label },
      { heading: 'occasion', value: (row) => row.occasion },
      { heading: 'seconds', value: (row) => row.seconds },
    ],
    simulation.labels,
  );
}

function answersCsv(answers: ReadonlyMap<string, string>): string {
  return csvOf(
    [
      { heading: 'task', value: ([item]: [string, string]) => item },
      { heading: 'label', value: ([, label]: [string, string]) => label },
    ],
    [...answers],
  );
}
