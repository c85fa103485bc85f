import { DEFAULT_POLICY } from '@assay/contracts/project/project-defaults';
import { type Project } from '@assay/platform/copies/project-copy';
import { epochZero } from '@assay/statistics/aggregation/epoch-zero';
import { type ConsensusMetrics } from './consensus.metrics';
import { DecisionService } from './decision.service';
import { newItem } from './item.domain';
import { CurrentModels, type Models } from './models';

const questions = [{ name: 'label', kind: 'choice' as const, labels: ['a', 'b'] }];
const project = { project: 'p', revision: 3, questions, policy: DEFAULT_POLICY } as Project;

/** Version of an item that is decided again, where a database that is lost can have given so many. */
function versionAfter(version: number, lostVersions: number): number {
  const service = new DecisionService({} as Models, {} as ConsensusMetrics);
  const item = { ...newItem({ key: '1', project: 'p', item: 'i1' }), version };
  const models = new CurrentModels({ pointers: new Map(), lostVersions }, new Map(), epochZero);
  const [decided] = service.decideAll([[item, item]], new Map([['p', project]]), { models, gold: new Map() });
  return decided!.after.version;
}

describe('the version of an item', () => {
  it('grows with each decision, and is above all that a lost database can have given', () => {
    expect([versionAfter(0, 0), versionAfter(7, 0)]).toEqual([1, 8]);
    expect([versionAfter(7, 1_000_000), versionAfter(1_000_001, 1_000_000)]).toEqual([1_000_001, 1_000_002]);
  });
});
