import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';

/** Ports of one of jest's workers: below those that systems give to whoever asks for any, from 32768 on. */
const SPAN = 3_000;
const FIRST = 20_000 + SPAN * (Number(process.env.JEST_WORKER_ID ?? 0) % 4);
let taken = randomInt(SPAN);

/** A port of loopback that nobody listens on, and that the system gives to nobody else before it is used. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = FIRST + (taken++ % SPAN);
    const server = createServer().listen(port, '127.0.0.1');
    const isFree = await once(server, 'listening').catch(() => undefined);
    if (!isFree) continue;
    server.close();
    await once(server, 'close');
    return port;
  }
}
