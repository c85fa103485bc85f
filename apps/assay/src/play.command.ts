import { type ProjectDefinition } from '@assay/contracts/project/project-definition';
import { type Population } from '@assay/statistics/simulation/population';
import { type Answers } from './answer-file';
import { type Client } from './client';
import { CliError, EXIT } from './cli-error';
import { collectReport } from './collect-report';
import { connect, type Context } from './context';
import { CrowdPlayer } from './crowd-player';
import { importGold } from './gold-import';
import { type Output } from './output';
import { readProjectFile } from './project-file';
import { printReplay } from './replay.command';
import { type Report } from './report';
import { putProject } from './send-labels';
import { settle } from './settle';
import { readPopulation } from './simulate.command';

/** Rounds of work, settling and decisions, at most: each fit can raise a dispute anew, or settle one. */
const MOST_ROUNDS = 4;

/** Who plays, and how. */
export interface Play {
  project: ProjectDefinition;
  population: Population;
  experts: number;
  /** Workers who work at the same time. */
  atOnce: number;
}

/** `assay play PROJECT-FILE`: a crowd with known truth works on a running Assay, over HTTP with keys, and experts decide what it cannot settle. */
export async function playCommand(
  context: Context,
  file: string,
  options: { population?: string; experts: number; atOnce: number },
): Promise<void> {
  const project = await readProjectFile(file);
  const population = await readPopulation(context.output, { population: options.population, project: file });
  const { experts, atOnce } = options;
  printReplay(context, await playCrowd(connect(context), { project, population, experts, atOnce }, context.output));
}

/**
 * Plays a crowd: its items are imported, a part of them as gold; its workers take them, label them and hand them in; when all is settled that can be, experts decide
 * disputes, until nobody finds anything to do.
 * @returns the report, compared with the truth of the crowd.
 * @throws CliError 6 where the population cannot be played.
 */
export async function playCrowd(client: Client, play: Play, output: Output): Promise<Report> {
  const { project, population, experts, atOnce } = play;
  const started = performance.now();
  await putProject(client, project, false);
  const player = crowdPlayer(client, project.project, population);
  await player.importItems();
  const question = project.questions[0]!.name;
  await importGold(client, project.project, answersOf(player.gold(), question));
  await player.enter(experts);
  for (let round = 1; round <= MOST_ROUNDS; round++) {
    const worked = await player.work(atOnce);
    await settle(client, project.project, output);
    const decided = await player.decide();
    output.progress(`${player.done.annotations} annotations, ${player.done.decisions} disputes decided`);
    if (worked === 0 && decided === 0) break;
    if (round === MOST_ROUNDS) await settle(client, project.project, output);
  }
  output.endProgress();
  const seconds = (performance.now() - started) / 1000;
  const report = await collectReport(client, project.project, answersOf(player.truth(), question));
  return { ...report, seconds, annotationsPerSecond: player.done.annotations / seconds };
}

function answersOf(labels: ReadonlyMap<string, string>, question: string): Answers {
  return new Map([...labels].map(([item, label]) => [item, new Map([[question, new Set([label])]])]));
}

function crowdPlayer(client: Client, project: string, population: Population): CrowdPlayer {
  try {
    return new CrowdPlayer(client, project, population);
  } catch (error) {
    if (error instanceof RangeError) throw new CliError(EXIT.badData, `population: ${error.message}`, { cause: error });
    throw error;
  }
}
