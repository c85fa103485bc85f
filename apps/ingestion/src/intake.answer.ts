import { type HttpResponse } from '@assay/platform/http/http-request';
import { type Outcome, type Tally, tally } from './outcome.domain';

/** What a request with many entries is answered: counts, and the outcome of each in order. */
export interface IntakeAnswer extends Tally {
  outcomes: Outcome[];
}

/** The answer, with status 200, or 207 where something was rejected. */
export function answerIntake(outcomes: Outcome[], response: HttpResponse): IntakeAnswer {
  const counts = tally(outcomes);
  response.status(counts.rejected > 0 ? 207 : 200);
  return { ...counts, outcomes };
}
