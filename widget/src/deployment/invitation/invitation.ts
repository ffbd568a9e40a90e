// An automated invitation: a button that comes to the visitor when its rules hold, one at a time on a page.
import { text, type ButtonSettings } from '../answers';
import { Button, type Handlers } from '../buttons';
import type { Cookies } from '../cookies';
import type { Log } from '../log';
import { buildInvitation } from './card';
import { Renderer } from './renderer';
import { Rules, type Circumstances } from './rules';

/** What the invitations of a page have in common. */
export interface Surroundings {
  handlers: Handlers;
  log: Log;
  cookies: Cookies;
  circumstances: Circumstances;
  nonce: string;
  startChat(id: string): void;
}

/** Which invitation is on screen. */
export class Screen {
  shown: Invitation | null = null;
}

export class Invitation extends Button {
  private readonly rules: Rules;
  private readonly screen: Screen;
  private readonly around: Surroundings;
  private renderer: Renderer | null = null;
  private available = false;
  private answered = false;
  private waiting: ReturnType<typeof setTimeout> | undefined;
  private ignoring: ReturnType<typeof setTimeout> | undefined;

  constructor(settings: ButtonSettings, screen: Screen, around: Surroundings) {
    super(settings.id, undefined, around.handlers, around.log);
    this.settings = settings;
    this.screen = screen;
    this.around = around;
    this.rules = new Rules(settings.inviteRules, around.log);
  }

  override setAvailable(available: boolean): void {
    this.available = available;
    if (available) return this.consider();
    clearTimeout(this.waiting);
    super.setAvailable(false);
    if (this.onScreen) this.leave();
  }

  /** Looks at the rules, and shows the invitation when they hold and none is on screen. */
  consider(): void {
    clearTimeout(this.waiting);
    if (!this.available || this.screen.shown || !this.allowed) return;
    const verdict = this.log.group(`Invite ${this.id} Rule Evaluation`, () => this.rules.evaluate(this.around.circumstances));
    if (verdict.again !== null) this.waiting = setTimeout(() => this.consider(), verdict.again);
    if (!verdict.invited) return;
    this.log.line(`Setting state for button ${this.id} to online`);
    if (this.handlers.tell(this.id, 'BUTTON_AVAILABLE')) this.enter();
  }

  override accept(): boolean {
    if (!super.accept()) return false;
    this.answered = true;
    if (this.onScreen) this.leave();
    return true;
  }

  reject(): void {
    if (!this.onScreen || !this.handlers.tell(this.id, 'BUTTON_REJECTED')) return;
    this.answered = true;
    this.leave();
    if (!this.settings.hasInviteAfterReject) this.around.cookies.reject(this.id);
  }

  get onScreen(): boolean {
    return this.screen.shown === this;
  }

  /** Not twice on one page, and on later ones only as its settings say. */
  private get allowed(): boolean {
    const { cookies } = this.around;
    if (this.answered || (!this.settings.hasInviteAfterReject && cookies.isRejected(this.id))) return false;
    return this.settings.hasInviteAfterAccept === true || cookies.get('liveagent_chatted') === null;
  }

  private enter(): void {
    this.renderer ??= this.build();
    if (!this.renderer) return;
    this.screen.shown = this;
    this.renderer.show();
    const seconds = this.settings.inviteRejectTime;
    if (typeof seconds === 'number' && seconds > 0) this.ignoring = setTimeout(() => this.reject(), Math.min(seconds * 1000, 0x7fffffff));
  }

  private leave(): void {
    clearTimeout(this.ignoring);
    this.screen.shown = null;
    this.renderer?.hide();
  }

  private build(): Renderer | null {
    const { settings } = this;
    let element = document.getElementById(`liveagent_invite_button_${this.id}`);
    // An image is always ours to show; otherwise the page's own element goes before our card.
    if (text(settings.inviteImageUrl) || (!element && text(settings.inviteText))) {
      element = buildInvitation(this.id, settings, this.around.nonce, {
        accept: () => this.around.startChat(this.id),
        reject: () => this.reject(),
      });
      document.body.appendChild(element);
    }
    if (!element) {
      this.log.warning(`The invitation ${this.id} has no image, and the page has no element liveagent_invite_button_${this.id}.`);
      return null;
    }
    return new Renderer(element, {
      renderer: settings.inviteRenderer ?? '',
      start: settings.inviteStartPosition ?? '',
      end: settings.inviteEndPosition ?? '',
    });
  }
}
