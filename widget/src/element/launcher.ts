// The button that opens the panel.
import type { Texts } from '../catalogue/texts';
import { h, iconOf, say, set } from './dom';

export interface LauncherState {
  shown: boolean;
  open: boolean;
  /** Nobody is there, but a message can be left. */
  offline: boolean;
  unread: number;
  /** The panel is on its way. */
  busy: boolean;
}

export class Launcher {
  readonly element: HTMLButtonElement;
  private readonly texts: Texts;
  private readonly badge = h('span', { class: 'badge', part: 'badge', 'aria-hidden': 'true', hidden: true });
  /** Tells of what came while the panel is closed. */
  readonly status = h('span', { class: 'sr', role: 'status' });

  constructor(texts: Texts, clicked: () => void) {
    this.texts = texts;
    this.element = h('button', { type: 'button', class: 'launcher', part: 'launcher', 'aria-haspopup': 'dialog', hidden: true });
    this.element.append(iconOf('chat'), iconOf('down'), this.badge);
    this.element.addEventListener('click', clicked);
  }

  show({ shown, open, offline, unread, busy }: LauncherState): void {
    const { texts } = this;
    const name = open ? texts.say('launcher_close') : texts.say(offline ? 'launcher_offline' : 'launcher_open');
    const told = unread > 0 && !open ? texts.count('launcher_unread', unread) : '';
    set(this.element, 'hidden', !shown);
    set(this.element, 'aria-expanded', String(open));
    set(this.element, 'aria-busy', busy ? 'true' : null);
    set(this.element, 'aria-label', told ? `${name}, ${told}` : name);
    set(this.element, 'title', name);
    set(this.badge, 'hidden', told === '');
    say(this.badge, unread > 99 ? '99+' : texts.number(unread));
    say(this.status, told);
  }
}
