import { applyDecorators, Catch, type RpcExceptionFilter, UseFilters } from '@nestjs/common';
import { Ctx, EventPattern, Payload } from '@nestjs/microservices';
import { type Observable, throwError } from 'rxjs';
import { type Topic } from '@assay/contracts/contract';
import { type Transaction } from './transaction';

/** Marks the handlers of the batch server among those of other Nest transports. */
export const TRANSPORT = Symbol('assay.batch-server');

/** What `@Consumes` and `@LaneWork` say of a method. */
export type HandlerRole =
  { role: 'consumer'; topic: Topic } | { role: 'lane-work'; kind: Topic['lane']; everyMs: number; due: Due };

/** Partition numbers of the lanes where there may be something to do; one statement for all lanes, outside a transaction. */
export type Due = (store: Pick<Transaction, 'sql'>) => Promise<readonly number[]>;

/** Nest's own filter turns an error into an answer; a batch needs it back. */
@Catch()
class RethrowFilter implements RpcExceptionFilter<unknown> {
  catch(error: unknown): Observable<never> {
    return throwError(() => error);
  }
}

/**
 * A method `(batch: Batch, tx: LanesTransaction)` that handles one topic: called once for each slice of at most 10,000 events, of one lane
 * or of several, inside the transaction that holds their lanes. What it throws rolls the slice back: transient failures are tried again;
 * with any other each lane is tried alone, and its slice is halved until the one event is found, which is dead-lettered.
 */
export function Consumes(topic: Topic): MethodDecorator {
  return handler(topic.name, { role: 'consumer', topic });
}

/**
 * A method `(lane: number, tx: LaneTransaction) => Promise<boolean>` that works on a lane between batches, in a transaction that holds
 * the lane as a batch does: one slice of a sweep. It says whether more is left; where not, it is called again for a lane that `due` names
 * when this service has handled a batch of a project's events, and every `everyMs` milliseconds. A parked event (`unpark`) that it cannot bear
 * is found and dead-lettered as one of a batch is.
 */
export function LaneWork(options: { lane: Topic['lane']; everyMs: number; due: Due }): MethodDecorator {
  return (target, property, descriptor) =>
    handler(`lane-work:${target.constructor.name}.${String(property)}`, {
      role: 'lane-work',
      kind: options.lane,
      everyMs: options.everyMs,
      due: options.due,
    })(target, property, descriptor);
}

function handler(pattern: string, role: HandlerRole): MethodDecorator {
  return (target, property, descriptor) => {
    Payload()(target, property, 0);
    Ctx()(target, property, 1);
    applyDecorators(EventPattern(pattern, TRANSPORT, role), UseFilters(new RethrowFilter()))(
      target,
      property,
      descriptor,
    );
  };
}
