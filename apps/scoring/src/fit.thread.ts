import 'reflect-metadata';
import { parentPort } from 'node:worker_threads';
import { fitQuestion, type FitInput } from './fit.domain';

// Fits questions away from the thread that answers and consumes. The names of a question's items come first, in parts; the rest asks for the fit.
let items: string[] = [];
parentPort!.on('message', (message: string[] | FitInput) => {
  if (Array.isArray(message)) {
    items.push(...message);
    return;
  }
  parentPort!.postMessage(fitQuestion({ ...message, columns: { ...message.columns, items } }));
  items = [];
});
