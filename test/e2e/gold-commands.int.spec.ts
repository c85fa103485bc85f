import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { configured, GoldUnderTest, issued, labelled } from '../../apps/gold/src/gold.fixture';
import { EXIT } from '../../apps/assay/src/cli-error';
import { clientOf } from '../../apps/assay/src/client';
import { type Context, KEY_FILE } from '../../apps/assay/src/context';
import { goldListCommand, goldRetireCommand, goldRotateCommand } from '../../apps/assay/src/gold.command';
import { importGold } from '../../apps/assay/src/gold-import';
import { type Format, Output } from '../../apps/assay/src/output';

let gold: GoldUnderTest;
const dataDir = mkdtempSync(join(tmpdir(), 'assay-gold-'));

beforeAll(async () => {
  gold = await GoldUnderTest.start();
  writeFileSync(join(dataDir, KEY_FILE), gold.running.adminKey);
});

afterAll(async () => {
  await gold?.stop();
  rmSync(dataDir, { recursive: true });
});

/** What a command prints, also where it fails in the end. */
async function printed(
  format: Format,
  work: (context: Context) => Promise<void>,
): Promise<{ out: string; error?: unknown }> {
  const stdout = new PassThrough({ encoding: 'utf8' });
  const output = new Output(format, { color: false, quiet: true }, stdout);
  const error = await work({ output, dataDir, server: gold.running.url }).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  return { out: String(stdout.read() ?? ''), ...(error !== undefined && { error }) };
}

const known = (items: readonly string[], label: string) =>
  new Map(items.map((item) => [item, new Map([['label', new Set([label])]])]));

describe('assay gold', () => {
  it('lists what was missed, retires what was shown too often, and says what it could not retire', async () => {
    const items = ['often', 'once', 'never', 'wrong'];
    const workers = [1, 2, 3, 4, 5, 6, 7];
    await gold.send('pets', [configured()]);
    await importGold(clientOf(gold.running.url, gold.running.adminKey), 'pets', known(items, 'a'));
    await gold.sendAndRest(
      'pets',
      ...workers.flatMap((worker) => items.map((item) => labelled(item, worker, item === 'wrong' ? 'b' : 'a'))),
      ...[issued('often', 1, 'x'), issued('often', 2, 'y'), issued('once', 1, 'z')],
    );
    const suspects = await printed('csv', (context) => goldListCommand(context, 'pets', { suspect: true }));
    expect(suspects.out.trim().split('\n').slice(1)).toEqual(['wrong,active,label: a,0,7,0,yes']);

    const due = (options: { over: number; dryRun?: boolean }) =>
      printed('json', (context) => goldRotateCommand(context, 'pets', options));
    expect(JSON.parse((await due({ over: 1, dryRun: true })).out)).toMatchObject([{ item: 'often', state: 'active' }]);
    expect(JSON.parse((await due({ over: 1 })).out)).toEqual(['often']);
    expect(JSON.parse((await due({ over: 1 })).out)).toEqual([]);

    const retired = await printed('table', (context) => goldRetireCommand(context, 'pets', ['nobody', 'once']));
    expect(retired).toMatchObject({ out: '1 retired\n', error: { exitCode: EXIT.notFound } });
    expect(String(retired.error)).toContain('gold "nobody" of project "pets": expected items that are gold');
    const { out } = await printed('json', (context) => goldListCommand(context, 'pets', {}));
    const states = (JSON.parse(out) as { item: string; state: string }[]).map(({ item, state }) => `${item} ${state}`);
    expect(states).toEqual(['never active', 'often retired', 'once retired', 'wrong active']);
  });

  it('refuses a label that is none of the question, naming value, place and expectation, and takes the others', async () => {
    await gold.send('refused', [configured()]);
    const client = clientOf(gold.running.url, gold.running.adminKey);
    const told = new Map([...known(['one'], 'z'), ...known(['two'], 'a')]);
    await expect(importGold(client, 'refused', told)).rejects.toMatchObject({
      exitCode: EXIT.badData,
      message: 'gold: one: label "z"; expected one of a, b, c (question "label")',
    });
    expect(await importGold(client, 'refused', known(['two'], 'a'))).toEqual({
      activated: 0,
      corrected: 0,
      unchanged: 1,
    });
  });
});
