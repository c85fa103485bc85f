import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readSettings } from '@assay/platform/config/settings';
import { provision } from '@assay/platform/postgres/provision';
import { serviceUrl } from '@assay/platform/postgres/service-url';
import { CliError, EXIT } from './cli-error';
import { type Context } from './context';
import { patiently } from './patiently';
import { SERVICES } from './services';

/**
 * `assay migrate`: brings the database of ASSAY_DATABASE_URL, an administrator's, to this version: schemas, roles, tables. Can be run again.
 * @param options.urls folder that gets each service's own URL, as `<service>/database-url`, readable by its owner alone.
 * @throws CliError 2 without a database, 5 where it cannot be reached for a minute, 4 where it refuses this user.
 */
export async function migrateCommand({ output }: Context, options: { urls?: string }): Promise<void> {
  const { databaseUrl } = readSettings();
  if (!databaseUrl) throw new CliError(EXIT.usage, 'ASSAY_DATABASE_URL is not set: expected postgres://...');
  await patiently(
    'PostgreSQL',
    (line) => output.say(line),
    () => provision(databaseUrl, SERVICES),
  );
  for (const { name } of options.urls === undefined ? [] : SERVICES) {
    const folder = join(options.urls!, name);
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'database-url'), serviceUrl(databaseUrl, name), { mode: 0o600 });
  }
  output.say(`the database has what ${SERVICES.map(({ name }) => name).join(', ')} need`);
}
