import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { projectsNamed } from '@assay/platform/copies/project-copy';
import { notFound } from '@assay/platform/http/problem';
import { Transactions } from '@assay/platform/transport/transactions';
import { isSuspect } from './check.domain';
import { digestLines } from './check.queries';
import { goldPage, type ListedGold, poolOf, restOf } from './gold-item.queries';

/** A gold item as a lead sees it. */
export interface ShownGold extends ListedGold {
  /** Workers miss its label much more often than that of other gold: the label may be wrong. */
  isSuspect: boolean;
}

/** Answers questions about gold. */
@Injectable()
export class GoldReader {
  constructor(private readonly transactions: Transactions) {}

  /** At most `limit` gold items in the order of their names, after one of them. */
  async page(project: string, page: { after: string; limit: number }): Promise<ShownGold[]> {
    return this.transactions.run(async (tx) => {
      if (!(await projectsNamed(tx, [project])).has(project)) throw notFound('project', project);
      const pool = await poolOf(tx, project);
      return (await goldPage(tx, project, page)).map((gold) => ({ ...gold, isSuspect: isSuspect(gold, pool) }));
    });
  }

  /** What is not at rest yet: items to be checked, parked events; all 0 at rest. */
  async rest(project: string): Promise<{ behind: number; parked: number }> {
    return this.transactions.run((tx) => restOf(tx, project));
  }

  /** SHA-256 (hex) over every check that counts. */
  async digest(project: string): Promise<string> {
    return this.transactions.run(async (tx) => {
      const hash = createHash('sha256');
      for (const line of await digestLines(tx, project)) hash.update(`${line}\n`);
      return hash.digest('hex');
    });
  }
}
