// The screen of a conversation that is asked for, goes on, or is over: its lines, what stands above them, and where to write.
import type { Conversation, State } from '../visitor/conversation';
import type { FileRequest, QueuePlace } from '../visitor/wire';
import { Composer } from './composer';
import { h, iconOf, say, set } from './dom';
import type { Host } from './host';
import { Log, nameOf } from './log';
import { SurveyForm } from './rating';
import { inertLine } from './text';

/** A connection that is lost for less than this is not worth a word. */
const PATIENCE_MS = 1_500;

export interface ChatEnds {
  host: Host;
  conversation: Conversation;
  isOpen(): boolean;
  /** Lets this conversation go for another. */
  again(): void;
  activeElement(): Element | null;
}

export class Chat {
  readonly element: HTMLElement;
  private readonly ends: ChatEnds;
  private readonly log: Log;
  private readonly composer: Composer;
  private readonly connection = h('p', { class: 'banner', part: 'banner', role: 'status', hidden: true });
  private readonly queue = h('p', { class: 'banner', part: 'banner', role: 'status', hidden: true });
  private readonly requests = h('div', { class: 'requests' });
  private readonly idle = h('div', { class: 'banner idle', part: 'banner', hidden: true });
  private readonly idleText = h('span', { 'aria-hidden': 'true' });
  private readonly idleAlert = h('span', { class: 'sr', role: 'alert' });
  private readonly foot = h('div', { class: 'foot' });
  private readonly dropHint: HTMLElement;
  private readonly drawnRequests = new Map<string, HTMLElement>();
  private idleEndsAt: number | null = null;
  private idleTimer: ReturnType<typeof setInterval> | undefined;
  private connectionTimer: ReturnType<typeof setTimeout> | undefined;
  private answering: string | null = null;
  private footShows: string | null = null;
  private skipped = false;
  private rated = false;

  constructor(ends: ChatEnds) {
    this.ends = ends;
    const { conversation, host } = ends;
    const { texts } = host;
    this.log = new Log({
      texts,
      conversation,
      visible: ends.isOpen,
      takenBack: (text) => {
        if (this.composer.text.trim() === '') this.composer.write(text);
        this.composer.input.focus();
      },
    });
    this.composer = new Composer({
      texts,
      typed: (text) => {
        conversation.typed(text);
        (host.tab ?? host.kept).set('draft', text);
      },
      send: (text) => {
        (host.tab ?? host.kept).remove('draft');
        conversation.send(text);
        this.log.toEnd();
      },
      files: (files) => this.sendFiles(files),
    });
    // What was written and not sent is there again after a reload.
    this.composer.write((host.tab ?? host.kept).get<string>('draft') ?? '');
    const stay = h('button', { type: 'button', class: 'secondary', text: texts.say('idle_stay') });
    stay.addEventListener('click', () => {
      conversation.active();
      this.composer.input.focus();
    });
    this.idle.append(this.idleText, this.idleAlert, stay);
    this.dropHint = h('div', { class: 'drop', hidden: true, 'aria-hidden': 'true', text: texts.say('drop') });
    this.element = h(
      'div',
      { class: 'chat' },
      this.connection,
      this.queue,
      this.log.element,
      this.requests,
      this.idle,
      this.foot,
      this.dropHint,
    );
    this.acceptDrops();
  }

  destroy(): void {
    clearInterval(this.idleTimer);
    clearTimeout(this.connectionTimer);
    this.log.destroy();
  }

  opened(): void {
    this.composer.write(this.composer.text);
    this.log.resized();
  }

  resized(): void {
    this.log.resized();
  }

  focus(): void {
    if (this.composer.element.isConnected) this.composer.input.focus();
    else this.foot.querySelector<HTMLElement>('input, button')?.focus();
  }

  show(state: State): void {
    const { view, settings, phase } = state;
    if (!view) return;
    const { conversation } = view;
    const { files } = this.ends.host.settings;
    this.composer.configure(settings?.max_message_chars ?? 0, this.takesFiles(), files.media_types);
    this.log.show(state.lines, view.typing && phase === 'open', conversation.agent, conversation.earlier);
    this.drawConnection(state);
    this.drawQueue(phase === 'open' && conversation.state !== 'active', view.place, settings?.show_queue_position ?? false);
    this.drawRequests(state.fileRequests);
    this.drawIdle(state.idleEndsAt);
    if (phase === 'ended') {
      if (conversation.rating) this.rated = true;
      this.drawFoot(this.rated ? 'rated' : this.skipped || !this.ends.host.settings.survey || !answered(state) ? 'over' : 'survey');
    } else if (this.footShows !== 'question') this.drawFoot('composer');
  }

  /** Asks whether the conversation is to be ended. */
  askEnd(): void {
    if (this.footShows === 'composer') this.drawFoot('question');
    this.foot.querySelector('button')?.focus();
  }

  private drawFoot(shows: 'composer' | 'question' | 'survey' | 'rated' | 'over'): void {
    if (this.footShows === shows) return;
    const held = this.element.contains(this.ends.activeElement());
    this.footShows = shows;
    set(this.foot, 'data-shows', shows);
    switch (shows) {
      case 'composer':
        this.foot.replaceChildren(this.composer.element);
        break;
      case 'question':
        this.foot.replaceChildren(this.question());
        break;
      case 'survey':
        this.foot.replaceChildren(this.survey());
        break;
      default:
        this.foot.replaceChildren(...this.over(shows === 'rated'));
    }
    if (held && this.ends.isOpen()) this.focus();
    this.log.resized();
  }

  private question(): HTMLElement {
    const { conversation, host } = this.ends;
    const { texts } = host;
    const problem = h('p', { class: 'problem', role: 'alert', hidden: true });
    const end = h('button', { type: 'button', class: 'primary danger', part: 'primary-button', text: texts.say('end_confirm') });
    const back = h('button', { type: 'button', class: 'secondary', text: texts.say('end_back') });
    end.addEventListener('click', () => {
      if (end.getAttribute('aria-disabled') === 'true') return;
      set(end, 'aria-disabled', 'true');
      conversation.end().catch(() => {
        set(end, 'aria-disabled', null);
        set(problem, 'hidden', false);
        say(problem, texts.say('end_failed'));
      });
    });
    back.addEventListener('click', () => this.drawFoot('composer'));
    const name = h('h3', { id: 'end-question', text: texts.say('end_question') });
    const about = h('p', { id: 'end-explanation', text: texts.say('end_explanation') });
    const question = h('div', {
      class: 'question',
      role: 'alertdialog',
      'aria-labelledby': 'end-question',
      'aria-describedby': 'end-explanation',
    });
    question.append(name, about, problem, h('div', { class: 'buttons' }, end, back));
    question.addEventListener('keydown', (event) => {
      if (event.key !== 'Escape') return;
      event.preventDefault();
      event.stopPropagation();
      this.drawFoot('composer');
    });
    return question;
  }

  private survey(): HTMLElement {
    const { conversation, host } = this.ends;
    const { survey } = host.settings;
    return new SurveyForm({
      texts: host.texts,
      survey: survey ?? { comment: false },
      rate: async (rating) => {
        await conversation.rate(rating);
        this.rated = true;
        this.drawFoot('rated');
      },
      skip: () => {
        this.skipped = true;
        this.drawFoot('over');
      },
    }).element;
  }

  private over(thanks: boolean): HTMLElement[] {
    const { texts } = this.ends.host;
    const again = h('button', { type: 'button', class: 'primary', part: 'primary-button', text: texts.say('new_conversation') });
    again.addEventListener('click', () => this.ends.again());
    return [
      ...(thanks ? [h('p', { class: 'thanks', role: 'status' }, iconOf('check'), texts.say('rating_thanks'))] : []),
      h('div', { class: 'buttons' }, again),
    ];
  }

  private drawConnection({ stream, phase }: State): void {
    const { texts } = this.ends.host;
    clearTimeout(this.connectionTimer);
    if (phase !== 'open' || stream === 'live' || stream === null) {
      set(this.connection, 'hidden', true);
      say(this.connection, '');
      return;
    }
    const text = texts.say(stream === 'offline' ? 'offline' : stream === 'connecting' ? 'catching_up' : 'reconnecting');
    if (stream === 'offline' || !this.connection.hidden) {
      set(this.connection, 'hidden', false);
      // Each new try is not worth telling.
      if (stream !== 'connecting' || this.connection.textContent === '') say(this.connection, text);
      return;
    }
    this.connectionTimer = setTimeout(() => {
      set(this.connection, 'hidden', false);
      say(this.connection, text);
    }, PATIENCE_MS);
  }

  private drawQueue(waiting: boolean, place: QueuePlace | null, shown: boolean): void {
    const { texts } = this.ends.host;
    set(this.queue, 'hidden', !waiting);
    if (!waiting) return say(this.queue, '');
    const parts = [texts.say('waiting')];
    if (shown && place) {
      parts.push(place.place <= 1 ? texts.say('queue_next') : texts.say('queue_place', { place: place.place }));
      const wait = place.estimated_wait_seconds;
      if (wait !== null) parts.push(wait < 60 ? texts.say('wait_soon') : texts.count('wait_minutes', Math.round(wait / 60)));
    }
    say(this.queue, parts.join(' '));
  }

  private drawRequests(requests: readonly FileRequest[]): void {
    const { texts } = this.ends.host;
    for (const [id, element] of this.drawnRequests) {
      if (requests.some((request) => request.id === id)) continue;
      const held = element.contains(this.ends.activeElement());
      element.remove();
      this.drawnRequests.delete(id);
      if (held) this.focus();
    }
    for (const request of requests) {
      if (this.drawnRequests.has(request.id)) continue;
      const name = request.author.role === 'agent' ? nameOf(request.author, texts) : texts.say('somebody');
      const choose = h('button', { type: 'button', class: 'primary', part: 'primary-button', text: texts.say('file_choose') });
      choose.addEventListener('click', () => {
        this.answering = request.id;
        this.composer.pick();
      });
      const decline = h('button', { type: 'button', class: 'secondary', text: texts.say('file_decline') });
      decline.addEventListener('click', () => {
        set(decline, 'aria-disabled', 'true');
        this.ends.conversation.declineFile(request.id).catch(() => set(decline, 'aria-disabled', null));
      });
      const text = texts.say('file_asked', { name: inertLine(name) });
      const element = h(
        'div',
        { class: 'request', role: 'group', 'aria-label': text },
        h('p', { text }),
        h('div', { class: 'buttons' }, choose, decline),
      );
      this.drawnRequests.set(request.id, element);
      this.requests.append(element);
    }
  }

  private drawIdle(endsAt: number | null): void {
    if (endsAt === this.idleEndsAt) return;
    this.idleEndsAt = endsAt;
    clearInterval(this.idleTimer);
    set(this.idle, 'hidden', endsAt === null);
    if (endsAt === null) return say(this.idleAlert, '');
    const { texts } = this.ends.host;
    const left = () => {
      const seconds = Math.max(0, Math.ceil((endsAt - Date.now()) / 1000));
      return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
    };
    // Told once; the seconds that pass are to be seen only.
    say(this.idleAlert, texts.say('idle', { time: left() }));
    const tick = () => say(this.idleText, texts.say('idle', { time: left() }));
    tick();
    this.idleTimer = setInterval(tick, 1000);
  }

  private takesFiles(): boolean {
    const { media_types, unasked } = this.ends.host.settings.files;
    return media_types.length > 0 && (unasked || this.ends.conversation.state.fileRequests.length > 0);
  }

  private sendFiles(files: readonly File[]): void {
    const { conversation } = this.ends;
    const open = conversation.state.fileRequests;
    for (const file of files) {
      const asked = open.find((request) => request.id === this.answering) ?? open[0];
      conversation.sendFile(file, asked?.id ?? null);
      this.answering = null;
    }
    this.log.toEnd();
  }

  private acceptDrops(): void {
    let over = 0;
    const takes = (event: DragEvent) =>
      (event.dataTransfer?.types.includes('Files') ?? false) && this.footShows === 'composer' && this.takesFiles();
    const hint = () => set(this.dropHint, 'hidden', over <= 0);
    this.element.addEventListener('dragenter', (event) => {
      if (!takes(event)) return;
      over += 1;
      hint();
    });
    this.element.addEventListener('dragleave', () => {
      over = Math.max(0, over - 1);
      hint();
    });
    this.element.addEventListener('dragover', (event) => {
      // A file that is dropped beside its target must not be opened in place of the page.
      if (event.dataTransfer?.types.includes('Files')) event.preventDefault();
    });
    this.element.addEventListener('drop', (event) => {
      if (!event.dataTransfer?.types.includes('Files')) return;
      event.preventDefault();
      over = 0;
      hint();
      if (takes(event)) this.sendFiles([...event.dataTransfer.files]);
    });
  }
}

/** Whether there was a conversation to be judged. */
function answered({ view }: State): boolean {
  return view?.conversation.timeline.some((entry) => entry.kind === 'joined') ?? false;
}
