import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';

const root = join(__dirname, '../..');
const file = join(root, 'docs/faults.md');

/** Writes a section of docs/faults.md anew. @param change from what it said. */
export function changeSection(name: string, change: (said: string) => string): void {
  const section = new RegExp(`(<!-- ${name} -->\n)([^]*)(<!-- /${name} -->)`);
  const text = readFileSync(file, 'utf8');
  if (!section.test(text)) throw new Error(`${file}: expected a section ${name}`);
  writeFileSync(
    file,
    text.replace(section, (_all, from: string, said: string, to: string) => `${from}\n${change(said).trim()}\n\n${to}`),
  );
  execFileSync('npx', ['prettier', '--write', file], { cwd: root });
}

/** Commit, versions and machine, in words. */
export function whereItRan(kafka: string): string {
  const commit = execFileSync('git', ['rev-parse', '--short', 'HEAD'], { cwd: root, encoding: 'utf8' }).trim();
  return `commit ${commit}, Apache Kafka ${kafka}, PostgreSQL 18, Node ${process.version}, ${cpus().length} cores`;
}
