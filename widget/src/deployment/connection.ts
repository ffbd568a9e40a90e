// The calls to the server: one at a time, each a script element (JSONP), so that they work from any page without CORS. Values are not
// URL-encoded: servers and recordings of traffic know them raw.
import type { Answer } from './answers';

/** Without an answer for so long the server counts as gone. */
const PATIENCE_MS = 5000;
const DEFAULT_PING_MS = 50_000;
/** An answer that says 0 must not make every page of a site call without pause. */
const SHORTEST_PING_MS = 1000;

export interface Told {
  /** The query of the first call, or of one after a change of server; of a later one. With the path, from `/rest` on. */
  request(first: boolean): string;
  answered(answer: Answer): void;
  lost(): void;
  /** Whether the page still has this deployment. */
  current(): boolean;
  log(message: string): void;
}

export class Connection {
  /** Whether the first answer has come: from then on the page can add nothing. */
  running = false;
  private url = '';
  private tail = '';
  private readonly nonce: string;
  private readonly told: Told;
  private pingMs = DEFAULT_PING_MS;
  private stopped = false;
  private askAnew = true;
  /** Whether the visitor is another since the last call was sent. */
  private changed = false;
  private outstanding: HTMLScriptElement | null = null;
  private patience: ReturnType<typeof setTimeout> | undefined;
  private next: ReturnType<typeof setTimeout> | undefined;

  constructor(nonce: string, told: Told) {
    this.nonce = nonce;
    this.told = told;
  }

  /** The first call. @param url the endpoint; @param tail what ends every query. */
  start(url: string, tail: string): void {
    this.url = url.replace(/\/+$/, '');
    this.tail = tail;
    this.send();
  }

  /** Moves to another server, which is asked everything anew. */
  switchTo(url: string): void {
    this.url = url.replace(/\/+$/, '');
    this.askAnew = true;
  }

  /** Another visitor: asks for a new session at once, or as soon as what was asked is answered. */
  anew(): void {
    if (this.stopped || this.url === '') return;
    this.askAnew = this.changed = true;
    if (this.outstanding) return;
    clearTimeout(this.next);
    this.send();
  }

  setPingRate(ms: unknown): void {
    if (typeof ms === 'number' && ms > 0) this.pingMs = Math.max(SHORTEST_PING_MS, ms);
    this.told.log(`Ping rate set to ${this.pingMs}ms`);
  }

  /** An answer has come by the callback. */
  answer(answer: Answer): void {
    if (!this.outstanding || this.stopped) return;
    this.settle();
    this.running = true;
    this.askAnew = this.changed;
    this.changed = false;
    this.told.answered(answer);
    if (this.stopped) return;
    if (this.askAnew) this.send();
    else this.next = setTimeout(() => this.send(), this.pingMs);
  }

  /** Ends it until the page is loaded again. */
  disconnect(): void {
    if (this.stopped) return;
    this.stopped = true;
    this.settle();
    clearTimeout(this.next);
    // A page that took us away and included the script anew has its buttons from that one.
    if (!this.told.current()) return;
    this.told.log('Disconnecting from Chat');
    this.told.lost();
  }

  private send(): void {
    if (this.stopped) return;
    if (this.outstanding || !this.told.current()) return this.disconnect();
    const script = document.createElement('script');
    script.async = true;
    if (this.nonce) script.nonce = this.nonce;
    // The server takes the visitor's page from `Referer`, which browsers cut to the host for other sites unless told.
    script.referrerPolicy = 'no-referrer-when-downgrade';
    script.src = `${this.url}${this.told.request(this.askAnew)}&${this.tail}`;
    script.onerror = () => this.failed(script);
    // A script that is not our answer: an error page, or one whose callback a proxy cut off.
    script.onload = () => this.failed(script);
    this.outstanding = script;
    this.changed = false;
    this.patience = setTimeout(() => this.failed(script), PATIENCE_MS);
    (document.head || document.documentElement).appendChild(script);
  }

  private failed(script: HTMLScriptElement): void {
    if (this.outstanding === script) this.disconnect();
  }

  private settle(): void {
    clearTimeout(this.patience);
    const script = this.outstanding;
    this.outstanding = null;
    if (script?.parentNode) script.parentNode.removeChild(script);
  }
}
