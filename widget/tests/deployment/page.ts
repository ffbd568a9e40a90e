// A customer's page with deployment.js on it, and the server that its scripts call.
import { vi } from 'vitest';
import { install } from '../../src/deployment/install';

export const ORG = '00D000000000001';
export const DEPLOYMENT = '572000000000001';
export const BUTTON = '573000000000001';
export const OTHER = '573000000000002';
export const AGENT = '005000000000001';
export const INVITE = '573000000000009';
export const ENDPOINT = 'https://d.chat.example/chat';
export const CONTENT = 'https://c.chat.example/content';
export const SESSION = '6f7a1c8e-0000-4000-8000-000000000001';

type Fake = Record<string, any>;

/** Every script that is put into the page is a call; nothing is answered by itself. */
export class FakeServer {
  readonly calls: HTMLScriptElement[] = [];

  constructor() {
    const append = Node.prototype.appendChild;
    vi.spyOn(document.head, 'appendChild').mockImplementation(((node: Node) => {
      if (node instanceof HTMLScriptElement) {
        this.calls.push(node);
        return node;
      }
      return append.call(document.head, node);
    }) as typeof document.head.appendChild);
  }

  get urls(): string[] {
    // The attribute, since the property is normalised by some.
    return this.calls.map((script) => script.getAttribute('src') ?? '');
  }

  get last(): string {
    return this.urls[this.urls.length - 1] ?? '';
  }

  answer(...messages: [type: string, message: unknown][]): void {
    const script = this.calls[this.calls.length - 1];
    try {
      liveagent()._.handlePing({ messages: messages.map(([type, message]) => ({ type, message })) });
    } finally {
      script?.onload?.(new Event('load'));
    }
  }

  settings(buttons: object[] = [], more: object = {}): void {
    const first: [string, unknown][] = this.last.includes('nouns=') ? [['VisitorId', { sessionId: SESSION }]] : [];
    this.answer(...first, ['Settings', { pingRate: 50_000, contentServerUrl: CONTENT, buttons, ...more }]);
  }

  availability(...results: [id: string, isAvailable: boolean | undefined][]): void {
    this.answer(['Availability', { results: results.map(([id, isAvailable]) => ({ id, isAvailable })) }]);
  }

  fail(): void {
    (this.calls[this.calls.length - 1]?.onerror as (event: Event) => void)(new Event('error'));
  }
}

export function liveagent(): Fake {
  return (window as any).liveagent;
}

/** A page as it is before any script of ours. */
export function freshPage(address = 'https://shop.example/cart?item=7'): FakeServer {
  vi.useFakeTimers();
  vi.setSystemTime(new Date('2026-03-01T10:00:00Z'));
  delete (window as any).liveAgentDeployment;
  delete (window as any).liveagent;
  delete (window as any)._laq;
  (window as any).happyDOM.setURL(address);
  delete (document as any).cookie;
  for (const pair of document.cookie.split(';')) document.cookie = `${pair.split('=')[0]}=; path=/; expires=Thu, 01 Jan 1970 00:00:00 GMT`;
  localStorage.clear();
  document.head.innerHTML = '';
  document.body.innerHTML = '';
  setReadyState('complete');
  return new FakeServer();
}

export function setReadyState(state: DocumentReadyState): void {
  Object.defineProperty(document, 'readyState', { configurable: true, get: () => state });
}

/** Loads deployment.js as a page does; `path` below the content server. */
export function load(path = 'g/js/43.0/deployment.js'): void {
  // Parsed rather than run: only the address is of interest, and nothing is to be fetched.
  document.body.insertAdjacentHTML('beforeend', `<script type="text/plain" src="${CONTENT}/${path}"></script>`);
  install();
}

/** Loads, inits, and comes to the first call. */
export function begin(prepare: (api: Fake) => void = () => undefined, path?: string): void {
  load(path);
  prepare(liveagent());
  liveagent().init(ENDPOINT, DEPLOYMENT, ORG);
  vi.advanceTimersByTime(1);
}

export function element(id = 'x'): HTMLElement {
  const made = document.createElement('div');
  made.id = id;
  made.style.display = 'none';
  document.body.appendChild(made);
  return made;
}

export function cookie(name: string): string | undefined {
  for (const pair of document.cookie.split('; ')) if (pair.startsWith(`${name}=`)) return pair.slice(name.length + 1);
  return undefined;
}

export interface Opened {
  url: string;
  name: string;
  features: string;
  action: URL;
  target: string;
  method: string;
  fields: Record<string, string>;
}

/** What opens instead of windows. */
export function windows(): Opened[] {
  const opened: Opened[] = [];
  vi.spyOn(window, 'open').mockImplementation(((url: string, name: string, features: string) => {
    opened.push({ url, name, features } as Opened);
    return null;
  }) as typeof window.open);
  vi.spyOn(HTMLFormElement.prototype, 'submit').mockImplementation(function (this: HTMLFormElement) {
    const fields: Record<string, string> = {};
    for (const input of Array.from(this.querySelectorAll('input'))) fields[input.name] = input.value;
    Object.assign(opened[opened.length - 1]!, { action: new URL(this.action), target: this.target, method: this.method, fields });
  });
  return opened;
}
