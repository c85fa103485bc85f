import { type Output } from './output';

/** Lines where nobody watches come this far apart. */
const LINE_EVERY_MS = 10_000;
const TERMINAL_EVERY_MS = 100;

/** How far a long task is: count, rate and time left; redrawn on a terminal, a line every ten seconds elsewhere. */
export class Progress {
  private readonly started = performance.now();
  private lastShown = this.started;
  private done = 0;

  constructor(
    private readonly output: Output,
    private readonly what: string,
    private readonly total: number,
    private readonly isTerminal: boolean = process.stderr.isTTY === true,
  ) {}

  add(count: number): void {
    this.done += count;
    const now = performance.now();
    if (now - this.lastShown < (this.isTerminal ? TERMINAL_EVERY_MS : LINE_EVERY_MS)) return;
    this.lastShown = now;
    this.show(progressWords(this.what, this.done, this.total, (now - this.started) / 1000));
  }

  /** Clears what a terminal shows. */
  end(): void {
    this.output.endProgress();
  }

  private show(words: string): void {
    if (this.isTerminal) this.output.progress(words);
    else this.output.say(words);
  }
}

/** `3,000 of 8,000 annotations, 1,500/s, 3 s left`. */
export function progressWords(what: string, done: number, total: number, seconds: number): string {
  const rate = done / Math.max(seconds, 1e-9);
  const left = rate > 0 ? `, ${duration((total - done) / rate)} left` : '';
  const number = (value: number) => Math.round(value).toLocaleString('en-US');
  return `${number(done)} of ${number(total)} ${what}, ${number(rate)}/s${left}`;
}

/** `45 s`, `2 min 5 s`, `1 h 3 min`. */
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
}
