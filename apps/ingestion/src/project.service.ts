import { Injectable } from '@nestjs/common';
import { lostVersions, nextVersion } from '@assay/platform/postgres/lost-versions';
import { Transactions } from '@assay/platform/transport/transactions';
import { decideProject, type Project, type ProjectCommand, type ProjectOutcome } from './project.domain';
import { publishProject } from './project.event';
import { insertProject, lockProject, projectsNamed } from './project.queries';

/** Projects: how they are and how they change. */
@Injectable()
export class ProjectService {
  constructor(private readonly transactions: Transactions) {}

  /** The project as it stands, or undefined. */
  async find(name: string): Promise<Project | undefined> {
    return this.transactions.run(async (tx) => (await projectsNamed(tx, [name])).get(name));
  }

  /** Does what the command says, and publishes what changed. */
  async change(name: string, command: ProjectCommand): Promise<ProjectOutcome> {
    return this.transactions.run(async (tx) => {
      await lockProject(tx, name);
      const lost = await lostVersions(tx);
      const current = (await projectsNamed(tx, [name])).get(name);
      const outcome = decideProject(command, current, (version) => nextVersion(version, lost));
      if (outcome.type !== 'created' && outcome.type !== 'changed') return outcome;
      const at = new Date().toISOString();
      await insertProject(tx, outcome.project, at);
      publishProject(tx, outcome.project, at);
      return outcome;
    });
  }
}
