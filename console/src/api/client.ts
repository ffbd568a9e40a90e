/**
 * The typed client of `/api/v1`: the token, idempotency keys and problems of every request.
 *
 * `call(api.GET('/me'))` answers the body, or throws a {@link Refusal}.
 */
import createClient, { type Client, type Middleware } from 'openapi-fetch';
import { Refusal, refusalOf } from './problem';
import type { paths } from './schema';

/** The paths without the header of the idempotency key, which the client gives by itself. */
type Unkeyed<Paths> = {
  [path in keyof Paths]: {
    [method in keyof Paths[path]]: Paths[path][method] extends { parameters: { header: unknown } }
      ? Omit<Paths[path][method], 'parameters'> & { parameters: Omit<Paths[path][method]['parameters'], 'header'> }
      : Paths[path][method];
  };
};
type Requests = Unkeyed<paths>;

export type Api = Client<Requests>;

/** What the client needs from the page. */
export interface Surroundings {
  /** Where the API is: `/api/v1` of the page's own origin. */
  base: string;
  /** The Bearer token now; null while nobody is signed in. */
  token: () => string | null;
  /** The sign-in behind `token` is no longer good. Asked once for each request that finds out. */
  onSignedOut: (token: string) => void;
  fetch?: typeof fetch;
}

/** A key under which a `POST` is done once, however often it is sent. */
export const newKey = (): string => crypto.randomUUID();

/** Sends a `POST` under a key that outlives this attempt: `api.POST(path, { ...under(key), body })`. */
export const under = (key: string) => ({ headers: { 'Idempotency-Key': key } });

export function createApi(surroundings: Surroundings): Api {
  const { base, token, onSignedOut } = surroundings;
  const api = createClient<Requests>({
    baseUrl: base,
    credentials: 'omit',
    cache: 'no-store',
    // Taken at each request, so that a test's or an extension's own is used.
    fetch: (request) => (surroundings.fetch ?? globalThis.fetch)(request),
  });
  const middleware: Middleware = {
    onRequest({ request }) {
      const bearer = token();
      if (bearer !== null && !request.headers.has('Authorization')) request.headers.set('Authorization', `Bearer ${bearer}`);
      if (request.method === 'POST') {
        if (!request.headers.has('Idempotency-Key')) request.headers.set('Idempotency-Key', newKey());
        // The server reads every POST as JSON, those that have nothing to say too. (Not every browser has `request.body`.)
        if (!request.headers.has('Content-Type')) {
          const headers = new Headers(request.headers);
          headers.set('Content-Type', 'application/json');
          return new Request(request.url, {
            method: 'POST',
            headers,
            body: '{}',
            credentials: 'omit',
            cache: 'no-store',
            signal: request.signal,
          });
        }
      }
      return request;
    },
    async onResponse({ request, response }) {
      if (response.status !== 401) return;
      const bearer = request.headers.get('Authorization')?.replace(/^Bearer /, '');
      const body: unknown = await response
        .clone()
        .json()
        .catch(() => null);
      if (bearer !== undefined && refusalOf(response, body).signedOut) onSignedOut(bearer);
    },
    onError({ error }) {
      if (error instanceof TypeError) return new Refusal('unreachable', 0, error.message);
      return undefined;
    },
  };
  api.use(middleware);
  return api;
}

interface Answer<T> {
  data?: T;
  error?: unknown;
  response: Response;
}

/** The body of an answer; `undefined` for one without. Throws a {@link Refusal} for everything else. */
export async function call<T>(answer: Promise<Answer<T>>): Promise<T> {
  const { data, error, response } = await answer;
  if (!response.ok) throw refusalOf(response, error);
  return data as T;
}
