import type { FieldReason, Problem, ProblemKind } from './schema';

/** What a request was answered with when it was refused, or that it was not answered at all. */
export class Refusal extends Error {
  override readonly name = 'Refusal';

  constructor(
    /** The server's stable code; `unreachable` when no answer came, `unreadable` when it was not the server's. */
    readonly kind: ProblemKind | 'unreachable' | 'unreadable',
    /** The HTTP status; 0 without an answer. */
    readonly status: number,
    /** What went wrong this time, in the server's words. */
    readonly detail: string,
    /** Which property of the body is meant, such as `details[2].label`. */
    readonly property: string | null = null,
    /** Names the request in the server's log. */
    readonly request: string | null = null,
    /** How many seconds to wait before asking again, where the server says so. */
    readonly retryAfter: number | null = null,
    /** What is wrong with the fields of a record. */
    readonly reasons: readonly FieldReason[] = [],
  ) {
    super(detail);
  }

  /** Whether the same request, sent again later, may succeed: nothing was wrong with the request itself. */
  get passing(): boolean {
    return this.status === 0 || this.status === 429 || this.status >= 500 || this.kind === 'idempotency_in_progress';
  }

  /** Whether the sign-in is no longer good. */
  get signedOut(): boolean {
    return this.kind === 'not_signed_in';
  }
}

/** The refusal that an answer of status 400 and above carries. */
export function refusalOf(response: Response, body: unknown): Refusal {
  const wait = Number(response.headers.get('retry-after'));
  const retryAfter = Number.isFinite(wait) && wait > 0 ? wait : null;
  if (isProblem(body)) {
    return new Refusal(body.type, response.status, body.detail, body.property ?? null, body.request_id, retryAfter, body.reasons);
  }
  return new Refusal('unreadable', response.status, `HTTP ${response.status}`, null, response.headers.get('x-request-id'), retryAfter);
}

/** The refusal that stands for whatever was thrown. Faults of our own are thrown on. */
export function refusalFrom(thrown: unknown): Refusal {
  if (thrown instanceof Refusal) return thrown;
  if (thrown instanceof TypeError || (thrown instanceof DOMException && thrown.name !== 'AbortError')) {
    return new Refusal('unreachable', 0, thrown.message);
  }
  throw thrown;
}

function isProblem(body: unknown): body is Problem {
  return typeof body === 'object' && body !== null && 'type' in body && 'request_id' in body && 'detail' in body;
}
