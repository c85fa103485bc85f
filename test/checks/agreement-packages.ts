// Random tables of ratings with gaps, by Assay and by packages of Python: krippendorff, statsmodels, scikit-learn, irrCAC and crowd-kit, all pinned, in a
// virtual environment that is made where there is none. Fails where a value differs by more than 1e-9, or is defined on one side only.
// npm run check:packages -- [TABLES [SEED]], or -- --fixture to make the file that the tests read.
import { spawnSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { differences, type PackageAnswers, valuesOfTable } from '../reference/package-values';
import { randomTables, type RatingTable } from '../reference/random-tables';

const ENVIRONMENT = join(__dirname, '../../node_modules/.cache/agreement-packages');
const PACKAGES = join(__dirname, 'agreement-packages.txt');
const FIXTURE = join(__dirname, '../reference/agreement-packages.json');
const FIXTURE_TABLES = 40;
const FIXTURE_SEED = 40;

function main(words: readonly string[]): number {
  const python = pythonWithPackages();
  if (python === undefined) return 0;
  if (words.includes('--fixture')) return writeFixture(python);
  const [tables, seed] = [Number(words[0] ?? 400), Number(words[1] ?? 1)];
  const answers = askPackages(python, randomTables(tables, seed));
  const wrong = answers.tables.flatMap(({ table, values }, i) =>
    differences(valuesOfTable(table), values).map((words) => `table ${i}: ${words}\n  ${JSON.stringify(table)}`),
  );
  const compared = answers.tables.reduce((sum, { values }) => sum + Object.keys(values).length, 0);
  const versions = Object.entries(answers.versions).map((version) => version.join(' '));
  console.log(
    `${tables} tables of seed ${seed}, ${compared} values, against ${versions.join(', ')}: ${wrong.length} differ`,
  );
  for (const words of wrong) console.log(words);
  return wrong.length === 0 ? 0 : 1;
}

/** The interpreter of the virtual environment; undefined, and words about it, where there is no Python or it cannot get the packages. */
function pythonWithPackages(): string | undefined {
  const python = join(ENVIRONMENT, 'bin/python');
  if (existsSync(python) && succeeds(python, ['-c', 'import krippendorff, statsmodels, sklearn, irrCAC, crowdkit'])) return python; // prettier-ignore
  console.log(`packages of ${PACKAGES} into ${ENVIRONMENT}`);
  if (!succeeds('python3', ['-m', 'venv', ENVIRONMENT])) return skipped('there is no python3 that can make a virtual environment'); // prettier-ignore
  if (!succeeds(python, ['-m', 'pip', 'install', '--quiet', '--requirement', PACKAGES])) return skipped('pip cannot install the packages'); // prettier-ignore
  return python;
}

function skipped(why: string): undefined {
  console.warn(`SKIPPED, nothing was compared: ${why}`);
  return undefined;
}

function succeeds(program: string, words: readonly string[]): boolean {
  return spawnSync(program, words, { stdio: ['ignore', 'ignore', 'inherit'] }).status === 0;
}

function askPackages(python: string, tables: readonly RatingTable[]): PackageAnswers {
  const { status, stdout, error } = spawnSync(python, [join(__dirname, 'agreement-packages.py')], {
    input: JSON.stringify(tables),
    stdio: ['pipe', 'pipe', 'inherit'],
    maxBuffer: 1 << 28,
  });
  if (status !== 0) throw new Error(`agreement-packages.py: exit ${String(status)}`, { cause: error });
  return JSON.parse(stdout.toString()) as PackageAnswers;
}

function writeFixture(python: string): number {
  const { versions, tables } = askPackages(python, randomTables(FIXTURE_TABLES, FIXTURE_SEED));
  const lines = tables.map((one) => JSON.stringify(one)).join(',\n');
  writeFileSync(FIXTURE, `{"versions":${JSON.stringify(versions)},"tables":[\n${lines}\n]}\n`);
  console.log(`${FIXTURE}: ${tables.length} tables`);
  return 0;
}

process.exitCode = main(process.argv.slice(2));
