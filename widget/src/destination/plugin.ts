// The destination as analytics.js has them today: an object for `analytics.register`, made by a factory that analytics.js can also load by
// itself (`remotePlugins` in a source's settings).
import { Chat, type TrackedEvent } from './chat';
import type { Traits } from './mapping';
import { readSettings } from './settings';

/** Segment's name of the destination: the key in `integrations`. Case matters. */
export const NAME = 'Salesforce Live Agent';

/** What is used of analytics.js. */
export interface Analytics {
  user(): { traits(): Traits | undefined };
  group(): { traits(): Traits | undefined };
  on?(event: 'reset', handler: () => void): unknown;
}

export interface Context {
  event: TrackedEvent;
}

export interface Plugin {
  name: string;
  version: string;
  type: 'destination';
  isLoaded(): boolean;
  load(context: Context, analytics: Analytics): Promise<void>;
  ready(): Promise<void>;
  track<C extends Context>(context: C): C;
  identify<C extends Context>(context: C): C;
  group<C extends Context>(context: C): C;
}

/** @param nonce that of our own script element, for a page with a strict policy. */
export function destination(told: unknown, nonce: string): Plugin {
  const settings = readSettings(told);
  let chat: Chat | null = null;
  let loaded: (outcome: Promise<void>) => void;
  const ready = new Promise<void>((done) => (loaded = done));
  // Whoever asks is told; that nobody asks is no error of the page.
  ready.catch(() => undefined);
  const remember = <C extends Context>(context: C): C => {
    chat?.remember();
    return context;
  };
  return {
    name: NAME,
    version: '1.0.0',
    type: 'destination',
    isLoaded: () => chat?.isLoaded ?? false,
    load(_, analytics) {
      if (chat) return ready;
      chat = chatOf(settings, analytics, nonce);
      const loading = chat.load();
      loaded(loading);
      return loading;
    },
    ready: () => ready,
    track(context) {
      chat?.track(context.event);
      return context;
    },
    identify: remember,
    group: remember,
  };
}

/** The chat of a page with that analytics.js. */
export function chatOf(settings: ReturnType<typeof readSettings>, analytics: Analytics, nonce: string): Chat {
  const remembered = { user: () => analytics.user().traits() ?? {}, group: () => analytics.group().traits() ?? {} };
  const chat = new Chat(settings, remembered, nonce);
  analytics.on?.('reset', () => chat.forget());
  return chat;
}
