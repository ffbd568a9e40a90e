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

/** Our own script element, as far as it is known. */
export interface OwnScript {
  src: string;
  /** That of a page with a strict policy. */
  nonce: string;
}

/** @param told the settings, or the write key under which the console of our server has them. */
export function destination(told: unknown, own: OwnScript): Plugin {
  let chat: Chat | null = null;
  let loading: Promise<void> | null = null;
  let loaded: (outcome: Promise<void>) => void;
  const ready = new Promise<void>((done) => (loaded = done));
  // Whoever asks is told; that nobody asks is no error of the page.
  ready.catch(() => undefined);
  /** What came before the settings did. */
  let waiting: ((chat: Chat) => void)[] | null = [];
  const pass = (what: (chat: Chat) => void): void => {
    if (chat) what(chat);
    else waiting?.push(what);
  };
  const begin = async (analytics: Analytics): Promise<void> => {
    const key = writeKey(told);
    let settings;
    try {
      settings = key === null ? told : await settingsOf(key, own.src);
    } catch (reason) {
      waiting = null;
      console.warn(`${NAME}: ${(reason as Error).message}`);
      throw reason;
    }
    chat = chatOf(readSettings(settings), analytics, own.nonce);
    const brought = chat.load();
    for (const what of waiting ?? []) attempt(() => what(chat!));
    waiting = null;
    await brought;
  };
  return {
    name: NAME,
    version: '1.0.0',
    type: 'destination',
    isLoaded: () => chat?.isLoaded ?? false,
    load(_, analytics) {
      if (!loading) loaded((loading = begin(analytics)));
      return loading;
    },
    ready: () => ready,
    track(context) {
      pass((chat) => chat.track(context.event));
      return context;
    },
    identify(context) {
      pass((chat) => chat.remember());
      return context;
    },
    group(context) {
      pass((chat) => chat.remember());
      return context;
    },
  };
}

/** What is refused has been said on the console; the others go on. */
function attempt(what: () => void): void {
  try {
    what();
  } catch {
    // As above.
  }
}

function writeKey(told: unknown): string | null {
  const key = typeof told === 'object' && told !== null ? (told as { writeKey?: unknown }).writeKey : null;
  return typeof key === 'string' && key !== '' ? key : null;
}

/** The settings that the server of our own script has for analytics.js, of which the destination's are a part. */
async function settingsOf(key: string, script: string): Promise<unknown> {
  const address = new URL(`/v1/projects/${encodeURIComponent(key)}/settings`, script).href;
  const answer = await fetch(address, { credentials: 'omit' }).catch(() => null);
  if (!answer) throw new Error(`${address} could not be reached`);
  if (!answer.ok) throw new Error(`${address} answers ${answer.status}: ${(await answer.text()).slice(0, 200)}`);
  const { remotePlugins } = (await answer.json()) as { remotePlugins?: { name?: unknown; settings?: unknown }[] };
  const found = remotePlugins?.find(({ name }) => name === NAME);
  if (!found) throw new Error('the event source has no deployment, or is not used in browsers');
  return found.settings;
}

/** The chat of a page with that analytics.js. */
export function chatOf(settings: ReturnType<typeof readSettings>, analytics: Analytics, nonce: string): Chat {
  const remembered = { user: () => analytics.user().traits() ?? {}, group: () => analytics.group().traits() ?? {} };
  const chat = new Chat(settings, remembered, nonce);
  analytics.on?.('reset', () => chat.forget());
  return chat;
}
