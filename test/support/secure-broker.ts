import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from './free-port';
import { type Broker, startBroker } from './kafka-broker';

/**
 * A broker that speaks TLS alone and denies what no permission allows. At one port it knows its users by SCRAM, with SHA-512 or SHA-256, at
 * another by their certificates, whose common name is the user's.
 */
export interface SecureBroker extends Broker {
  /** host:port where it asks for a certificate. */
  certificateBrokers: string;
  /** PEM of the authority that signed it. */
  ca: string;
  /** PEM of an authority that signed nothing. */
  otherCa: string;
  /** The superuser's password. */
  password: string;
  /** A certificate of a user's own, by the broker's authority or by the one that it does not know. */
  certificateOf(user: string, by?: 'other'): Pem;
}

/** PEM of a certificate and of its key. */
export interface Pem {
  certificate: string;
  key: string;
}

const MECHANISMS = ['SCRAM-SHA-512', 'SCRAM-SHA-256'] as const;

/** The superuser. */
export const OPERATOR = 'operator';

/** @param users name to password, besides the superuser. */
export async function secureBroker(users: Readonly<Record<string, string>>): Promise<SecureBroker> {
  const folder = mkdtempSync(join(tmpdir(), 'assay-tls-'));
  const password = 'of-the-operator';
  const authority = newAuthority(folder, 'ca');
  const other = newAuthority(folder, 'other');
  const own = signed(folder, authority, 'broker');
  const keys = join(folder, 'broker.pem');
  writeFileSync(keys, `${own.key}${own.certificate}`);
  const scram = Object.entries({ ...users, [OPERATOR]: password }).flatMap(([name, secret]) =>
    MECHANISMS.flatMap((mechanism) => ['--add-scram', `${mechanism}=[name=${name},password=${secret}]`]),
  );
  const login = `org.apache.kafka.common.security.scram.ScramLoginModule required username="${OPERATOR}" password="${password}";`;
  const logins = MECHANISMS.map((one) => [`listener.name.sasl_ssl.${one.toLowerCase()}.sasl.jaas.config`, login]);
  const certificatePort = await freePort();
  const broker = await startBroker({
    formatting: scram,
    properties: {
      listeners: `SASL_SSL://127.0.0.1:{port},SSL://127.0.0.1:${certificatePort},CONTROLLER://127.0.0.1:{controller}`,
      'advertised.listeners': `SASL_SSL://127.0.0.1:{port},SSL://127.0.0.1:${certificatePort}`,
      'listener.security.protocol.map': 'SASL_SSL:SASL_SSL,SSL:SSL,CONTROLLER:PLAINTEXT',
      'listener.name.ssl.ssl.client.auth': 'required',
      'listener.name.ssl.ssl.principal.mapping.rules': 'RULE:^CN=([^,]+)$/$1/',
      'inter.broker.listener.name': 'SASL_SSL',
      'sasl.enabled.mechanisms': MECHANISMS.join(','),
      'sasl.mechanism.inter.broker.protocol': 'SCRAM-SHA-512',
      ...Object.fromEntries(logins),
      'ssl.keystore.type': 'PEM',
      'ssl.keystore.location': keys,
      'ssl.truststore.type': 'PEM',
      'ssl.truststore.location': authority.certificate,
      'authorizer.class.name': 'org.apache.kafka.metadata.authorizer.StandardAuthorizer',
      // The controller's listener, on loopback alone, asks nobody who they are.
      'super.users': `User:${OPERATOR};User:ANONYMOUS`,
    },
  });
  const remove = () => rmSync(folder, { recursive: true, force: true });
  return {
    ...broker,
    ca: readFileSync(authority.certificate, 'utf8'),
    otherCa: readFileSync(other.certificate, 'utf8'),
    password,
    certificateBrokers: `127.0.0.1:${certificatePort}`,
    certificateOf: (user, by) => signed(folder, by === 'other' ? other : authority, user),
    stop: () => broker.stop().finally(remove),
  };
}

interface Authority {
  key: string;
  certificate: string;
}

function openssl(...args: string[]): void {
  execFileSync('openssl', args, { stdio: 'pipe' });
}

function newAuthority(folder: string, name: string): Authority {
  const [key, certificate] = [join(folder, `${name}.key`), join(folder, `${name}.pem`)];
  const whom = ['-subj', `/CN=${name} of a test`, '-days', '2', '-nodes', '-newkey', 'rsa:2048'];
  openssl('req', '-x509', ...whom, '-keyout', key, '-out', certificate);
  return { key, certificate };
}

/** A certificate for 127.0.0.1. */
function signed(folder: string, { key, certificate }: Authority, name: string): Pem {
  const [own, request, answer] = ['key', 'csr', 'crt'].map((what) => join(folder, `${name}.${what}`));
  const extensions = join(folder, 'extensions');
  writeFileSync(extensions, 'subjectAltName=IP:127.0.0.1,DNS:localhost');
  openssl('req', '-new', '-nodes', '-newkey', 'rsa:2048', '-subj', `/CN=${name}`, '-keyout', own!, '-out', request!);
  const by = ['-CA', certificate, '-CAkey', key, '-CAcreateserial', '-extfile', extensions, '-days', '2'];
  openssl('x509', '-req', '-in', request!, ...by, '-out', answer!);
  return { certificate: readFileSync(answer!, 'utf8'), key: readFileSync(own!, 'utf8') };
}
