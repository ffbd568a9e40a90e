// The requests of the native visitor API, one method each. Knows nothing of what they are for.
import { asProblem, Problem, problemFrom, problemOf } from './problem';
import type {
  Accepted,
  Availability,
  EntrySettings,
  FileCard,
  OfflineMessage,
  Position,
  Rating,
  Snapshot,
  StartConversation,
  StartedConversation,
  WebPage,
} from './wire';

/** The longest wait for an answer; streams and files have their own. */
const PATIENCE_MS = 20_000;
const FILE_PATIENCE_MS = 60_000;

/** 128 random bits, in hexadecimal. `crypto.randomUUID` would need a secure context, which pages of an intranet lack. */
export function newKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

interface Asked {
  method?: 'GET' | 'POST' | 'DELETE';
  body?: unknown;
  key?: string;
  headers?: Record<string, string>;
  signal?: AbortSignal;
  patience?: number;
}

export class VisitorApi {
  /** The resume token of the conversation, once there is one. */
  token: string | null = null;
  private readonly base: string;

  /** @param server Where the server is, such as `https://chat.example.com`. */
  constructor(server: string) {
    this.base = `${server.replace(/\/+$/, '')}/api/v1/visitor`;
  }

  /** `deployment` and `button` may be old ids too; the answer has the new ones. */
  settings(deployment: string, button: string | null): Promise<EntrySettings> {
    return this.json(`/settings?${new URLSearchParams(button === null ? { deployment } : { deployment, button })}`);
  }

  availability(deployment: string, of: { buttons?: string[]; agents?: string[] }): Promise<Availability> {
    const query = new URLSearchParams({ deployment });
    if (of.buttons?.length) query.set('buttons', of.buttons.join(','));
    if (of.agents?.length) query.set('agents', of.agents.join(','));
    return this.json(`/availability?${query}`);
  }

  start(body: StartConversation, key: string): Promise<StartedConversation> {
    return this.json('/conversations', { method: 'POST', body, key });
  }

  leaveMessage(body: OfflineMessage, key: string): Promise<{ id: string }> {
    return this.json('/offline-messages', { method: 'POST', body, key });
  }

  snapshot(): Promise<Snapshot> {
    return this.json('/conversation');
  }

  /** The event stream after a position. The answer's body is read by the caller, who ends it by `signal`. */
  async events(after: Position, signal: AbortSignal): Promise<Response> {
    return this.ask('/events', { headers: { accept: 'text/event-stream', 'last-event-id': after }, signal, patience: 0 });
  }

  send(text: string, key: string): Promise<Accepted> {
    return this.json('/messages', { method: 'POST', body: { text }, key });
  }

  sendCustomEvent(name: string, data: string, key: string): Promise<Accepted> {
    return this.json('/custom-events', { method: 'POST', body: { name, data }, key });
  }

  async setTyping(typing: boolean): Promise<void> {
    await this.ask('/typing', { method: 'POST', body: { typing } });
  }

  async setDraft(text: string): Promise<void> {
    await this.ask('/draft', { method: 'POST', body: { text } });
  }

  async visit(page: WebPage): Promise<void> {
    await this.ask('/page', { method: 'POST', body: { page } });
  }

  async setIdleWarning(raised: boolean): Promise<void> {
    await this.ask('/idle-warning', { method: 'POST', body: { raised } });
  }

  rate(rating: Rating, key: string): Promise<Accepted> {
    return this.json('/rating', { method: 'POST', body: rating, key });
  }

  end(reason: string | null, key: string): Promise<Accepted> {
    return this.json('/end', { method: 'POST', body: { reason }, key });
  }

  async declineFile(request: string): Promise<void> {
    await this.ask(`/file-requests/${encodeURIComponent(request)}`, { method: 'DELETE' });
  }

  async file(id: string): Promise<Blob> {
    return (await this.ask(`/files/${encodeURIComponent(id)}`, { patience: FILE_PATIENCE_MS })).blob();
  }

  /** The transcript as text. */
  async transcript(): Promise<Blob> {
    return (await this.ask('/transcript.txt', { patience: FILE_PATIENCE_MS })).blob();
  }

  /** Sends a file; XMLHttpRequest is the one that tells how much went out. */
  upload(
    file: File,
    request: string | null,
    key: string,
    progress: (part: number) => void,
    signal: AbortSignal,
  ): Promise<{ sequence: number; file: FileCard }> {
    return new Promise((resolve, reject) => {
      const xhr = new XMLHttpRequest();
      xhr.open('POST', `${this.base}/files`);
      xhr.responseType = 'json';
      xhr.setRequestHeader('authorization', `Bearer ${this.token ?? ''}`);
      xhr.setRequestHeader('idempotency-key', key);
      xhr.upload.onprogress = (event) => progress(event.lengthComputable && event.total > 0 ? event.loaded / event.total : 0);
      xhr.onload = () => {
        if (xhr.status >= 200 && xhr.status < 300) resolve(xhr.response as { sequence: number; file: FileCard });
        else reject(problemFrom(xhr.status, xhr.response, xhr.getResponseHeader('retry-after')));
      };
      xhr.onerror = () => reject(new Problem('unreachable', 0, 'no answer'));
      xhr.onabort = () => reject(new Problem('unreachable', 0, 'given up'));
      signal.addEventListener('abort', () => xhr.abort());
      const form = new FormData();
      if (request !== null) form.set('request', request);
      form.set('file', file, file.name || 'file');
      xhr.send(form);
    });
  }

  private async json<T>(path: string, asked: Asked = {}): Promise<T> {
    const response = await this.ask(path, asked);
    try {
      return (await response.json()) as T;
    } catch (thrown) {
      throw asProblem(thrown);
    }
  }

  /** @throws {Problem} */
  private async ask(path: string, { method = 'GET', body, key, headers = {}, signal, patience = PATIENCE_MS }: Asked): Promise<Response> {
    if (body !== undefined) headers = { ...headers, 'content-type': 'application/json', 'idempotency-key': key ?? newKey() };
    if (this.token !== null) headers = { ...headers, authorization: `Bearer ${this.token}` };
    const controller = new AbortController();
    const abort = () => controller.abort();
    signal?.addEventListener('abort', abort);
    if (signal?.aborted) abort();
    const timer = patience > 0 ? setTimeout(abort, patience) : undefined;
    let response: Response;
    try {
      const init: RequestInit = { method, headers, signal: controller.signal, credentials: 'omit', cache: 'no-store', redirect: 'error' };
      if (body !== undefined) init.body = JSON.stringify(body);
      response = await fetch(this.base + path, init);
      // The patience is for the whole answer where it is not a stream.
      if (patience > 0) response = new Response(nothing(response.status) ? null : await response.blob(), response);
    } catch (thrown) {
      throw asProblem(thrown);
    } finally {
      clearTimeout(timer);
    }
    if (!response.ok) throw await problemOf(response);
    return response;
  }
}

/** Statuses whose answers have no body. */
function nothing(status: number): boolean {
  return status === 204 || status === 304;
}
