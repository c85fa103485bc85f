import { dataFolder, startedAssay } from '../support/assay';
import { assignmentProblems } from './assignment-checks';
import { problemsOf } from './checks';
import { FaultSystem } from './fault-system';
import { type Fault } from './fault';
import { Load } from './load';
import { collectReport } from '../../apps/assay/src/collect-report';
import { Output } from '../../apps/assay/src/output';
import { settle } from '../../apps/assay/src/settle';

const SILENT = new Output('json', { color: false, quiet: true });

/** What came of one fault. */
export interface Outcome {
  fault: Fault;
  /** Empty where everything held. */
  problems: string[];
  /** Why it could not be brought about on this machine. */
  notRun?: string;
  /** What was measured. */
  figure?: string;
  /** Seconds from the end of the fault to rest. */
  rest?: number;
  seconds: number;
}

/** Within so many seconds of its end a fault is forgotten: everything that was sent is decided, by a fit over all of it. */
export const MOST_REST = 60;

/** The digest of a run in one process on the embedded log in which nothing goes wrong. @throws Error where that run itself is wrong. */
export async function cleanDigest(): Promise<string> {
  const folder = dataFolder();
  const assay = await startedAssay(folder.path);
  try {
    const load = new Load('clean', 0, () => assay.client);
    await load.prepare();
    await load.send({ size: 1_000, pause: 0 });
    const problems = await problemsOf(assay.client, 'clean');
    if (problems.length > 0) throw new Error(`the clean run: ${problems.join('; ')}`);
    return (await collectReport(assay.client, 'clean')).digest;
  } finally {
    await assay.close();
    folder.remove();
  }
}

/** Lets faults happen one after the other, each to a project of its own, and looks each time whether everything holds. */
export class Campaign {
  private system: FaultSystem | undefined;
  private runs = 0;
  private readonly outOfOrder: string[] = [];
  private most: ReturnType<FaultSystem['largest']>;

  /** @param mostRest seconds from the end of a fault to rest, at most. */
  constructor(
    private readonly digest: string,
    private readonly version?: string,
    private readonly mostRest = MOST_REST,
  ) {}

  async run(fault: Fault): Promise<Outcome> {
    const missing = fault.needs?.();
    if (missing !== undefined) return { fault, problems: [], notRun: `needs ${missing}`, seconds: 0 };
    if (fault.isAlone) await this.retire();
    const started = performance.now();
    let problems: string[];
    let figure: string | undefined;
    let rest: number | undefined;
    try {
      ({ problems, figure, rest } = await this.outcome(fault));
    } catch (error) {
      problems = [(error as Error).message, ...(this.system?.fallenNow() ?? [])];
    }
    if (problems.length > 0 && this.system) {
      problems.push(...(await this.system.unread()), `what the services said: ${this.system.keepLogs()}`);
    }
    // What was broken for good must not be laid at the next one's door.
    if (fault.isAlone) await this.stop();
    else if (problems.length > 0) {
      // Whatever it left behind, what was published before is looked at as well.
      await this.system?.mend().catch(() => undefined);
      await this.retire();
    }
    return { fault, problems, figure, rest, seconds: (performance.now() - started) / 1000 };
  }

  /** I3 and I4, over everything that was published. Ends the system. */
  async published(): Promise<string[]> {
    await this.retire();
    return this.outOfOrder;
  }

  /** The process that had the most memory after any of the faults, as far as the system tells. */
  get largest(): ReturnType<FaultSystem['largest']> {
    return this.most;
  }

  private async retire(): Promise<void> {
    const published = this.system?.published().catch((error: Error) => [error.message]);
    this.outOfOrder.push(...((await published) ?? []));
    await this.stop();
  }

  async stop(): Promise<void> {
    const { system } = this;
    this.system = undefined;
    await system?.stop();
  }

  private async outcome(fault: Fault): Promise<Pick<Outcome, 'problems' | 'figure' | 'rest'>> {
    this.system ??= await FaultSystem.start(this.version);
    const { system } = this;
    const project = `run-${++this.runs}`;
    const figure = await fault.happen(system, new Load(project, this.runs, () => system.services.client));
    const problems = system.fallenNow();
    await system.mend();
    const mended = performance.now();
    await settle(system.services.client, project, SILENT);
    const rest = (performance.now() - mended) / 1000;
    if (rest > this.mostRest)
      problems.push(`I8: at rest ${rest.toFixed(0)} s after its end, expected ${this.mostRest} at most`);
    problems.push(...(await problemsOf(system.services.client, project, this.digest)));
    problems.push(...(await assignmentProblems(system, project)));
    problems.push(...(await system.imbalances()), ...system.tooLarge(), ...system.fallenNow());
    const largest = system.largest();
    if (largest && largest.mebibytes > (this.most?.mebibytes ?? 0)) this.most = largest;
    return { problems, rest, ...(figure && { figure }) };
  }
}
