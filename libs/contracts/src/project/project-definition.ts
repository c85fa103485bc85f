import { Nested, Text, Texts } from '../fields';
import { LabelSchema, Policy } from './label-schema';

/** Names of projects: they are part of keys, paths and file names. */
export const PROJECT_NAME = /^[a-z0-9-]{1,63}$/;

/** What a project file says, complete: every default is filled in. */
export class ProjectDefinition extends LabelSchema {
  @Text({ max: 63, pattern: PROJECT_NAME })
  project!: string;

  @Text({ max: 500 })
  title!: string;

  @Nested(() => Policy)
  policy!: Policy;

  @Texts({ max: 100 })
  tracks!: string[];
}
