import { completeProject } from '@assay/contracts/project/project-file';
import { type Population } from '@assay/statistics/simulation/population';
import { Output } from '../../apps/assay/src/output';
import { playCrowd } from '../../apps/assay/src/play.command';
import { isBalanced } from '../../apps/assay/src/report';
import { dataFolder, startedAssay } from '../support/assay';

const SILENT = new Output('json', { color: false, quiet: true });

/** Guessing workers on hard items: much stays disputed. */
const CROWD: Population = {
  seed: 7,
  labels: ['cat', 'dog', 'other'],
  items: 30,
  labelsPerItem: 3,
  difficulty: 1,
  gold: 0.1,
  workers: [
    { behaviour: 'honest', count: 5, accuracy: 0.5 },
    { behaviour: 'copying', count: 1, accuracy: 0.5 },
  ],
};

interface Gold {
  exposures: number;
  checks: number;
}

const data = dataFolder();
let running: Awaited<ReturnType<typeof startedAssay>>;

beforeAll(async () => {
  running = await startedAssay(data.path);
});

afterAll(async () => {
  await running?.close();
  data.remove();
});

describe('a played crowd', () => {
  it('works, is audited, disputes and is adjudicated; the report says what experts changed', async () => {
    const completed = completeProject({
      project: 'played',
      questions: [{ name: 'label', labels: CROWD.labels }],
      // Gold that nobody misses, and that suspends nobody for guessing.
      policy: { minOverlap: 3, maxOverlap: 4, minConfidence: 0.97, gold: { target: 0.5, reject: 0.2, rate: 0.3 } },
    });
    if (completed.type === 'refused') throw new Error(JSON.stringify(completed.errors));
    const play = { project: completed.project, population: CROWD, experts: 2, atOnce: 4 };
    const report = await playCrowd(running.client, play, SILENT);

    expect(isBalanced(report)).toBe(true);
    expect(report.annotations).toMatchObject({ rejected: 0, duplicate: 0 });
    const { adjudication, items } = report;
    expect(adjudication!.decided).toBe(items.adjudicated);
    expect(adjudication!.decided).toBeGreaterThan(0);
    expect(adjudication!.correct!.of).toBe(adjudication!.decided);
    // Experts are right on 97 of 100, workers on one of two: of some 27 decisions experts are right on 11 more, give or take 2.
    expect(adjudication!.correct!.after).toBeGreaterThan(adjudication!.correct!.before);
    expect(adjudication!.changed).toBeGreaterThanOrEqual(adjudication!.correct!.after - adjudication!.correct!.before);

    const { assignments } = await running.client.get<{ assignments: Record<string, number> }>(
      '/v1/ops/assignment/summary/played',
    );
    expect(assignments).toMatchObject({ live: 0, completed: report.annotations.accepted });
    let [exposures, checks] = [0, 0];
    for await (const gold of running.client.pages<Gold>('/v1/gold/played', 'gold')) {
      exposures += gold.exposures;
      checks += gold.checks;
    }
    expect(checks).toBeGreaterThan(0);
    expect(exposures).toBe(checks);
  });
});
