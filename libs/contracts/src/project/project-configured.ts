import { contract } from '../contract';
import { Integer } from '../fields';
import { PROJECT_EVENTS } from '../topics';
import { ProjectDefinition } from './project-definition';

/** The full state of a project. The highest revision counts. */
export class ProjectConfigured extends ProjectDefinition {
  /** Grows by one with every change of the project. */
  @Integer({ min: 1 })
  revision!: number;

  /** Grows by one whenever a label or a question is appended. */
  @Integer({ min: 1 })
  schemaVersion!: number;
}

export const projectConfigured = contract({
  type: 'assay.project.configured.v1',
  summary: 'A project was created or changed; carries its questions and policy in full.',
  topic: PROJECT_EVENTS,
  key: (data) => data.project,
  data: ProjectConfigured,
  producers: ['ingestion'],
  consumers: ['consensus', 'gold', 'scoring', 'assignment'],
});
