import { EXIT } from './cli-error';
import { patiently } from './patiently';

/** Work that fails in each of these ways, one a call, and then succeeds. */
const failing = (...codes: string[]) => {
  const left = codes.map((code) => Object.assign(new Error(`failed: ${code}`), { code }));
  return () => (left.length === 0 ? Promise.resolve() : Promise.reject(left.shift()!));
};

describe('patiently', () => {
  it('tries again what may be there later, and says for what it waits, once for each reason', async () => {
    const said: string[] = [];
    await patiently('PostgreSQL', (line) => said.push(line), failing('ENOTFOUND', 'ECONNREFUSED', 'ECONNREFUSED'));
    expect(said).toEqual(['waiting for PostgreSQL: failed: ENOTFOUND', 'waiting for PostgreSQL: failed: ECONNREFUSED']);
  });

  // https://www.postgresql.org/docs/18/errcodes-appendix.html
  it.each(['28P01', '28000', '42501'])('gives up at once where PostgreSQL refuses the user: %s', async (code) => {
    await expect(patiently('PostgreSQL', () => undefined, failing(code))).rejects.toMatchObject({
      exitCode: EXIT.refused,
      message: `PostgreSQL refuses: failed: ${code}`,
    });
  });

  it('leaves every other failure as it is', async () => {
    await expect(patiently('PostgreSQL', () => undefined, failing('42P01'))).rejects.toMatchObject({ code: '42P01' });
  });
});
