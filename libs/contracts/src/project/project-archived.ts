import { contract } from '../contract';
import { PROJECT_EVENTS } from '../topics';
import { ProjectConfigured } from './project-configured';

/** The full state of a project that takes no more items or annotations. */
export class ProjectArchived extends ProjectConfigured {}

export const projectArchived = contract({
  type: 'assay.project.archived.v1',
  summary: 'A project was archived: it takes no more items or annotations.',
  topic: PROJECT_EVENTS,
  key: (data) => data.project,
  data: ProjectArchived,
  producers: ['ingestion'],
  consumers: ['consensus', 'gold', 'scoring', 'assignment'],
});
