import { explainProject } from '@assay/contracts/project/project-defaults';
import { type Context } from './context';

/** `assay project explain`: every field of a project file. */
export function explainCommand({ output }: Context): void {
  output.rows(
    [
      { heading: 'field', value: (field) => field.path },
      {
        heading: 'default',
        value: (field) => (typeof field.default === 'string' ? field.default : JSON.stringify(field.default)),
      },
      { heading: 'meaning', value: (field) => field.meaning },
    ],
    explainProject(),
  );
}
