import { ASSIGNMENT } from '@assay/apps/assignment/src/assignment.module';
import { CONSENSUS } from '@assay/apps/consensus/src/consensus.module';
import { GOLD } from '@assay/apps/gold/src/gold.module';
import { INGESTION } from '@assay/apps/ingestion/src/ingestion.module';
import { SCORING } from '@assay/apps/scoring/src/scoring.module';
import { type ServiceDefinition } from '@assay/platform/service-definition';
import { CliError, EXIT } from './cli-error';

/** Every service that there is. */
export const SERVICES: readonly ServiceDefinition[] = [INGESTION, CONSENSUS, GOLD, SCORING, ASSIGNMENT];

/**
 * The services that a list names (`all`, or names with commas between).
 * @throws CliError 2 on a name that is none.
 */
export function servicesNamed(names: string): ServiceDefinition[] {
  if (names === 'all') return [...SERVICES];
  return names.split(',').map((name) => {
    const service = SERVICES.find((one) => one.name === name.trim());
    const expected = ['all', ...SERVICES.map((one) => one.name)].join(', ');
    if (!service) throw new CliError(EXIT.usage, `service "${name.trim()}": expected ${expected}`);
    return service;
  });
}
