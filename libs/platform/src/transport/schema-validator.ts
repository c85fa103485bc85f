import Ajv2020 from 'ajv/dist/2020';
import { isUtcTimestamp } from '@assay/contracts/fields';

/**
 * Compiles the schemas of contracts. ajv 8 looks for equal texts in an object of theirs, in which "__proto__" is never found; equal entries are found here as
 * class-validator finds them.
 */
export function schemaValidator(): Ajv2020 {
  return new Ajv2020({ strict: true, allErrors: false, formats: { 'utc-timestamp': isUtcTimestamp } })
    .removeKeyword('uniqueItems')
    .addKeyword({
      keyword: 'uniqueItems',
      type: 'array',
      schemaType: 'boolean',
      validate: (isUnique: boolean, items: unknown[]) => !isUnique || new Set(items).size === items.length,
      error: { message: 'must hold no entry twice' },
    });
}
