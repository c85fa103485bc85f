import { distinguish, distinguishByChance, type Observation } from '../../../test/support/distinguisher';
import { dice } from '../../../libs/statistics/src/simulation/random';
import { AssignmentUnderTest, configured, gold, imported } from './assignment.fixture';
import { type Sent } from '../../../test/support/sent-events';
import { type GivenWork } from './assignment.service';

/** So much is seen; `npm run check:gold` looks at 5,000. */
const SEEN = Number(process.env['ASSAY_CHECK_SEEN'] ?? 300);
const WORKERS = 5;
const SHARE = 0.1;
/** Chance is .5. */
const NEGLIGIBLE = 0.55;

let assignment: AssignmentUnderTest;

beforeAll(async () => {
  assignment = await AssignmentUnderTest.start();
});

afterAll(() => assignment.stop());

/** A project with as many items as are seen, a tenth of them gold. @returns the gold. */
async function aProject(project: string, textOf: (isGold: boolean, length: number) => string): Promise<Set<string>> {
  const throws = dice(17);
  const known = new Set<string>();
  const events: Sent[] = [];
  for (let index = 0; index < SEEN; index++) {
    const item = `i${100_000 + throws.below(900_000)}`;
    const isGold = throws.uniform() < SHARE;
    if (isGold) known.add(item);
    events.push(imported(item, { text: textOf(isGold, 20 + throws.below(200)) }));
  }
  const policy = {
    ...{ minOverlap: 3, maxOverlap: 5, gold: { target: 0.9, reject: 0.7, rate: SHARE } },
    assignment: { order: 'steady' as const, minutes: 60, held: 1000, repeats: 0 },
  };
  await assignment.send(project, [configured({ policy }), ...events, ...[...known].map((item) => gold(item))]);
  return known;
}

/** Everything that workers can see of what they are given, as numbers. */
async function watch(project: string, known: ReadonlySet<string>): Promise<Observation[]> {
  const shapes = new Map<string, number>();
  const category = (shape: string) => shapes.get(shape) ?? shapes.set(shape, shapes.size).size;
  const seen: Observation[] = [];
  for (let worker = 1; worker <= WORKERS; worker++) {
    const authorization = `Bearer ${await assignment.keyOf(worker)}`;
    let before = performance.now();
    for (let place = 0; place < SEEN / WORKERS; place++) {
      const asked = performance.now();
      const response = await fetch(`${assignment.running.url}/v1/assignments/${project}`, {
        method: 'POST',
        headers: { authorization },
      });
      const [first, text] = [performance.now(), await response.text()];
      if (response.status !== 201) throw new Error(`${response.status} ${text}`);
      const work = JSON.parse(text) as GivenWork & { data: { text: string } };
      const token = Buffer.from(work.token, 'base64url');
      const id = Buffer.from(work.assignment.replaceAll('-', ''), 'hex');
      const headers = [...response.headers.entries()].filter(([name]) => name !== 'date' && name !== 'content-length');
      seen.push({
        isPositive: known.has(work.item),
        of: work.item,
        features: [
          ...[text.length, Number(response.headers.get('content-length')), work.token.length, work.data.text.length],
          category(`${Object.keys(work).join()} ${JSON.stringify(headers)} ${JSON.stringify(work.questions)}`),
          ...[Math.log(first - asked), Math.log(performance.now() - asked), Math.log(asked - before)],
          ...[place, place % 2, place % 3, place % 5, place % 10],
          ...[...id.subarray(0, 4), ...id.subarray(-4), ...token.subarray(16, 24)],
          ...[Date.parse(work.deadline) - Date.now(), Date.parse(work.deadline) % 1000, Number(work.item.slice(1))],
        ],
      });
      before = asked;
    }
  }
  return seen;
}

/** What is more than negligible and not by chance: five standard deviations of what relabelings give, which chance exceeds 3 times in a million. */
function boundOf(seen: readonly Observation[]): number {
  const { mean, deviation } = distinguishByChance(seen, { relabelings: 60, throws: dice(18) });
  return Math.max(NEGLIGIBLE, mean + 5 * deviation);
}

describe('gold among the work', () => {
  const NAMES = 'abcdefghijklmnopqrstuvwxyz';
  const text = (length: number) => Array.from({ length }, (_, index) => NAMES[index % 26]).join('');

  it(`is not told from work by anything that workers see (${SEEN} items)`, async () => {
    const known = await aProject('secret', (_isGold, length) => text(length));
    const seen = await watch('secret', known);
    const share = seen.filter(({ isPositive }) => isPositive).length / seen.length;
    // Five standard errors around the rate of the policy: beyond them lie 4 in a million.
    expect(Math.abs(share - SHARE)).toBeLessThan(5 * Math.sqrt((SHARE * (1 - SHARE)) / seen.length));
    const [area, bound] = [distinguish(seen), boundOf(seen)];
    process.stderr.write(`area under the curve ${area.toFixed(4)}, bound ${bound.toFixed(3)}\n`);
    expect(area).toBeLessThan(bound);
  }, 600_000);

  it('is told from it where somebody imports it with longer texts: the look finds what is there to find', async () => {
    const known = await aProject('leaky', (isGold, length) => text(isGold ? length + 200 : length));
    const seen = await watch('leaky', known);
    expect(distinguish(seen)).toBeGreaterThan(boundOf(seen));
  }, 600_000);
});
