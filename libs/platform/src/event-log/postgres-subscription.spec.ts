import { type Pool } from 'pg';
import { PostgresSubscription } from './postgres-subscription';

let tell: (payload: string) => void;
const taken: (readonly number[])[] = [];

// One member, which may have every lane; it waits for nothing.
jest.mock('node:timers/promises', () => ({ setTimeout: () => Promise.resolve() }));
jest.mock('./group-member', () => ({
  GroupMember: class {
    constructor(_url: string, _group: string, heard: (payload: string) => void) {
      tell = heard;
    }
    join = async () => undefined;
    leave = async () => undefined;
    release = async () => undefined;
    concerns = () => true;
    place = async () => ({ rank: 0, members: 1 });
    take = async (lanes: readonly number[]) => {
      taken.push(lanes);
      return lanes;
    };
  },
}));

const settled = () => new Promise((resolve) => setImmediate(resolve));

describe('a subscription of the embedded log', () => {
  it('begins each lane once where the positions of one cannot be read and those of another come late', async () => {
    const [asked, assigned]: number[][] = [[], []];
    let come: (positions: Map<string, number>) => void = () => undefined;
    const late = new Promise<Map<string, number>>((resolve) => (come = resolve));
    const pool = { query: async () => ({ rows: [] }) } as unknown as Pool;
    const subscription = new PostgresSubscription('', pool, [{ id: 1, name: 'topic', partitions: 3 }], {
      group: 'group',
      topics: ['topic'],
      positions: async (lane) => {
        asked!.push(lane);
        if (asked!.length === 1) throw new Error('Connection terminated');
        return lane === 1 ? late : new Map();
      },
      eachBatch: async () => undefined,
      onAssigned: (lane) => void assigned!.push(lane),
      onCrash: () => undefined,
    });
    const joined = subscription.join();
    await settled();
    // Somebody has come to the group, or gone.
    tell('group');
    await settled();
    expect({ asked, assigned, taken }).toEqual({ asked: [0, 1, 2], assigned: [2], taken: [[0, 1, 2]] });
    come(new Map());
    await joined;
    await settled();
    expect({ asked, assigned, taken }).toEqual({
      ...{ asked: [0, 1, 2, 0], assigned: [2, 1, 0], taken: [[0, 1, 2], [0]] },
    });
    await subscription.stop();
  });
});
