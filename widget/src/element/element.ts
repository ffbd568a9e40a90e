// <switchboard-chat>: the launcher, and what is needed to show it. The panel comes with the first click.
import { languageFor, languages, localeFor, Texts } from '../catalogue/texts';
import { VisitorApi } from '../visitor/api';
import { asProblem } from '../visitor/problem';
import { Kept } from '../visitor/storage';
import { backoff } from '../visitor/waiting';
import type { EntrySettings, NewDetail } from '../visitor/wire';
import { h } from './dom';
import type { Host, HostEvent, PanelLike } from './host';
import { Launcher } from './launcher';
import css from './launcher.css';
import { ATTRIBUTES, read, type ElementOptions } from './options';
import { paint } from './theme';

/** Availability is asked for so often while the page is looked at and nothing goes on, with up to half of it more. */
const REFRESH_MS = 45_000;

/** `…/content/element.js` belongs to the server at `…`. */
const HOME = import.meta.url.replace(/\/content\/[^?#]*([?#].*)?$/, '');

/** One lot of everything that exists between being put into a page and being taken out of it. */
interface Life {
  options: ElementOptions;
  /** Names what is stored for the entry point. */
  scope: string;
  api: VisitorApi;
  kept: Kept;
  /** What each tab has for itself. */
  tab: Kept;
  root: HTMLElement;
  abort: AbortController;
  settings: EntrySettings | null;
  texts: Texts | null;
  launcher: Launcher | null;
  panel: Promise<PanelLike> | null;
  /** The panel, once it is there. */
  shown: PanelLike | null;
  unread: number;
  /** Texts that the page gave before there was a panel. */
  unsent: string[];
  /** Somebody asked for it to open before it could. */
  wanted: boolean;
  timer: ReturnType<typeof setTimeout> | undefined;
}

export class SwitchboardChat extends HTMLElement {
  static readonly observedAttributes = [...ATTRIBUTES, 'open'];

  private life: Life | null = null;
  private scheduled = false;
  private details: NewDetail[] = [];
  private readonly handlers = new Map<string, Map<(event: CustomEvent) => void, EventListener>>();

  connectedCallback(): void {
    this.schedule();
  }

  disconnectedCallback(): void {
    this.schedule();
  }

  attributeChangedCallback(name: string, before: string | null, now: string | null): void {
    if (before === now) return;
    if (name !== 'open') {
      this.end();
      this.schedule();
    } else if (this.life && (now !== null) !== (this.life.shown?.isOpen ?? false)) {
      if (now !== null) this.open();
      else this.close();
    }
  }

  /** Opens the panel. */
  open(): void {
    void this.show(true);
  }

  close(): void {
    const { life } = this;
    this.removeAttribute('open');
    if (!life?.shown?.isOpen) return;
    life.shown.close();
    life.tab.remove('open');
    this.draw();
    this.emit('close');
  }

  toggle(): void {
    if (this.life?.shown?.isOpen) this.close();
    else this.open();
  }

  /** Sends a text: at once in a conversation, else as the first message of the one that the visitor begins in the panel, which opens. */
  send(text: string): void {
    const { life } = this;
    if (!life) return;
    if (life.shown) life.shown.send(String(text));
    else life.unsent.push(String(text));
    if (!life.shown?.isOpen) this.open();
  }

  /** Values that go with the next conversation: `{ label: value }`, or as the API takes them. */
  setDetails(details: Readonly<Record<string, unknown>> | readonly NewDetail[]): void {
    this.details = Array.isArray(details)
      ? [...(details as readonly NewDetail[])]
      : Object.entries(details).map(([label, value]) => ({ label, value: String(value ?? '') }));
  }

  /** Listens to `switchboard:NAME`. */
  on(name: HostEvent, handler: (event: CustomEvent) => void): this {
    const known = this.handlers.get(name) ?? new Map<(event: CustomEvent) => void, EventListener>();
    if (!known.has(handler)) {
      const listener: EventListener = (event) => handler(event as CustomEvent);
      known.set(handler, listener);
      this.handlers.set(name, known);
      this.addEventListener(`switchboard:${name}`, listener);
    }
    return this;
  }

  off(name: HostEvent, handler: (event: CustomEvent) => void): this {
    const listener = this.handlers.get(name)?.get(handler);
    if (listener) this.removeEventListener(`switchboard:${name}`, listener);
    this.handlers.get(name)?.delete(handler);
    return this;
  }

  /** Takes the element out of the page for good. A conversation goes on where it is next shown. */
  destroy(): void {
    this.end();
    this.remove();
  }

  /** Begins or ends after the page is done with what it does: an element that is moved, or gets several attributes, stays or begins once. */
  private schedule(): void {
    if (this.scheduled) return;
    this.scheduled = true;
    queueMicrotask(() => {
      this.scheduled = false;
      if (!this.isConnected) this.end();
      else if (!this.life) this.begin();
    });
  }

  private begin(): void {
    const options = read(this, HOME);
    if (!options) {
      this.emit('error', { problem: 'deployment and button are needed' });
      return;
    }
    const shadow = this.shadowRoot ?? this.attachShadow({ mode: 'open' });
    shadow.adoptedStyleSheets = [];
    const root = h('div', { class: 'root', part: 'root' });
    shadow.replaceChildren(root);
    const scope = [options.deployment, options.button ?? '', options.agent ?? ''].join('.');
    const life: Life = {
      options,
      scope,
      api: new VisitorApi(options.server),
      kept: new Kept(scope, options.keeping),
      tab: new Kept(scope, options.keeping === 'none' ? 'none' : 'session'),
      root,
      abort: new AbortController(),
      settings: null,
      texts: null,
      launcher: null,
      panel: null,
      shown: null,
      unread: 0,
      unsent: [],
      wanted: false,
      timer: undefined,
    };
    this.life = life;
    this.adopt(css);
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => this.paint(life), { signal: life.abort.signal });
    document.addEventListener('visibilitychange', () => this.visible(life), { signal: life.abort.signal });
    void this.prepare(life);
  }

  private end(): void {
    const { life } = this;
    if (!life) return;
    this.life = null;
    life.abort.abort();
    clearTimeout(life.timer);
    void life.panel?.then(
      (panel) => panel.destroy(),
      () => undefined,
    );
    life.root.remove();
  }

  /** Learns what is set for the entry point, then shows the launcher. A server that cannot be reached is tried again. */
  private async prepare(life: Life): Promise<void> {
    for (let failures = 0; ; failures++) {
      try {
        const settings = await life.api.settings(life.options.deployment, life.options.button);
        const { appearance } = settings;
        const wishes = [life.options.language, appearance.language, settings.language, ...navigator.languages];
        const chosen = languageFor(wishes);
        const own = { ...(appearance.title ? { title: appearance.title } : {}), ...appearance.texts };
        const texts = new Texts(chosen, await languages[chosen](), own, localeFor(chosen, wishes));
        if (life.abort.signal.aborted) return;
        life.settings = settings;
        life.texts = texts;
        break;
      } catch (thrown) {
        if (life.abort.signal.aborted) return;
        const problem = asProblem(thrown);
        if (!problem.transient) {
          this.emit('error', { problem: problem.kind, detail: problem.message });
          return;
        }
        await new Promise((resolve) => setTimeout(resolve, backoff(failures + 2, problem.retryAfterMs, Math.random)));
        if (life.abort.signal.aborted) return;
      }
    }
    const { root, texts } = life;
    root.lang = texts.language;
    root.dir = texts.direction;
    const { position } = life.options;
    const left = texts.direction === 'ltr' ? 'start' : 'end';
    root.dataset['position'] = position === 'left' ? left : position === 'right' ? (left === 'start' ? 'end' : 'start') : position;
    this.paint(life);
    life.launcher = new Launcher(texts, () => this.toggle());
    root.append(life.launcher.element, life.launcher.status);
    this.draw();
    this.plan(life);
    this.emit('ready', { available: life.settings.available });
    const resumable = life.kept.get('conversation') !== null || life.kept.get('starting') !== null;
    if (life.wanted) await this.show(true);
    else if (this.hasAttribute('open')) await this.show(false);
    else if (resumable && life.tab.get<boolean>('open') === true) await this.show(false);
    else if (resumable) await this.panelOf(life).catch(() => undefined);
  }

  private paint({ root, settings, options }: Life): void {
    paint(root, settings?.appearance ?? {}, options.theme);
  }

  private draw(): void {
    const { life } = this;
    if (!life?.launcher || !life.settings) return;
    const { settings, options, shown, unread } = life;
    const running = shown !== null && shown.conversation.state.phase !== 'none';
    const offline = !settings.available && !running;
    const reachable = !offline || Boolean(settings.offline_form) || options.unavailable === 'show' || (shown?.isOpen ?? false);
    life.launcher.show({
      shown: options.launcher && reachable,
      open: shown?.isOpen ?? false,
      offline: offline && Boolean(settings.offline_form),
      unread,
      busy: life.panel !== null && shown === null,
    });
  }

  private async show(focus: boolean): Promise<void> {
    const { life } = this;
    if (!life) return;
    if (!life.settings) {
      life.wanted = true;
      return;
    }
    try {
      const panel = await this.panelOf(life);
      if (life !== this.life || panel.isOpen) return;
      panel.open(focus);
      // Not written before the visitor has opened it.
      if (focus) life.tab.set('open', true);
      this.setAttribute('open', '');
      this.draw();
      this.emit('open');
    } catch (thrown) {
      if (life !== this.life) return;
      this.draw();
      this.emit('error', { problem: 'unreachable', detail: thrown instanceof Error ? thrown.message : '' });
    }
  }

  private panelOf(life: Life): Promise<PanelLike> {
    life.panel ??= this.load(life).catch((thrown: unknown) => {
      // The next click tries again.
      life.panel = null;
      throw thrown;
    });
    return life.panel;
  }

  private async load(life: Life): Promise<PanelLike> {
    this.draw();
    const { createPanel } = await import('./panel');
    const { settings, texts } = life;
    if (!settings || !texts || life.abort.signal.aborted) throw new Error('not ready');
    const element = this;
    const host: Host = {
      root: life.root,
      options: life.options,
      scope: life.scope,
      kept: life.kept,
      tab: life.tab,
      texts,
      get settings() {
        return life.settings ?? settings;
      },
      get details() {
        return element.details;
      },
      adopt: (css) => this.adopt(css),
      close: () => {
        this.close();
        life.launcher?.element.focus();
      },
      unread: (count) => {
        if (count === life.unread) return this.draw();
        life.unread = count;
        this.draw();
        this.emit('unread', { count });
      },
      refresh: () => this.refresh(life),
      emit: (name, detail) => this.emit(name, detail),
    };
    const panel = createPanel(host);
    life.shown = panel;
    for (const text of life.unsent.splice(0)) panel.send(text);
    this.draw();
    return panel;
  }

  /** Plans the next look at availability. */
  private plan(life: Life): void {
    clearTimeout(life.timer);
    life.timer = setTimeout(() => this.visible(life), REFRESH_MS * (1 + Math.random() / 2));
  }

  private visible(life: Life): void {
    if (life.abort.signal.aborted || !life.settings) return;
    const idle = (life.shown?.conversation.state.phase ?? 'none') === 'none';
    if (document.visibilityState === 'visible' && idle) void this.refresh(life).catch(() => undefined);
    this.plan(life);
  }

  private async refresh(life: Life): Promise<EntrySettings> {
    const settings = await life.api.settings(life.options.deployment, life.options.button);
    if (life.abort.signal.aborted) return settings;
    const changed = settings.available !== life.settings?.available;
    life.settings = settings;
    this.draw();
    life.shown?.settingsChanged();
    if (changed) this.emit('availability', { available: settings.available });
    return settings;
  }

  private adopt(text: string): void {
    const { shadowRoot } = this;
    if (!shadowRoot) return;
    // A sheet that is made by script is the page's own: no policy on styles forbids it.
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(text);
    shadowRoot.adoptedStyleSheets = [...shadowRoot.adoptedStyleSheets, sheet];
  }

  private emit(name: HostEvent, detail: object = {}): void {
    this.dispatchEvent(new CustomEvent(`switchboard:${name}`, { detail, bubbles: true, composed: true }));
  }
}

if (!customElements.get('switchboard-chat')) customElements.define('switchboard-chat', SwitchboardChat);
