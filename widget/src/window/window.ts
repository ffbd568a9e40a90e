// The window from its opening to its end: settings, texts and panel, the conversation that begins or goes on, and what comes after it.
import { languageFor, languages, Texts } from '../catalogue/texts';
import { createPanel } from '../element/panel';
import { h } from '../element/dom';
import type { Host, PanelLike } from '../element/host';
import launcherCss from '../element/launcher.css';
import { paint } from '../element/theme';
import { VisitorApi } from '../visitor/api';
import type { State } from '../visitor/conversation';
import { asProblem } from '../visitor/problem';
import { Kept } from '../visitor/storage';
import { backoff, Pause } from '../visitor/waiting';
import type { Entry as Happening, EntrySettings } from '../visitor/wire';
import { Attention } from './attention';
import type { Chasitor } from './chasitor';
import { WindowConversation } from './conversation';
import { Leaving } from './leaving';
import { isNewVisit, type Entry } from './page';
import css from './window.css';

/** While a visitor waits before a closed door, the server is asked so often whether it is open. */
const REFRESH_MS = 45_000;

export class ChatWindow {
  private readonly entry: Entry | null;
  private readonly place: HTMLElement | null;
  private readonly chasitor: Chasitor;
  private readonly sheets: CSSStyleSheet[] = [];
  private settings!: EntrySettings;
  private texts!: Texts;
  private panel: PanelLike | null = null;
  private leaving: Leaving | null = null;
  private conversation: WindowConversation | null = null;
  private attention: Attention | null = null;
  private refreshing: ReturnType<typeof setInterval> | undefined;

  constructor(entry: Entry | null, place: HTMLElement | null, chasitor: Chasitor) {
    this.entry = entry;
    this.place = place;
    this.chasitor = chasitor;
  }

  async open(): Promise<void> {
    const { entry, place } = this;
    const root = h('div', { class: 'root' });
    root.dataset['layout'] = 'page';
    if (place) this.mount(place, root);
    if (!entry) return this.fail(root, 'problem_setup');
    if (!(await this.prepare(entry, root))) return;
    const { settings, texts } = this;
    // One window has one chat; what a deployment calls its button may change, what the address says does not.
    const scope = ['window', entry.deployment, entry.button ?? '', entry.agent ?? ''].join('.');
    const conversation = new WindowConversation(
      {
        server: entry.server,
        deployment: settings.deployment,
        button: settings.button ?? null,
        agent: entry.agent,
        overrides: entry.prechat.overrides,
        keeping: 'session',
        scope,
      },
      entry,
    );
    this.conversation = conversation;
    this.chasitor.attach(conversation, entry.prechat.name ?? texts.say('you'));
    const kept = new Kept(scope, 'session');
    if (place) {
      const attention = (this.attention = new Attention((count) => texts.count('new_messages', count)));
      conversation.onEntry((entry) => {
        if (concernsVisitor(entry)) attention.call();
      });
      this.panel = createPanel(this.host(entry, root, scope, kept, conversation));
      this.asPage(root);
      // The visitor asked for this window. On a telephone the keyboard would hide half of it.
      this.panel.open(!matchMedia('(pointer: coarse)').matches);
    } else conversation.resume();
    conversation.subscribe((state) => this.changed(conversation, state, root));
    this.begin(conversation);
    this.refreshing = setInterval(() => this.look(conversation), REFRESH_MS);
  }

  /** Ends everything on this page. The conversation goes on where it is next opened. */
  close(): void {
    clearInterval(this.refreshing);
    this.leaving?.stop();
    this.attention?.stop();
    if (this.panel) this.panel.destroy();
    else this.conversation?.destroy();
  }

  /** Learns what is set for the entry point. False when that is nothing that can be waited for. */
  private async prepare(entry: Entry, root: HTMLElement): Promise<boolean> {
    const api = new VisitorApi(entry.server);
    const pause = new Pause();
    addEventListener('online', () => pause.end());
    for (let failures = 0; ; failures++) {
      try {
        this.settings = await this.read(api, entry);
        break;
      } catch (thrown) {
        const problem = asProblem(thrown);
        if (!problem.transient) {
          await this.fail(root, problem.kind === 'blocked' ? 'problem_blocked' : 'problem_setup');
          return false;
        }
        if (failures === 0) await this.fail(root, 'problem_unreachable');
        await pause.take(backoff(failures, problem.retryAfterMs, Math.random));
      }
    }
    const { appearance, language } = this.settings;
    const chosen = languageFor([entry.language, appearance.language, language, ...navigator.languages]);
    const own = { ...(appearance.title ? { title: appearance.title } : {}), ...appearance.texts };
    this.texts = new Texts(chosen, await languages[chosen](), own);
    root.lang = this.texts.language;
    root.dir = this.texts.direction;
    root.replaceChildren();
    if (this.place) {
      document.documentElement.lang = this.texts.language;
      document.documentElement.dir = this.texts.direction;
      document.title = this.texts.say('title');
      paint(root, appearance, 'auto');
      matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => paint(root, appearance, 'auto'));
    }
    return true;
  }

  /** What was asked in a form of the customer's own is not asked again; what a page of the customer's own asks afterwards, not before. */
  private async read(api: VisitorApi, entry: Entry): Promise<EntrySettings> {
    const settings = await api.settings(entry.deployment, entry.button);
    return {
      ...settings,
      prechat_form: entry.prechat.submitted ? null : (settings.prechat_form ?? null),
      survey: settings.survey_page ? null : (settings.survey ?? null),
    };
  }

  private mount(place: HTMLElement, root: HTMLElement): void {
    const shadow = place.shadowRoot ?? place.attachShadow({ mode: 'open' });
    const adopt = (text: string) => {
      const sheet = new CSSStyleSheet();
      sheet.replaceSync(text);
      this.sheets.push(sheet);
      shadow.adoptedStyleSheets = this.sheets;
    };
    this.adopt = adopt;
    adopt(launcherCss);
    shadow.append(root);
  }

  private adopt: (css: string) => void = () => undefined;

  private host(entry: Entry, root: HTMLElement, scope: string, kept: Kept, conversation: WindowConversation): Host {
    const window = this;
    return {
      root,
      options: {
        server: entry.server,
        deployment: entry.deployment,
        button: entry.button,
        agent: entry.agent,
        language: entry.language,
        name: entry.prechat.name,
        position: 'end',
        theme: 'auto',
        keeping: 'session',
        unavailable: 'show',
        launcher: false,
      },
      scope,
      kept,
      texts: this.texts,
      get settings() {
        return window.settings;
      },
      details: entry.prechat.details,
      conversation,
      adopt: (text) => this.adopt(text),
      // Escape closes no window in which somebody talks.
      close: () => undefined,
      unread: () => undefined,
      refresh: () => this.refresh(entry),
      emit: () => undefined,
    };
  }

  /** The panel is all of this page, and no dialog above one. */
  private asPage(root: HTMLElement): void {
    this.adopt(css);
    const panel = root.querySelector('.panel');
    panel?.setAttribute('role', 'region');
    panel?.removeAttribute('tabindex');
    root.querySelector('[part="close"]')?.remove();
    const title = root.querySelector('h2');
    title?.setAttribute('role', 'heading');
    title?.setAttribute('aria-level', '1');
  }

  /** Takes up what this window had, or asks for a conversation where nothing is to be filled in before. */
  private begin(conversation: WindowConversation): void {
    const { phase } = conversation.state;
    if (phase === 'none') return this.ask(conversation);
    if (!isNewVisit()) return;
    // The window was opened anew on a conversation that is over: that is a wish for another.
    const end = conversation.subscribe(({ phase, view }) => {
      if (view === null && phase !== 'none') return;
      end();
      if (phase !== 'ended') return;
      conversation.forget();
      this.ask(conversation);
    });
  }

  private ask(conversation: WindowConversation): void {
    const { settings, entry } = this;
    if (!entry) return;
    const fields = settings.prechat_form?.fields.length ?? 0;
    if (fields > 0 && this.place) return;
    // Without a place a page of the customer's own draws everything, so there is no form that could be shown.
    if (!settings.available && settings.offline_form && this.place) return;
    const language = entry.language ?? (navigator.language || this.texts.language);
    void conversation.start({ language, details: entry.prechat.details });
  }

  private changed(conversation: WindowConversation, state: State, root: HTMLElement): void {
    if (state.phase !== 'ended') {
      this.leaving?.stop();
      this.leaving = null;
      return;
    }
    if (this.leaving || !this.settings.survey_page || !state.view) return;
    // Who was turned away may leave a message here, if that is wished for; otherwise the customer's page comes after that too.
    if (state.refused && this.settings.offline_form) return;
    const { closure } = state.view.conversation;
    this.leaving = new Leaving(this.texts, this.place ? root : null, {
      server: this.entry?.server ?? '',
      token: conversation.api.token ?? '',
      atOnce: closure?.by === 'visitor' || !this.place,
    });
  }

  private look(conversation: WindowConversation): void {
    const { entry } = this;
    if (!entry || document.visibilityState !== 'visible' || conversation.state.phase !== 'none') return;
    void this.refresh(entry).catch(() => undefined);
  }

  private async refresh(entry: Entry): Promise<EntrySettings> {
    this.settings = await this.read(new VisitorApi(entry.server), entry);
    this.panel?.settingsChanged();
    return this.settings;
  }

  /** A sentence in place of the chat. */
  private async fail(root: HTMLElement, key: 'problem_setup' | 'problem_blocked' | 'problem_unreachable'): Promise<void> {
    if (!this.place) return console.warn(`LIVE AGENT: the chat cannot be opened (${key})`);
    const language = languageFor([document.documentElement.lang, ...navigator.languages]);
    const texts = new Texts(language, await languages[language]());
    this.adopt(css);
    paint(root, {}, 'auto');
    root.lang = texts.language;
    root.dir = texts.direction;
    root.replaceChildren(h('p', { class: 'failure', role: 'alert', text: texts.say(key) }));
  }
}

/** What was written or sent to the visitor, and that somebody is there. */
function concernsVisitor(entry: Happening): boolean {
  if (entry.kind === 'message') return entry.author.role !== 'visitor';
  if (entry.kind === 'file') return entry.file.author.role !== 'visitor';
  return entry.kind === 'joined' || entry.kind === 'file_requested';
}
