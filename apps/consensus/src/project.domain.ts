import { type ProjectConfigured } from '@assay/contracts/project/project-configured';

/** A project as consensus copies it. */
export interface Project extends ProjectConfigured {
  isArchived: boolean;
}

/** Whether an event tells more than what is known: the highest revision counts. */
export function isNews(known: Project | undefined, told: ProjectConfigured): boolean {
  return !known || told.revision > known.revision;
}
