import { join } from 'node:path';
import { readSettings } from '@assay/platform/config/settings';
import { type Population } from '@assay/statistics/simulation/population';
import { clientOf } from './client';
import { type Context } from './context';
import { openLabels } from './label-file';
import { playCrowd } from './play.command';
import { readProjectFile } from './project-file';
import { prepare, printReplay, replayInto } from './replay.command';
import { startAssay } from './running-assay';
import { SERVICES } from './services';
import { untilSignal } from './up.command';

const EXAMPLES = join(__dirname, '../../../../apps/assay/examples');

/** A crowd of honest workers among whom two spam, two are careless and one leans towards a label; a tenth of the items is gold. */
export const CROWD: Population = {
  seed: 1979,
  labels: ['cat', 'dog', 'other'],
  items: 160,
  labelsPerItem: { least: 4, most: 7 },
  difficulty: 0.8,
  lure: 0.5,
  misleading: 0.02,
  gold: 0.1,
  activity: 0.5,
  workers: [
    { behaviour: 'honest', count: 15, accuracy: { least: 0.8, most: 0.95 } },
    { behaviour: 'spammer', count: 2 },
    { behaviour: 'careless', count: 2 },
    { behaviour: 'biased', count: 1, favourite: 'cat', strength: 0.5 },
  ],
};

const WORKERS = CROWD.workers.reduce((sum, { count }) => sum + count, 0);
const EXPERTS = 2;

/**
 * What `npm start` does: starts everything on embedded defaults, replays the patients of Dawid and Skene, lets a generated crowd work on the
 * running system with experts who decide what it cannot settle, prints both reports, and serves until Ctrl-C (or ends, with `exit`).
 */
export async function demoCommand(context: Context, options: { exit?: boolean; port?: number }): Promise<void> {
  const { output } = context;
  const settings = readSettings();
  output.say('starting PostgreSQL and the services ...');
  const running = await startAssay({
    settings: { ...settings, logLevel: settings.logLevel === 'info' ? 'warn' : settings.logLevel },
    dataDir: context.dataDir,
    services: SERVICES,
    port: options.port ?? settings.httpPort,
    metricsPort: settings.metricsPort,
    say: (line) => output.say(line),
  });
  try {
    const client = clientOf(running.url, running.key);
    const replay = { project: join(EXAMPLES, 'anaesthetists/project.yaml'), settle: true };
    const prepared = await prepare(context, await openLabels(join(EXAMPLES, 'anaesthetists/labels.csv')), replay);
    printReplay(context, await replayInto(client, context, prepared, replay));
    output.line();
    output.say(`${WORKERS} workers and ${EXPERTS} experts go to work ...`);
    const project = await readProjectFile(join(EXAMPLES, 'crowd/project.yaml'));
    printReplay(context, await playCrowd(client, { project, population: CROWD, experts: EXPERTS, atOnce: 8 }, output));
    output.line();
    if (options.exit) return await running.close();
    output.say(`Assay listens on ${running.url}, metrics on ${running.metricsUrl}/metrics; Ctrl-C ends it`);
    output.say('in another terminal: npm run -s assay -- trace anaesthetists patient-03');
  } catch (error) {
    await running.close();
    throw error;
  }
  await untilSignal(running);
}
