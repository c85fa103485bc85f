import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Broker, startBroker } from './kafka-broker';

/** A broker that speaks TLS alone, knows its users by SCRAM and denies what no permission allows. */
export interface SecureBroker extends Broker {
  /** PEM of the authority that signed it. */
  ca: string;
  /** PEM of an authority that signed nothing. */
  otherCa: string;
  /** The superuser's password. */
  password: string;
}

/** The superuser. */
export const OPERATOR = 'operator';

/** @param users name to password, besides the superuser. */
export async function secureBroker(users: Readonly<Record<string, string>>): Promise<SecureBroker> {
  const folder = mkdtempSync(join(tmpdir(), 'assay-tls-'));
  const password = 'of-the-operator';
  const authority = newAuthority(folder, 'ca');
  const other = newAuthority(folder, 'other');
  const keys = signed(folder, authority);
  const scram = Object.entries({ ...users, [OPERATOR]: password }).flatMap(([name, secret]) => [
    '--add-scram',
    `SCRAM-SHA-512=[name=${name},password=${secret}]`,
  ]);
  const listener = 'listener.name.sasl_ssl';
  const broker = await startBroker({
    formatting: scram,
    properties: {
      listeners: 'SASL_SSL://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller}',
      'advertised.listeners': 'SASL_SSL://127.0.0.1:{port}',
      'listener.security.protocol.map': 'SASL_SSL:SASL_SSL,CONTROLLER:PLAINTEXT',
      'inter.broker.listener.name': 'SASL_SSL',
      'sasl.enabled.mechanisms': 'SCRAM-SHA-512',
      'sasl.mechanism.inter.broker.protocol': 'SCRAM-SHA-512',
      [`${listener}.scram-sha-512.sasl.jaas.config`]: `org.apache.kafka.common.security.scram.ScramLoginModule required username="${OPERATOR}" password="${password}";`,
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

/** A file with key and certificate for 127.0.0.1. */
function signed(folder: string, { key, certificate }: Authority): string {
  const [own, request, answer] = ['broker.key', 'broker.csr', 'broker.crt'].map((name) => join(folder, name));
  const extensions = join(folder, 'extensions');
  writeFileSync(extensions, 'subjectAltName=IP:127.0.0.1,DNS:localhost');
  openssl('req', '-new', '-nodes', '-newkey', 'rsa:2048', '-subj', '/CN=broker', '-keyout', own!, '-out', request!);
  const by = ['-CA', certificate, '-CAkey', key, '-CAcreateserial', '-extfile', extensions, '-days', '2'];
  openssl('x509', '-req', '-in', request!, ...by, '-out', answer!);
  const file = join(folder, 'broker.pem');
  writeFileSync(file, `${readFileSync(own!, 'utf8')}${readFileSync(answer!, 'utf8')}`);
  return file;
}
