import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { CliError, EXIT } from './cli-error';
import { type Client, clientOf } from './client';
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

/** What a running Assay leaves in its data folder for the command line. */
export interface ServerFile {
  url: string;
  pid: number;
}

export const SERVER_FILE = 'server.json';
export const KEY_FILE = 'admin.key';

/**
 * The server of `--server`, or the one that runs on the data folder; with the key of `--key-file` or of the data folder.
 * @throws CliError 5 where no server is known, 4 where there is no key.
 */
export function connect(context: Context): Client {
  const url = context.server ?? runningServer(context.dataDir)?.url;
  if (!url) {
    const where = resolve(context.dataDir);
    throw new CliError(
      EXIT.unreachable,
      `no Assay is running on ${where}: start one with \`assay up\`, or name one with --server`,
    );
  }
  const keyFile = context.keyFile ?? join(context.dataDir, KEY_FILE);
  try {
    return clientOf(url, readFileSync(keyFile, 'utf8').trim());
  } catch (error) {
    throw new CliError(EXIT.refused, `no key for ${url}: ${(error as Error).message}; name a file with --key-file`, {
      cause: error,
    });
  }
}

/** The server that says it runs on a data folder, if its process is alive. */
export function runningServer(dataDir: string): ServerFile | undefined {
  try {
    const server = JSON.parse(readFileSync(join(dataDir, SERVER_FILE), 'utf8')) as ServerFile;
    process.kill(server.pid, 0);
    return server;
  } catch (error) {
    // EPERM: alive, but another user's.
    return (error as NodeJS.ErrnoException).code === 'EPERM'
      ? (JSON.parse(readFileSync(join(dataDir, SERVER_FILE), 'utf8')) as ServerFile)
      : undefined;
  }
}
