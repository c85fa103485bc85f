import { type AddressInfo } from 'node:net';
import { frontServer } from './front';

describe('frontServer', () => {
  const answer = (name: string) => (_request: unknown, response: { end(text: string): void }) => response.end(name);
  const server = frontServer(
    [
      { name: 'ingestion', prefixes: ['items', 'projects'], handle: answer('ingestion') },
      { name: 'consensus', prefixes: ['consensus'], handle: answer('consensus') },
    ],
    answer('nobody'),
  );
  beforeAll(() => new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve)));
  afterAll(() => new Promise((resolve) => server.close(resolve)));

  it.each([
    ['/v1/items/rte', 'ingestion'],
    ['/v1/projects?limit=1', 'ingestion'],
    ['/v1/consensus/items/1', 'consensus'],
    ['/v1/ops/consensus/offsets', 'consensus'],
    ['/v1/ops/nothing/offsets', 'nobody'],
    ['/v2/items/rte', 'nobody'],
    ['/v1/itemsx', 'nobody'],
    ['/', 'nobody'],
  ])('sends %s to %s', async (path, owner) => {
    const { port } = server.address() as AddressInfo;
    expect(await (await fetch(`http://127.0.0.1:${port}${path}`)).text()).toBe(owner);
  });
});
