import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import { SERVICES } from '../../apps/assay/src/services';
import { dataFolder, startedAssay } from '../support/assay';
import { eventually } from '../support/eventually';
import { answers } from '../support/kafka-broker';

const deploy = join(__dirname, '../../deploy');

interface Panel {
  title: string;
  targets: { expr: string; datasource: { uid: string } }[];
}
interface Dashboard {
  uid: string;
  panels: Panel[];
}

const folder = join(deploy, 'grafana/dashboards');
const dashboards = readdirSync(folder).map((file) => JSON.parse(readFileSync(join(folder, file), 'utf8')) as Dashboard);
const targets = dashboards.flatMap(({ panels }) => panels.flatMap((panel) => panel.targets));

/** What the services export once labels were sent and their gauges read. */
let exported: string;

beforeAll(async () => {
  const data = dataFolder();
  const assay = await startedAssay(data.path);
  try {
    const question = { name: 'label', kind: 'choice', labels: ['cat', 'dog'] };
    await assay.client.write('PUT', '/v1/projects/pets', { project: 'pets', questions: [question] });
    await assay.client.write('POST', '/v1/annotations/pets', [{ item: 'i1', worker: 'w1', label: 'cat' }]);
    await eventually(async () => {
      exported = await (await fetch(`${assay.metricsUrl}/metrics`)).text();
      return SERVICES.every(({ name }) => seriesOf('assay_accounting_events').some(({ service }) => service === name));
    }, 'the gauges of every service');
  } finally {
    await assay.close();
    data.remove();
  }
});

/** The labels of each series of a metric. */
function seriesOf(metric: string): Record<string, string>[] {
  return [...exported.matchAll(new RegExp(`^${metric}(?:{(.*)})? \\S+$`, 'gm'))].map(([, labels = '']) =>
    Object.fromEntries([...labels.matchAll(/(\w+)="([^"]*)"/g)].map(([, name, value]) => [name!, value!])),
  );
}

describe('dashboards', () => {
  it('ask for metrics alone that the services export', () => {
    const declared = new Set([...exported.matchAll(/^# TYPE (\S+) /gm)].map(([, name]) => name!));
    const asked = targets.flatMap(({ expr }) => expr.match(/assay_\w+/g) ?? []);
    expect(asked.length).toBeGreaterThan(10);
    const unknown = asked.filter((name) => !declared.has(name.replace(/_(bucket|sum|count)$/, '')));
    expect(unknown).toEqual([]);
  });

  it('have one datasource, which is provisioned', () => {
    const file = readFileSync(join(deploy, 'grafana/provisioning/datasources/prometheus.yml'), 'utf8');
    const { datasources } = parse(file) as { datasources: { uid: string }[] };
    for (const { datasource } of targets) expect(datasources.map(({ uid }) => uid)).toContain(datasource.uid);
  });
});

describe('alerts', () => {
  const file = parse(readFileSync(join(deploy, 'prometheus/alerts.yml'), 'utf8')) as {
    groups: { rules: { expr: string }[] }[];
  };
  const asked = file.groups.flatMap(({ rules }) => rules.map(({ expr }) => expr));

  it('ask for series alone that the services export', () => {
    const selectors = asked.flatMap((expr) => [...expr.matchAll(/\b(assay_\w+)(?:{(.*?)})?/g)]);
    expect(selectors.length).toBeGreaterThan(20);
    for (const [selector, metric, matchers = ''] of selectors) {
      const wanted = [...matchers.matchAll(/(\w+)(=~?)"(.*?)"/g)].map(([, label, operator, value]) => {
        // No request failed here.
        if (label === 'status') return { label, value: /^[2-5]xx$/ };
        return { label: label!, value: operator === '=' ? value! : new RegExp(`^(?:${value})$`) };
      });
      const found = seriesOf(metric!).filter((series) =>
        wanted.every(({ label, value }) =>
          typeof value === 'string' ? series[label!] === value : value.test(series[label!] ?? ''),
        ),
      );
      expect({ selector, found }).not.toEqual({ selector, found: [] });
    }
  });

  it('group by labels alone that the series have', () => {
    const groupings = asked.flatMap((expr) => [...expr.matchAll(/\bby \((.*?)\)[^]*?\b(assay_\w+)/g)]);
    expect(groupings.length).toBeGreaterThan(15);
    for (const [, labels, metric] of groupings)
      for (const series of seriesOf(metric!))
        expect(Object.keys(series)).toEqual(expect.arrayContaining(labels!.split(', ')));
  });
});

describe('prometheus.yml', () => {
  it('scrapes every service of docker-compose.yml', () => {
    const { scrape_configs: jobs } = parse(readFileSync(join(deploy, 'prometheus/prometheus.yml'), 'utf8')) as {
      scrape_configs: { static_configs: { targets: string[] }[] }[];
    };
    const found = jobs.flatMap((job) => job.static_configs.flatMap((one) => one.targets));
    expect(found.sort()).toEqual(SERVICES.map(({ name }) => `${name}:9464`).sort());
  });

  const hasPromtool = answers('promtool', ['--version']);
  if (!hasPromtool)
    process.stderr.write('\nSKIPPED, no promtool: the configuration of Prometheus and the queries of dashboards\n\n');
  (hasPromtool ? describe : describe.skip)('by promtool', () => {
    it('is right, and so is every query of a dashboard', () => {
      execFileSync('promtool', ['check', 'config', join(deploy, 'prometheus/prometheus.yml')], { stdio: 'pipe' });
      const own = mkdtempSync(join(tmpdir(), 'assay-rules-'));
      try {
        const rules = targets.map(({ expr }, place) => ({ record: `panel:${place}`, expr }));
        const file = join(own, 'rules.yml');
        writeFileSync(file, JSON.stringify({ groups: [{ name: 'panels', rules }] }));
        execFileSync('promtool', ['check', 'rules', '--lint=none', file], { stdio: 'pipe' });
      } finally {
        rmSync(own, { recursive: true });
      }
    });
  });
});
