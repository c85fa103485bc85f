import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { dataFolder, startedAssay } from '../support/assay';
import { commandLine } from '../support/command-line';
import { eventually } from '../support/eventually';

const data = dataFolder();
let running: Awaited<ReturnType<typeof startedAssay>>;

beforeAll(async () => {
  running = await startedAssay(data.path);
});

afterAll(async () => {
  await running?.close();
  data.remove();
});

const assay = (who: string, ...args: string[]) => commandLine(data.path, who, ...args);

/** Registers somebody and gives them a key as an expert. */
async function anExpert(name: string): Promise<void> {
  const { client } = running;
  const { worker } = await client.write<{ worker: string }>('PUT', `/v1/sources/office/workers/${name}`, {});
  const wish = { holder: name, role: 'expert', projects: ['pets'], worker };
  const { secret } = await client.write<{ secret: string }>('POST', '/v1/keys', wish);
  writeFileSync(join(data.path, `${name}.key`), secret);
}

interface Listed {
  dispute: string;
}

async function disputesFor(who: string): Promise<Listed[]> {
  const { code, out } = await assay(who, '-o', 'json', 'disputes', 'list', 'pets');
  return code === 0 ? (JSON.parse(out) as Listed[]) : [];
}

describe('a dispute', () => {
  it('goes from the workers who cannot agree to an expert, and from there into what is exported, with its trace', async () => {
    const { client } = running;
    await client.write('PUT', '/v1/projects/pets', {
      questions: [{ name: 'label', labels: ['cat', 'dog', 'fox'], ask: 'What is it?' }],
      policy: { minOverlap: 2, maxOverlap: 2, gold: { rate: 0 } },
    });
    await client.writeLines('/v1/items/pets', [{ item: 'p1', data: { picture: 'p1.jpg' } }]);
    await Promise.all(['ann', 'eve'].map(anExpert));
    // Ann has labelled it, in the office as well: she may not decide it.
    const said = [
      { id: '1', source: 'office', item: 'p1', worker: 'ann', label: 'cat' },
      { id: '2', source: 'office', item: 'p1', worker: 'bob', label: 'dog' },
    ];
    await client.writeLines('/v1/annotations/pets', said);

    const [queued] = await eventually(async () => {
      const list = await disputesFor('eve');
      return list.length > 0 ? list : undefined;
    }, 'the dispute to reach the queue');
    const { dispute } = queued!;
    expect(await disputesFor('ann')).toEqual([]);
    expect(await assay('ann', 'disputes', 'claim', 'pets', dispute)).toMatchObject({ code: 4 });
    const early = await assay(
      'eve',
      'disputes',
      'decide',
      'pets',
      dispute,
      '--label',
      'dog',
      '--reason',
      'worker-slip',
    );
    expect(early).toMatchObject({ code: 6 });

    const claimed = JSON.parse((await assay('eve', '-o', 'json', 'disputes', 'claim', 'pets', dispute)).out) as {
      data: object;
      candidates: { label: string }[];
    };
    expect(claimed.data).toEqual({ picture: 'p1.jpg' });
    expect(claimed.candidates.map(({ label }) => label).sort()).toEqual(['cat', 'dog']);
    expect(JSON.stringify(claimed)).not.toMatch(/ann|bob|office/);
    const decided = await assay(
      ...(['eve', 'disputes', 'decide', 'pets', dispute, '--label', 'dog', '--reason', 'worker-slip'] as const),
      ...['--note', 'the ears'],
    );
    expect(decided).toMatchObject({ code: 0 });

    const exported = await eventually(async () => {
      const { out } = await assay('admin', '-o', 'csv', 'export', 'pets');
      return out.includes('adjudicated') && out;
    }, 'the decision to be exported');
    const [heading, row] = String(exported).trim().split('\n');
    const columns = new Map(heading!.split(',').map((name, index) => [name, row!.split(',')[index]]));
    expect(Object.fromEntries(columns)).toMatchObject({
      ...{ task: 'p1', question: 'label', label: 'dog', state: 'adjudicated', posterior: '1', labels: '2' },
    });
    const { out: trace } = await assay('admin', '-o', 'json', 'trace', 'pets', 'p1');
    expect(JSON.parse(trace)).toMatchObject({
      state: 'adjudicated',
      questions: [{ adjudication: { dispute, reason: 'worker-slip', outcome: 'label', label: 'dog' } }],
    });
    expect((await assay('eve', 'disputes', 'claim', 'pets', dispute)).code).toBe(6);
    expect(await disputesFor('eve')).toEqual([]);
  });
});
