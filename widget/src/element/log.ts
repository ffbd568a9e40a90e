// The lines of the conversation. Each is drawn once and changed in place: a screen reader tells what was added, and nothing twice.
import type { Texts } from '../catalogue/texts';
import type { Conversation } from '../visitor/conversation';
import type { Line, Upload } from '../visitor/lines';
import type { Outgoing } from '../visitor/outbox';
import type { AgentCard, Author, Entry, FileCard } from '../visitor/wire';
import { draw, isPicture, save } from './attachments';
import { h, iconOf, say, set } from './dom';
import { inertLine, linked } from './text';

/** Lines of one author within this time are one group. */
const GROUP_MS = 5 * 60_000;
/** So near to the end, in pixels, the log follows what comes. */
const NEAR = 60;

export interface LogEnds {
  texts: Texts;
  conversation: Conversation;
  /** Whether the log can be seen now. */
  visible(): boolean;
  /** A message that was taken back goes to the input field. */
  takenBack(text: string): void;
}

interface Drawn {
  element: HTMLElement;
  update(line: Line): void;
}

export class Log {
  readonly element: HTMLElement;
  private readonly ends: LogEnds;
  private readonly list: HTMLElement;
  private readonly typing: HTMLElement;
  private readonly earlier: HTMLElement;
  private readonly jump: HTMLButtonElement;
  private readonly drawn = new Map<string, Drawn>();
  private newest = 0;
  private missed = 0;
  private live = false;
  private follows = true;
  private readonly observer: ResizeObserver | null;

  constructor(ends: LogEnds) {
    const { texts } = ends;
    this.ends = ends;
    this.earlier = h('p', { class: 'notice', text: texts.say('earlier'), hidden: true });
    this.list = h('div', { class: 'lines', role: 'log', 'aria-live': 'off', 'aria-relevant': 'additions', 'aria-label': texts.say('log') });
    this.typing = h('div', { class: 'typing', part: 'typing', hidden: true });
    this.typing.append(h('span', { class: 'dots', 'aria-hidden': 'true' }, h('i'), h('i'), h('i')), h('span', { class: 'typing-text' }));
    const scroller = h('div', { class: 'scroller', part: 'log', tabindex: 0, role: 'group', 'aria-label': texts.say('log') });
    scroller.append(this.earlier, this.list, this.typing);
    // What comes and goes above and below takes its room from the log.
    this.observer = typeof ResizeObserver === 'function' ? new ResizeObserver(() => this.resized()) : null;
    this.observer?.observe(scroller);
    scroller.addEventListener('scroll', () => this.scrolled(), { passive: true });
    this.jump = h('button', { type: 'button', class: 'jump', hidden: true });
    this.jump.addEventListener('click', () => {
      this.toEnd();
      scroller.focus();
    });
    this.element = h('div', { class: 'log' }, scroller, this.jump);
  }

  show(lines: readonly Line[], typing: boolean, agent: AgentCard | null, earlier: boolean): void {
    const { texts } = this.ends;
    const follows = this.follows;
    const wanted = new Map<string, { line: Line | null; day: number }>();
    let day = '';
    for (const line of lines) {
      const date = new Date(line.at).toDateString();
      // The first day is told only when it is not today.
      if (date !== day && (day !== '' || date !== new Date().toDateString())) wanted.set(`day ${date}`, { line: null, day: line.at });
      day = date;
      // What was sent as a file is drawn anew when it has become one.
      wanted.set(`${line.kind} ${line.key}`, { line, day: 0 });
    }
    for (const [key, { element }] of this.drawn) {
      if (wanted.has(key)) continue;
      element.remove();
      this.drawn.delete(key);
    }
    let next = this.list.firstElementChild;
    let before: Line | null = null;
    let newest = this.newest;
    for (const [key, { line, day }] of wanted) {
      let drawn = this.drawn.get(key);
      const isNew = !drawn;
      drawn ??= line ? this.draw(line) : { element: h('div', { class: 'day', text: texts.day(day) }), update: () => undefined };
      this.drawn.set(key, drawn);
      if (line) {
        set(drawn.element, 'data-grouped', before !== null && grouped(before, line));
        drawn.update(line);
        if (isNew && this.live && !follows && !isOwn(line) && line.kind !== 'notice') this.missed += 1;
        newest = Math.max(newest, line.sequence ?? 0);
      }
      before = line;
      if (drawn.element === next) next = next.nextElementSibling;
      else this.list.insertBefore(drawn.element, next);
    }
    set(this.earlier, 'hidden', !earlier);
    set(this.typing, 'hidden', !typing);
    if (typing) say(this.typing.lastElementChild as Element, texts.say('typing', { name: nameOf(agent, texts) }));
    const added = newest > this.newest || typing;
    this.newest = newest;
    const last = lines[lines.length - 1];
    if (follows || (last && isOwn(last) && last.sequence === null && added)) this.toEnd();
    else this.drawJump();
    if (!this.live) {
      this.live = true;
      // What was there before is not told as new.
      requestAnimationFrame(() => set(this.list, 'aria-live', 'polite'));
    }
  }

  destroy(): void {
    this.observer?.disconnect();
  }

  toEnd(): void {
    this.follows = true;
    this.missed = 0;
    this.drawJump();
    const scroller = this.element.firstElementChild;
    if (scroller) scroller.scrollTop = scroller.scrollHeight;
  }

  /** The log became visible, or has another height. */
  resized(): void {
    if (this.follows) this.toEnd();
  }

  private scrolled(): void {
    const scroller = this.element.firstElementChild;
    if (!scroller || !this.ends.visible()) return;
    this.follows = scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < NEAR;
    if (this.follows) this.missed = 0;
    this.drawJump();
  }

  private drawJump(): void {
    set(this.jump, 'hidden', this.missed === 0);
    if (this.missed > 0) say(this.jump, this.ends.texts.count('new_messages', this.missed));
  }

  private draw(line: Line): Drawn {
    switch (line.kind) {
      case 'message':
        return this.drawMessage(line);
      case 'file':
        return this.drawFile(line);
      case 'upload':
        return this.drawUpload();
      case 'notice': {
        const element = h('p', { class: 'notice', part: 'notice', text: noticeOf(line.entry, this.lastAgent, this.ends.texts) });
        if (line.entry.kind === 'joined') this.lastAgent = line.entry.agent;
        return { element, update: () => undefined };
      }
    }
  }

  /** Who was there last, for notices that name nobody. */
  private lastAgent: AgentCard | null = null;

  private head(author: Author, at: number): HTMLElement {
    const { texts } = this.ends;
    const name =
      author.role === 'visitor'
        ? texts.say('you')
        : author.role === 'agent'
          ? inertLine(author.name) || texts.say('somebody')
          : texts.say('automatic');
    return h(
      'div',
      { class: 'who' },
      h('bdi', { text: name }),
      h('span', { class: 'dot', 'aria-hidden': 'true', text: ' · ' }),
      h('time', { datetime: new Date(at).toISOString(), text: texts.time(at) }),
    );
  }

  private drawMessage(line: Line & { kind: 'message' }): Drawn {
    const own = line.author.role === 'visitor';
    const bubble = h('div', { class: 'bubble', part: own ? 'bubble bubble-own' : 'bubble', dir: 'auto' });
    const state = h('div', { class: 'state', hidden: true });
    const element = h('div', { class: own ? 'line own' : 'line', part: 'message' }, this.head(line.author, line.at), bubble, state);
    let shown: string | null = null;
    let told: string | null = null;
    return {
      element,
      update: (line) => {
        if (line.kind !== 'message') return;
        if (line.text !== shown) {
          shown = line.text;
          this.fill(bubble, line.text);
        }
        const { outgoing } = line;
        const now = outgoing ? `${outgoing.state} ${outgoing.problem ?? ''}` : '';
        if (now !== told) {
          told = now;
          this.drawState(state, outgoing);
          set(element, 'data-state', outgoing && outgoing.state !== 'sent' ? outgoing.state : null);
        }
      },
    };
  }

  private fill(bubble: HTMLElement, text: string): void {
    const { texts } = this.ends;
    set(bubble, 'data-erased', text === '');
    if (text === '') return bubble.replaceChildren(texts.say('erased'));
    bubble.replaceChildren(
      ...linked(text).map((piece) =>
        piece.href === null
          ? piece.text
          : h(
              'a',
              { href: piece.href, target: '_blank', rel: 'noopener noreferrer nofollow', dir: 'ltr' },
              piece.text,
              h('span', { class: 'sr', text: ` (${texts.say('link_hint')})` }),
            ),
      ),
    );
  }

  private drawState(state: HTMLElement, outgoing: Outgoing | null): void {
    const { texts, conversation, takenBack } = this.ends;
    const shown = outgoing && outgoing.state !== 'sent';
    set(state, 'hidden', !shown);
    if (!shown) return state.replaceChildren();
    const { key, problem } = outgoing;
    if (outgoing.state === 'sending') return state.replaceChildren(texts.say('sending'));
    if (outgoing.state === 'delayed') {
      const now = h('button', { type: 'button', class: 'text', text: texts.say('try_now') });
      now.addEventListener('click', () => conversation.retry(key));
      return state.replaceChildren(h('span', { role: 'status', text: texts.say('delayed') }), now);
    }
    const why = problem === 'too_large' ? 'failed_too_large' : problem === 'conversation_ended' ? 'failed_ended' : 'failed';
    const back = h('button', { type: 'button', class: 'text', text: texts.say('take_back') });
    back.addEventListener('click', () => {
      const text = conversation.discard(key);
      if (text !== null) takenBack(text);
    });
    const again = h('button', { type: 'button', class: 'text', text: texts.say('try_again') });
    again.addEventListener('click', () => conversation.retry(key));
    const buttons = why === 'failed' ? [again, back] : [back];
    state.replaceChildren(iconOf('alert'), h('span', { role: 'alert', text: texts.say(why) }), ...buttons);
  }

  private drawFile(line: Line & { kind: 'file' }): Drawn {
    const { texts, conversation } = this.ends;
    const { file, author } = line;
    const own = author.role === 'visitor';
    const body = h('div', { class: 'bubble attachment', part: own ? 'bubble bubble-own' : 'bubble' });
    const element = h('div', { class: own ? 'line own' : 'line', part: 'message' }, this.head(author, line.at), body);
    const name = inertLine(file.name) || 'file';
    const failed = h('span', { class: 'file-problem', role: 'status' });
    const link = h('button', { type: 'button', class: 'file', part: 'file' });
    link.append(
      iconOf('file'),
      h('span', { class: 'file-name' }, h('bdi', { text: name }), h('small', { text: texts.size(file.size) })),
      h('span', { class: 'sr', text: texts.say('download') }),
      iconOf('download'),
    );
    link.addEventListener('click', () => {
      set(link, 'aria-busy', 'true');
      conversation.api
        .file(file.id)
        .then((blob) => {
          say(failed, '');
          save(blob, name);
        })
        .catch(() => say(failed, texts.say('file_unreadable')))
        .finally(() => set(link, 'aria-busy', null));
    });
    body.append(link, failed);
    if (isPicture(file)) this.drawPicture(file, name, body, link);
    let erased = false;
    return {
      element,
      update: (line) => {
        if (line.kind !== 'file' || !line.file.erased || erased) return;
        erased = true;
        body.dataset['erased'] = '';
        body.replaceChildren(texts.say('file_erased'));
      },
    };
  }

  private drawPicture(file: FileCard, name: string, body: HTMLElement, link: HTMLElement): void {
    const canvas = h('canvas', {
      class: 'picture',
      part: 'picture',
      role: 'img',
      'aria-label': this.ends.texts.say('image', { name }),
      hidden: true,
    });
    body.insertBefore(canvas, link);
    draw(this.ends.conversation, file, canvas)
      .then(() => {
        set(canvas, 'hidden', false);
        this.resized();
      })
      // The link stays.
      .catch(() => canvas.remove());
  }

  private drawUpload(): Drawn {
    const { texts, conversation } = this.ends;
    const text = h('span', { class: 'upload-text' });
    const bar = h('progress', { max: 1, 'aria-hidden': 'true' });
    const buttons = h('span', { class: 'state' });
    const body = h('div', { class: 'bubble attachment', part: 'bubble bubble-own' }, text, bar);
    const element = h('div', { class: 'line own', part: 'message' }, body, buttons);
    let told = '';
    return {
      element,
      update: (line) => {
        if (line.kind !== 'upload') return;
        const { upload } = line;
        bar.value = upload.progress;
        const now = `${upload.state} ${upload.problem ?? ''}`;
        if (now === told) return;
        told = now;
        say(text, uploadText(upload, texts, conversation.state.settings?.max_file_bytes ?? 0));
        set(text, 'role', upload.state === 'failed' ? 'alert' : null);
        set(bar, 'hidden', upload.state === 'failed');
        set(element, 'data-state', upload.state === 'failed' ? 'failed' : null);
        const back = h('button', { type: 'button', class: 'text', text: texts.say(upload.state === 'failed' ? 'take_back' : 'cancel') });
        back.addEventListener('click', () => conversation.discard(upload.key));
        const again = h('button', { type: 'button', class: 'text', text: texts.say('try_again') });
        again.addEventListener('click', () => conversation.retry(upload.key));
        const may = upload.state === 'failed' && upload.problem !== 'too_large' && upload.problem !== 'unsupported_type';
        buttons.replaceChildren(...(may ? [again, back] : [back]));
      },
    };
  }
}

function isOwn(line: Line): boolean {
  return line.kind === 'upload' || (line.kind !== 'notice' && line.author.role === 'visitor');
}

function grouped(before: Line, line: Line): boolean {
  if (before.kind === 'notice' || line.kind === 'notice' || line.at - before.at > GROUP_MS) return false;
  const who = (line: Line) =>
    line.kind === 'upload' ? 'visitor' : line.kind === 'notice' ? '' : line.author.role === 'agent' ? line.author.id : line.author.role;
  return who(before) === who(line);
}

export function nameOf(agent: AgentCard | null, texts: Texts): string {
  return inertLine(agent?.name ?? '') || texts.say('somebody');
}

function uploadText(upload: Upload, texts: Texts, most: number): string {
  const name = inertLine(upload.file.name) || 'file';
  if (upload.state !== 'failed') return texts.say('file_sending', { name });
  if (upload.problem === 'too_large') return texts.say('file_too_large', { name, size: texts.size(most) });
  if (upload.problem === 'unsupported_type') return texts.say('file_type', { name });
  return texts.say(upload.problem === 'wrong_state' ? 'file_not_asked' : 'file_failed', { name });
}

function noticeOf(entry: Entry, agent: AgentCard | null, texts: Texts): string {
  const name = nameOf(agent, texts);
  switch (entry.kind) {
    case 'joined':
      return texts.say('joined', { name: nameOf(entry.agent, texts) });
    case 'transferring':
      return texts.say('transferring', { name });
    case 'transfer_failed':
      return texts.say('transfer_failed', { name });
    case 'agent_lost':
      return texts.say(entry.nobody_left ? 'agent_lost_nobody' : 'agent_lost', { name });
    case 'file_requested':
      return texts.say('file_asked', { name: entry.request.author.role === 'agent' ? nameOf(entry.request.author, texts) : name });
    case 'file_request_ended':
      return texts.say(
        entry.outcome === 'cancelled_by_visitor'
          ? 'file_declined'
          : entry.outcome === 'cancelled_by_agent'
            ? 'file_withdrawn'
            : 'file_request_failed',
      );
    case 'refused':
      return texts.say('unavailable');
    case 'ended':
      return texts.say(
        {
          visitor: 'ended_visitor',
          agent: 'ended_agent',
          connection_timeout: 'ended_connection',
          visitor_idle: 'ended_idle',
          agents_unavailable: 'ended_unavailable',
          refused: 'ended_unavailable',
          error: 'ended_error',
        }[entry.closure.because] as 'ended_agent',
      );
    default:
      return '';
  }
}
