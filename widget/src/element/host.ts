// What the panel gets of the element that it belongs to, and the other way round. The panel is loaded on the first click; the element knows
// it by these shapes alone.
import type { Texts } from '../catalogue/texts';
import type { Conversation } from '../visitor/conversation';
import type { Kept } from '../visitor/storage';
import type { EntrySettings, NewDetail } from '../visitor/wire';
import type { ElementOptions } from './options';

export interface Host {
  readonly root: HTMLElement;
  readonly options: ElementOptions;
  readonly scope: string;
  readonly kept: Kept;
  /** What each tab has for itself, such as what is being written; `kept` unless told. */
  readonly tab?: Kept;
  readonly texts: Texts;
  readonly settings: EntrySettings;
  /** Values that the page gave beside those of a form. */
  readonly details: readonly NewDetail[];
  /** Instead of one of the panel's own making: the chat window says more of its visitor. */
  readonly conversation?: Conversation;
  /** The panel's parts are drawn with these. */
  adopt(css: string): void;
  /** The panel asks to be closed; where the focus was goes back to the launcher. */
  close(): void;
  /** What the launcher tells. */
  unread(count: number): void;
  /** Asks the server again whether somebody is there. */
  refresh(): Promise<EntrySettings>;
  emit(name: HostEvent, detail?: object): void;
}

/** The element's events, each with `switchboard:` before it. */
export type HostEvent =
  'ready' | 'availability' | 'open' | 'close' | 'start' | 'message' | 'custom-event' | 'unread' | 'end' | 'rating' | 'error';

export interface PanelLike {
  readonly conversation: Conversation;
  readonly isOpen: boolean;
  /** @param focus Put the focus into it: somebody asked for it. */
  open(focus: boolean): void;
  close(): void;
  /** Sends a text, now or once there is a conversation. */
  send(text: string): void;
  settingsChanged(): void;
  destroy(): void;
}
