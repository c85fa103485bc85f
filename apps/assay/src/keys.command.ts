import { connect, type Context } from './context';

export interface KeyOptions {
  holder: string;
  role: string;
  projects: string;
  worker?: string;
}

/** `assay keys create`: prints the key, which cannot be read again. */
export async function createKeyCommand(context: Context, options: KeyOptions): Promise<void> {
  const { holder, role, projects, worker } = options;
  const body = { holder, role, projects: projects.split(',').map((name) => name.trim()), worker };
  const key = await connect(context).write<{ secret: string }>('POST', '/v1/keys', body);
  if (context.output.format === 'json') context.output.json(key);
  else context.output.line(key.secret);
}

/** `assay keys rotate ID`: prints the new key; the old one stays valid until it is revoked. */
export async function rotateKeyCommand(context: Context, id: string): Promise<void> {
  const key = await connect(context).write<{ secret: string }>('POST', `/v1/keys/${encodeURIComponent(id)}/rotate`);
  if (context.output.format === 'json') context.output.json(key);
  else context.output.line(key.secret);
}

/** `assay keys revoke ID`. */
export async function revokeKeyCommand(context: Context, id: string): Promise<void> {
  await connect(context).write('DELETE', `/v1/keys/${encodeURIComponent(id)}`);
  context.output.say(`key ${id} is revoked`);
}

/** What `keys list` shows of a key. */
interface KeyRow {
  key: string;
  holder: string;
  role: string;
  projects: string[];
  revokedAt?: string;
}

/** `assay keys list`. */
export async function listKeysCommand(context: Context): Promise<void> {
  const { keys } = await connect(context).get<{ keys: KeyRow[] }>('/v1/keys');
  context.output.rows(
    [
      { heading: 'key', value: (key) => key.key },
      { heading: 'holder', value: (key) => key.holder },
      { heading: 'role', value: (key) => key.role },
      { heading: 'projects', value: (key) => key.projects.join(',') },
      { heading: 'revoked', value: (key) => key.revokedAt ?? '' },
    ],
    keys,
  );
}
