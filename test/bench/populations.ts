import { type Population, type WorkerGroup } from '../../libs/statistics/src/simulation/population';

const letters = (count: number) => Array.from({ length: count }, (_, k) => String.fromCharCode(97 + k));
const honest = (count: number, least: number, most: number): WorkerGroup => ({ behaviour: 'honest', count, accuracy: { least, most } }); // prettier-ignore
const swappers = (count: number, accuracy: number): WorkerGroup => ({ behaviour: 'swapper', count, accuracy });
const spammers = (count: number, favourite?: string): WorkerGroup => ({ behaviour: 'spammer', count, favourite });
const biased = (count: number, strength: number): WorkerGroup => ({ behaviour: 'biased', count, strength });

/**
 * Crowds of all sorts, most of which break what a model of workers assumes: items differ in difficulty, lead many workers to one wrong label, are
 * sparse or unbalanced; workers are lazy, biased, copy, or gave a handful of labels. Each is played with several seeds.
 */
export const POPULATIONS: Record<string, Omit<Population, 'seed'>> = {
  'two labels, dense, biased and swapping workers': {
    labels: letters(2), items: 110, labelsPerItem: 39, difficulty: 1.5, labelDifficulty: 0.3, misleading: 0.05,
    workers: [honest(28, 0.6, 0.85), spammers(3), biased(6, 0.5), { behaviour: 'swapper', count: 2, accuracy: 0.7 }],
  },
  'two labels, three an item, 12 % rare': {
    labels: letters(2), shares: [0.12, 0.88], items: 4000, labelsPerItem: 3, difficulty: 1, labelDifficulty: 0.7, activity: 1,
    workers: [honest(120, 0.75, 0.97), spammers(15), biased(30, 0.3)],
  },
  'two labels, hard, 120 of 640 workers spam': {
    labels: letters(2), items: 3000, labelsPerItem: 5, difficulty: 1.2, misleading: 0.12, activity: 1,
    workers: [honest(400, 0.55, 0.85), spammers(120), biased(120, 0.5)],
  },
  'two labels, half of the workers biased': {
    labels: letters(2), items: 1500, labelsPerItem: 10, difficulty: 1, labelDifficulty: 0.8, misleading: 0.08, activity: 0.8,
    workers: [honest(40, 0.65, 0.92), biased(35, 0.5)],
  },
  'two labels, twenty an item': {
    labels: letters(2), items: 500, labelsPerItem: 20, difficulty: 1, misleading: 0.03,
    workers: [honest(120, 0.6, 0.9), spammers(23)],
  },
  'two labels, twenty an item, copying workers': {
    labels: letters(2), items: 1500, labelsPerItem: 20, difficulty: 1.5, misleading: 0.1, activity: 0.5,
    workers: [honest(30, 0.6, 0.85), { behaviour: 'copying', count: 6 }],
  },
  'two labels, 35 of 75 workers always say the usual one': {
    labels: letters(2), shares: [0.2, 0.8], items: 1000, labelsPerItem: 7, difficulty: 0.8,
    workers: [honest(40, 0.7, 0.92), spammers(35, 'b')],
  },
  'two labels, easy': { labels: letters(2), items: 1000, labelsPerItem: 5, difficulty: 0.5, workers: [honest(40, 0.88, 0.97)] },
  'three labels, four labels a worker': {
    labels: letters(3), shares: [0.45, 0.45, 0.1], items: 1200, labelsPerItem: 5, difficulty: 1, lure: 0.5,
    workers: [honest(1400, 0.6, 0.95), spammers(150)],
  },
  'three labels, 150 items': {
    labels: letters(3), items: 150, labelsPerItem: 3, difficulty: 0.8, lure: 0.4,
    workers: [honest(50, 0.6, 0.9), { behaviour: 'careless', count: 20 }],
  },
  'three labels, the model is right': { labels: letters(3), items: 600, labelsPerItem: 5, workers: [honest(30, 0.55, 0.9)] },
  'four labels, ten an item': {
    labels: letters(4), items: 800, labelsPerItem: 10, difficulty: 1, lure: 0.4, likeness: 0.3, labelDifficulty: 0.4, activity: 0.8, misleading: 0.05,
    workers: [honest(45, 0.6, 0.9), spammers(4), { behaviour: 'careless', count: 5 }],
  },
  'four labels, hard and misleading': {
    labels: letters(4), items: 580, labelsPerItem: 9, difficulty: 1.3, lure: 0.6, likeness: 0.2, labelDifficulty: 0.5, misleading: 0.15,
    workers: [honest(27, 0.5, 0.85)],
  },
  'four labels, one to three an item': {
    labels: letters(4), items: 1000, labelsPerItem: { least: 1, most: 3 }, difficulty: 1, lure: 0.4, likeness: 0.2,
    workers: [honest(60, 0.6, 0.9), spammers(6)],
  },
  'five labels, a third of the workers spam': {
    labels: letters(5), items: 2500, labelsPerItem: 6, difficulty: 0.8, lure: 0.2, likeness: 0.4, labelDifficulty: 0.5, activity: 1,
    workers: [honest(90, 0.6, 0.9), spammers(60), biased(25, 0.5)],
  },
  'five labels, 30 of 80 workers always say the first': {
    labels: letters(5), shares: [0.4, 0.2, 0.2, 0.1, 0.1], items: 800, labelsPerItem: 8, difficulty: 0.8, lure: 0.4,
    workers: [honest(40, 0.6, 0.9), spammers(30, 'a'), spammers(10)],
  },
  'ten labels, four an item': {
    labels: letters(10), items: 700, labelsPerItem: 4, difficulty: 1, lure: 0.2, likeness: 0.5, labelDifficulty: 0.7, activity: 0.8,
    workers: [honest(38, 0.5, 0.9), spammers(4), { behaviour: 'swapper', count: 2 }],
  },
  'twenty labels, five an item': {
    labels: letters(20), items: 1000, labelsPerItem: 5, difficulty: 1, lure: 0.3, likeness: 0.4, labelDifficulty: 0.6, activity: 0.7,
    workers: [honest(60, 0.5, 0.9), spammers(10)],
  },
  'three labels, one an item': { labels: letters(3), items: 800, labelsPerItem: 1, difficulty: 1, workers: [honest(20, 0.6, 0.9)] },
  'four labels, half of the workers spam': {
    labels: letters(4), items: 800, labelsPerItem: 6, difficulty: 1, workers: [honest(20, 0.4, 0.7), spammers(20)],
  },
  'two labels, one to three an item': {
    labels: letters(2), shares: [0.4, 0.6], items: 1500, labelsPerItem: { least: 1, most: 3 }, difficulty: 1, activity: 1,
    workers: [honest(150, 0.65, 0.95), spammers(25)],
  },
  'two labels, 4 % rare, mostly not seen': {
    labels: letters(2), shares: [0.04, 0.96], items: 3000, labelsPerItem: 5, difficulty: 0.8, labelDifficulty: 0.5, activity: 1,
    workers: [honest(80, 0.8, 0.97), biased(40, 0.5), spammers(10, 'b')],
  },
  'two labels, 40 items': {
    labels: letters(2), items: 40, labelsPerItem: 8, difficulty: 0.8, workers: [honest(14, 0.65, 0.92), spammers(2)],
  },
  'two labels, one in five workers has it the wrong way round': {
    labels: letters(2), items: 1000, labelsPerItem: 6, difficulty: 0.8, workers: [honest(40, 0.7, 0.92), swappers(10, 0.85)],
  },
  'two labels, workers see kinds of item differently': {
    labels: letters(2), items: 600, labelsPerItem: 12, difficulty: 0.7, subtypes: 4, workers: [honest(40, 0.65, 0.9), spammers(4)],
  },
  'three labels, 30 items': {
    labels: letters(3), items: 30, labelsPerItem: 5, difficulty: 0.8, lure: 0.4, workers: [honest(12, 0.6, 0.9), spammers(2)],
  },
  'three labels, a third of the workers copies': {
    labels: letters(3), items: 900, labelsPerItem: 7, difficulty: 1, lure: 0.4, activity: 0.6,
    workers: [honest(30, 0.6, 0.9), { behaviour: 'copying', count: 15 }],
  },
  'five labels in order, shared errors': {
    labels: letters(5), shares: [0.1, 0.2, 0.4, 0.2, 0.1], items: 1000, labelsPerItem: 5, difficulty: 1.2, lure: 0.5, likeness: 0.4, labelDifficulty: 0.6, misleading: 0.1,
    workers: [honest(80, 0.55, 0.85), biased(15, 0.4), spammers(8)],
  },
  'six labels, kinds of item, hard': {
    labels: letters(6), items: 500, labelsPerItem: 8, difficulty: 1.2, lure: 0.5, subtypes: 12, labelDifficulty: 0.5,
    workers: [honest(30, 0.5, 0.85), spammers(4)],
  },
  'eight labels, one to four an item, few do most': {
    labels: letters(8), items: 1000, labelsPerItem: { least: 1, most: 4 }, difficulty: 1, lure: 0.3, likeness: 0.4, labelDifficulty: 0.5, activity: 1.2,
    workers: [honest(55, 0.55, 0.92), spammers(4)],
  },
  'ten labels, 60 items': {
    labels: letters(10), items: 60, labelsPerItem: 5, difficulty: 0.8, lure: 0.3, workers: [honest(15, 0.6, 0.9), spammers(2)],
  },
}; // prettier-ignore
