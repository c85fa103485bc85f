import { join } from 'node:path';
import { type Transferable, Worker } from 'node:worker_threads';
import { type FitInput, type FittedModel } from './fit.domain';

/** Where tests, which run TypeScript as it stands, find what lets a thread do so too. */
const LOADER = join(__dirname, '../../../test/support/typescript.cjs');

/**
 * Fits questions in a thread of their own, one after the other. The thread ends with the work, or when it is told to stop.
 * @throws what the fit throws; Error where it is stopped.
 */
export async function fitInThread(inputs: readonly FitInput[], stop: AbortSignal): Promise<FittedModel[]> {
  const isSource = __filename.endsWith('.ts');
  const program = join(__dirname, isSource ? 'fit.thread.ts' : 'fit.thread.js');
  const thread = new Worker(program, isSource ? { execArgv: ['-r', LOADER] } : {});
  const end = () => void thread.terminate();
  stop.addEventListener('abort', end);
  try {
    const models: FittedModel[] = [];
    for (const input of inputs) {
      stop.throwIfAborted();
      models.push(await fitOne(thread, input));
    }
    return models;
  } finally {
    stop.removeEventListener('abort', end);
    await thread.terminate();
  }
}

async function fitOne(thread: Worker, input: FitInput): Promise<FittedModel> {
  return new Promise((resolve, reject) => {
    const ended = (code: number) => reject(new Error(`the thread of the fit ended with code ${code}`));
    thread.once('error', reject);
    thread.once('exit', ended);
    thread.once('message', (model: FittedModel) => {
      thread.off('error', reject);
      thread.off('exit', ended);
      resolve(model);
    });
    thread.postMessage(input, buffersOf(input));
  });
}

/** Columns are handed over, not copied. */
function buffersOf({ columns: { starts, worker, label, when, seconds } }: FitInput): Transferable[] {
  const columns = [starts, worker, label, when, ...(seconds ? [seconds] : [])];
  return columns.map((column) => column.buffer as ArrayBuffer);
}
