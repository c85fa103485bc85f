import { execFile } from 'node:child_process';
import { join } from 'node:path';

/** The file that is the command. */
export const PROGRAM = join(__dirname, '../../apps/assay/bin/assay.mjs');

/** What a call of the command line gave. */
export interface Said {
  code: number;
  /** stdout. */
  out: string;
  /** stderr. */
  said: string;
}

/**
 * Runs the command line as a person runs it, on the Assay of a data folder.
 * @param who whose key: that in the folder's `<who>.key`.
 */
export async function commandLine(dataDir: string, who: string, ...args: string[]): Promise<Said> {
  return commandLineWith({}, '--data', dataDir, '--key-file', join(dataDir, `${who}.key`), ...args);
}

/** Runs the command line with settings of its own. */
export async function commandLineWith(environment: Record<string, string>, ...args: string[]): Promise<Said> {
  return new Promise((resolve) => {
    execFile(process.execPath, [PROGRAM, ...args], { env: { ...process.env, ...environment } }, (error, out, said) => {
      resolve({ code: error === null ? 0 : Number(error.code), out, said });
    });
  });
}
