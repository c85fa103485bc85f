import { setTimeout as sleep } from 'node:timers/promises';
import { workerId } from '@assay/platform/worker-id';
import { drawItems, type SimulatedItem } from '@assay/statistics/simulation/draw-items';
import { drawWorkers, labelBy, type SimulatedWorker } from '@assay/statistics/simulation/draw-workers';
import { type Population } from '@assay/statistics/simulation/population';
import { dice, type Dice } from '@assay/statistics/simulation/random';
import { CliError, EXIT } from './cli-error';
import { type Client, clientOf } from './client';
import { type ClaimedDispute, type QueuedDispute } from './disputes.command';

/** Source of the played workers and experts. */
export const CROWD_SOURCE = 'crowd';

/** Items that a worker takes before handing them in, and requests of the administrator at once. */
const PIECES = 5;
const AT_ONCE = 8;

/** A worker or expert with a key, who asks and answers over HTTP. */
interface Player {
  client: Client;
  worker: SimulatedWorker;
}

/** What a worker is given, as far as the players look at it. */
interface GivenWork {
  assignment: string;
  token: string;
  item: string;
  questions: { name: string }[];
}

/** A crowd that is played on a running Assay: who works, on what, and what would be right. */
export class CrowdPlayer {
  private readonly workers: Player[] = [];
  private readonly experts: Client[] = [];
  private readonly items: Map<string, SimulatedItem>;
  private readonly drawn: SimulatedWorker[];
  private readonly throws: Dice;
  /** What workers said, by item and worker: copiers look at it. */
  private readonly said = new Map<string, number>();
  /** Annotations handed in, and disputes decided. */
  readonly done = { annotations: 0, decisions: 0 };

  /** @throws RangeError where the population cannot be played. */
  constructor(
    private readonly admin: Client,
    private readonly project: string,
    readonly population: Population,
  ) {
    this.throws = dice(population.seed);
    this.items = new Map(Array.from(drawItems(population, this.throws), (item) => [item.name, item]));
    this.drawn = drawWorkers(population, this.throws);
  }

  /** Right label of every item. */
  truth(): Map<string, string> {
    return new Map([...this.items.values()].map((item) => [item.name, this.population.labels[item.truth]!]));
  }

  /** Right label of the gold items. */
  gold(): Map<string, string> {
    const gold = [...this.items.values()].filter((item) => item.gold);
    return new Map(gold.map((item) => [item.name, this.population.labels[item.truth]!]));
  }

  /** Sends the items, in the order of their names. */
  async importItems(): Promise<void> {
    const items = [...this.items.keys()].map((item) => ({ item, data: { picture: `${item}.jpg` } }));
    for (let start = 0; start < items.length; start += 1000)
      await this.admin.writeLines(`/v1/items/${this.project}`, items.slice(start, start + 1000));
  }

  /** Registers workers and so many experts, gives each a key, and waits until the services know them. */
  async enter(experts: number): Promise<void> {
    const enterOne = async (worker: SimulatedWorker) => ({ client: await this.keyFor(worker.name, 'worker'), worker });
    this.workers.push(...(await inTurns(this.drawn, enterOne)));
    const names = Array.from({ length: experts }, (_, index) => `expert-${index + 1}`);
    this.experts.push(...(await inTurns(names, (name) => this.keyFor(name, 'expert'))));
    await inTurns([...this.workers.map(({ client }) => client), ...this.experts], (client) => this.isKnown(client));
  }

  private async keyFor(name: string, role: 'worker' | 'expert'): Promise<Client> {
    const registered = workerId(CROWD_SOURCE, name);
    await this.admin.write('PUT', `/v1/sources/${CROWD_SOURCE}/workers/${name}`, {});
    const holder = `${this.project}-${name}`;
    const request = { holder, role, projects: [this.project], worker: registered };
    const { secret } = await this.admin.write<{ secret: string }>('POST', '/v1/keys', request);
    return clientOf(this.admin.url, secret);
  }

  /** Keys and workers reach the other services as events. */
  private async isKnown(client: Client): Promise<void> {
    for (;;) {
      const answer = await client.get(`/v1/assignments/${this.project}`).catch((error: unknown) => {
        if (error instanceof CliError && error.exitCode !== EXIT.unreachable) return undefined;
        throw error;
      });
      if (answer !== undefined) return;
      await sleep(20);
    }
  }

  /**
   * Lets the workers work, so many at once, until nobody finds anything to do although everything that they said was read and decided.
   * @returns how many annotations were handed in.
   */
  async work(atOnce: number): Promise<number> {
    const before = this.done.annotations;
    for (let last = -1; last !== this.done.annotations;) {
      last = this.done.annotations;
      await this.round(atOnce);
      await untilQuiet(this.admin);
    }
    return this.done.annotations - before;
  }

  /** Until nobody finds anything to do just now. Who comes next is drawn by activity. */
  private async round(atOnce: number): Promise<void> {
    const idle = new Set<Player>();
    const busy = new Set<Player>();
    const loop = async () => {
      for (let player = this.draw(idle, busy); player; player = this.draw(idle, busy)) {
        busy.add(player);
        try {
          if (!(await this.step(player))) idle.add(player);
        } finally {
          busy.delete(player);
        }
      }
    };
    await Promise.all(Array.from({ length: atOnce }, loop));
  }

  private draw(idle: ReadonlySet<Player>, busy: ReadonlySet<Player>): Player | undefined {
    const free = this.workers.filter((player) => !idle.has(player) && !busy.has(player));
    if (free.length === 0) return undefined;
    return free[this.throws.weighted(free.map(({ worker }) => worker.activity))];
  }

  /** Some items of one worker: asked for, looked at, handed in. @returns whether there were any. */
  private async step({ client, worker }: Player): Promise<boolean> {
    const given: GivenWork[] = [];
    while (given.length < PIECES) {
      const work = await client.write<GivenWork | undefined>('POST', `/v1/assignments/${this.project}`);
      if (work === undefined) break;
      given.push(work);
    }
    if (given.length > 0)
      await this.handIn(
        client,
        given.map((work) => this.annotationOf(worker, work)),
      );
    return given.length > 0;
  }

  private async handIn(client: Client, annotations: readonly object[]): Promise<void> {
    const { outcomes } = await client.writeLines<{ outcomes: { status: string; errors?: unknown }[] }>(
      `/v1/annotations/${this.project}`,
      annotations,
    );
    const rejected = outcomes.find(({ status }) => status === 'rejected');
    if (rejected) throw new CliError(EXIT.badData, `an annotation was rejected: ${JSON.stringify(rejected.errors)}`);
    this.done.annotations += annotations.length;
  }

  private annotationOf(worker: SimulatedWorker, given: GivenWork): object {
    const item = this.items.get(given.item);
    if (!item) throw new CliError(EXIT.badData, `item ${given.item}: expected one of the crowd's`);
    const { copiesFrom } = worker;
    const copied = copiesFrom && this.said.get(`${item.name} ${copiesFrom.name}`);
    const label = labelBy(worker, item, this.population, this.throws, copied);
    this.said.set(`${item.name} ${worker.name}`, label);
    const seconds = Math.round(10 * worker.seconds * Math.exp(0.4 * this.throws.normal())) / 10;
    return {
      ...{ id: given.assignment, item: item.name, assignment: given.token, seconds },
      labels: { [given.questions[0]?.name ?? 'label']: this.population.labels[label] },
    };
  }

  /** Lets the experts decide every dispute that there is. They see the truth nearly always. @returns how many were decided. */
  async decide(): Promise<number> {
    const counts = await Promise.all(this.experts.map((expert) => this.decideAll(expert)));
    return counts.reduce((sum, count) => sum + count, 0);
  }

  private async decideAll(expert: Client): Promise<number> {
    let decided = 0;
    for (;;) {
      const { disputes } = await expert.get<{ disputes: QueuedDispute[] }>(`/v1/disputes/${this.project}?limit=20`);
      if (disputes.length === 0) return decided;
      for (const { dispute } of disputes) if (await this.decideOne(expert, dispute)) decided++;
    }
  }

  private async decideOne(expert: Client, dispute: string): Promise<boolean> {
    const path = `/v1/disputes/${this.project}/${dispute}`;
    const claimed = await expert.write<ClaimedDispute>('POST', `${path}/claim`).catch((error: unknown) => {
      // Another expert was first.
      if (error instanceof CliError && error.exitCode === EXIT.badData) return undefined;
      throw error;
    });
    if (claimed === undefined) return false;
    const { labels } = this.population;
    const truth = this.items.get(claimed.item)!.truth;
    const isRight = this.throws.uniform() < EXPERT_ACCURACY;
    const label = labels[isRight ? truth : (truth + 1 + this.throws.below(labels.length - 1)) % labels.length];
    const reason = this.items.get(claimed.item)!.misleading ? 'ambiguous-item' : 'worker-slip';
    await expert.write('POST', `${path}/decision`, { label, reason });
    this.done.decisions++;
    return true;
  }
}

/** Does something with each of many, a few at once. @returns what came of each, in order. */
async function inTurns<T, R>(many: readonly T[], work: (one: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  for (let start = 0; start < many.length; start += AT_ONCE)
    results.push(...(await Promise.all(many.slice(start, start + AT_ONCE).map(work))));
  return results;
}

/** Services through which what workers say comes back as work. */
const CIRCLE = ['ingestion', 'consensus', 'gold', 'scoring', 'assignment'];

/** Waits until the services have read everything and have nothing to say. */
async function untilQuiet(admin: Client): Promise<void> {
  for (let calm = 0; calm < 2;) {
    let left = 0;
    for (const service of CIRCLE) {
      const { offsets } = await admin.get<{ offsets: { lag: number }[] }>(`/v1/ops/${service}/offsets`);
      const { outboxPending } = await admin.get<{ outboxPending: number }>(`/v1/ops/${service}/accounting`);
      left += outboxPending + offsets.reduce((sum, { lag }) => sum + lag, 0);
    }
    calm = left === 0 ? calm + 1 : 0;
    if (left > 0) await sleep(20);
  }
}

/** How often an expert who looks closely is right. */
const EXPERT_ACCURACY = 0.97;
