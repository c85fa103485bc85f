import 'reflect-metadata';
import { parentPort } from 'node:worker_threads';
import { fitQuestion, type FitInput } from './fit.domain';

// Fits questions away from the thread that answers and consumes: one message in, one out.
parentPort!.on('message', (input: FitInput) => parentPort!.postMessage(fitQuestion(input)));
