import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import { SERVICES } from '../../apps/assay/src/services';
import { dataFolder, startedAssay } from '../support/assay';
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

describe('dashboards', () => {
  it('ask for metrics alone that the services export', async () => {
    const data = dataFolder();
    const assay = await startedAssay(data.path);
    try {
      const text = await (await fetch(`${assay.metricsUrl}/metrics`)).text();
      const exported = new Set([...text.matchAll(/^# TYPE (\S+) /gm)].map(([, name]) => name!));
      const asked = targets.flatMap(({ expr }) => expr.match(/assay_\w+/g) ?? []);
      expect(asked.length).toBeGreaterThan(10);
      const unknown = asked.filter((name) => !exported.has(name.replace(/_(bucket|sum|count)$/, '')));
      expect(unknown).toEqual([]);
    } finally {
      await assay.close();
      data.remove();
    }
  });

  it('have one datasource, which is provisioned', () => {
    const file = readFileSync(join(deploy, 'grafana/provisioning/datasources/prometheus.yml'), 'utf8');
    const { datasources } = parse(file) as { datasources: { uid: string }[] };
    for (const { datasource } of targets) expect(datasources.map(({ uid }) => uid)).toContain(datasource.uid);
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
