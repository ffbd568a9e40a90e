// From an ended conversation to the customer's own page after it. Whoever ended it goes at once; whom it was ended for has time to read.
import type { Texts } from '../catalogue/texts';
import { h, say, set } from '../element/dom';
import { asProblem } from '../visitor/problem';
import { backoff } from '../visitor/waiting';
import { leaveFor, readPostChat, type PostChat } from './post-chat';

const READING_MS = 10_000;
const TRIES = 4;

export interface Where {
  server: string;
  token: string;
  atOnce: boolean;
}

export class Leaving {
  private readonly where: Where;
  private readonly root: HTMLElement | null;
  private readonly bar: HTMLElement;
  private readonly status = h('p', { role: 'status' });
  private readonly go: HTMLButtonElement;
  private readonly stay: HTMLButtonElement;
  private readonly texts: Texts;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private page: PostChat | null = null;
  private stopped = false;

  /** @param root where the bar is shown; null on a page that draws by itself. */
  constructor(texts: Texts, root: HTMLElement | null, where: Where) {
    this.where = where;
    this.texts = texts;
    this.root = root;
    this.go = h('button', { type: 'button', class: 'primary', text: texts.say('window_continue') });
    this.stay = h('button', { type: 'button', class: 'secondary', text: texts.say('window_stay') });
    this.go.addEventListener('click', () => void this.leave());
    this.stay.addEventListener('click', () => {
      clearTimeout(this.timer);
      set(this.stay, 'hidden', true);
      say(this.status, '');
      this.go.focus();
    });
    this.bar = h('div', { class: 'leaving', hidden: true }, this.status, h('div', { class: 'buttons' }, this.go, this.stay));
    root?.append(this.bar);
    void this.prepare();
  }

  stop(): void {
    this.stopped = true;
    clearTimeout(this.timer);
    this.bar.remove();
    delete this.root?.dataset['leaving'];
  }

  private async prepare(): Promise<void> {
    const page = await this.read();
    if (this.stopped || !page || page.page === null) return this.stop();
    this.page = page;
    if (this.where.atOnce) return void this.leave();
    set(this.bar, 'hidden', false);
    // It stands in place of what the panel offers at the end.
    if (this.root) this.root.dataset['leaving'] = '';
    say(this.status, this.texts.count('window_leaving', READING_MS / 1000));
    this.timer = setTimeout(() => void this.leave(), READING_MS);
  }

  private async read(): Promise<PostChat | null> {
    for (let tries = 0; ; tries++) {
      try {
        return await readPostChat(this.where.server, this.where.token);
      } catch (thrown) {
        const problem = asProblem(thrown);
        if (!problem.transient || tries >= TRIES) return null;
        await new Promise((resolve) => setTimeout(resolve, backoff(tries, problem.retryAfterMs, Math.random)));
      }
    }
  }

  private leave(): void {
    clearTimeout(this.timer);
    if (this.page && !this.stopped) leaveFor(this.page);
  }
}
