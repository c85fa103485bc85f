import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  lstatSync,
  rmSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { installedPostgres, postgresBinaries } from './postgres-binaries';

const isRoot = process.getuid?.() === 0;

describe('postgresBinaries', () => {
  let folder: string;
  let home: string;
  let native: string;
  const said: string[] = [];

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'assay-binaries-'));
    home = join(folder, 'home');
    mkdirSync(home);
    native = join(folder, 'package', 'native');
    cpSync(installedPostgres().native, native, { recursive: true, verbatimSymlinks: true });
    said.length = 0;
  });
  afterEach(() => {
    chmodSync(join(native, 'lib'), 0o755);
    rmSync(folder, { recursive: true, force: true });
  });

  /** As npm leaves the package when it runs no install scripts. */
  function withoutInstallScript(): string[] {
    const lib = join(native, 'lib');
    const links = readdirSync(lib).filter((name) => lstatSync(join(lib, name)).isSymbolicLink());
    for (const link of links) rmSync(join(lib, link));
    chmodSync(join(native, 'bin', 'postgres'), 0o644);
    return links;
  }

  function find() {
    return postgresBinaries(undefined, home, (line) => said.push(line), { native, version: '18.0.0' });
  }

  const versionOf = (program: string) => execFileSync(program, ['--version']).toString();

  it('are those that npm installed', () => {
    expect(find()).toEqual({ initdb: join(native, 'bin', 'initdb'), postgres: join(native, 'bin', 'postgres') });
    expect(said).toEqual([]);
  });

  it('get the links and modes that npm did not make when it ran no scripts', () => {
    const links = withoutInstallScript();
    expect(links).toHaveLength(readLinks().length);
    const { initdb, postgres } = find();
    expect(initdb).toBe(join(native, 'bin', 'initdb'));
    expect(versionOf(initdb)).toMatch(/^initdb \(PostgreSQL\) 18/);
    expect(versionOf(postgres)).toMatch(/^postgres \(PostgreSQL\) 18/);
  });

  // Root writes where it is forbidden to.
  (isRoot ? it.skip : it)('are copied once where they cannot be mended', () => {
    withoutInstallScript();
    chmodSync(join(native, 'lib'), 0o555);
    const { initdb } = find();
    expect(initdb).toBe(join(home, 'postgres-18.0.0', 'bin', 'initdb'));
    expect(versionOf(initdb)).toMatch(/^initdb \(PostgreSQL\) 18/);
    expect(find().initdb).toBe(initdb);
    expect(said).toEqual([
      `copying the programs of PostgreSQL 18.0.0 to ${home}/postgres-18.0.0: they cannot be used where npm put them`,
    ]);
    expect(existsSync(join(home, 'postgres-18.0.0', 'lib', 'libpq.so.5')) || process.platform !== 'linux').toBe(true);
  });

  function readLinks(): unknown[] {
    return JSON.parse(readFileSync(join(native, 'pg-symlinks.json'), 'utf8')) as unknown[];
  }
});
