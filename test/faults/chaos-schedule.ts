import { createHash } from 'node:crypto';
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { SERVICE_NAMES, type ServiceName } from '../support/service-processes';

/** Something that is broken for a while; when it is over it is mended. */
export type Breakage =
  /** One instance gets a signal that ends it; after the while another takes its place, unless it was one that had joined. */
  | { type: 'ended'; service: ServiceName; which: number; signal: 'SIGKILL' | 'SIGTERM' }
  /** One instance stands still. */
  | { type: 'stopped'; service: ServiceName; which: number }
  /** One more instance is there, and then ends by a signal. */
  | { type: 'joined'; service: ServiceName; signal: 'SIGKILL' | 'SIGTERM' }
  | { type: 'line'; to: 'kafka' | 'postgres'; state: 'cut' | 'hung' | 'slow' }
  | { type: 'broker'; state: 'killed' | 'stopped' }
  /** PostgreSQL is killed, and starts again by itself. */
  | { type: 'database' };

/** When, in ms from the start, what is broken, and for how long, in ms. */
export interface Break {
  at: number;
  lasts: number;
  breakage: Breakage;
}

/** Gives a whole number between two, both included. */
type Dice = (least: number, most: number) => number;

/** A kind of breakage that comes again and again: the pauses between and how long each lasts, in ms, least and most. */
interface Source {
  pause: [number, number];
  lasts: [number, number];
  breakage(dice: Dice): Breakage;
}

/** PostgreSQL that ends twice within ten seconds is not started again: that would be another fault. */
const DATABASE_PAUSE: [number, number] = [60_000, 180_000];

const SOURCES: readonly Source[] = [
  ...SERVICE_NAMES.map((service): Source => ({
    pause: [20_000, 120_000],
    lasts: [0, 12_000],
    breakage: (dice) => {
      const which = dice(0, 999);
      const roll = dice(1, 4);
      if (roll === 1) return { type: 'stopped', service, which };
      return { type: 'ended', service, which, signal: roll === 2 ? 'SIGTERM' : 'SIGKILL' };
    },
  })),
  ...SERVICE_NAMES.map((service): Source => ({
    pause: [40_000, 240_000],
    lasts: [2_000, 30_000],
    breakage: (dice) => ({ type: 'joined', service, signal: dice(0, 1) ? 'SIGKILL' : 'SIGTERM' }),
  })),
  ...(['kafka', 'postgres'] as const).map((to): Source => ({
    pause: [20_000, 120_000],
    lasts: [1_000, 12_000],
    breakage: (dice) => ({ type: 'line', to, state: (['cut', 'hung', 'slow'] as const)[dice(0, 2)]! }),
  })),
  {
    pause: [60_000, 180_000],
    lasts: [500, 15_000],
    breakage: (dice) => ({ type: 'broker', state: dice(0, 1) ? 'killed' : 'stopped' }),
  },
  { pause: DATABASE_PAUSE, lasts: [0, 0], breakage: () => ({ type: 'database' }) },
];

/**
 * What is broken when, for so many ms: a function of the seed. Each list is of one source, whose breakages follow each other; those of
 * different sources come together as they happen to.
 */
export function scheduleOf(seed: number, milliseconds: number): Break[][] {
  return SOURCES.map(({ pause, lasts, breakage }, source) => {
    // Seeds that lie close together would begin alike.
    const hash = createHash('sha256').update(`${seed} ${source}`).digest();
    const random = xoroshiro128plus(hash.readInt32BE());
    const dice: Dice = (least, most) => uniformInt(random, least, most);
    const breaks: Break[] = [];
    // The first pauses are cut short at random: a short run sees everything begin as well.
    for (let at = dice(0, pause[1]); ;) {
      const one = { at, lasts: dice(...lasts), breakage: breakage(dice) };
      if (one.at + one.lasts > milliseconds) return breaks;
      breaks.push(one);
      at += one.lasts + dice(...pause);
    }
  });
}
