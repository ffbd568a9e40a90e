// Buttons that a page shows while somebody is there, and the elements that stand for them.
import { text, type ButtonSettings } from './answers';
import type { Log } from './log';

export const BUTTON_EVENT = {
  BUTTON_AVAILABLE: 'BUTTON_AVAILABLE',
  BUTTON_UNAVAILABLE: 'BUTTON_UNAVAILABLE',
  BUTTON_ACCEPTED: 'BUTTON_ACCEPTED',
  BUTTON_REJECTED: 'BUTTON_REJECTED',
} as const;

export type ButtonEvent = keyof typeof BUTTON_EVENT;

/** Returning `false` cancels what the script would do by itself. */
export type ButtonHandler = (event: ButtonEvent) => unknown;

/** The page's handlers, one a button; they may be told before or after the button. */
export class Handlers {
  private readonly byId = new Map<string, ButtonHandler>();

  set(id: string, handler: unknown): void {
    if (typeof handler === 'function') this.byId.set(id, handler as ButtonHandler);
  }

  /** Whether to go on with what the script does by itself. A handler that fails is reported and cancels nothing. */
  tell(id: string, event: ButtonEvent): boolean {
    const handler = this.byId.get(id);
    if (!handler) return true;
    try {
      return handler(event) !== false;
    } catch (thrown) {
      // As an uncaught error of the page's own, which it is; the other buttons go on.
      setTimeout(() => {
        throw thrown;
      });
      return true;
    }
  }
}

/** A button that was registered with `showWhenOnline` or `showWhenOffline`, or made by a direct `startChat` to a person. */
export class Button {
  readonly id: string;
  /** `573…`, or the person's id where there is no button. */
  readonly buttonId: string;
  readonly userId: string | undefined;
  settings: ButtonSettings;
  private readonly online: HTMLElement[] = [];
  private readonly offline: HTMLElement[] = [];
  protected readonly handlers: Handlers;
  protected readonly log: Log;

  constructor(buttonId: string, userId: string | undefined, handlers: Handlers, log: Log) {
    this.id = pairId(buttonId, userId);
    this.buttonId = buttonId;
    this.userId = userId;
    this.settings = { id: this.id };
    this.handlers = handlers;
    this.log = log;
  }

  show(when: 'online' | 'offline', element: HTMLElement): void {
    this[when].push(element);
  }

  setAvailable(available: boolean): void {
    this.log.line(`Setting state for button ${this.id} to ${available ? 'online' : 'offline'}`);
    if (!this.handlers.tell(this.id, available ? 'BUTTON_AVAILABLE' : 'BUTTON_UNAVAILABLE')) return;
    const [shown, hidden] = available ? [this.online, this.offline] : [this.offline, this.online];
    // In this order, so that an element that stands for both is seen.
    for (const element of hidden) element.style.display = 'none';
    for (const element of shown) element.style.display = '';
  }

  /** Whether the chat may be started. */
  accept(): boolean {
    return this.handlers.tell(this.id, 'BUTTON_ACCEPTED');
  }

  get chatPage(): string | undefined {
    return text(this.settings.endpointUrl);
  }

  get prechatPage(): string | undefined {
    return text(this.settings.prechatUrl);
  }

  get language(): string {
    return text(this.settings.language) ?? '';
  }
}

/** A person behind a button: the person's id comes first. */
export function pairId(buttonId: string, userId: string | undefined): string {
  return userId ? `${userId}_${buttonId}` : buttonId;
}
