import { randomInt, randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Settings } from '@assay/platform/config/settings';
import { type Project } from '@assay/platform/copies/project-copy';
import { notFound, Problem } from '@assay/platform/http/problem';
import { writeAssignmentToken } from '@assay/platform/security/assignment-token';
import { type Caller } from '@assay/platform/security/caller';
import { type Transaction } from '@assay/platform/transport/transaction';
import { Transactions } from '@assay/platform/transport/transactions';
import { publishAssignment } from './assignment.event';
import { AssignmentMetrics } from './assignment.metrics';
import { type Assignment, assignmentOfWorker, giveBack, heldBy, isOver, putOff } from './assignment.queries';
import { type NoWork, whyNot } from './gate.domain';
import { type Given, giveAgain, giveOut, nextOffer } from './offer.queries';
import { placeOfCaller } from './caller.queries';
import { assignmentPolicy } from './work.domain';
import { holdStanding } from './worker.queries';

/** Times that a deadline can be put off: an assignment must end. */
const MOST_EXTENSIONS = 5;
/** Dice have so many sides: a share of work is a number of them. */
const SIDES = 2 ** 32;
/** Items that a worker may turn out to have seen in the same moment. */
const TRIES = 3;

/** What a worker is given. Every field is there for every item; there is nothing by which one is told from another. */
export interface GivenWork {
  assignment: string;
  /** To be sent with the annotation, as its field `assignment`. */
  token: string;
  project: string;
  item: string;
  /** What the item shows; empty where it was imported without data. */
  data: Record<string, unknown>;
  questions: { name: string; kind: string; labels: string[]; ask: string }[];
  deadline: string;
}

/** What became of a request for work. */
export type WorkOutcome = { type: 'work'; work: GivenWork } | { type: 'none'; reason: NoWork };

/** Gives out work, puts off deadlines, takes work back. */
@Injectable()
export class AssignmentService {
  private readonly secret: string;

  constructor(
    private readonly transactions: Transactions,
    private readonly metrics: AssignmentMetrics,
    settings: Settings,
  ) {
    if (settings.leaseSecret === undefined) {
      throw new Error('ASSAY_LEASE_SECRET is not set although assignments are signed: expected 32 to 200 characters');
    }
    this.secret = settings.leaseSecret;
  }

  /** The next item for the calling worker, or why there is none. */
  async next(caller: Caller, name: string): Promise<WorkOutcome> {
    const outcome = await this.transactions.run(async (tx): Promise<WorkOutcome> => {
      const { project, worker } = await placeOfCaller(tx, caller, name);
      const standing = await holdStanding(tx, name, worker.id);
      const reason = whyNot(project, worker, standing);
      if (reason !== undefined) return { type: 'none', reason };
      const given = await this.give(tx, project, worker.id);
      if (!given) return { type: 'none', reason: 'nothing-left' };
      publishAssignment(tx, given);
      return { type: 'work', work: this.shown(given, project) };
    });
    if (outcome.type === 'work') this.metrics.issued();
    else this.metrics.gaveNothing(outcome.reason);
    return outcome;
  }

  /** What the calling worker has in hand. */
  async held(caller: Caller, name: string): Promise<GivenWork[]> {
    return this.transactions.run(async (tx) => {
      const { project, worker } = await placeOfCaller(tx, caller, name);
      return (await heldBy(tx, name, worker.id)).map((given) => this.shown(given, project));
    });
  }

  /** Puts off the deadline by what the policy gives, from now on. @throws Problem `ended` where the time is over or used up. */
  async extend(caller: Caller, name: string, id: string): Promise<{ assignment: string; deadline: string }> {
    const extended = await this.transactions.run(async (tx) => {
      const { assignment, project } = await this.own(tx, caller, name, id);
      const { minutes } = assignmentPolicy(project.policy);
      const later = await putOff(tx, id, minutes * 60, 1 + MOST_EXTENSIONS);
      if (!later) throw new Problem('ended', notExtended(assignment, await isOver(tx, id)));
      publishAssignment(tx, later);
      return later;
    });
    this.metrics.extended();
    return { assignment: id, deadline: extended.deadline.toISOString() };
  }

  /** Takes an assignment back; one that was given back before stays so. @throws Problem `ended` where it ended otherwise. */
  async release(caller: Caller, name: string, id: string): Promise<void> {
    const released = await this.transactions.run(async (tx) => {
      const { assignment } = await this.own(tx, caller, name, id);
      const ended = await giveBack(tx, assignment);
      if (ended) publishAssignment(tx, ended);
      else if (assignment.status !== 'released')
        throw new Problem('ended', `assignment ${id} is ${assignment.status}: expected a live one`);
      return ended;
    });
    if (released) this.metrics.ended([released]);
  }

  private async own(tx: Transaction, caller: Caller, name: string, id: string) {
    const { project, worker } = await placeOfCaller(tx, caller, name);
    const assignment = uuid.test(id)
      ? await assignmentOfWorker(tx, { project: name, id, worker: worker.id })
      : undefined;
    if (!assignment) throw notFound('assignment', id);
    return { project, assignment };
  }

  /** Where gold comes is for nobody to foresee: each time anew with the probability that the policy says, by dice that have no seed. */
  private async give(tx: Transaction, project: Project, worker: string): Promise<Given | undefined> {
    const { minutes, repeats } = assignmentPolicy(project.policy);
    const seconds = minutes * 60;
    const wantsRepeat = happens(repeats);
    const wantsGold = happens(project.policy.gold.rate);
    for (let attempt = 1; attempt <= TRIES; attempt++) {
      const again = wantsRepeat
        ? await giveAgain(tx, { id: randomUUID(), project: project.project, worker, seconds })
        : undefined;
      if (again) return again;
      const { gold, ordinary } = await nextOffer(tx, project.project, worker);
      // Gold that went on when ordinary work has ended would give itself away.
      if (ordinary === undefined) return undefined;
      const key = wantsGold ? (gold ?? ordinary) : ordinary;
      const given = await giveOut(tx, { id: randomUUID(), key, worker, seconds });
      if (given) return given;
    }
    return undefined;
  }

  private shown(given: Given, project: Project): GivenWork {
    const { id: assignment, item, worker, occasion, data, deadline } = given;
    return {
      assignment,
      token: writeAssignmentToken(this.secret, { assignment, project: project.project, item, worker, occasion }),
      project: project.project,
      item,
      data: data ?? {},
      questions: project.questions.map(({ name, kind, labels, ask = '' }) => ({ name, kind, labels, ask })),
      deadline: deadline.toISOString(),
    };
  }
}

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

function happens(share: number): boolean {
  return randomInt(SIDES) < share * SIDES;
}

function notExtended({ id, status }: Assignment, isOver: boolean): string {
  if (status !== 'live') return `assignment ${id} is ${status}: expected a live one`;
  return isOver
    ? `assignment ${id} is past its deadline: expected one whose time is not over`
    : `assignment ${id} was extended ${MOST_EXTENSIONS} times: expected no more`;
}
