import { type Clock, install } from '@sinonjs/fake-timers';
import { ANNOTATION_EVENTS, ITEM_EVENTS } from '@assay/contracts/topics';
import { countAnnotations, hear } from './counting-service';
import { Gate, type Way } from './gate';
import { type Loss, violationsOf } from './invariants';
import { type Handlers, Member } from './member';
import { type Plant } from './plants';
import { Schedule } from './schedule';
import { type SimulationDatabase } from './simulation-database';
import { SimulatedLog, type SimulatedSubscription } from './simulated-log';
import { LANES, sourceOf } from './source';
import { settled, Steps } from './steps';

/** Instances of the service. */
export const MEMBERS = 2;
/** Turns with faults, at least and at most; after them everything heals. */
const FEWEST_TURNS = 80;
const MOST_TURNS = 200;
/** Turns in which everything must be at rest after the faults. */
const HEALING_TURNS = 5000;
const KILLS = 2;

/** What became of a seed. */
export interface Outcome {
  seed: number;
  /** What does not hold. */
  violations: string[];
  /** What was decided, in its order. */
  schedule: readonly string[];
}

interface Choice {
  weight: number;
  act(): unknown;
}

const handlers: Handlers = new Map([
  [ANNOTATION_EVENTS.name, countAnnotations],
  [ITEM_EVENTS.name, hear],
]);

/** Runs one seed in an empty database. @param plant a bug that it should find. */
export async function simulate(seed: number, database: SimulationDatabase, plant?: Plant): Promise<Outcome> {
  await database.clear();
  const clock = install({
    toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'Date', 'performance'],
    now: 0,
    shouldClearNativeTimers: true,
  });
  const simulation = new Simulation(new Schedule(seed), clock, database, plant);
  try {
    return { seed, violations: await simulation.run(), schedule: simulation.schedule.lines };
  } catch (error) {
    return { seed, violations: [String((error as Error).stack)], schedule: simulation.schedule.lines };
  } finally {
    await simulation.end();
    clock.uninstall();
  }
}

class Simulation {
  private readonly steps: Steps;
  private readonly log: SimulatedLog;
  private readonly source;
  /** By place: who is there now. Those who were killed stay in `all`. */
  private readonly members: { member: Member; subscription: SimulatedSubscription }[] = [];
  private readonly all: Member[] = [];
  private readonly assigning = new Map<number, SimulatedSubscription>();
  private readonly owners = new Map<number, SimulatedSubscription>();
  private kills = 0;
  private isHealing = false;
  /** How this seed loses records, where it does. */
  private readonly losing: Loss['kind'] | undefined;
  private loss: Loss | undefined;

  constructor(
    readonly schedule: Schedule,
    private readonly clock: Clock,
    private readonly database: SimulationDatabase,
    private readonly plant: Plant | undefined,
  ) {
    this.steps = new Steps(schedule, database.waitsForLock);
    this.log = new SimulatedLog(schedule, this.steps);
    this.source = sourceOf(schedule);
    const fate = schedule.below(100);
    this.losing = fate < 12 ? 'truncated' : fate < 20 ? 'made anew' : undefined;
  }

  async run(): Promise<string[]> {
    for (let place = 0; place < this.database.connections.length; place++) await this.start(place);
    const turns = FEWEST_TURNS + this.schedule.below(MOST_TURNS - FEWEST_TURNS);
    for (let turn = 0; turn < turns; turn++) await this.turn([...this.work(), ...this.waiting(), ...this.faults()]);
    this.schedule.say('heals');
    this.isHealing = this.log.isHealing = true;
    for (const { subscription } of this.members)
      for (const hold of [...subscription.holds])
        if (this.owners.get(hold.lane) !== subscription) subscription.revoke(hold);
    for (let turn = 0; turn < HEALING_TURNS; turn++) {
      const work = this.work();
      if (work.length > 0) await this.turn(work);
      else if (await this.isAtRest()) return this.judge();
      else await this.tick(500);
    }
    return [...(await this.judge()), `not at rest after ${HEALING_TURNS} turns without faults`];
  }

  /** Ends the members that are left. */
  async end(): Promise<void> {
    this.steps.open();
    let isOver = false;
    const over = Promise.all(this.members.map(({ member }) => member.stop())).then(() => (isOver = true));
    while (!isOver) {
      this.clock.tick(10_000);
      await settled();
    }
    await over;
  }

  private async turn(choices: readonly Choice[]): Promise<void> {
    await this.schedule.weighed(choices).act();
    await settled();
  }

  /** What goes forward. */
  private work(): Choice[] {
    const choices: Choice[] = this.steps.waiting.map((step) => ({ weight: 10, act: () => this.steps.perform(step) }));
    for (const { subscription } of this.members)
      for (const { hold, topic } of subscription.deliverable(Date.now()))
        choices.push({ weight: 8, act: () => subscription.deliver(hold, topic) });
    if (this.source.length > 0) choices.push({ weight: 6, act: () => this.appendSource() });
    for (const lane of LANES) {
      const takers = this.members.filter(({ subscription }) => !subscription.lanes().includes(lane));
      const isLeaving = this.members.some(({ subscription }) =>
        subscription.holds.some((hold) => hold.lane === lane && !hold.isCurrent),
      );
      if (this.owners.has(lane) || this.assigning.has(lane) || isLeaving || takers.length === 0) continue;
      choices.push({ weight: 8, act: () => this.assign(lane, this.schedule.pick(takers).subscription) });
    }
    return choices;
  }

  /** Time goes on: as long as transactions wait for others to go with them, or until timers of the transport go off. */
  private waiting(): Choice[] {
    return [
      { weight: 8, act: () => this.tick(10) },
      { weight: 3, act: () => this.tick(this.schedule.pick([50, 400, 2000])) },
    ];
  }

  private faults(): Choice[] {
    const choices: Choice[] = [
      { weight: 1, act: () => this.expireLease() },
      { weight: 1, act: () => this.truncateWhatWasRead() },
    ];
    for (const [lane, owner] of this.owners) {
      const hold = owner.holds.find((one) => one.lane === lane && one.isCurrent);
      if (!hold) continue;
      choices.push({ weight: 1, act: () => this.rebalance(lane, owner, true) });
      choices.push({ weight: 2, act: () => this.rebalance(lane, owner, false) });
    }
    for (const { subscription } of this.members)
      for (const hold of subscription.holds)
        if (this.owners.get(hold.lane) !== subscription && hold.isCurrent)
          choices.push({ weight: 1, act: () => this.notice(subscription, hold.lane) });
    if (this.kills < KILLS)
      this.members.forEach(({ member }, place) => {
        if (!this.steps.isLocked(member.who)) choices.push({ weight: 1, act: () => this.kill(place) });
      });
    if (this.losing && !this.loss) choices.push({ weight: 4, act: () => this.lose(this.losing!) });
    return choices;
  }

  private async start(place: number): Promise<void> {
    const who = `${'abc'[place]}${this.all.length}`;
    const { schedule, steps } = this;
    const way: Way = {
      ...{ who, schedule, steps },
      isHealing: () => this.isHealing,
      rewrite: (sql) => this.plant?.rewrite(sql) ?? sql,
    };
    const gate = new Gate(this.database.connections[place]!, way);
    const member = new Member(who, gate, way, this.log.of(who), handlers);
    await member.start();
    this.members[place] = { member, subscription: this.log.subscriptions.at(-1)! };
    this.all.push(member);
  }

  private appendSource(): void {
    const records = this.source.shift()!;
    const { loss } = this;
    for (const record of records) {
      // Once it has outgrown the position, a topic that was made anew is told from the old one by its numbers alone.
      if (loss?.kind === 'made anew' && record.partition === loss.lane && this.log.end(record) >= loss.position - 2)
        continue;
      const offset = this.log.put(record);
      this.schedule.say(`source: ${record.partition}@${offset}#${record.headers['ce_sequence']}`);
    }
  }

  private async tick(milliseconds: number): Promise<void> {
    this.schedule.say(`${milliseconds} ms go by`);
    this.clock.tick(milliseconds);
    await settled();
    // A transaction that holds the row renews the lease.
    await this.database.rows(
      `update relay set leased_until = leased_until - make_interval(secs => $1)
       where singleton in (select singleton from relay for update skip locked)`,
      [milliseconds / 1000],
    );
  }

  private assign(lane: number, subscription: SimulatedSubscription): void {
    this.schedule.say(`${subscription.who}: is given lane ${lane}`);
    this.assigning.set(lane, subscription);
    void subscription.assign(lane).then((isHere) => {
      if (subscription.isDead) return;
      this.assigning.delete(lane);
      if (isHere) this.owners.set(lane, subscription);
    });
  }

  /** @param isTold whether the old owner hears of it before the new one begins; else it goes on as a zombie. */
  private rebalance(lane: number, owner: SimulatedSubscription, isTold: boolean): void {
    this.schedule.say(`${owner.who}: loses lane ${lane}${isTold ? '' : ', and does not know'}`);
    this.owners.delete(lane);
    if (isTold) owner.revoke(owner.holds.find((hold) => hold.lane === lane)!);
  }

  private notice(subscription: SimulatedSubscription, lane: number): void {
    this.schedule.say(`${subscription.who}: notices that lane ${lane} is another's`);
    subscription.revoke(subscription.holds.find((hold) => hold.lane === lane)!);
  }

  private async kill(place: number): Promise<void> {
    const { member, subscription } = this.members[place]!;
    this.schedule.say(`${member.who}: is killed`);
    this.kills++;
    subscription.isDead = true;
    subscription.holds.length = 0;
    this.steps.drop(member.who);
    await member.gate.kill();
    for (const lanes of [this.owners, this.assigning])
      for (const [lane, owner] of lanes) if (owner === subscription) lanes.delete(lane);
    await this.start(place);
    await this.steps.release();
  }

  private async expireLease(): Promise<void> {
    this.schedule.say("the relay's lease runs out");
    await this.database.rows(
      `update relay set leased_until = now() - interval '1 day' where singleton in (select singleton from relay for update skip locked)`,
    );
  }

  private async truncateWhatWasRead(): Promise<void> {
    const topic = this.schedule.pick([ANNOTATION_EVENTS, ITEM_EVENTS]).name;
    const lane = this.schedule.pick(LANES);
    const position = (await this.position(topic, lane)) ?? 0;
    this.schedule.say(`${topic}/${lane} is truncated to ${position}, which was read`);
    this.log.truncate(topic, lane, position);
  }

  private async lose(kind: Loss['kind']): Promise<void> {
    const topic = ANNOTATION_EVENTS.name;
    const lane = this.schedule.pick(LANES);
    const position = await this.position(topic, lane);
    if (position === undefined || position < 4) return;
    const { end, all } = this.log.partition(topic, lane);
    if (kind === 'truncated') {
      // The last record stays: without one there is no batch that could tell.
      if (position >= all.at(-1)!.offset) return;
      const first = position + 1 + this.schedule.below(all.at(-1)!.offset - position);
      this.log.truncate(topic, lane, first);
      this.schedule.say(`${topic}/${lane} is truncated to ${first} of ${end}, and was read up to ${position}`);
    } else {
      const last = all.at(-1)!;
      this.log.makeAnew(topic, lane);
      this.log.put({ ...last, topic, partition: lane, key: last.key! });
      this.schedule.say(`${topic}/${lane} is made anew, and was read up to ${position}`);
    }
    this.loss = { kind, topic, lane, position };
  }

  private async position(topic: string, lane: number): Promise<number | undefined> {
    const [row] = await this.database.rows<{ position: number | null }>(
      `select (positions ->> $1)::int as position from lane where kind = 'item' and partition = $2`,
      [topic, lane],
    );
    return row?.position ?? undefined;
  }

  private async isAtRest(): Promise<boolean> {
    if (this.source.length > 0 || this.assigning.size > 0 || this.owners.size < LANES.length) return false;
    const now = Date.now();
    for (const { member, subscription } of this.members) {
      if (this.steps.isLocked(member.who) || subscription.holds.some(({ isBusy }) => isBusy)) return false;
      for (const hold of subscription.holds)
        for (const until of hold.pausedUntil.values()) if (until > now && until !== Infinity) return false;
    }
    const [outbox] = await this.database.rows<{ left: number }>('select count(*)::int as left from outbox');
    return outbox?.left === 0;
  }

  private judge(): Promise<string[]> {
    return violationsOf(this.database, this.log, this.all, this.loss);
  }
}
