import { IsIn, IsInt, IsOptional, IsString, IsUrl, Length, Matches, Max, Min, MinLength } from 'class-validator';
import { readEnvironment, type Need } from './environment';
import { type Environment } from './environment-text';
import { Setting, settingsOf } from './setting';

const port = { expected: 'a port from 0 (any that is free) to 65535', parse: Number };
const pem = /^-----BEGIN [A-Z ]+-----\n[^]+\n-----END [A-Z ]+-----\n?$/;
const flag = { expected: 'true or false', parse: (text: string) => ({ true: true, false: false })[text] ?? text };

/** All that the environment decides, read once at start by `readSettings`. A field that nobody set has its default. */
export class Settings {
  @Setting('ASSAY_LOG', { meaning: 'where events are kept: PostgreSQL or Kafka', expected: 'embedded or kafka' })
  @IsIn(['embedded', 'kafka'])
  log: 'embedded' | 'kafka' = 'embedded';

  @Setting('ASSAY_DATABASE_URL', {
    meaning: 'PostgreSQL; one is started in the data folder without it',
    expected: 'postgres://user:password@host:port/database',
    secret: true,
  })
  @IsOptional()
  @Matches(/^postgres(ql)?:\/\/[^/\s]+\/[^/\s]+$/)
  databaseUrl?: string;

  @Setting('ASSAY_DATA_DIR', {
    meaning: 'folder of the embedded PostgreSQL and of the first key',
    expected: 'a folder',
  })
  @IsString()
  @MinLength(1)
  dataDir: string = '.assay';

  @Setting('ASSAY_HTTP_HOST', { meaning: 'address on which HTTP, metrics and health listen', expected: 'an address' })
  @IsString()
  @Matches(/^[0-9A-Za-z.:-]+$/)
  httpHost: string = '127.0.0.1';

  @Setting('ASSAY_HTTP_PORT', { meaning: 'where the HTTP interface listens', ...port })
  @IsInt()
  @Min(0)
  @Max(65535)
  httpPort: number = 7070;

  @Setting('ASSAY_METRICS_PORT', { meaning: 'where metrics and health listen', ...port })
  @IsInt()
  @Min(0)
  @Max(65535)
  metricsPort: number = 9464;

  @Setting('ASSAY_LOG_LEVEL', {
    meaning: 'least severe line that is logged',
    expected: 'silent, fatal, error, warn, info, debug or trace',
  })
  @IsIn(['silent', 'fatal', 'error', 'warn', 'info', 'debug', 'trace'])
  logLevel: 'silent' | 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace' = 'info';

  @Setting('ASSAY_KAFKA_BROKERS', {
    meaning: 'brokers to begin with; needed by ASSAY_LOG=kafka',
    expected: 'host:port, separated by commas',
    parse: (text) => text.split(',').map((broker) => broker.trim()),
  })
  @IsOptional()
  @Matches(/^[^\s:]+:\d{1,5}$/, { each: true })
  kafkaBrokers?: string[];

  @Setting('ASSAY_KAFKA_SSL_ENABLED', { meaning: 'whether brokers are spoken to over TLS', ...flag })
  @IsIn([true, false])
  kafkaSslEnabled: boolean = false;

  @Setting('ASSAY_KAFKA_SSL_CA', {
    meaning: 'authority that signed the brokers, where the system does not know it',
    expected: 'PEM',
  })
  @IsOptional()
  @Matches(pem)
  kafkaSslCa?: string;

  @Setting('ASSAY_KAFKA_SSL_CERT', { meaning: 'certificate of this client', expected: 'PEM' })
  @IsOptional()
  @Matches(pem)
  kafkaSslCert?: string;

  @Setting('ASSAY_KAFKA_SSL_KEY', { meaning: 'key of this client', expected: 'PEM', secret: true })
  @IsOptional()
  @Matches(pem)
  kafkaSslKey?: string;

  @Setting('ASSAY_KAFKA_SASL_MECHANISM', {
    meaning: 'how this client shows who it is',
    expected: 'plain, scram-sha-256 or scram-sha-512',
  })
  @IsOptional()
  @IsIn(['plain', 'scram-sha-256', 'scram-sha-512'])
  kafkaSaslMechanism?: 'plain' | 'scram-sha-256' | 'scram-sha-512';

  @Setting('ASSAY_KAFKA_SASL_USERNAME', { meaning: 'user of the brokers', expected: 'a name' })
  @IsOptional()
  @MinLength(1)
  kafkaSaslUsername?: string;

  @Setting('ASSAY_KAFKA_SASL_PASSWORD', { meaning: 'password of that user', expected: 'a password', secret: true })
  @IsOptional()
  @MinLength(1)
  kafkaSaslPassword?: string;

  @Setting('ASSAY_ADMIN_KEY', {
    meaning: 'key with the role admin that is valid from the start; the embedded mode makes one',
    expected: 'assay_<id>_<secret>',
    secret: true,
  })
  @IsOptional()
  @Matches(/^assay_[0-9a-zA-Z]{1,32}_[0-9a-zA-Z_-]{32,128}$/)
  adminKey?: string;

  @Setting('ASSAY_LEASE_SECRET', {
    meaning: 'what assignment signs its tokens with and ingestion checks them by; the embedded mode makes one',
    expected: '32 to 200 characters',
    secret: true,
  })
  @IsOptional()
  @Length(32, 200)
  leaseSecret?: string;

  @Setting('ASSAY_REQUESTS_PER_SECOND', {
    meaning: 'requests a second that one credential may make',
    expected: 'a whole number from 1 to 1000000',
    parse: Number,
  })
  @IsInt()
  @Min(1)
  @Max(1_000_000)
  requestsPerSecond: number = 500;

  @Setting('ASSAY_OIDC_ISSUER', {
    meaning: 'who signs the tokens that are accepted besides keys',
    expected: 'a URL https://...',
  })
  @IsOptional()
  @IsUrl({ protocols: ['https', 'http'], require_protocol: true, require_tld: false })
  oidcIssuer?: string;

  @Setting('ASSAY_OIDC_AUDIENCE', { meaning: 'whom those tokens must be for', expected: 'a name' })
  @IsOptional()
  @MinLength(1)
  oidcAudience?: string;
}

const needs: readonly Need<Settings>[] = [
  { field: 'kafkaBrokers', when: ({ log }) => log === 'kafka', because: 'ASSAY_LOG is kafka' },
  {
    field: 'kafkaSaslUsername',
    when: ({ kafkaSaslMechanism }) => !!kafkaSaslMechanism,
    because: 'ASSAY_KAFKA_SASL_MECHANISM is set',
  },
  {
    field: 'kafkaSaslPassword',
    when: ({ kafkaSaslMechanism }) => !!kafkaSaslMechanism,
    because: 'ASSAY_KAFKA_SASL_MECHANISM is set',
  },
  { field: 'kafkaSslKey', when: ({ kafkaSslCert }) => !!kafkaSslCert, because: 'ASSAY_KAFKA_SSL_CERT is set' },
  { field: 'oidcAudience', when: ({ oidcIssuer }) => !!oidcIssuer, because: 'ASSAY_OIDC_ISSUER is set' },
];

/**
 * Reads the settings: the one place that looks at the environment.
 * @throws Error with a line for every bad one: its name, its value (`***` for a secret) and what is expected.
 */
export function readSettings(environment: Environment = process.env): Settings {
  return readEnvironment(new Settings(), needs, environment);
}

/** One line of the list that `assay doctor` prints. */
export interface SettingLine {
  name: string;
  /** As text, `***` for a secret, empty where it is not set. */
  value: string;
  default: string;
  meaning: string;
}

/** Every setting with its value, in the order in which they are declared. */
export function listSettings(settings: Settings): SettingLine[] {
  const defaults = new Settings();
  return [...settingsOf(settings)].map(([field, { variable, meaning, secret }]) => {
    const value = settings[field as keyof Settings];
    return {
      name: variable,
      value: secret && value !== undefined ? '***' : String(value ?? ''),
      default: String(defaults[field as keyof Settings] ?? ''),
      meaning,
    };
  });
}
