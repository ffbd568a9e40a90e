// The destination in the shape that analytics.js takes from Segment's CDN: a constructor with `initialize` and `invoke`, and events of its own
// (deployment_segment.md 13).
import type { Chat, TrackedEvent } from './chat';
import { chatOf, NAME, type Analytics } from './plugin';
import { readSettings } from './settings';

/** What is used of the wrapper that analytics.js puts around an event. */
interface Facade {
  /** The event as it was tracked, before dates were made of texts that look like one. */
  rawEvent?(): TrackedEvent;
  json(): TrackedEvent;
}

type Handler = (...told: unknown[]) => void;

export class Integration {
  declare readonly name: string;
  /** Set by analytics.js, before it calls anything. */
  declare analytics: Analytics;
  readonly options: unknown;
  private readonly handlers = new Map<string, Set<Handler>>();
  private chat: Chat | null = null;

  constructor(options: unknown) {
    this.options = options;
  }

  initialize(): void {
    const chat = (this.chat ??= chatOf(readSettings(this.options), this.analytics, ''));
    this.emit('initialize');
    // Until it is ready, analytics.js keeps events and gives them to us later.
    chat.load().then(
      () => this.emit('ready'),
      (reason: unknown) => console.warn(`${NAME}: ${(reason as Error).message}`),
    );
  }

  loaded(): boolean {
    return this.chat?.isLoaded ?? false;
  }

  invoke(method: string, facade: Facade): void {
    if (method === 'track') this.chat?.track(facade.rawEvent?.() ?? facade.json());
    else if (method === 'identify' || method === 'group') this.chat?.remember();
  }

  on(event: string, handler: Handler): this {
    let handlers = this.handlers.get(event);
    if (!handlers) this.handlers.set(event, (handlers = new Set()));
    handlers.add(handler);
    return this;
  }

  once(event: string, handler: Handler): this {
    const once: Handler = (...told) => {
      this.off(event, once);
      handler(...told);
    };
    return this.on(event, once);
  }

  off(event: string, handler: Handler): this {
    this.handlers.get(event)?.delete(handler);
    return this;
  }

  emit(event: string, ...told: unknown[]): this {
    for (const handler of Array.from(this.handlers.get(event) ?? [])) handler(...told);
    return this;
  }
}

// On the prototype, where analytics.js looks for it.
Object.defineProperty(Integration.prototype, 'name', { value: NAME, enumerable: true });
