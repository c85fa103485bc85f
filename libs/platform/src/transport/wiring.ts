import { type Contract, type Topic } from '@assay/contracts/contract';

/**
 * Proves at start-up that a service handles what the catalogue says it consumes, and nothing else, and of topics that it accounts for every type.
 * @throws Error naming the service and the topics.
 */
export function checkWiring(service: string, handled: readonly Topic[], catalogue: readonly Contract[]): void {
  const consumed = new Set(
    catalogue
      .filter((contract) => (contract.consumers as readonly string[]).includes(service))
      .map((one) => one.topic.name),
  );
  const names = handled.map((topic) => topic.name);
  const passedOver = catalogue.find(
    ({ topic, consumers }) =>
      topic.accounted && names.includes(topic.name) && !(consumers as readonly string[]).includes(service),
  );
  if (passedOver)
    throw new Error(
      `${service} would pass over ${passedOver.type}: expected a consumer of ${passedOver.topic.name}, which is accounted for, to read every type`,
    );
  const unhandled = [...consumed].filter((name) => !names.includes(name));
  const undeclared = names.filter((name) => !consumed.has(name));
  if (unhandled.length > 0) {
    throw new Error(
      `${service} handles no event of ${unhandled.join(', ')}: expected a @Consumes method, as the catalogue names it as consumer`,
    );
  }
  if (undeclared.length > 0) {
    throw new Error(
      `${service} handles ${undeclared.join(', ')}: expected a contract of it that names ${service} as consumer`,
    );
  }
}
