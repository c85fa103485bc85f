import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { CliError, EXIT } from './cli-error';
import { type Client, clientOf, type Listening } from './client';
import { type Output } from './output';

/** What every command gets: where it writes, and where the data folder and the server are. */
export interface Context {
  output: Output;
  /** `--data`, or the setting, or `.assay` in the folder that the command was called in. */
  dataDir: string;
  /** `--server`. */
  server?: string;
  /** `--key-file`. */
  keyFile?: string;
}

/** What each running service leaves in the data folder for the command line. */
export interface ServerFile extends Listening {
  pid: number;
}

/** Folder of the data folder with a `ServerFile` for each instance of a service that was started on it. */
export const SERVERS_FOLDER = 'servers';
export const KEY_FILE = 'admin.key';

/**
 * The server of `--server`, or the one that runs on the data folder; with the key of `--key-file` or of the data folder.
 * @throws CliError 5 where no server is known, 4 where there is no key.
 */
export function connect(context: Context): Client {
  const services = context.server ? [] : runningServices(context.dataDir);
  const url = context.server ?? services[0]?.url;
  if (!url) {
    const where = resolve(context.dataDir);
    throw new CliError(
      EXIT.unreachable,
      `no Assay is running on ${where}: start one with \`assay up\`, or name one with --server`,
    );
  }
  const keyFile = context.keyFile ?? join(context.dataDir, KEY_FILE);
  try {
    return clientOf(url, readFileSync(keyFile, 'utf8').trim(), services);
  } catch (error) {
    throw new CliError(EXIT.refused, `no key for ${url}: ${(error as Error).message}; name a file with --key-file`, {
      cause: error,
    });
  }
}

/** The services that say they run on a data folder, in one process or several, if those are alive. */
export function runningServices(dataDir: string): ServerFile[] {
  const folder = join(dataDir, SERVERS_FOLDER);
  if (!existsSync(folder)) return [];
  const services = readdirSync(folder)
    .filter((file) => file.endsWith('.json'))
    .flatMap((file) => serverFile(join(folder, file)));
  return services.filter(({ pid }) => isAlive(pid));
}

/** Nothing where its process has just ended, or of a file that a full disk has cut: the next service that starts removes it. */
function serverFile(file: string): ServerFile[] {
  try {
    return [JSON.parse(readFileSync(file, 'utf8')) as ServerFile];
  } catch (error) {
    if (error instanceof SyntaxError || (error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // Alive, but another user's.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
