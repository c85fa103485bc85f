import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type Planted, PLANTED_CODE, PLANTED_IMPORTS } from './planted';

const ROOT = join(__dirname, '../..');
const json = (file: string) => JSON.parse(readFileSync(join(ROOT, file), 'utf8')) as Record<string, any>; // eslint-disable-line @typescript-eslint/no-explicit-any -- configuration of others

/** A tree with the project's own configuration and nothing but planted violations. */
function plant(planted: readonly Planted[]): { path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), 'assay-planted-'));
  for (const file of ['tsconfig.json', 'package.json', '.dependency-cruiser.cjs', 'eslint.config.mjs']) {
    cpSync(join(ROOT, file), join(path, file));
  }
  symlinkSync(join(ROOT, 'node_modules'), join(path, 'node_modules'));
  for (const { files } of planted) {
    for (const [file, text] of Object.entries(files)) {
      mkdirSync(dirname(join(path, file)), { recursive: true });
      writeFileSync(join(path, file), text);
    }
  }
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

function run(tool: string, args: readonly string[], cwd: string): string {
  const { stdout, stderr } = spawnSync(process.execPath, [join(ROOT, 'node_modules', tool), ...args], {
    cwd,
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
  if (stdout === '') throw new Error(`${tool} said nothing on stdout: ${stderr}`);
  return stdout;
}

/** The roles of design section 3, and those that grew beside them; a service's file ends in one. */
const ROLES = [
  ...['module', 'consumer', 'controller', 'service', 'domain', 'queries', 'config', 'metrics', 'entity'],
  ...['event', 'record', 'fixture', 'reader', 'gauges', 'thread'],
];

/** Files of a service that have no role yet: a new one is given a role, not a line here. */
const WITHOUT_A_ROLE = [
  'consensus/digest.ts',
  'consensus/models.ts',
  'consensus/stripe-changes.ts',
  'ingestion/annotation.identity.ts',
  'ingestion/intake.answer.ts',
  'ingestion/intake.submit.ts',
  'ingestion/project.name.ts',
  'ingestion/rebuild.slice.ts',
];

const SERVICES = readdirSync(join(ROOT, 'apps')).filter((name) => name !== 'assay');

function filesBelow(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(ROOT.length + 1))
    .sort();
}

describe('the rules of imports', () => {
  const tree = plant(PLANTED_IMPORTS);
  afterAll(() => tree.remove());
  let violations: { rule: { name: string }; from: string }[];
  beforeAll(() => {
    const args = ['--config', '.dependency-cruiser.cjs', '--output-type', 'json', 'apps', 'libs'];
    const report = JSON.parse(run('dependency-cruiser/bin/dependency-cruise.mjs', args, tree.path)) as {
      summary: { violations: typeof violations };
    };
    violations = report.summary.violations;
  });

  it.each(PLANTED_IMPORTS.map((one) => [one.rule, one.guilty]))('%s bites', (rule, guilty) => {
    expect(violations).toContainEqual(
      expect.objectContaining({ rule: expect.objectContaining({ name: rule }) as unknown, from: guilty }),
    );
  });

  it('are all planted', () => {
    const { forbidden } = require(join(ROOT, '.dependency-cruiser.cjs')) as { forbidden: { name: string }[] };
    const planted = new Set(PLANTED_IMPORTS.map((one) => one.rule));
    expect([...planted].sort()).toEqual(forbidden.map((rule) => rule.name).sort());
  });
});

describe('the rules of code', () => {
  const tree = plant(PLANTED_CODE);
  afterAll(() => tree.remove());
  let messages: { file: string; ruleId: string; message: string }[];
  beforeAll(() => {
    const results = JSON.parse(run('eslint/bin/eslint.js', ['--format', 'json', 'apps', 'libs'], tree.path)) as {
      filePath: string;
      messages: { ruleId: string; message: string }[];
    }[];
    messages = results.flatMap(({ filePath, messages: some }) =>
      some.map((one) => ({ ...one, file: filePath.slice(tree.path.length + 1) })),
    );
  });

  it.each(PLANTED_CODE.map((one) => [one.rule, one.guilty, one.says] as const))(
    '%s bites in %s',
    (ruleId, file, says) => {
      expect(messages).toContainEqual(
        expect.objectContaining({ ruleId, file, message: expect.stringMatching(says) as unknown }),
      );
    },
  );
});

describe('the house', () => {
  it('has an entry in nest-cli.json for every app and library, and no other', () => {
    const named = Object.values(json('nest-cli.json')['projects'] as Record<string, { root: string }>).map(
      (project) => project.root,
    );
    const folders = ['apps', 'libs'].flatMap((parent) =>
      readdirSync(join(ROOT, parent)).map((name) => `${parent}/${name}`),
    );
    expect(named.sort()).toEqual(folders.sort());
  });

  it('gives TypeScript, swc and jest one idea of where the libraries are', () => {
    const paths = json('tsconfig.json')['compilerOptions']['paths'] as Record<string, string[]>;
    expect(json('.swcrc')['jsc']['paths']).toEqual(paths);
    for (const [alias, [target]] of Object.entries(paths)) {
      const folder = target!.slice(2, -1);
      const file = filesBelow(folder).find((path) => path.endsWith('.ts'))!;
      // What jest resolves, since this runs in jest.
      expect(require.resolve(alias.replace('*', file.slice(folder.length, -3)))).toBe(join(ROOT, file));
    }
    const aliases = new Set(Object.keys(paths).map((alias) => alias.split('/')[1]));
    expect(aliases).toEqual(new Set([...readdirSync(join(ROOT, 'libs')), 'apps']));
  });

  it('has no barrels and no drawers', () => {
    const files = [...filesBelow('apps'), ...filesBelow('libs')];
    expect(files.filter((file) => /(^|\/)(index\.ts|utils?|common|helpers?)(\.ts|\/|$)/.test(file))).toEqual([]);
  });

  it('pins every dependency, and supports Node 20, 22 and 24', () => {
    const { dependencies, devDependencies, engines } = json('package.json') as Record<string, Record<string, string>>;
    for (const version of Object.values({ ...dependencies, ...devDependencies }))
      expect(version).toMatch(/^\d+\.\d+\.\d+(-[\w.]+)?$/);
    expect(engines!['node']).toBe('^20.19 || ^22.12 || ^24');
  });

  it('locks every package by its hash, and names no registry', () => {
    const packages = json('package-lock.json')['packages'] as Record<
      string,
      { integrity?: string; resolved?: string; link?: boolean; inBundle?: boolean }
    >;
    const loose = Object.entries(packages).filter(
      ([name, one]) => name !== '' && !one.integrity && !one.link && !one.inBundle,
    );
    expect(loose.map(([name]) => name)).toEqual([]);
    expect(Object.values(packages).filter((one) => one.resolved !== undefined && !one.link)).toEqual([]);
  });

  it('reports to nobody what it installs', () => {
    expect(json('package.json')['scarfSettings']).toEqual({ enabled: false });
  });

  it.each(SERVICES)('starts %s by its main.ts and calls its files by their roles', (service) => {
    const folder = `apps/${service}/src/`;
    const files = filesBelow(folder).map((file) => file.slice(folder.length));
    expect(files).toEqual(expect.arrayContaining(['main.ts', `${service}.module.ts`]));
    const named = new RegExp(`^(main|[a-z-]+\\.(${ROLES.join('|')})|migrations/\\d+-[a-z-]+)\\.ts$`);
    const others = files.filter((file) => !file.endsWith('.spec.ts') && !named.test(file));
    expect(others.filter((file) => !WITHOUT_A_ROLE.includes(`${service}/${file}`))).toEqual([]);
  });

  it('has every file that it excuses from having a role', () => {
    for (const file of WITHOUT_A_ROLE) expect(filesBelow('apps')).toContain(`apps/${file.replace('/', '/src/')}`);
  });
});
