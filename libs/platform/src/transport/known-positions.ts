import { type EntityManager } from 'typeorm';
import { createLanes, type Lane, lanePositions } from './lane.queries';

/** Where this instance left the positions of its lanes. What it does not know is read from PostgreSQL, which is the truth. */
export class KnownPositions {
  private readonly positions = new Map<string, number | undefined>();

  constructor(private readonly manager: EntityManager) {}

  /** A lane has gone to another instance: what is known of its positions is not to be believed when it comes back. */
  forgetAll(partition: number): void {
    for (const name of this.positions.keys()) if (name.startsWith(`${partition} `)) this.positions.delete(name);
  }

  forget(lane: Lane, topic: string): void {
    this.positions.delete(nameOf(lane, topic));
  }

  learn(lane: Lane, topic: string, position: number): void {
    this.positions.set(nameOf(lane, topic), position);
  }

  isKnown(lane: Lane, topic: string): boolean {
    return this.positions.has(nameOf(lane, topic));
  }

  /** As it is known here; undefined also where the lane has read nothing of the topic. */
  known(lane: Lane, topic: string): number | undefined {
    return this.positions.get(nameOf(lane, topic));
  }

  /** As it is known here, or else stands in PostgreSQL; undefined where the lane has read nothing of the topic. */
  async position(lane: Lane, topic: string): Promise<number | undefined> {
    return this.isKnown(lane, topic) ? this.known(lane, topic) : this.readAgain(lane, topic);
  }

  /** As it stands in PostgreSQL; what was known stays known where PostgreSQL does not say. */
  async readAgain(lane: Lane, topic: string): Promise<number | undefined> {
    await createLanes(this.manager, [lane.kind], lane.partition);
    this.positions.set(nameOf(lane, topic), (await lanePositions(this.manager, lane)).get(topic));
    return this.known(lane, topic);
  }
}

function nameOf(lane: Lane, topic: string): string {
  return `${lane.partition} ${topic}`;
}
