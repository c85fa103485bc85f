import { contract } from '../contract';
import { Integer, Nested, Text, Texts } from '../fields';
import { PROJECT_EVENTS } from '../topics';
import { LabelSchema, Policy } from './label-schema';

/** The full state of a project. The highest revision counts. */
export class ProjectConfigured extends LabelSchema {
  @Text({ max: 63, pattern: /^[a-z0-9-]{1,63}$/ })
  project!: string;

  /** Grows by one with every change of the project. */
  @Integer({ min: 1 })
  revision!: number;

  /** Grows by one whenever a label or a question is appended. */
  @Integer({ min: 1 })
  schemaVersion!: number;

  @Text({ max: 500 })
  title!: string;

  @Nested(() => Policy)
  policy!: Policy;

  @Texts({ max: 100 })
  tracks!: string[];
}

export const projectConfigured = contract({
  type: 'assay.project.configured.v1',
  summary: 'A project was created or changed; carries its questions and policy in full.',
  topic: PROJECT_EVENTS,
  key: (data) => data.project,
  data: ProjectConfigured,
  producer: 'ingestion',
  consumers: ['consensus'],
});
