import { CliError, EXIT, type ExitCode } from './cli-error';
import { type OwnedPaths, ownerOf } from './front';

/** A problem as the services describe it (application/problem+json). */
interface Problem {
  status: number;
  code?: string;
  title?: string;
  detail?: string;
  errors?: { path: string; value?: unknown; expected: string }[];
}

/** Where a service listens. */
export interface Listening extends OwnedPaths {
  url: string;
}

/** A client for a server's URL and a written key. @param services that listen elsewhere, in processes of their own. */
export function clientOf(url: string, key: string, services: readonly Listening[] = []): Client {
  return new Client(url.replace(/\/+$/, ''), key, services);
}

/** Speaks HTTP to a running Assay. What it refuses comes as a CliError with the exit code of interfaces, section 4. */
export class Client {
  constructor(
    readonly url: string,
    private readonly key: string,
    private readonly services: readonly Listening[],
  ) {}

  /** GET of JSON. */
  async get<T>(path: string): Promise<T> {
    return jsonOf<T>(await this.send('GET', path));
  }

  /** GET of JSON, or undefined where there is nothing under that path. */
  async find<T>(path: string): Promise<T | undefined> {
    return this.get<T>(path).catch((error: unknown) => {
      if (error instanceof CliError && error.exitCode === EXIT.notFound) return undefined;
      throw error;
    });
  }

  /** PUT or POST of JSON. */
  async write<T>(
    method: 'PUT' | 'POST' | 'DELETE',
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ) {
    const options = { 'content-type': 'application/json', ...headers };
    const answer = await this.send(method, path, body === undefined ? undefined : JSON.stringify(body), options);
    const text = await textOf(answer);
    return text === '' ? (undefined as T) : parsed<T>(answer, text);
  }

  /** POST of lines of JSON. */
  async writeLines<T>(path: string, lines: readonly object[]): Promise<T> {
    const body = lines.map((line) => JSON.stringify(line)).join('\n');
    return jsonOf<T>(await this.send('POST', path, body, { 'content-type': 'application/x-ndjson' }));
  }

  /** Every entry of a list that comes in pages, in order. */
  async *pages<T>(path: string, field: string): AsyncGenerator<T> {
    for await (const answer of this.pagesOf(path)) yield* (await jsonOf<Record<string, T[]>>(answer))[field] ?? [];
  }

  /** Every line of NDJSON that comes in pages, in order. */
  async *pagedLines(path: string): AsyncGenerator<string> {
    for await (const answer of this.pagesOf(path)) {
      for (const line of (await textOf(answer)).split('\n')) if (line !== '') yield line;
    }
  }

  private async *pagesOf(path: string): AsyncGenerator<Response> {
    for (let next: string | undefined = path; next !== undefined;) {
      const answer: Response = await this.send('GET', next, undefined, {
        accept: 'application/json, application/x-ndjson',
      });
      next = /<([^>]+)>; rel="next"/.exec(answer.headers.get('link') ?? '')?.[1];
      yield answer;
    }
  }

  private async send(
    method: string,
    path: string,
    body?: string,
    headers: Record<string, string> = {},
  ): Promise<Response> {
    const url = ownerOf(this.services, path)?.url ?? this.url;
    const answer = await fetch(`${url}${path}`, {
      method,
      body,
      headers: { authorization: `Bearer ${this.key}`, accept: 'application/json', ...headers },
    }).catch((error: Error) => {
      const cause = error.cause instanceof Error ? error.cause.message : error.message;
      throw new CliError(EXIT.unreachable, `cannot reach Assay at ${url}: ${cause}`, { cause: error });
    });
    if (answer.ok) return answer;
    throw refusal(method, path, answer.status, (await answer.json().catch(() => undefined)) as Problem | undefined);
  }
}

/** The JSON of an answer. @throws CliError 5 where it is none: it is no Assay that answers, or it was cut off. */
async function jsonOf<T>(answer: Response): Promise<T> {
  return parsed<T>(answer, await textOf(answer));
}

function parsed<T>(answer: Response, text: string): T {
  try {
    return JSON.parse(text) as T;
  } catch (error) {
    const words = `${answer.url} answers ${JSON.stringify(text.slice(0, 50))}: expected the JSON of an Assay`;
    throw new CliError(EXIT.unreachable, words, { cause: error });
  }
}

async function textOf(answer: Response): Promise<string> {
  return answer.text().catch((error: unknown) => {
    throw new CliError(EXIT.unreachable, `${answer.url}: the answer was cut off`, { cause: error });
  });
}

function refusal(method: string, path: string, status: number, problem?: Problem): CliError {
  const words = problem?.detail ?? problem?.title ?? `status ${status}`;
  const errors = (problem?.errors ?? []).map(({ path: place, value, expected }) => {
    return `\n  ${place}: ${value === undefined ? '' : `${JSON.stringify(value)}; `}expected ${expected}`;
  });
  return new CliError(exitCodeOf(status), `${method} ${path}: ${words}${errors.join('')}`);
}

function exitCodeOf(status: number): ExitCode {
  if (status === 401 || status === 403) return EXIT.refused;
  if (status === 404) return EXIT.notFound;
  if (status === 400 || status === 409 || status === 412 || status === 422) return EXIT.badData;
  return status === 502 || status === 503 || status === 504 ? EXIT.unreachable : EXIT.failure;
}
