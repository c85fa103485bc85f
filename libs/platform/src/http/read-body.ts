import { type IncomingMessage } from 'node:http';
import { createGunzip } from 'node:zlib';
import { Problem } from './problem';

/**
 * Reads a body to its end, unzipped where it says that it is zipped.
 * @param limit most bytes, counted after unzipping, so that a small zip of much is refused while it is unzipped.
 * @throws Problem `too_large`, `unsupported_media_type` (of the encoding), `malformed` (of the zip).
 */
export async function readBody(request: IncomingMessage, limit: number): Promise<Buffer> {
  if (Number(request.headers['content-length'] ?? 0) > limit) throw tooLarge(limit);
  const encoding = (request.headers['content-encoding'] ?? 'identity').toLowerCase();
  if (encoding !== 'identity' && encoding !== 'gzip') {
    throw new Problem('unsupported_media_type', `content-encoding "${encoding}": expected gzip or identity`);
  }
  const chunks: Buffer[] = [];
  let bytes = 0;
  const source = encoding === 'gzip' ? request.pipe(createGunzip()) : request;
  // A connection that is lost ends the request, but not by itself what unzips it.
  request.once('close', () => request.complete || source.destroy(new Error('the connection was lost')));
  try {
    // Destroying the request when it is too large would destroy the connection, and with it the answer that says so.
    for await (const chunk of source.iterator({ destroyOnReturn: source !== request })) {
      bytes += (chunk as Buffer).length;
      if (bytes > limit) throw tooLarge(limit);
      chunks.push(chunk as Buffer);
    }
  } catch (error) {
    if (error instanceof Problem) throw error;
    throw new Problem('malformed', `body: expected all of it, as ${encoding}`);
  }
  return Buffer.concat(chunks);
}

function tooLarge(limit: number): Problem {
  return new Problem('too_large', `body: expected at most ${limit} bytes`);
}
