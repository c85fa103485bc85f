import { type IncomingMessage, type ServerResponse } from 'node:http';
import { type Caller } from '../security/caller';

/** A request as Express and the platform's guard and interceptors leave it for a controller. */
export interface HttpRequest extends IncomingMessage {
  /** Path and query, as they were sent. */
  originalUrl: string;
  params: Record<string, string>;
  query: Record<string, string | string[] | undefined>;
  /** The matched route; absent where none did. */
  route?: { path: string };
  /** Who calls: set by the guard. */
  caller?: Caller;
  /** Decoded body as bytes, for signatures and hashes; empty where none was sent. */
  bytes?: Buffer;
  body?: unknown;
}

/** The part of Express's response that is used here. */
export interface HttpResponse extends ServerResponse {
  status(code: number): this;
  json(body: unknown): this;
}
