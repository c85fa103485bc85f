import { randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { annotationSubmitted } from '../../libs/contracts/src/annotation/annotation-submitted';
import { inboundAnnotation } from '../../libs/contracts/src/inbound/inbound-annotation';
import { ANNOTATION_EVENTS, INBOUND } from '../../libs/contracts/src/topics';
import { type EventLog } from '../../libs/platform/src/event-log/event-log';
import { dataFolder, startedAssay } from '../support/assay';
import { commandLine } from '../support/command-line';
import { eventually } from '../support/eventually';

const data = dataFolder();
let running: Awaited<ReturnType<typeof startedAssay>>;
let log: EventLog;

beforeAll(async () => {
  const wrapLog = (opened: EventLog) => (log = opened);
  running = await startedAssay(data.path, { wrapLog });
  const body = { holder: 'night-shift', role: 'operator', projects: ['*'] };
  const { secret } = await running.client.write<{ secret: string }>('POST', '/v1/keys', body);
  writeFileSync(join(data.path, 'operator.key'), secret);
});

afterAll(async () => {
  await running?.close();
  data.remove();
});

const assay = (who: string, ...args: string[]) => commandLine(data.path, who, 'deadletter', ...args);

const project = (name: string, labels: string[]) =>
  running.client.write('PUT', `/v1/projects/${name}`, { project: name, questions: [{ name: 'label', labels }] });

/** A tool sends labels by the log. */
async function send(name: string, label: string, workers: readonly string[], partition = 0): Promise<void> {
  await log.append(
    workers.map((worker) => ({
      ...{ topic: INBOUND.name, partition, key: name },
      headers: {
        ...{ ce_specversion: '1.0', ce_id: randomUUID(), ce_source: '/tool', ce_type: inboundAnnotation.type },
        ...{ ce_time: '2026-01-01T00:00:00Z', 'content-type': 'application/json' },
      },
      value: Buffer.from(JSON.stringify({ project: name, item: 'one', worker, label })),
    })),
  );
}

/** A record on a topic of ingestion's that it did not write: no service can read it. */
async function publish(name: string): Promise<void> {
  const headers = { ce_id: randomUUID(), ce_source: '/nobody', ce_type: annotationSubmitted.type };
  const record = { topic: ANNOTATION_EVENTS.name, partition: 0, key: `${name}/one`, headers };
  await log.append([{ ...record, value: Buffer.from('{}') }]);
}

interface Letter {
  id: string;
  service: string;
  status: string;
}

async function letters(name: string, count: number, status = 'open'): Promise<Letter[]> {
  return eventually(async () => {
    const { out } = await assay('operator', 'list', '--project', name, '--status', status, '-o', 'json');
    const found = JSON.parse(out) as Letter[];
    return found.length === count ? found : undefined;
  }, `${count} dead letters of ${name}`);
}

const intakeOf = async (name: string) =>
  (await running.client.get<{ annotations: object }>(`/v1/projects/${name}/intake`)).annotations;

const accountingOf = async (service: string, name: string) =>
  (await running.client.get<{ accounting: object }>(`/v1/ops/${service}/accounting?project=${name}`)).accounting;

describe('assay deadletter', () => {
  it('lists and shows what could not be applied, and to an operator no label and no name', async () => {
    await project('shown', ['cat', 'cow']);
    await send('shown', 'Canary Jones', ['Ada Lovelace'], 3);
    const [letter] = await letters('shown', 1);
    const table = await assay('operator', 'list', '--service', 'ingestion', '--project', 'shown');
    expect(table.out).toMatch(/^id +service +reason +project +topic +partition +offset +time +status +detail\n/);
    expect(table.out).toMatch(/ingestion +refused +shown +assay\.inbound\.v1 +3 +0 +\S+Z +open/);
    const csv = await assay('operator', 'list', '--project', 'shown', '-o', 'csv');
    expect(csv.out.split('\n')[1]).toMatch(`${letter!.id},ingestion,refused,shown,assay.inbound.v1,3,0,`);

    const shown = await assay('operator', 'show', letter!.id);
    expect(shown.out).toMatch(/^hash +sha256:[0-9a-f]{64}$/m);
    expect(shown.said).toBe('what was sent is shown to admins alone\n');
    expect(table.out + csv.out + shown.out).not.toMatch(/Canary|Lovelace/);
    const all = await assay('admin', 'show', letter!.id);
    expect(all.out).toMatch(
      /^value +\{"project":"shown","item":"one","worker":"Ada Lovelace","label":"Canary Jones"\}$/m,
    );
  });

  it('says with its exit code what is wrong', async () => {
    const nobody = randomUUID();
    expect(await assay('operator', 'show', nobody)).toMatchObject({ code: 3 });
    expect(await assay('operator', 'redrive', nobody)).toMatchObject({ code: 3 });
    expect(await assay('operator', 'list', '--service', 'nobody')).toMatchObject({ code: 2 });
    expect(await assay('operator', 'redrive')).toMatchObject({ code: 2 });
    expect(await assay('operator', 'discard', nobody)).toMatchObject({ code: 2 });
    expect(await assay('operator', 'list', '--server', 'http://127.0.0.1:9')).toMatchObject({ code: 5 });
    await running.client
      .write<{ secret: string }>('POST', '/v1/keys', { holder: 'a-tool', role: 'tool', projects: ['*'] })
      .then(({ secret }) => writeFileSync(join(data.path, 'tool.key'), secret));
    expect(await assay('tool', 'list')).toMatchObject({ code: 4, out: '' });
    expect(await assay('operator', 'list', '--project', 'nothing', '-o', 'json')).toEqual({
      ...{ code: 0, out: '[]\n', said: 'no open dead letters\n' },
    });
  });

  it('has an event handled again, once, where two ask at the same time', async () => {
    await project('twice', ['cat', 'cow']);
    await send('twice', 'dog', ['a', 'b']);
    const ids = (await letters('twice', 2)).map(({ id }) => id);
    const dry = await assay('operator', 'redrive', '--project', 'twice', '--dry-run', '-o', 'json');
    expect(JSON.parse(dry.out)).toMatchObject(ids.map((id) => ({ id, outcome: 'would redrive' })));
    const early = await assay('operator', 'redrive', ids[0]!);
    expect(early).toMatchObject({ code: 6, out: expect.stringContaining('still refused: ') });
    expect(await intakeOf('twice')).toMatchObject({ received: 2, accepted: 0, rejected: 2 });

    await project('twice', ['cat', 'cow', 'dog']);
    const both = await Promise.all([
      assay('operator', 'redrive', '--project', 'twice', '-o', 'json'),
      assay('admin', 'redrive', ...ids, '-o', 'json'),
    ]);
    expect(both.every(({ code }) => code === 0 || code === 6)).toBe(true);
    expect(await letters('twice', 2, 'redriven')).toHaveLength(2);
    // Handled again, they are received again, and accepted once.
    expect(await intakeOf('twice')).toMatchObject({ received: 4, accepted: 2, rejected: 2, duplicate: 0 });
    await eventually(
      async () => ((await accountingOf('consensus', 'twice')) as { applied: number }).applied === 2,
      'both annotations in consensus',
    );
    const redrives = await audited('deadletter.redrive', ids);
    expect(redrives.sort()).toEqual([ids[0]!, ...ids].sort());
  });

  it('gives events up in every service that has them, counts them as dead-lettered still, and keeps the reason in the audit', async () => {
    await publish('given-up');
    const found = await letters('given-up', 4);
    expect(found.map(({ service }) => service)).toEqual(['consensus', 'gold', 'scoring', 'assignment']);
    const discard = (...args: string[]) => assay('operator', 'discard', ...args, '--reason', 'a test of the tool');
    const { id } = found[0]!;
    expect(await discard(id, '--dry-run')).toMatchObject({ code: 0, out: expect.stringContaining('would discard') });
    expect(await letters('given-up', 4)).toHaveLength(4);
    expect(await assay('operator', 'discard', id, '--reason', '')).toMatchObject({
      code: 6,
      said: expect.stringMatching(/reason: ""; expected /),
    });
    expect(await discard(id)).toMatchObject({ code: 0, out: expect.stringContaining('discarded') });
    expect(await discard(id)).toMatchObject({ code: 6, out: expect.stringContaining('is discarded') });
    expect(await discard('--project', 'given-up')).toMatchObject({ code: 0 });
    expect(await letters('given-up', 0)).toEqual([]);
    for (const { service, id: ofService } of found) {
      expect(await accountingOf(service, 'given-up')).toMatchObject({ accepted: 1, applied: 0, deadLettered: 1 });
      expect(await audited('deadletter.discard', [ofService], service)).toEqual([ofService]);
    }
  });
});

/** Subjects of the audit's rows of an action that are among these. */
async function audited(action: string, ids: readonly string[], service = 'ingestion'): Promise<string[]> {
  const { rows } = await running.client.get<{ rows: { action: string; subject: string }[] }>(
    `/v1/ops/${service}/audit?limit=1000`,
  );
  return rows.filter((row) => row.action === action && ids.includes(row.subject)).map(({ subject }) => subject);
}
