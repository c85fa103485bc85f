import { type WorkerRole } from '@assay/contracts/project/label-schema';
import { DEFAULT_TRACKS } from '@assay/contracts/project/project-defaults';
import { type Tier } from '@assay/contracts/standing/tier-changed';
import { assignmentPolicy, type WorkProject } from './work.domain';

/** A worker as assignment knows one. */
export interface KnownWorker {
  role: WorkerRole;
  tracks: readonly string[];
}

/** Why a worker is given nothing, in one word for programs. */
export type NoWork = 'archived' | 'role' | 'track' | 'suspended' | 'held' | 'nothing-left';

/** The same in words for people. They tell nothing of gold: a suspended worker learns that there is no work, not by which items. */
export const NO_WORK: Record<NoWork, string> = {
  archived: 'the project is archived',
  role: 'labels of this role do not count in this project',
  track: 'the project belongs to tracks that you are not in',
  suspended: 'you are offered no work in this project at present; ask its lead',
  held: 'you hold as many assignments as you may: hand one in, or give one back',
  'nothing-left': 'there is no item left for you at present',
};

/** Whether a worker may work on a project with these tracks: in one of them, or in the general one, which is open to everybody. */
export function isOnTrack(projectTracks: readonly string[], workerTracks: readonly string[]): boolean {
  const [general] = DEFAULT_TRACKS;
  return projectTracks.some((track) => track === general || workerTracks.includes(track));
}

/** Why a worker may be given nothing of a project, whatever there is; undefined where there is no reason. */
export function whyNot(
  project: WorkProject & { tracks: readonly string[] },
  worker: KnownWorker,
  standing: { tier: Tier; held: number },
): NoWork | undefined {
  if (project.isArchived) return 'archived';
  if (!project.policy.countRoles.includes(worker.role)) return 'role';
  if (!isOnTrack(project.tracks, worker.tracks)) return 'track';
  if (standing.tier === 'suspended') return 'suspended';
  return standing.held >= assignmentPolicy(project.policy).held ? 'held' : undefined;
}
