import { type DeadLetter as KeptDeadLetter } from '@assay/platform/transport/dead-letters';
import { CliError, EXIT } from './cli-error';
import { type Client } from './client';
import { READERS } from './settle';

/** Services that can have dead letters: every one. */
export const ALL_SERVICES: readonly string[] = ['ingestion', ...READERS];

/** A dead letter as `/v1/ops/<service>/deadletters` lists it, and whose it is. */
export interface DeadLetter extends KeptDeadLetter {
  service: string;
}

/** One dead letter; `sent`, with the value in base64, is shown to admins alone. */
export interface ShownDeadLetter extends DeadLetter {
  hash: string;
  sent?: { key: string | null; headers: Record<string, string>; value: string };
}

/** Which dead letters: of all services and projects where nothing is said. */
export interface LetterScope {
  service?: string;
  project?: string;
}

/**
 * The services of a scope.
 * @throws CliError 2 on a name that is none.
 */
export function servicesOf(service: string | undefined): readonly string[] {
  if (service === undefined) return ALL_SERVICES;
  if (ALL_SERVICES.includes(service)) return [service];
  throw new CliError(EXIT.usage, `service "${service}": expected ${ALL_SERVICES.join(', ')}`);
}

/** Dead letters of a scope, service by service, oldest first. */
export async function* deadLettersOf(
  client: Client,
  { service, project }: LetterScope,
  status?: DeadLetter['status'],
): AsyncGenerator<DeadLetter> {
  const query = new URLSearchParams({ limit: '1000', ...(status && { status }), ...(project && { project }) });
  for (const name of servicesOf(service)) {
    const letters = client.pages<Omit<DeadLetter, 'service'>>(`/v1/ops/${name}/deadletters?${query}`, 'deadLetters');
    for await (const letter of letters) yield { service: name, ...letter };
  }
}

/**
 * One dead letter, in whichever service of the scope it is.
 * @throws CliError 3 where none has it.
 */
export async function deadLetterById(client: Client, id: string, service?: string): Promise<ShownDeadLetter> {
  for (const name of servicesOf(service)) {
    const path = `/v1/ops/${name}/deadletters/${encodeURIComponent(id)}`;
    const letter = await client.find<Omit<ShownDeadLetter, 'service'>>(path);
    if (letter) return { service: name, ...letter };
  }
  throw new CliError(EXIT.notFound, `dead letter ${id}: expected one of ${service ?? 'any service'}`);
}
