import { type Contract } from '../contract';
import { topicList } from './topic-list';

/** One permission of Kafka: everything else is denied. */
export interface KafkaAcl {
  principal: string;
  resource: 'topic' | 'group';
  name: string;
  operations: ('read' | 'write' | 'describe')[];
}

/** Principal of whatever speaks for labeling tools. */
export const TOOLS = 'User:assay-tools';

/**
 * The permissions that the catalogue comes to: a service writes what it produces, reads what it consumes in the group of its name, and
 * nothing else; tools read what is meant for them and write what tools produce.
 */
export function kafkaAcls(catalogue: readonly Contract[]): KafkaAcl[] {
  const acls: KafkaAcl[] = [];
  for (const { name, audience, writers, readers } of topicList(catalogue)) {
    for (const writer of writers) {
      const principal = writer === 'tools' ? TOOLS : `User:assay-${writer}`;
      acls.push({ principal, resource: 'topic', name, operations: ['write', 'describe'] });
    }
    for (const reader of readers) {
      acls.push({ principal: `User:assay-${reader}`, resource: 'topic', name, operations: ['read', 'describe'] });
    }
    if (audience === 'tools' && !writers.includes('tools')) {
      acls.push({ principal: TOOLS, resource: 'topic', name, operations: ['read', 'describe'] });
    }
  }
  const groups = [...new Set(catalogue.flatMap((contract) => contract.consumers))].sort();
  for (const service of groups) {
    acls.push({
      principal: `User:assay-${service}`,
      resource: 'group',
      name: service,
      operations: ['read', 'describe'],
    });
  }
  return acls;
}
