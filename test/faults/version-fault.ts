import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SERVICE_NAMES } from '../support/service-processes';
import { during, type Fault, sql } from './fault';
import { watchLanes } from './lane-watch';

const root = join(__dirname, '../..');
/** How many commits ago the older version is. */
const AGO = 40;

/** An upgrade under load: everything begins with an older commit, and each service is replaced by that of this one, beside it for a while. */
export const TWO_VERSIONS: Fault = {
  name: 'two versions at once: services of an older commit are replaced under load, each beside its successor for a while',
  holds: 'I1 I2 I7',
  isAlone: true,
  needs: () => (olderCommit() === undefined ? `the history of ${AGO} commits` : undefined),
  happen: async (system, load) => {
    const commit = olderCommit()!;
    const older = checkOut(commit);
    const { services } = system;
    try {
      for (const service of SERVICE_NAMES) for (const one of services.of(service)) await services.end(one, 'SIGTERM');
      // What this commit has migrated the older one would refuse.
      await sql(system, 'drop database assay with (force)', 'postgres');
      await Promise.all(SERVICE_NAMES.map((service) => services.start(service, undefined, older.program)));
      const watch = await watchLanes(system, SERVICE_NAMES);
      await during(load, async () => {
        for (const [turn, service] of SERVICE_NAMES.entries()) {
          const [old] = services.of(service);
          await services.start(service);
          await load.inAnotherOrder(turn).send({ size: 50, pause: 50 });
          await services.end(old!, 'SIGTERM');
        }
      });
      await watch.end();
    } finally {
      older.remove();
    }
    return `from commit ${commit.slice(0, 7)}`;
  },
};

function olderCommit(): string | undefined {
  try {
    const commit = execFileSync('git', ['rev-list', '-1', `--skip=${AGO}`, 'HEAD'], { cwd: root, encoding: 'utf8' });
    return commit.trim() || undefined;
  } catch {
    return undefined;
  }
}

/** A working copy of a commit, built, on the packages of this one. */
function checkOut(commit: string): { program: string; remove(): void } {
  const folder = mkdtempSync(join(tmpdir(), 'assay-older-'));
  const git = (...args: string[]) => execFileSync('git', args, { cwd: root, stdio: 'pipe' });
  git('worktree', 'add', '--detach', '--force', folder, commit);
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  const program = join(folder, 'apps/assay/bin/assay.mjs');
  execFileSync(process.execPath, [program, '--help'], { stdio: 'pipe' });
  const remove = () => {
    git('worktree', 'remove', '--force', folder);
    rmSync(folder, { recursive: true, force: true });
  };
  return { program, remove };
}
