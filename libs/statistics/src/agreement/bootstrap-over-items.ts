import { bootstrapRows, type BootstrapOptions, bundles } from './bootstrap';
import { categoricalCoefficients, type CoefficientOptions, readCategorical } from './categorical-coefficients';
import { type LabelsByItem, statisticsOfColumns } from './categorical-columns';
import { categoricalRows } from './categorical-rows';
import { type CategoricalSchema } from './categorical-sums';
import { type StripedReading } from './jackknife-over-stripes';

/** Agreement of a file: the coefficients over its items with bootstrap intervals over items. Items without labels do not count. */
export function bootstrapOverItems(
  columns: LabelsByItem,
  schema: CategoricalSchema,
  options: CoefficientOptions & BootstrapOptions = {},
): StripedReading {
  const { items, labels, coefficients } = readCategorical(statisticsOfColumns(columns, schema), schema, options);
  const rows = categoricalRows(columns, schema, bundles(columns.itemStart.length - 1, options.seed));
  const read = (sums: Float64Array) => categoricalCoefficients(sums, schema, options);
  return { items, labels, coefficients: bootstrapRows(coefficients, rows, read, options) };
}
