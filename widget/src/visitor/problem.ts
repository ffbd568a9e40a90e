// What goes wrong when the server is asked: its own problems (RFC 9457) and those of the way to it.

/** Codes of `native::ProblemKind` that matter to visitors, `unreachable` for a request that got no answer, and any later code. */
export type ProblemKind =
  | 'unreachable'
  | 'not_signed_in'
  | 'not_permitted'
  | 'not_found'
  | 'blocked'
  | 'conversation_ended'
  | 'wrong_state'
  | 'already_exists'
  | 'idempotency_in_progress'
  | 'too_large'
  | 'unsupported_type'
  | 'invalid'
  | 'too_many_requests'
  | 'unavailable'
  | 'busy'
  | 'storage_unavailable'
  | 'internal'
  | (string & {});

export class Problem extends Error {
  readonly kind: ProblemKind;
  /** 0 when there was no answer. */
  readonly status: number;
  readonly property: string | null;
  /** What `Retry-After` said. */
  readonly retryAfterMs: number | null;

  constructor(kind: ProblemKind, status: number, detail: string, property: string | null = null, retryAfterMs: number | null = null) {
    super(detail);
    this.name = 'Problem';
    this.kind = kind;
    this.status = status;
    this.property = property;
    this.retryAfterMs = retryAfterMs;
  }

  /** Whether the same request may go through later. */
  get transient(): boolean {
    return this.status === 0 || this.status === 429 || this.status >= 500 || this.kind === 'idempotency_in_progress';
  }

  /** Whether the token leads nowhere any more. */
  get gone(): boolean {
    return this.status === 401 || this.status === 404;
  }
}

/** The problem that an answer of status 400 and above tells; whatever stands between may have answered anything. */
export async function problemOf(response: Response): Promise<Problem> {
  let body: unknown = null;
  try {
    body = await response.json();
  } catch {
    // A proxy's page.
  }
  return problemFrom(response.status, body, response.headers.get('retry-after'));
}

export function problemFrom(status: number, body: unknown, retryAfter: string | null): Problem {
  const told = (typeof body === 'object' && body !== null ? body : {}) as Record<string, unknown>;
  const kind = typeof told['type'] === 'string' ? told['type'] : status === 429 ? 'too_many_requests' : status >= 500 ? 'busy' : 'invalid';
  const text = (value: unknown) => (typeof value === 'string' ? value : null);
  return new Problem(kind, status, text(told['detail']) ?? `HTTP ${status}`, text(told['property']), secondsToMs(retryAfter));
}

function secondsToMs(header: string | null): number | null {
  const seconds = header === null ? NaN : Number(header);
  return Number.isFinite(seconds) && seconds >= 0 ? seconds * 1000 : null;
}

/** What was thrown, as a problem. */
export function asProblem(thrown: unknown): Problem {
  return thrown instanceof Problem ? thrown : new Problem('unreachable', 0, thrown instanceof Error ? thrown.message : 'no answer');
}
