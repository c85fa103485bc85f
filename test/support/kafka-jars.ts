import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

const root = join(__dirname, '../..');

/** Folder with the jars of a version of Apache Kafka, fetched by Maven when it is asked for first. */
export async function kafkaJars(version: string): Promise<string> {
  const cache = join(root, 'node_modules/.cache/assay-kafka');
  const folder = join(cache, version);
  if (existsSync(folder)) return folder;
  mkdirSync(cache, { recursive: true });
  const fetched = join(cache, `${version}.${process.pid}`);
  const goal = 'org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies';
  const args = ['-q', '-B', '-f', join(root, 'test/kafka/pom.xml'), `-Dkafka.version=${version}`, goal];
  await promisify(execFile)('mvn', [...args, `-DoutputDirectory=${fetched}`], { maxBuffer: 16_777_216 });
  try {
    renameSync(fetched, folder);
  } catch (error) {
    // Another process was faster.
    rmSync(fetched, { recursive: true, force: true });
    if (!existsSync(folder)) throw error;
  }
  return folder;
}
