import { createServer, connect, type AddressInfo, type Server, type Socket } from 'node:net';
import { once } from 'node:events';

/**
 * A line between a client and a server that a test can spoil:
 *   open   bytes pass
 *   slow   bytes pass so many ms later
 *   cut    connections are closed, new ones refused
 *   hung   connections stay and no byte passes: a machine that is gone without a word
 */
export class TcpProxy {
  private readonly server: Server;
  private readonly pairs = new Set<[Socket, Socket]>();
  private state: 'open' | 'slow' | 'cut' | 'hung' = 'open';
  private delay = 0;

  /** @param target port of the server; may be set later, before the first client. */
  private constructor(public target: number) {
    this.server = createServer((client) => this.accept(client));
  }

  static async start(target = 0): Promise<TcpProxy> {
    const proxy = new TcpProxy(target);
    proxy.server.listen(0, '127.0.0.1');
    await once(proxy.server, 'listening');
    return proxy;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  open(): void {
    this.state = 'open';
    // What was held back would come late and out of a world that is gone.
    this.dropAll();
  }

  slow(milliseconds: number): void {
    this.state = 'slow';
    this.delay = milliseconds;
  }

  cut(): void {
    this.state = 'cut';
    this.dropAll();
  }

  hang(): void {
    this.state = 'hung';
  }

  async stop(): Promise<void> {
    this.cut();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private accept(client: Socket): void {
    if (this.state === 'cut') return void client.destroy();
    const server = connect(this.target, '127.0.0.1');
    const pair: [Socket, Socket] = [client, server];
    this.pairs.add(pair);
    const end = () => {
      this.pairs.delete(pair);
      for (const socket of pair) socket.destroy();
    };
    for (const socket of pair) socket.on('error', end).on('close', end);
    client.on('data', (bytes) => this.pass(bytes, server));
    server.on('data', (bytes) => this.pass(bytes, client));
  }

  private pass(bytes: Buffer, to: Socket): void {
    if (this.state === 'hung') return;
    if (this.state === 'slow') setTimeout(() => to.destroyed || to.write(bytes), this.delay);
    else to.write(bytes);
  }

  private dropAll(): void {
    for (const pair of this.pairs) for (const socket of pair) socket.destroy();
    this.pairs.clear();
  }
}
