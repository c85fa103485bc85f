import { Problem } from './problem';
import { RateLimit } from './rate-limit';

function limited(work: () => void): string | undefined {
  try {
    work();
    return undefined;
  } catch (error) {
    expect(error).toBeInstanceOf(Problem);
    expect((error as Problem).code).toBe('too_many_requests');
    return (error as Problem).headers['retry-after'];
  }
}

describe('RateLimit', () => {
  let now: number;
  let limit: RateLimit;
  beforeEach(() => {
    now = 0;
    limit = new RateLimit(10, () => now);
  });

  it('lets two seconds of requests pass at once, then says when to come back', () => {
    for (let count = 0; count < 20; count++) expect(limited(() => limit.count('a'))).toBeUndefined();
    expect(limited(() => limit.count('a'))).toBe('1');
  });

  it('lets as many pass as time gives', () => {
    for (let count = 0; count < 20; count++) limit.count('a');
    now = 300;
    for (let count = 0; count < 3; count++) expect(limited(() => limit.count('a'))).toBeUndefined();
    expect(limited(() => limit.count('a'))).toBe('1');
  });

  it('says to come back later where a request takes longer than a second to earn', () => {
    const slow = new RateLimit(0.1, () => now);
    expect(limited(() => slow.count('a'))).toBe('8');
  });

  it('counts each caller alone', () => {
    for (let count = 0; count < 20; count++) limit.count('a');
    expect(limited(() => limit.count('b'))).toBeUndefined();
  });

  it('forgets who has been quiet longest, so that its memory ends', () => {
    for (let count = 0; count < 20; count++) limit.count('a');
    for (let caller = 0; caller < 10_000; caller++) limit.count(`caller ${caller}`);
    expect(limited(() => limit.count('a'))).toBeUndefined();
  });
});
