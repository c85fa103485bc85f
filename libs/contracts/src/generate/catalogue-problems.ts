import { type Contract } from '../contract';

/** What is wrong with a catalogue as a whole; empty where nothing is. */
export function catalogueProblems(catalogue: readonly Contract[]): string[] {
  const problems: string[] = [];
  const topicNamed = (name: string) => catalogue.find(({ topic }) => topic.name === name)?.topic;
  catalogue.forEach(({ type, topic, producers }, index) => {
    if (catalogue.findIndex((other) => other.type === type) !== index) problems.push(`${type} stands twice`);
    if (!/^assay\.[a-z-]+(\.[a-z-]+)+\.v[1-9]\d*$/.test(type))
      problems.push(`${type}: expected assay.<what>.<happened>.v<major>`);
    if (producers.length === 0) problems.push(`${type}: nobody produces it`);
    if (topicNamed(topic.name) !== topic) problems.push(`${topic.name} is declared twice`);
    if (!/^assay\.[a-z.]+\.v[1-9]\d*$/.test(topic.name))
      problems.push(`topic ${topic.name}: expected assay.<what>.v<major>`);
  });
  return problems;
}
