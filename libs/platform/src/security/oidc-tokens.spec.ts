import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { type AddressInfo } from 'node:net';
import { exportJWK, exportSPKI, generateKeyPair, type JWTPayload, type KeyLike, SignJWT } from 'jose';
import { OidcTokens, publishedKeys } from './oidc-tokens';

let server: Server;
let issuer: string;
let own: { publicKey: KeyLike; privateKey: KeyLike };
let other: { publicKey: KeyLike; privateKey: KeyLike };
let tokens: OidcTokens;
let asked: string[];

beforeAll(async () => {
  own = await generateKeyPair('RS256');
  other = await generateKeyPair('RS256');
  const jwks = { keys: [{ ...(await exportJWK(own.publicKey)), kid: 'one', alg: 'RS256', use: 'sig' }] };
  const strangers = { keys: [{ ...(await exportJWK(other.publicKey)), kid: 'two', alg: 'RS256', use: 'sig' }] };
  server = createServer((request, response) => {
    asked.push(request.url!);
    const configuration = { issuer, jwks_uri: `${issuer}/jwks` };
    const answers: Record<string, object> = {
      '/.well-known/openid-configuration': configuration,
      '/jwks': jwks,
      '/strangers': strangers,
    };
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify(answers[request.url!] ?? {}));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

beforeEach(() => {
  asked = [];
  tokens = new OidcTokens(issuer, 'assay', publishedKeys(issuer));
});

afterAll(() => {
  server.closeAllConnections();
  server.close();
});

const claims = { assay_role: 'lead', assay_projects: ['rte'] };

async function aToken(
  options: { payload?: JWTPayload; header?: object; key?: KeyLike; expires?: string | number } = {},
) {
  const { payload = {}, header = {}, key = own.privateKey, expires = '1m' } = options;
  return new SignJWT({ ...claims, sub: 'ada', iss: issuer, aud: 'assay', ...payload })
    .setProtectedHeader({ alg: 'RS256', kid: 'one', ...header })
    .setIssuedAt()
    .setExpirationTime(expires)
    .sign(key);
}

function encoded(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

describe('a token', () => {
  it('says who calls, by role, projects and worker', async () => {
    const caller = { id: 'oidc:ada', holder: 'oidc:ada', role: 'lead', projects: ['rte'] };
    expect(await tokens.callerOf(await aToken())).toEqual(caller);
    const worker = { assay_role: 'worker', assay_worker: 'w1', assay_projects: ['*'] };
    expect(await tokens.callerOf(await aToken({ payload: worker }))).toMatchObject({ worker: 'w1', projects: ['*'] });
  });

  it('makes the keys be fetched once', async () => {
    for (let count = 0; count < 3; count++) await tokens.callerOf(await aToken());
    expect(asked).toEqual(['/.well-known/openid-configuration', '/jwks']);
  });

  it.each([
    ['of another issuer', { payload: { iss: 'https://elsewhere.example' } }],
    ['for another audience', { payload: { aud: 'other' } }],
    ['that has expired', { expires: Math.floor(Date.now() / 1000) - 60 }],
    ['that is not valid yet', { payload: { nbf: Math.floor(Date.now() / 1000) + 3600 } }],
    ['without a subject', { payload: { sub: undefined } }],
    ['without a role', { payload: { assay_role: undefined } }],
    ['with an unknown role', { payload: { assay_role: 'root' } }],
    ['without projects', { payload: { assay_projects: [] } }],
    ['with projects that are no list', { payload: { assay_projects: '*' } }],
    ['with * among projects', { payload: { assay_projects: ['rte', '*'] } }],
    ['of a worker that it does not name', { payload: { assay_role: 'worker' } }],
    ['of a lead that names a worker', { payload: { assay_worker: 'w1' } }],
    ['that names an unknown key', { header: { kid: 'two' } }],
  ])('%s is refused', async (_what, options) => {
    expect(await tokens.callerOf(await aToken(options as never))).toBeUndefined();
  });

  it('signed by a stranger is refused, whatever place of keys it names', async () => {
    for (const header of [{}, { jku: `${issuer}/strangers`, kid: 'two' }, { jwk: await exportJWK(other.publicKey) }]) {
      expect(await tokens.callerOf(await aToken({ key: other.privateKey, header }))).toBeUndefined();
    }
    expect(asked).not.toContain('/strangers');
  });

  it('that is not signed is refused', async () => {
    const payload = { ...claims, sub: 'ada', iss: issuer, aud: 'assay', exp: Math.floor(Date.now() / 1000) + 60 };
    expect(await tokens.callerOf(`${encoded({ alg: 'none' })}.${encoded(payload)}.`)).toBeUndefined();
  });

  it('signed with the public key as a secret is refused', async () => {
    const payload = { ...claims, sub: 'ada', iss: issuer, aud: 'assay', exp: Math.floor(Date.now() / 1000) + 60 };
    const signed = `${encoded({ alg: 'HS256', kid: 'one' })}.${encoded(payload)}`;
    const signature = createHmac('sha256', await exportSPKI(own.publicKey))
      .update(signed)
      .digest('base64url');
    expect(await tokens.callerOf(`${signed}.${signature}`)).toBeUndefined();
  });

  it.each(['', 'x', 'a.b.c', '..'])('%j is refused', async (text) => {
    expect(await tokens.callerOf(text)).toBeUndefined();
  });

  it('cannot be judged while the issuer is away, and can when it is back', async () => {
    let isAway = true;
    const keys = publishedKeys(issuer);
    const away = new OidcTokens(issuer, 'assay', (header, token) => {
      if (isAway) throw Object.assign(new TypeError('fetch failed'), { cause: { code: 'ECONNREFUSED' } });
      return keys(header, token) as never;
    });
    await expect(away.callerOf(await aToken())).rejects.toThrow('fetch failed');
    isAway = false;
    expect(await away.callerOf(await aToken())).toMatchObject({ role: 'lead' });
  });
});
