import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { differences, type PackageAnswers, valuesOfTable } from './package-values';

/** Made by `npm run check:packages -- --fixture`; each tenth table is of one shape (`random-tables.ts`). */
const { versions, tables } = JSON.parse(
  readFileSync(join(__dirname, 'agreement-packages.json'), 'utf8'),
) as PackageAnswers;

describe('random tables with gaps', () => {
  it.each(tables.map((one, i) => ({ ...one, i })))('table $i has the values of the packages to 1e-9', (one) => {
    expect(differences(valuesOfTable(one.table), one.values)).toEqual([]);
  });

  it('are defined where the packages are: many of the values, and not all', () => {
    const values = tables.flatMap((one) => Object.values(one.values));
    expect(Object.keys(versions)).toEqual(['krippendorff', 'statsmodels', 'scikit-learn', 'irrCAC', 'crowd-kit']);
    expect(tables).toHaveLength(40);
    expect(values.filter((value) => value !== null).length).toBeGreaterThan(400);
    expect(values.filter((value) => value === null).length).toBeGreaterThan(50);
  });
});
