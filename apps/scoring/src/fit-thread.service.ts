import { join } from 'node:path';
import { setImmediate as breathe } from 'node:timers/promises';
import { type Transferable, Worker } from 'node:worker_threads';
import { Injectable } from '@nestjs/common';
import { type FitInput, type FittedModel } from './fit.domain';

/** Names that are copied to the thread at once: with some hundred thousand the loop would be held up for long. */
const NAMES = 10_000;

/** Where tests, which run TypeScript as it stands, find what lets a thread do so too. */
const LOADER = join(__dirname, '../../../test/support/typescript.cjs');

/** How long the thread is kept for the next fit: a new one has to load and compile everything first, which a small fit does not take. */
const KEPT_MS = 60_000;

/** Fits questions in a thread of its own, one after the other. */
@Injectable()
export class FitThread {
  private thread: Worker | undefined;
  private idle: NodeJS.Timeout | undefined;
  private isEnded = false;

  /** One fit at a time. @throws what the fit throws; Error where the thread ends in the middle. */
  async fit(inputs: readonly FitInput[]): Promise<FittedModel[]> {
    clearTimeout(this.idle);
    try {
      const models: FittedModel[] = [];
      for (const input of inputs) models.push(await fitOne(this.started(), input));
      return models;
    } catch (error) {
      await this.stop();
      throw error;
    } finally {
      this.idle = setTimeout(() => void this.stop(), KEPT_MS).unref();
    }
  }

  /** Ends the thread for good; a fit in hand fails. */
  async end(): Promise<void> {
    this.isEnded = true;
    clearTimeout(this.idle);
    await this.stop();
  }

  private started(): Worker {
    if (this.isEnded) throw new Error('the thread of fits has ended');
    if (this.thread) return this.thread;
    const isSource = __filename.endsWith('.ts');
    const program = join(__dirname, isSource ? 'fit.thread.ts' : 'fit.thread.js');
    const thread = new Worker(program, isSource ? { execArgv: ['-r', LOADER] } : {});
    // One that ends between two fits is missed by nobody; one that ends in a fit is heard there.
    thread.on('error', () => undefined);
    thread.on('exit', () => {
      if (this.thread === thread) this.thread = undefined;
    });
    thread.unref();
    return (this.thread = thread);
  }

  private async stop(): Promise<void> {
    const { thread } = this;
    this.thread = undefined;
    await thread?.terminate();
  }
}

async function fitOne(thread: Worker, { columns, ...known }: FitInput): Promise<FittedModel> {
  const { items, ...rest } = columns;
  const answer = answerOf(thread);
  // It is awaited when all is sent; until then nobody would see it fail.
  answer.catch(() => undefined);
  for (let start = 0; start < items.length; start += NAMES) {
    thread.postMessage(items.slice(start, start + NAMES));
    await breathe();
  }
  thread.postMessage({ ...known, columns: { ...rest, items: [] } } satisfies FitInput, buffersOf(columns));
  return answer;
}

async function answerOf(thread: Worker): Promise<FittedModel> {
  return new Promise((resolve, reject) => {
    const ended = (code: number) => reject(new Error(`the thread of the fit ended with code ${code}`));
    thread.once('error', reject);
    thread.once('exit', ended);
    thread.once('message', (model: FittedModel) => {
      thread.off('error', reject);
      thread.off('exit', ended);
      resolve(model);
    });
  });
}

/** Columns are handed over, not copied. */
function buffersOf({ starts, worker, label, when, seconds }: FitInput['columns']): Transferable[] {
  const columns = [starts, worker, label, when, ...(seconds ? [seconds] : [])];
  return columns.map((column) => column.buffer as ArrayBuffer);
}
