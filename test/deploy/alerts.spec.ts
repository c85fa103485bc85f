import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { answers } from '../support/kafka-broker';

const root = join(__dirname, '../..');
const read = (path: string) => readFileSync(join(root, path), 'utf8');

interface Alert {
  alert: string;
  expr: string;
  labels: { severity: string };
  annotations: { summary: string; description: string; runbook: string };
}
interface Tests {
  tests: { promql_expr_test: { expr: string; exp_samples?: { labels: string }[] }[] }[];
}

const { groups } = parse(read('deploy/prometheus/alerts.yml')) as {
  groups: { rules: (Alert | { record: string })[] }[];
};
const alerts = groups.flatMap(({ rules }) => rules.filter((rule) => 'alert' in rule));
const { tests } = parse(read('deploy/prometheus/alerts.test.yml')) as Tests;
const checks = tests.flatMap((one) => one.promql_expr_test);

/** The anchor that a heading has on GitHub. */
const anchorOf = (heading: string) =>
  heading
    .toLowerCase()
    .replace(/[^\w\s-]/g, '')
    .replace(/\s/g, '-');

describe('alerts.yml', () => {
  it('says of every alert whether it wakes somebody, and to what runbook it leads', () => {
    const [, section] = /^## When it alerts\n([^]*?)^## /m.exec(read('docs/operations.md'))!;
    const anchors = [...section!.matchAll(/^### (.*)$/gm)].map(([, heading]) => anchorOf(heading!));
    for (const { labels, annotations } of alerts) {
      expect(['page', 'ticket']).toContain(labels.severity);
      expect(Object.keys(annotations)).toEqual(['summary', 'description', 'runbook']);
    }
    const led = alerts.map(({ annotations }) => annotations.runbook.replace(/^docs\/operations\.md#/, ''));
    expect([...new Set(led)].sort()).toEqual(anchors.sort());
  });

  it('has a test of every alert in which it fires, with the labels that its words name', () => {
    const firing = checks
      .filter(({ expr }) => expr === 'ALERTS{alertstate="firing"}')
      .flatMap(({ exp_samples = [] }) => exp_samples.map(({ labels }) => labels));
    for (const { alert, annotations } of alerts) {
      const labels = firing.find((one) => one.includes(`alertname="${alert}"`));
      expect({ alert, labels }).toEqual({ alert, labels: expect.any(String) });
      for (const [, name] of Object.values(annotations)
        .join()
        .matchAll(/\$labels\.(\w+)/g))
        expect(labels).toMatch(new RegExp(`[{,]${name}="`));
    }
  });

  it('has silence in every test', () => {
    for (const { promql_expr_test: ofTest } of tests)
      expect(ofTest.some(({ expr, exp_samples }) => expr.includes('ALERTS{alertstate="firing"') && !exp_samples)).toBe(
        true,
      );
  });

  it('is loaded by Prometheus, and mounted where it looks for it', () => {
    const { rule_files } = parse(read('deploy/prometheus/prometheus.yml')) as { rule_files: string[] };
    expect(rule_files).toEqual(['alerts.yml']);
    const { services } = parse(read('docker-compose.yml'), { merge: true }) as {
      services: { prometheus: { volumes: string[] } };
    };
    expect(services.prometheus.volumes).toContain('./deploy/prometheus/alerts.yml:/etc/prometheus/alerts.yml:ro');
  });

  const hasPromtool = answers('promtool', ['--version']);
  if (!hasPromtool)
    process.stderr.write('\nSKIPPED, no promtool: whether alerts fire when they are to, and are silent otherwise\n\n');
  (hasPromtool ? describe : describe.skip)('by promtool', () => {
    it('is right', () => {
      execFileSync('promtool', ['check', 'rules', join(root, 'deploy/prometheus/alerts.yml')], { stdio: 'pipe' });
    });

    it('fires when it is to, and is silent otherwise', () => {
      execFileSync('promtool', ['test', 'rules', join(root, 'deploy/prometheus/alerts.test.yml')], { stdio: 'pipe' });
    });
  });
});
