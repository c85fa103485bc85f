import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { listSettings, readSettings, Settings } from './settings';
import { settingsOf } from './setting';

describe('readSettings', () => {
  it('has a default for everything that an empty environment leaves open', () => {
    expect(readSettings({})).toMatchObject({
      log: 'embedded',
      dataDir: '.assay',
      logLevel: 'info',
      kafkaSslEnabled: false,
    });
    expect(readSettings({}).databaseUrl).toBeUndefined();
  });

  it('reads what is set', () => {
    const settings = readSettings({
      ASSAY_LOG: 'kafka',
      ASSAY_KAFKA_BROKERS: 'a.example:9092, b.example:9093',
      ASSAY_KAFKA_SSL_ENABLED: 'true',
      ASSAY_HTTP_PORT: '0',
      ASSAY_DATABASE_URL: 'postgres://me:secret@db.example:5432/assay',
    });
    expect(settings).toMatchObject({
      log: 'kafka',
      kafkaBrokers: ['a.example:9092', 'b.example:9093'],
      kafkaSslEnabled: true,
      httpPort: 0,
      databaseUrl: 'postgres://me:secret@db.example:5432/assay',
    });
  });

  it.each([
    ['ASSAY_LOG', 'postgres', 'ASSAY_LOG "postgres": expected embedded or kafka'],
    ['ASSAY_HTTP_PORT', '80a', 'ASSAY_HTTP_PORT "80a": expected a port from 0 (any that is free) to 65535'],
    ['ASSAY_HTTP_PORT', '65536', 'ASSAY_HTTP_PORT "65536": expected a port from 0 (any that is free) to 65535'],
    ['ASSAY_METRICS_PORT', '1.5', 'ASSAY_METRICS_PORT "1.5": expected a port from 0 (any that is free) to 65535'],
    ['ASSAY_LOG_LEVEL', 'INFO', 'ASSAY_LOG_LEVEL "INFO": expected silent, fatal, error, warn, info, debug or trace'],
    ['ASSAY_KAFKA_BROKERS', 'a,b:1', 'ASSAY_KAFKA_BROKERS "a,b:1": expected host:port, separated by commas'],
    ['ASSAY_KAFKA_SSL_ENABLED', 'yes', 'ASSAY_KAFKA_SSL_ENABLED "yes": expected true or false'],
    ['ASSAY_KAFKA_SSL_CA', 'me', 'ASSAY_KAFKA_SSL_CA "me": expected PEM'],
    ['ASSAY_OIDC_ISSUER', 'me', 'ASSAY_OIDC_ISSUER "me": expected a URL https://...'],
  ])('refuses %s=%s by name, value and expectation', (variable, value, message) => {
    const before = variable.startsWith('ASSAY_OIDC') ? { ASSAY_OIDC_AUDIENCE: 'assay' } : {};
    expect(() => readSettings({ ...before, [variable]: value })).toThrow(new Error(message));
  });

  it('names every bad setting at once', () => {
    expect(() => readSettings({ ASSAY_LOG: 'x', ASSAY_HTTP_PORT: 'y' })).toThrow(
      /ASSAY_LOG "x".*\n.*ASSAY_HTTP_PORT "y"/,
    );
  });

  it('does not print a secret that it refuses', () => {
    expect(() => readSettings({ ASSAY_DATABASE_URL: 'mysql://me:hunter2@db/assay' })).toThrow(
      new Error('ASSAY_DATABASE_URL ***: expected postgres://user:password@host:port/database'),
    );
  });

  it('says what another setting makes necessary', () => {
    expect(() => readSettings({ ASSAY_LOG: 'kafka' })).toThrow(
      new Error('ASSAY_KAFKA_BROKERS is not set although ASSAY_LOG is kafka: expected host:port, separated by commas'),
    );
  });

  describe('from files', () => {
    let folder: string;
    beforeAll(() => (folder = mkdtempSync(join(tmpdir(), 'assay-settings-'))));
    afterAll(() => rmSync(folder, { recursive: true }));

    it('reads every setting from a file named by its variable with _FILE, without the last line end', () => {
      const file = join(folder, 'url');
      writeFileSync(file, 'postgres://me:secret@db.example/assay\n');
      expect(readSettings({ ASSAY_DATABASE_URL_FILE: file }).databaseUrl).toBe('postgres://me:secret@db.example/assay');
    });

    it('refuses a file that is not there', () => {
      const file = join(folder, 'absent');
      expect(() => readSettings({ ASSAY_LOG_FILE: file })).toThrow(
        `ASSAY_LOG_FILE "${file}": expected a file that can be read`,
      );
    });

    it('refuses a variable that is set both ways', () => {
      expect(() => readSettings({ ASSAY_LOG: 'kafka', ASSAY_LOG_FILE: join(folder, 'url') })).toThrow(
        'ASSAY_LOG and ASSAY_LOG_FILE are both set: expected one of them',
      );
    });

    it('names the file whose contents are bad, and not the contents', () => {
      const file = join(folder, 'port');
      writeFileSync(file, 'eighty\n');
      expect(() => readSettings({ ASSAY_HTTP_PORT_FILE: file })).toThrow(
        `ASSAY_HTTP_PORT "contents of ${file}": expected a port`,
      );
    });
  });
});

describe('listSettings', () => {
  it('lists every field of the settings', () => {
    const settings = readSettings({});
    const names = listSettings(settings).map(({ name }) => name);
    expect(names).toHaveLength(new Set(names).size);
    expect(Object.keys(settings).filter((field) => !settingsOf(settings).has(field))).toEqual([]);
    expect(settings).toBeInstanceOf(Settings);
  });

  it('shows values and defaults, and masks secrets', () => {
    const lines = listSettings(
      readSettings({ ASSAY_LOG_LEVEL: 'warn', ASSAY_DATABASE_URL: 'postgres://me:hunter2@db/assay' }),
    );
    expect(lines).toContainEqual({
      name: 'ASSAY_LOG_LEVEL',
      value: 'warn',
      default: 'info',
      meaning: 'least severe line that is logged',
    });
    expect(lines.find(({ name }) => name === 'ASSAY_DATABASE_URL')).toMatchObject({ value: '***', default: '' });
    expect(JSON.stringify(lines)).not.toContain('hunter2');
  });
});
