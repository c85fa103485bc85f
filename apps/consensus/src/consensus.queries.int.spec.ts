import { type EpochPublished } from '@assay/contracts/reliability/epoch-published';
import { type ModelChunk } from '@assay/contracts/reliability/model-chunk';
import { sqlOfService } from '../../../test/support/sql-of-service';
import { CONSENSUS } from './consensus.module';
import { keepChunks, keepEpochs, modelsOf, momentOf, movePointers } from './epoch.queries';
import { countItems, itemCounts } from './item-count.queries';
import { type Item, newItem } from './item.domain';
import { keepGoldReferences, goldAmong } from './item.queries';
import { keepSweep, nextSweep } from './progress.queries';
import { rowKey } from '@assay/platform/copies/annotated-item';

const sql = sqlOfService(CONSENSUS);
const tx = { sql };

/** An epoch of a project, whole, and pointed to. */
async function fitted(project: string, epoch: number, isSettling = false): Promise<void> {
  const about = { project, epoch, question: 'label' };
  await keepChunks(tx, [{ ...about, chunk: 0, model: { labels: 2 }, workers: [] } as ModelChunk]);
  const questions = [{ question: 'label', chunks: 1, labels: 0, items: 0, workers: 0 }];
  await keepEpochs(tx, [{ project, epoch, isSettling, schemaVersion: 1, policyRevision: 1, covers: [], questions } as EpochPublished]); // prettier-ignore
  await movePointers(tx, [project]);
}

describe('an epoch', () => {
  it('takes the place of those before it, of its project alone', async () => {
    await fitted('one', 1, true);
    await fitted('other', 1);
    for (const epoch of [2, 3]) await fitted('one', epoch);
    expect((await modelsOf(tx, 'one')).epoch).toBe(3);
    expect([...(await modelsOf(tx, 'other')).models.keys()]).toEqual(['label']);
    expect((await momentOf(tx, ['one'])).pointers).toEqual(new Map([['one', { epoch: 3, settlingEpoch: 1 }]]));
    const kept = 'select project, epoch from model_chunk union all select project, epoch from epoch order by 1, 2';
    expect(await sql(kept)).toEqual([
      ...[{ project: 'one', epoch: 3 }, { project: 'one', epoch: 3 }], // prettier-ignore
      ...[{ project: 'other', epoch: 1 }, { project: 'other', epoch: 1 }], // prettier-ignore
    ]);
  });
});

describe('a sweep', () => {
  it('goes on where it was, and begins anew when policy or epoch have moved on', async () => {
    const configure = (revision: number) =>
      sql(
        `insert into project (project, revision, schema_version, is_archived, state) values ('swept', $1, 1, false, $2)
         on conflict (project) do update set revision = excluded.revision, state = excluded.state`,
        [revision, { project: 'swept', revision }],
      );
    const goOn = async (last: string | undefined) => {
      const sweep = await nextSweep(tx, 3);
      if (sweep) await keepSweep(tx, 3, sweep, last);
      return sweep && [sweep.project.revision, sweep.epoch, sweep.after, sweep.swept];
    };
    const never = { revision: 0, epoch: 0 };
    await configure(1);
    expect([await goOn('41'), await goOn('42')]).toEqual([[1, 0, null, never], [1, 0, '41', never]]); // prettier-ignore
    await configure(2);
    expect([await goOn('43'), await goOn('44')]).toEqual([[2, 0, null, never], [2, 0, '43', never]]); // prettier-ignore
    await fitted('swept', 1);
    expect([await goOn('45'), await goOn(undefined)]).toEqual([[2, 1, null, never], [2, 1, '45', never]]); // prettier-ignore
    expect(await goOn(undefined)).toBeUndefined();
    await fitted('swept', 2);
    expect(await goOn(undefined)).toEqual([2, 2, null, { revision: 2, epoch: 1 }]);
  });
});

describe('the count of items', () => {
  const item = (project: string, change: Partial<Item> = {}): Item => {
    return { ...newItem({ key: '1', project, item: 'i1' }), ...change };
  };
  const count = async (place: number, ...changes: [Item | undefined, Item][]) => {
    const later: [string, readonly unknown[]][] = [];
    countItems({ place, later: (...statement) => void later.push(statement) }, changes);
    for (const [statement, parameters] of later) await sql(statement, parameters);
    return later.length;
  };

  it('is by state, of a project over all lanes, and goes with its items', async () => {
    await count(1, [undefined, item('counted')], [undefined, item('counted')]);
    await count(2, [undefined, item('counted')], [undefined, item('elsewhere')]);
    expect(await itemCounts(tx, 'counted')).toEqual({ open: 3 });
    await count(2, [item('counted'), item('counted', { isWithdrawn: true })]);
    expect(await itemCounts(tx, 'counted')).toEqual({ open: 2, withdrawn: 1 });
    expect(await itemCounts(tx)).toEqual({ open: 3, withdrawn: 1 });
    // Nothing is written of an item that stays what it is.
    expect(await count(2, [item('counted'), item('counted', { version: 7 })])).toBe(0);
  });
});

describe('the gold pool', () => {
  it('is what the highest revision says, of one revision the withdrawal', async () => {
    const told = (revision: number, isAvailable: boolean) => ({ project: 'p', item: 'i1', revision, isAvailable });
    const key = rowKey({ project: 'p', item: 'i1' });
    const known = async () => (await goldAmong(tx, [key])).get(key);
    await keepGoldReferences(tx, [told(1, true), told(2, true), told(2, false)]);
    expect(await known()).toEqual({ revision: 2, isAvailable: false });
    for (const older of [told(1, true), told(2, true)]) await keepGoldReferences(tx, [older]);
    expect(await known()).toEqual({ revision: 2, isAvailable: false });
    await keepGoldReferences(tx, [told(3, false), told(4, true)]);
    expect(await known()).toEqual({ revision: 4, isAvailable: true });
    await keepGoldReferences(tx, [told(4, false)]);
    expect(await known()).toEqual({ revision: 4, isAvailable: false });
  });
});
