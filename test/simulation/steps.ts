import { type Schedule } from './schedule';

// Taken before the clock of a seed replaces them.
const realSetTimeout = globalThis.setTimeout;
const realSetImmediate = globalThis.setImmediate;
const realNow = performance.now.bind(performance);
/** An answer that takes longer is asked for at PostgreSQL: it may wait for a lock. */
const LOCK_LOOK_MS = 3;
/** Longer waits no statement of a test. */
const STUCK_MS = 20_000;

/** Something that a member wants to do outside of itself: a statement, an append. It waits for its turn. */
export interface Step<Result = unknown> {
  who: string;
  label: string;
  run(): Promise<Result>;
  /** Pid of the session of PostgreSQL that works for it, where one does. */
  backend?(): number | undefined;
  /** Whether other steps may wait for locks that this one lets go. */
  releases?: boolean;
}

interface Waiting extends Step {
  resolve(value: unknown): void;
  reject(error: unknown): void;
}

interface Running {
  step: Waiting;
  /** Tells the caller; undefined as long as nothing was answered. */
  tell?: () => void;
  answered: Promise<void>;
}

/**
 * Gives the members' steps their turns, one at a time: what runs between two steps is JavaScript alone, so that the order of turns decides
 * everything. A step that waits for a lock of PostgreSQL is left alone until somebody lets go of one.
 */
export class Steps {
  readonly waiting: Waiting[] = [];
  private locked: Running[] = [];
  private isOpen = false;

  constructor(
    private readonly schedule: Schedule,
    private readonly waitsForLock: (pid: number) => Promise<boolean>,
  ) {}

  take<Result>(step: Step<Result>): Promise<Result> {
    if (this.isOpen) return step.run();
    return new Promise<Result>((resolve, reject) => {
      this.waiting.push({ ...step, resolve: resolve as (value: unknown) => void, reject });
    });
  }

  /** Lets one waiting step go, and all that it sets free; returns when everything waits again. */
  async perform(step: Waiting): Promise<void> {
    this.waiting.splice(this.waiting.indexOf(step), 1);
    this.schedule.say(`${step.who}: ${step.label}`);
    const running = started(step);
    if (!(await this.answered(running, LOCK_LOOK_MS))) {
      this.schedule.say(`${step.who}: ... waits for a lock`);
      this.locked.push(running);
      return;
    }
    running.tell?.();
    await settled();
    if (step.releases) await this.release();
  }

  /** Looks which steps wait for a lock no more. */
  async release(): Promise<void> {
    const before = this.locked;
    this.locked = [];
    for (const running of before) {
      if (!(await this.answered(running, 0))) {
        this.locked.push(running);
        continue;
      }
      this.schedule.say(`${running.step.who}: ... has its lock`);
      running.tell?.();
      await settled();
    }
  }

  isLocked(who: string): boolean {
    return this.locked.some(({ step }) => step.who === who);
  }

  /** Forgets what a member waits for, who is no more. */
  drop(who: string): void {
    for (let at = this.waiting.length - 1; at >= 0; at--) if (this.waiting[at]!.who === who) this.waiting.splice(at, 1);
  }

  /** The simulation is over: everything goes on without turns. */
  open(): void {
    this.isOpen = true;
    for (const step of this.waiting.splice(0)) void step.run().then(step.resolve, step.reject);
    for (const running of this.locked) void running.answered.then(() => running.tell?.());
  }

  /** @returns whether there is an answer; false where the step waits for a lock. */
  private async answered(running: Running, lookAfterMs: number): Promise<boolean> {
    const { step } = running;
    const began = realNow();
    for (let wait = lookAfterMs; ; wait = 1) {
      if (wait > 0) await Promise.race([running.answered, new Promise((resolve) => realSetTimeout(resolve, wait))]);
      if (running.tell) return true;
      const pid = step.backend?.();
      if (pid !== undefined && (await this.waitsForLock(pid)) && !running.tell) return false;
      if (realNow() - began > STUCK_MS) throw new Error(`${step.who}: ${step.label}: no answer`);
    }
  }
}

function started(step: Waiting): Running {
  const running: Running = { step, answered: Promise.resolve() };
  running.answered = step.run().then(
    (value) => void (running.tell = () => step.resolve(value)),
    (error: unknown) => void (running.tell = () => step.reject(error)),
  );
  return running;
}

/** All that JavaScript can do without an answer from outside is done. */
export function settled(): Promise<void> {
  return new Promise((resolve) => realSetImmediate(resolve));
}
