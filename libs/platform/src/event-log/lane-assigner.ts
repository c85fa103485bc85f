import { AssignerProtocol, type PartitionAssigner } from 'kafkajs';

const { MemberAssignment, MemberMetadata } = AssignerProtocol;

/**
 * Gives a lane (partition p of every topic) to one member as a whole, in turn by the members' ids. The leader may be of an older version
 * that reads fewer topics: what it assigns is what each member asked for.
 */
export const laneAssigner: PartitionAssigner = ({ cluster }) => ({
  name: 'assay-lanes',
  version: 1,

  async assign({ members }) {
    const sorted = members
      .map(({ memberId, memberMetadata }) => ({
        memberId,
        topics: MemberMetadata.decode(memberMetadata)?.topics ?? [],
      }))
      .sort((a, b) => (a.memberId < b.memberId ? -1 : 1));
    await cluster.addMultipleTargetTopics([...new Set(sorted.flatMap(({ topics }) => topics))]);
    return sorted.map(({ memberId, topics }, rank) => {
      const mine = topics.map((topic) => {
        const lanes = cluster.findTopicPartitionMetadata(topic).map(({ partitionId }) => partitionId);
        return [topic, lanes.filter((lane) => lane % sorted.length === rank).sort((a, b) => a - b)] as const;
      });
      const memberAssignment = MemberAssignment.encode({
        version: 1,
        assignment: Object.fromEntries(mine.filter(([, lanes]) => lanes.length > 0)),
        userData: Buffer.alloc(0),
      });
      return { memberId, memberAssignment };
    });
  },

  protocol({ topics }) {
    return { name: 'assay-lanes', metadata: MemberMetadata.encode({ version: 1, topics, userData: Buffer.alloc(0) }) };
  },
});
