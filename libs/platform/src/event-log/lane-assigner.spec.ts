import { AssignerProtocol, type Cluster, type Logger } from 'kafkajs';
import { laneAssigner } from './lane-assigner';

const partitionsOf: Record<string, number> = { 'items.v1': 12, 'disputes.v1': 12, 'small.v1': 3 };
const targeted: string[] = [];
const cluster = {
  addMultipleTargetTopics: (topics: string[]) => Promise.resolve(void targeted.push(...topics)),
  findTopicPartitionMetadata: (topic: string) =>
    Array.from({ length: partitionsOf[topic]! }, (_none, partitionId) => ({ partitionId })).reverse(),
} as unknown as Cluster;
const assigner = laneAssigner({ cluster, groupId: 'group', logger: {} as Logger });

async function assigned(members: Record<string, string[]>): Promise<Record<string, Record<string, number[]>>> {
  const joined = Object.entries(members).map(([memberId, topics]) => ({
    memberId,
    memberMetadata: assigner.protocol({ topics }).metadata,
  }));
  const assignments = await assigner.assign({ members: joined, topics: Object.values(members)[0]! });
  return Object.fromEntries(
    assignments.map(({ memberId, memberAssignment }) => [
      memberId,
      AssignerProtocol.MemberAssignment.decode(memberAssignment)!.assignment,
    ]),
  );
}

describe('the lane assigner', () => {
  it('gives the same partitions of every topic to a member', async () => {
    const topics = ['items.v1', 'disputes.v1', 'small.v1'];
    expect(await assigned({ b: topics, a: topics })).toEqual({
      a: { 'items.v1': [0, 2, 4, 6, 8, 10], 'disputes.v1': [0, 2, 4, 6, 8, 10], 'small.v1': [0, 2] },
      b: { 'items.v1': [1, 3, 5, 7, 9, 11], 'disputes.v1': [1, 3, 5, 7, 9, 11], 'small.v1': [1] },
    });
  });

  it('gives a member what it asked for, also where the leader is of a version that reads fewer topics', async () => {
    const given = await assigned({ old: ['items.v1'], new: ['items.v1', 'disputes.v1'] });
    expect(Object.keys(given['new']!)).toEqual(['items.v1', 'disputes.v1']);
    expect(Object.keys(given['old']!)).toEqual(['items.v1']);
    expect(targeted).toContain('disputes.v1');
  });

  it('gives nothing to a member for whom no lane is left', async () => {
    const members = Object.fromEntries(['a', 'b', 'c', 'd'].map((name) => [name, ['small.v1']]));
    expect((await assigned(members))['d']).toEqual({});
  });
});
