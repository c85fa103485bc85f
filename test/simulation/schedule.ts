import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';

/** What one seed decides, in the order in which it decided it. */
export class Schedule {
  readonly lines: string[] = [];
  private readonly random;

  constructor(readonly seed: number) {
    this.random = xoroshiro128plus(seed);
  }

  /** An integer from 0 to below `end`. */
  below(end: number): number {
    return uniformInt(this.random, 0, end - 1);
  }

  /** True so often out of a thousand. */
  happens(permille: number): boolean {
    return this.below(1000) < permille;
  }

  pick<T>(choices: readonly T[]): T {
    return choices[this.below(choices.length)]!;
  }

  /** One of the choices, each as often as its weight says. */
  weighed<T extends { weight: number }>(choices: readonly T[]): T {
    let at = this.below(choices.reduce((sum, { weight }) => sum + weight, 0));
    return choices.find(({ weight }) => (at -= weight) < 0)!;
  }

  say(line: string): void {
    this.lines.push(line);
  }
}
