import { CATALOGUE } from '@assay/contracts/catalogue';
import { type ServiceName } from '@assay/contracts/contract';

/** Names of the topics of which the catalogue makes a service a consumer, each once. */
export function consumedTopics(service: ServiceName): string[] {
  const consumed = CATALOGUE.filter(({ consumers }) => consumers.includes(service));
  return [...new Set(consumed.map(({ topic }) => topic.name))];
}
