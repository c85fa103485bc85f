import { fieldError } from '@assay/contracts/field-error';
import { PROJECT_NAME } from '@assay/contracts/project/project-definition';
import { invalid } from '@assay/platform/http/problem';

/**
 * The name of a project in a path, which need not exist yet.
 * @throws Problem `invalid` where no project could ever have it.
 */
export function projectName(name: string): string {
  if (PROJECT_NAME.test(name)) return name;
  throw invalid([fieldError('project', name, '1 to 63 of a-z, 0-9 and -')], 'the path has errors');
}
