import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { dataFolder } from '../support/assay';
import { commandLineWith } from '../support/command-line';

describe('commands without a server, through a pipe', () => {
  const folder = dataFolder();
  const labels = join(folder.path, 'labels.csv');
  beforeAll(() => {
    const rows = ['t1,u,yes', 't1,v,yes', 't2,u,no', 't2,v,no', 't3,u,yes', 't3,v,no'];
    writeFileSync(labels, `task,worker,label\n${rows.join('\n')}\n`);
  });
  afterAll(() => folder.remove());

  const printed = async (...args: string[]) => {
    const { code, out } = await commandLineWith({}, ...args);
    expect(code).toBe(0);
    return out;
  };

  it('print CSV with the documented columns', async () => {
    const headingOf = (out: string) => out.slice(0, out.indexOf('\n'));
    expect(headingOf(await printed('aggregate', labels))).toBe('task,question,label,posterior,confidence');
    expect(headingOf(await printed('workers', labels))).toBe('worker,labels,accuracy,low,high,spammerScore,findings');
  });

  it('print agreement as JSON', async () => {
    const { items, labels: count, coefficients } = JSON.parse(await printed('agreement', labels));
    // Two of three items: (1 + 1 + 0) / 3.
    expect({ items, count, observed: coefficients.observed.value }).toEqual({ items: 3, count: 6, observed: 2 / 3 });
    expect(await printed('agreement', labels, '-o', 'table')).toMatch(/^Agreement on "label"/m);
  });
});
