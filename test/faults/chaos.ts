import 'reflect-metadata';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { deadLettersOf } from '../../apps/assay/src/dead-letters';
import { NEWEST_KAFKA } from '../support/kafka-broker';
import { cleanDigest } from './campaign';
import { Breakages, wordsOf } from './chaos-breakages';
import { type Break, scheduleOf } from './chaos-schedule';
import { problemsOf } from './checks';
import { changeSection, whereItRan } from './fault-page';
import { FaultSystem } from './fault-system';
import { Load } from './load';

/** Projects that are under load at the same time. */
const STREAMS = 3;
/** A run that is shorter than this (minutes) is a trial, of which docs/faults.md says nothing. */
const WORTH_SAYING = 15;

/**
 * `npm run chaos [-- --minutes 20 --seed N --kafka VERSION]`: services, broker, database and the lines between are broken at random, several
 * at once, while projects are sent one after the other; then everything is mended, and every project must have come to what a clean run
 * comes to. The same seed breaks the same at the same moments. Exit code 1 where something did not hold.
 */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      minutes: { type: 'string', default: '20' },
      seed: { type: 'string', default: String(Date.now() % 1_000_000) },
      kafka: { type: 'string', default: NEWEST_KAFKA },
    },
  });
  const [minutes, seed] = [Number(values.minutes), Number(values.seed)];
  if (!(minutes > 0) || !Number.isSafeInteger(seed))
    throw new Error(`--minutes ${values.minutes} --seed ${values.seed}: expected a number above 0 and a whole number`);
  console.log(`chaos of ${minutes} minutes on Kafka ${values.kafka}, seed ${seed}`);
  const digest = await cleanDigest();
  const system = await FaultSystem.start(values.kafka);
  const breakages = new Breakages(system);
  const { projects, failures } = await underChaos(system, breakages, seed, minutes * 60_000);
  await system.mend();
  const problems = [...failures, ...breakages.problems, ...(await problemsAtRest(system, projects, digest))];
  const counts = [...breakages.counts]
    .sort(([a], [b]) => a.localeCompare(b))
    .map(([what, times]) => `${what} ${times}`);
  const result = problems.length === 0 ? 'held' : `failed ${problems.length}: ${problems[0]!.slice(0, 200)}`;
  console.log(`${projects.length} projects; ${counts.join(', ')}: ${result}`);
  if (problems.length > 0) console.log([...problems, `what the services said: ${system.keepLogs()}`].join('\n  '));
  await system.stop();
  const row = [new Date().toISOString().slice(0, 10), whereItRan(values.kafka), `${minutes} min, seed ${seed}`];
  const cells = [...row, String(projects.length), counts.join(', '), result];
  if (minutes >= WORTH_SAYING)
    changeSection(
      'chaos',
      (said) => `${said.trim()}\n| ${cells.map((cell) => cell.replaceAll(/[|\n]/g, ' ')).join(' | ')} |`,
    );
  process.exit(problems.length > 0 ? 1 : 0);
}

/** Breaks things for so many ms while projects are sent. @returns the projects that were sent whole, and what could not be sent or mended. */
async function underChaos(system: FaultSystem, breakages: Breakages, seed: number, lasts: number) {
  const started = performance.now();
  const projects: string[] = [];
  const streams = Array.from({ length: STREAMS }, async (_none, stream) => {
    for (let turn = 0; performance.now() - started < lasts; turn++) {
      const load = new Load(`chaos-${stream}-${turn}`, seed + STREAMS * turn + stream, () => system.services.client);
      await sendWhole(load, turn);
      projects.push(load.project);
    }
  });
  const sources = scheduleOf(seed, lasts).map(async (breaks) => {
    for (const one of breaks) await happenInTime(breakages, one, started);
  });
  const ends = await Promise.allSettled([...streams, ...sources]);
  const failures = ends.flatMap((end) => (end.status === 'rejected' ? [`I8: ${(end.reason as Error).message}`] : []));
  return { projects, failures };
}

/** Every third project is sent twice, at once and in another order; every fourth asks for a fit in the middle. */
async function sendWhole(load: Load, turn: number): Promise<void> {
  await load.prepare();
  const sending = [load.send({ size: 8, pause: 400 })];
  if (turn % 3 === 2) sending.push(load.inAnotherOrder(1).send({ size: 15, pause: 300 }));
  if (turn % 4 === 3) sending.push(sleep(10_000).then(() => load.askForFit()));
  await Promise.all(sending);
}

async function happenInTime(breakages: Breakages, one: Break, started: number): Promise<void> {
  await sleep(Math.max(0, started + one.at - performance.now()));
  const at = ((performance.now() - started) / 1000).toFixed(1);
  const where = 'service' in one.breakage ? ` (${one.breakage.service})` : '';
  console.error(`${at} s: ${wordsOf(one.breakage)}${where}, for ${(one.lasts / 1000).toFixed(1)} s`);
  await breakages.happen(one);
}

/** What does not hold once everything is mended and quiet. */
async function problemsAtRest(system: FaultSystem, projects: readonly string[], digest: string): Promise<string[]> {
  const problems: string[] = [];
  for (const project of projects) {
    const ofProject = await problemsOf(system.services.client, project, digest).catch((error: Error) => [
      error.message,
    ]);
    problems.push(...ofProject.map((problem) => `${project}: ${problem}`));
  }
  problems.push(...(await system.imbalances()), ...(await system.published()), ...system.tooLarge());
  // Nothing that was sent contradicts anything or is unreadable.
  for await (const { service, reason, detail, project } of deadLettersOf(system.services.client, {}))
    problems.push(`I2: dead letter of ${service} for ${project}: ${reason}: ${detail}`);
  return problems;
}

void main();
