import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { valueAt } from './label-file';
import { type QuestionTable, readTables } from './label-tables';
import { Output } from './output';

describe('readTables', () => {
  const folder = mkdtempSync(join(tmpdir(), 'assay-tables-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  const labels = join(folder, 'labels.csv');
  writeFileSync(
    labels,
    [
      'task,worker,label,occasion,revision,slice',
      ...['x,u,yes,0,0,s', 'y,u,no,0,0,r', 'x,v,no,0,1,s', 'x,u,no,0,0,s', 'x,v,yes,0,0,s', 'x,u,no,1,0,s', 'y,v,no,0,0,r'],
    ].join('\n'),
  ); // prettier-ignore

  /** Rows that count, as item, worker and label, in the order of the file; and how many labels each slice has. */
  async function counting(repeats?: string) {
    const project = join(folder, `${repeats ?? 'default'}.yaml`);
    const policy = repeats ? `policy: { repeats: ${repeats} }\n` : '';
    writeFileSync(
      project,
      `project: p\nquestions:\n  - { name: label, kind: choice, labels: ["yes", "no"] }\n${policy}`,
    );
    const context = { output: new Output('csv', { color: false, quiet: true }), dataDir: folder };
    const [only] = await readTables(context, labels, { project });
    const { columns, rows } = only!;
    return {
      rows: Array.from(rows)
        .sort((a, b) => a - b)
        .map((row) =>
          [columns.item, columns.worker, columns.label].map((column) => valueAt<unknown>(column, row)).join(' '),
        ),
      slices: [...only!.slices].map(([slice, table]) => `${slice} ${table.label.length}`),
    };
  }

  it('counts the highest revision and, of what is said again, the first on each occasion', async () => {
    const { rows, slices } = await counting();
    expect(rows).toEqual(['x u yes', 'y u no', 'x v no', 'x u no', 'y v no']);
    expect(slices).toEqual(['s 3', 'r 2']);
  });

  it('counts the last where the policy keeps that', async () => {
    expect((await counting('keep-last')).rows).toEqual(['y u no', 'x v no', 'x u no', 'x u no', 'y v no']);
  });

  it('counts all of the highest revision where the policy keeps them', async () => {
    expect((await counting('keep-all')).rows).toEqual(['x u yes', 'y u no', 'x v no', 'x u no', 'x u no', 'y v no']);
  });

  it('takes agreement of the first occasion of each human, as the pipeline does', async () => {
    const path = join(folder, 'roles.csv');
    const rows = [
      'x,u,no,1,',
      'x,u,yes,0,human',
      'x,m,no,0,model',
      'y,v,no,2,',
      'x,v,yes,0,',
      'y,u,yes,0,',
      'x,v,no,3,',
    ];
    writeFileSync(path, ['task,worker,label,occasion,role', ...rows].join('\n'));
    const context = { output: new Output('csv', { color: false, quiet: true }), dataDir: folder };
    const said = async (purpose: 'aggregation' | 'agreement') => {
      const [{ table }] = (await readTables(context, path, {}, purpose)) as [QuestionTable];
      return Array.from(table.label, (label, i) =>
        [table.items[table.item[i]!], table.workers[table.worker[i]!], table.labels[label]].join(' '),
      );
    };
    expect(await said('aggregation')).toEqual(['x m no', 'x u no', 'x u yes', 'x v no', 'x v yes', 'y u yes', 'y v no']); // prettier-ignore
    expect(await said('agreement')).toEqual(['x u yes', 'x v yes', 'y u yes', 'y v no']);
  });
});
