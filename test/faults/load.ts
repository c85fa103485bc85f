import { setTimeout as sleep } from 'node:timers/promises';
import { type Client } from '../../apps/assay/src/client';
import { importGold } from '../../apps/assay/src/gold-import';
import { simulate } from '../../libs/statistics/src/simulation/simulate';
import { shuffled } from '../support/shuffled';

export const LABELS = ['cat', 'dog', 'other'];
const CROWD = simulate({
  seed: 11,
  labels: LABELS,
  items: 80,
  labelsPerItem: { least: 3, most: 6 },
  repeats: 0.04,
  workers: [
    { behaviour: 'honest', count: 10 },
    { behaviour: 'spammer', count: 2 },
  ],
});

/** One annotation as a tool sends it. */
export interface Sent {
  id: string;
  item: string;
  worker: string;
  occasion?: number;
  revision?: number;
  label?: string;
  retract?: boolean;
  order: number;
}

/** What tools say of one crowd: submitted, revised, retracted, retracted and said again, and the same work sent once more by mistake. */
export const EVENTS: readonly Sent[] = [
  ...CROWD.labels.map(({ item, worker, label, occasion }, order) => ({
    id: `s${order}`,
    item,
    worker,
    label,
    occasion,
    order,
  })),
  ...again(0, 20, (one, at) => ({ ...one, id: `r${at}`, revision: 1, label: 'cat', order: 1_000 + at })),
  ...again(20, 30, (one, at) => ({
    ...one,
    id: `x${at}`,
    revision: 2,
    label: undefined,
    retract: true,
    order: 2_000 + at,
  })),
  ...again(30, 36, (one, at) => ({
    ...one,
    id: `y${at}`,
    revision: 1,
    label: undefined,
    retract: true,
    order: 3_000 + at,
  })),
  ...again(30, 36, (one, at) => ({ ...one, id: `z${at}`, revision: 2, label: 'dog', order: 4_000 + at })),
];

function again(from: number, to: number, change: (one: Sent, at: number) => Sent): Sent[] {
  return CROWD.labels
    .slice(from, to)
    .map(({ item, worker, occasion }, at) => change({ id: '', item, worker, occasion, order: 0 }, at));
}

/** Every tenth item is gold. */
export const GOLD: ReadonlyMap<string, string> = new Map([...CROWD.truth].filter((_one, at) => at % 10 === 0));

/** Events of one request, and ms between requests: so that what happens meanwhile happens in the middle. */
export interface Pace {
  size?: number;
  pause?: number;
}

/** One project's share of a run: everything is sent once, in an order of its own, in small requests, each until it is acknowledged. */
export class Load {
  /** Events that were acknowledged so far. */
  sent = 0;

  constructor(
    readonly project: string,
    private readonly seed: number,
    private readonly client: () => Client,
  ) {}

  /** Makes the project and its gold. */
  async prepare(): Promise<void> {
    await this.define();
    await this.tellGold();
  }

  /** Says what the project is. @param policy another than the usual. */
  async define(policy?: object): Promise<void> {
    const questions = [{ name: 'label', labels: LABELS }];
    const project = { project: this.project, questions, ...(policy && { policy }) };
    await this.until(() => this.client().write('PUT', `/v1/projects/${this.project}`, project));
  }

  /** Says what the labels of gold are; asks until they are heard. */
  async tellGold(): Promise<void> {
    const gold = new Map([...GOLD].map(([item, label]) => [item, new Map([['label', new Set([label])]])]));
    await this.until(() => importGold(this.client(), this.project, gold));
  }

  async send({ size = 40, pause = 20 }: Pace = {}): Promise<void> {
    const events = shuffled([...EVENTS], this.seed);
    for (let at = 0; at < events.length; at += size) {
      const lines = events.slice(at, at + size);
      await this.until(() => this.client().writeLines(`/v1/annotations/${this.project}`, lines));
      this.sent += lines.length;
      await sleep(pause);
    }
  }

  /** Asks for a fit over everything. */
  async askForFit(): Promise<void> {
    await this.until(() => this.client().write('POST', `/v1/epochs/${this.project}`, { settle: true }));
  }

  /** The same events in another order. */
  inAnotherOrder(by: number): Load {
    return new Load(this.project, this.seed + 1_000 * by, this.client);
  }

  /** As a tool does: again until it is acknowledged. */
  private async until<T>(call: () => Promise<T>): Promise<T> {
    for (const end = Date.now() + 300_000; ;) {
      try {
        return await call();
      } catch (error) {
        if (Date.now() > end) throw error;
        await sleep(100);
      }
    }
  }
}
