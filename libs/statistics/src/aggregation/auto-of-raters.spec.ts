import { simulate } from '../simulation/simulate';
import { auto } from './auto';
import { labelTable } from './label-table';
import { METHODS } from './methods';
import { evidenceOf, posteriorOf } from './posterior';
import { playRaters } from './raters.fixture';

describe('auto on the ratings of lenient and severe raters', () => {
  const seeds = Array.from({ length: 8 }, (_, index) => index + 1);

  // A prior that takes a rater's own way to err for chance loses five items of a hundred more.
  it('is as right as Dawid and Skene, who know nothing but such ways', () => {
    const right = { auto: 0, 'dawid-skene': 0 };
    for (const seed of seeds) {
      const { table, truth } = playRaters({ seed, items: 800, labelsPerItem: 5, workers: 40, labels: 5 });
      for (const method of ['auto', 'dawid-skene'] as const) {
        const { labels } = METHODS[method]!(table);
        table.items.forEach((item, t) => (right[method] += Number(table.labels[labels[t]!] === truth.get(item))));
      }
    }
    expect(right.auto / 6400).toBeGreaterThan(right['dawid-skene'] / 6400 - 0.01);
  });

  it('has that prior where workers do not err so: half of them spam, and a weaker one is right in five items of a hundred fewer', () => {
    const labels = [...'abcd'];
    const right = seeds.flatMap((seed) => {
      const workers = [
        { behaviour: 'honest' as const, count: 20, accuracy: { least: 0.5, most: 0.85 } },
        { behaviour: 'spammer' as const, count: 20 },
      ];
      const crowd = simulate({ seed, labels, items: 600, labelsPerItem: 4, workers });
      const table = labelTable(crowd.labels, labels);
      const { model } = auto(table);
      return table.items.map(
        (item, t) => labels[posteriorOf(model, evidenceOf(table, t)).label] === crowd.truth.get(item),
      );
    });
    expect(right.filter(Boolean).length / right.length).toBeGreaterThan(0.65);
  });
});
