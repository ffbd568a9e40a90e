// The panel: what is shown for each state of the conversation. Loaded on the first click.
import { answersOf } from '../visitor/answers';
import { newKey } from '../visitor/api';
import { Conversation, type Asking, type State } from '../visitor/conversation';
import { asProblem, type ProblemKind } from '../visitor/problem';
import type { Entry, NewDetail } from '../visitor/wire';
import { save } from './attachments';
import { Chat } from './chat';
import { h, say, set } from './dom';
import { Form, type Field } from './form';
import { Header } from './header';
import type { Host, PanelLike } from './host';
import { nameOf } from './log';
import css from './panel.css';
import { Sound } from './sound';
import { inert } from './text';

type Screen = 'start' | 'starting' | 'offline' | 'sent' | 'unavailable' | 'loading' | 'chat';

/** A page that changes its address without being loaded is noticed within this time. */
const PAGE_MS = 2_000;

export function createPanel(host: Host): PanelLike {
  return new Panel(host);
}

class Panel implements PanelLike {
  readonly conversation: Conversation;
  isOpen = false;
  private readonly host: Host;
  private readonly element: HTMLElement;
  private readonly header: Header;
  private readonly body: HTMLElement;
  private readonly alert = h('p', { class: 'problem', part: 'problem', role: 'alert', hidden: true });
  private readonly sound: Sound;
  private readonly abort = new AbortController();
  private readonly unsubscribe: (() => void)[];
  private readonly paging: ReturnType<typeof setInterval>;
  private screen: Screen | null = null;
  private chat: Chat | null = null;
  private form: Form | null = null;
  private left = false;
  private phase: State['phase'] = 'none';
  /** What the page wants to be sent once there is a conversation. */
  private unsent: string[] = [];

  constructor(host: Host) {
    this.host = host;
    const { options, scope, texts, kept } = host;
    const { deployment, button } = host.settings;
    this.conversation =
      host.conversation ??
      new Conversation({
        server: options.server,
        deployment,
        button,
        agent: options.agent,
        keeping: options.keeping,
        scope,
      });
    this.sound = new Sound(kept);
    this.header = new Header({
      texts,
      appearance: host.settings.appearance,
      server: options.server,
      muted: this.sound.muted,
      mute: () => {
        this.sound.setMuted(!this.sound.muted);
        return this.sound.muted;
      },
      transcript: () => void this.saveTranscript(),
      end: () => this.chat?.askEnd(),
      close: () => host.close(),
    });
    this.body = h('div', { class: 'body' });
    this.element = h('section', {
      class: 'panel',
      part: 'panel',
      role: 'dialog',
      'aria-labelledby': this.header.titleId,
      tabindex: -1,
      hidden: true,
    });
    this.element.append(this.header.element, this.alert, this.body);
    host.adopt(css);
    host.root.append(this.element);
    this.listen();
    this.unsubscribe = [
      this.conversation.subscribe((state) => this.draw(state)),
      this.conversation.onEntry((entry) => this.happened(entry)),
    ];
    this.paging = setInterval(() => this.notePage(), PAGE_MS);
    this.conversation.resume();
    this.draw(this.conversation.state);
  }

  open(focus: boolean): void {
    this.isOpen = true;
    set(this.element, 'hidden', false);
    this.fit();
    this.sound.allow();
    this.draw(this.conversation.state);
    this.chat?.opened();
    if (focus) this.focus();
  }

  close(): void {
    this.isOpen = false;
    set(this.element, 'hidden', true);
  }

  send(text: string): void {
    if (text.trim() === '') return;
    if (this.conversation.state.phase === 'open') this.conversation.send(text);
    else this.unsent.push(text);
  }

  settingsChanged(): void {
    // What somebody is filling in stays: the server says at the end whether it can be taken.
    if (!this.form?.touched) this.draw(this.conversation.state);
  }

  destroy(): void {
    this.abort.abort();
    clearInterval(this.paging);
    for (const end of this.unsubscribe) end();
    this.chat?.destroy();
    this.conversation.destroy();
    this.sound.destroy();
    this.element.remove();
  }

  private listen(): void {
    const { signal } = this.abort;
    this.element.addEventListener('keydown', (event) => {
      if (event.key !== 'Escape' || event.defaultPrevented || event.isComposing) return;
      event.preventDefault();
      event.stopPropagation();
      this.host.close();
    });
    // The page under the panel has its own shortcuts; what is typed here is none of them.
    for (const type of ['keydown', 'keyup', 'keypress'] as const) {
      this.element.addEventListener(type, (event) => event.stopPropagation());
    }
    visualViewport?.addEventListener('resize', () => this.fit(), { signal });
    visualViewport?.addEventListener('scroll', () => this.fit(), { signal });
    document.addEventListener('visibilitychange', () => this.look(this.conversation.state), { signal });
    addEventListener('focus', () => this.look(this.conversation.state), { signal });
    this.element.addEventListener('pointerdown', () => this.conversation.active());
  }

  /** On small screens the panel fills what the keyboard leaves. */
  private fit(): void {
    if (!this.isOpen || !visualViewport) return;
    this.element.style.setProperty('--view-top', `${Math.max(0, visualViewport.offsetTop)}px`);
    this.element.style.setProperty('--view-height', `${visualViewport.height}px`);
    this.chat?.resized();
  }

  private focus(): void {
    if (this.screen === 'chat') this.chat?.focus();
    else if (this.form) this.form.focus();
    else (this.body.querySelector<HTMLElement>('button') ?? this.element).focus();
  }

  private draw(state: State): void {
    const { texts, settings } = this.host;
    if (state.phase !== this.phase) this.phaseChanged(state);
    this.drawScreen(this.screenFor(state), state);
    const conversation = state.view?.conversation;
    const agent = conversation?.state === 'active' ? conversation.agent : null;
    this.header.show(
      agent ? nameOf(agent, texts) : '',
      (state.phase === 'open' || state.phase === 'ended') && !state.refused && (state.settings?.transcript ?? settings.transcript),
      state.phase === 'open' && state.view !== null,
    );
    this.chat?.show(state);
    this.look(state);
  }

  private screenFor(state: State): Screen {
    const { settings } = this.host;
    if (this.left) return 'sent';
    const closed: Screen = settings.offline_form ? 'offline' : 'unavailable';
    if (state.phase === 'starting') return 'starting';
    if (state.refused) return state.refused === 'unavailable' ? closed : 'unavailable';
    if (state.phase === 'none') return state.problem?.kind === 'unavailable' ? closed : settings.available ? 'start' : closed;
    return state.view ? 'chat' : 'loading';
  }

  private drawScreen(screen: Screen, state: State): void {
    this.drawProblem(state);
    this.form?.busy(false);
    if (screen === this.screen) return;
    const held = this.element.contains(this.activeElement());
    this.screen = screen;
    this.chat?.destroy();
    this.chat = null;
    this.form = null;
    this.body.replaceChildren(...this.screenOf(screen, state));
    set(this.body, 'data-screen', screen);
    if (held && this.isOpen) this.focus();
  }

  private drawProblem({ problem }: State): void {
    const text = problem && problem.kind !== 'unavailable' ? this.problemText(problem.kind) : '';
    set(this.alert, 'hidden', text === '');
    say(this.alert, text);
  }

  private problemText(kind: ProblemKind): string {
    const { texts } = this.host;
    switch (kind) {
      case 'unreachable':
        return texts.say('problem_unreachable');
      case 'too_many_requests':
      case 'busy':
      case 'storage_unavailable':
        return texts.say('problem_busy');
      case 'blocked':
        return texts.say('problem_blocked');
      case 'not_signed_in':
        return texts.say('problem_gone');
      case 'not_permitted':
      case 'not_found':
        return texts.say('problem_setup');
      default:
        return texts.say('problem_other');
    }
  }

  private screenOf(screen: Screen, state: State): HTMLElement[] {
    const { texts } = this.host;
    switch (screen) {
      case 'start':
        return this.startScreen();
      case 'starting': {
        const cancel = h('button', { type: 'button', class: 'secondary', text: texts.say('cancel') });
        cancel.addEventListener('click', () => this.conversation.cancelStart());
        return [h('div', { class: 'center' }, h('p', { role: 'status', class: 'busy', text: texts.say('starting') }), cancel)];
      }
      case 'loading':
        return [h('div', { class: 'center' }, h('p', { role: 'status', class: 'busy', text: texts.say('loading') }))];
      case 'offline':
        return this.offlineScreen();
      case 'sent': {
        const back = h('button', { type: 'button', class: 'secondary', text: texts.say('back') });
        back.addEventListener('click', () => {
          this.left = false;
          this.startOver();
        });
        return [h('div', { class: 'center' }, h('p', { role: 'status', text: texts.say('offline_thanks') }), back)];
      }
      case 'unavailable': {
        const blocked = state.refused === 'blocked';
        const children: HTMLElement[] = [h('p', { role: 'status', text: texts.say(blocked ? 'problem_blocked' : 'unavailable') })];
        const again = this.openAgain();
        if (again && !blocked) children.push(again);
        return [h('div', { class: 'center' }, ...children)];
      }
      case 'chat':
        this.chat = new Chat({
          host: this.host,
          conversation: this.conversation,
          isOpen: () => this.isOpen,
          again: () => this.startOver(),
          activeElement: () => this.activeElement(),
        });
        // There is something to put the focus on from the beginning.
        this.chat.show(state);
        return [this.chat.element];
    }
  }

  private startScreen(): HTMLElement[] {
    const { texts, settings, options } = this.host;
    const { prechat_form: form, estimated_wait_seconds: wait, drafts } = settings;
    const introduction = form?.introduction ? inert(form.introduction) : texts.say('welcome');
    const parts = [h('p', { class: 'lead', dir: 'auto', text: introduction })];
    if (typeof wait === 'number' && wait >= 60) {
      parts.push(h('p', { class: 'quiet', text: texts.count('start_wait', Math.round(wait / 60)) }));
    }
    const fields = form?.fields ?? [];
    this.form = new Form(
      texts,
      fields.map((field): Field => (field.is_name ? { ...field, value: options.name ?? '', autocomplete: 'name' } : field)),
      texts.say('start'),
      (values) => {
        const { name, details, entity_plans } = answersOf(fields, values);
        this.form?.busy(true);
        this.start({ ...(name ? { name } : {}), details, entity_plans });
      },
    );
    if (drafts) this.form.element.append(h('p', { class: 'quiet', text: texts.say('drafts_notice') }));
    return [h('div', { class: 'page' }, ...parts, this.form.element)];
  }

  private start(answers: Pick<Asking, 'name' | 'details' | 'entity_plans'>): void {
    const { options, texts, details } = this.host;
    const asking: Asking = {
      ...answers,
      details: [...details, ...(answers.details ?? [])],
      language: options.language ?? navigator.language ?? texts.language,
      page: { url: location.href, title: document.title },
    };
    const name = answers.name ?? options.name;
    if (name) asking.name = name;
    if (document.referrer) asking.referrer = document.referrer.slice(0, 2000);
    void this.conversation.start(asking);
  }

  private openAgain(): HTMLElement | null {
    const { texts, settings } = this.host;
    const at = settings.open_again_at ? Date.parse(settings.open_again_at) : NaN;
    return Number.isNaN(at) ? null : h('p', { class: 'quiet', text: texts.say('open_again', { time: texts.moment(at) }) });
  }

  private offlineScreen(): HTMLElement[] {
    const { texts, settings, options } = this.host;
    const ask = settings.offline_form;
    const fields: Field[] = [
      { label: texts.say('field_name'), kind: 'text', required: true, value: options.name ?? '', autocomplete: 'name' },
      { label: texts.say('field_email'), kind: 'email', required: true },
      ...(ask?.ask_phone ? [{ label: texts.say('field_phone'), kind: 'phone', required: false } as const] : []),
      { label: texts.say('field_message'), kind: 'multiline', required: true, value: this.unsent.join('\n') },
    ];
    const key = newKey();
    const form = new Form(texts, fields, texts.say('offline_send'), (values) => {
      const text = values[values.length - 1] ?? '';
      form.busy(true);
      form.problem(null);
      const details: NewDetail[] = [...this.host.details];
      this.conversation.api
        .leaveMessage(
          {
            deployment: settings.deployment,
            button: settings.button,
            ...(values[0] ? { name: values[0] } : {}),
            ...(values[1] ? { email: values[1] } : {}),
            ...(ask?.ask_phone && values[2] ? { phone: values[2] } : {}),
            text,
            page: { url: location.href.slice(0, 2000), title: document.title.slice(0, 255) },
            ...(details.length > 0 ? { details } : {}),
          },
          key,
        )
        .then(() => {
          this.unsent = [];
          this.left = true;
          this.draw(this.conversation.state);
        })
        .catch((thrown: unknown) => form.problem(this.problemText(asProblem(thrown).kind)))
        .finally(() => form.busy(false));
    });
    this.form = form;
    const introduction = ask?.introduction ? inert(ask.introduction) : texts.say('offline_introduction');
    const parts: HTMLElement[] = [h('h3', { text: texts.say('offline_title') }), h('p', { dir: 'auto', text: introduction })];
    const again = this.openAgain();
    if (again) parts.push(again);
    return [h('div', { class: 'page' }, ...parts, form.element)];
  }

  private startOver(): void {
    this.conversation.forget();
    void this.host.refresh().catch(() => undefined);
  }

  private phaseChanged(state: State): void {
    const before = this.phase;
    this.phase = state.phase;
    if (state.phase === 'open' && this.unsent.length > 0) for (const text of this.unsent.splice(0)) this.conversation.send(text);
    if (state.phase === 'open' && before !== 'open') {
      this.host.emit('start', { conversation: state.view?.conversation.id ?? null });
      this.notePage();
    }
    if (state.phase === 'ended' && before === 'open')
      this.host.emit('end', { because: state.view?.conversation.closure?.because ?? 'refused' });
  }

  private happened(entry: Entry): void {
    if (entry.kind === 'custom_event' && entry.author.role !== 'visitor') {
      this.host.emit('custom-event', { name: entry.name, data: entry.data });
    }
    if (entry.kind === 'rated') this.host.emit('rating', { score: entry.rating.score });
    if (entry.kind !== 'message' && entry.kind !== 'file' && entry.kind !== 'joined') return;
    const own = entry.kind !== 'joined' && (entry.kind === 'message' ? entry.author : entry.file.author).role === 'visitor';
    if (entry.kind === 'message') {
      this.host.emit('message', { from: entry.author.role, text: entry.text, sequence: entry.sequence, at: entry.at });
    }
    if (!own && !this.watched()) this.sound.play();
  }

  /** Whether the visitor looks at the conversation now. */
  private watched(): boolean {
    return this.isOpen && document.visibilityState === 'visible' && document.hasFocus();
  }

  private look(state: State): void {
    if (this.isOpen && document.visibilityState === 'visible' && state.unread > 0) this.conversation.markSeen();
    this.host.unread(this.isOpen && document.visibilityState === 'visible' ? 0 : state.unread);
  }

  private notePage(): void {
    if (document.visibilityState === 'visible') this.conversation.visit({ url: location.href, title: document.title });
  }

  private async saveTranscript(): Promise<void> {
    const { texts } = this.host;
    try {
      const day = new Date().toISOString().slice(0, 10);
      save(await this.conversation.api.transcript(), `${texts.say('transcript_name')} ${day}.txt`);
      this.drawProblem(this.conversation.state);
    } catch {
      say(this.alert, texts.say('transcript_failed'));
      set(this.alert, 'hidden', false);
    }
  }

  private activeElement(): Element | null {
    const root = this.element.getRootNode();
    return root instanceof ShadowRoot ? root.activeElement : document.activeElement;
  }
}
