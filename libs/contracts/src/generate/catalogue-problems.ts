import { type Contract, type Topic } from '../contract';

/** What is wrong with a catalogue as a whole, by the topics that are declared; empty where nothing is. */
export function catalogueProblems(catalogue: readonly Contract[], declared: readonly Topic[]): string[] {
  const problems: string[] = [];
  catalogue.forEach(({ type, topic, producers }, index) => {
    if (catalogue.findIndex((other) => other.type === type) !== index) problems.push(`${type} stands twice`);
    if (!/^assay\.[a-z-]+(\.[a-z-]+)+\.v[1-9]\d*$/.test(type))
      problems.push(`${type}: expected assay.<what>.<happened>.v<major>`);
    if (producers.length === 0) problems.push(`${type}: nobody produces it`);
    if (!declared.includes(topic)) problems.push(`${type}: topic ${topic.name} is not declared`);
    if (!/^assay\.[a-z.]+\.v[1-9]\d*$/.test(topic.name))
      problems.push(`topic ${topic.name}: expected assay.<what>.v<major>`);
  });
  declared.forEach((topic, index) => {
    if (declared.findIndex(({ name }) => name === topic.name) !== index)
      problems.push(`topic ${topic.name} is declared twice`);
    if (!catalogue.some((contract) => contract.topic === topic))
      problems.push(`topic ${topic.name}: no event is on it`);
  });
  return problems;
}
