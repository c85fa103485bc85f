import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { clientOf, type Listening } from '../../apps/assay/src/client';
import { SERVICES } from '../../apps/assay/src/services';
import { dataFolder } from '../support/assay';
import { commandLineWith } from '../support/command-line';
import { absentDatabase, type FreshDatabase } from '../support/database';
import { eventually } from '../support/eventually';
import { freePort } from '../support/free-port';
import { type Broker, startBroker } from '../support/kafka-broker';
import { describeOnOwnKafka, stopBroker } from '../support/kafka';

const root = join(__dirname, '../..');
const { services } = parse(readFileSync(join(root, 'docker-compose.yml'), 'utf8'), { merge: true }) as {
  services: Record<string, { command: string[]; entrypoint: string[]; environment: Record<string, string> }>;
};
const KEY = `assay_admin_${'a1'.repeat(24)}`;

// What the containers run, with what they are given, as processes of this machine.
describeOnOwnKafka('the services of docker-compose.yml', () => {
  const folder = dataFolder();
  const children: ChildProcess[] = [];
  let broker: Broker;
  let database: FreshDatabase;

  beforeAll(async () => {
    execFileSync(process.execPath, [join(root, 'apps/assay/bin/assay.mjs'), '--help'], { stdio: 'ignore' });
    [broker, database] = await Promise.all([startBroker(), absentDatabase()]);
    const secrets = { 'admin-key': KEY, 'lease-secret': 'l'.repeat(48), 'database-url': database.adminUrl };
    for (const [name, secret] of Object.entries(secrets)) writeFileSync(join(folder.path, name), secret);
  });
  afterAll(async () => {
    for (const child of children.filter(({ exitCode }) => exitCode === null)) {
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
    await database?.drop();
    await stopBroker(broker);
    folder.remove();
  });

  /** What stands for places in containers here. */
  const here = (text: string) =>
    text
      .replace('/run/secrets/', `${folder.path}/`)
      .replace(/^\/urls/, `${folder.path}/urls`)
      .replace('kafka:9092', broker.brokers);
  const environmentOf = (name: string) =>
    Object.fromEntries(Object.entries(services[name]!.environment).map(([variable, value]) => [variable, here(value)]));

  it('find what the two steps before them make', async () => {
    for (const step of ['migrate', 'topics']) {
      for (let time = 1; time <= 2; time++) {
        const done = await commandLineWith(environmentOf(step), ...services[step]!.command.map(here));
        expect(done).toMatchObject({ code: 0 });
      }
    }
    for (const { name } of SERVICES) {
      const file = join(folder.path, 'urls', name, 'database-url');
      expect(new URL(readFileSync(file, 'utf8')).username).toBe(`assay_${name}`);
      expect(statSync(file).mode & 0o777).toBe(0o600);
    }
  });

  it('have a broker that knows no users, so that permissions are refused', async () => {
    const { code, said } = await commandLineWith(environmentOf('topics'), 'topics', 'apply', '--acls', '--dry-run');
    expect({ code, said }).toEqual({ code: 4, said: expect.stringMatching(/Security features are disabled\n$/) });
  });

  it('start, decide what they are sent, and end at SIGTERM with exit code 0', async () => {
    const listening: Listening[] = await Promise.all(SERVICES.map((service) => start(service)));
    const client = clientOf(listening[0]!.url, KEY, listening);
    const question = { name: 'label', kind: 'choice', labels: ['cat', 'dog'] };
    await client.write('PUT', '/v1/projects/pets', { project: 'pets', questions: [question] });
    const annotations = ['w1', 'w2', 'w3'].map((worker) => ({ item: 'i1', worker, label: 'cat' }));
    await client.write('POST', '/v1/annotations/pets', annotations);
    const decided = () => client.get<{ state: string }>('/v1/consensus/pets/i1').catch(() => undefined);
    await eventually(async () => (await decided())?.state === 'reached', 'the decision');
    for (const child of children) child.kill('SIGTERM');
    for (const child of children) if (child.exitCode === null) await once(child, 'exit');
    expect(children.map(({ exitCode }) => exitCode)).toEqual(SERVICES.map(() => 0));
  });

  const start = async ({ name, prefixes }: (typeof SERVICES)[number]): Promise<Listening> => {
    const port = await freePort();
    const [program, ...args] = services[name]!.entrypoint;
    expect(program).toBe('node');
    const own = { ASSAY_HTTP_PORT: String(port), ASSAY_METRICS_PORT: '0' };
    const child = spawn(process.execPath, args, {
      cwd: root,
      env: { PATH: process.env.PATH, ...environmentOf(name), ...own },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    children.push(child);
    let said = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (bytes: Buffer) => (said += bytes.toString()));
    await eventually(
      () => /"listening"/.test(said),
      () => `${name}, which said: ${said}`,
    );
    return { name, prefixes, url: `http://127.0.0.1:${port}` };
  };
});
