// The panel's head: whose chat it is, who is there, and what can be done with the conversation.
import type { Texts } from '../catalogue/texts';
import type { Appearance } from '../visitor/wire';
import { h, iconButton, newId, rename, say, set } from './dom';
import { inertLine } from './text';

export interface HeaderEnds {
  texts: Texts;
  appearance: Appearance;
  server: string;
  muted: boolean;
  mute(): boolean;
  transcript(): void;
  end(): void;
  close(): void;
}

export class Header {
  readonly element: HTMLElement;
  readonly titleId = newId();
  readonly endButton: HTMLButtonElement;
  readonly closeButton: HTMLButtonElement;
  private readonly subtitle = h('p', { class: 'subtitle', hidden: true }, h('bdi'));
  private readonly transcript: HTMLButtonElement;

  constructor({ texts, appearance, server, muted, mute, transcript, end, close }: HeaderEnds) {
    const title = h('h2', { id: this.titleId, part: 'title' }, h('bdi', { text: inertLine(texts.say('title')) }));
    const sound = iconButton('sound', texts.say('sound_off'), { part: 'sound' });
    const drawSound = (muted: boolean) => rename(sound, texts.say(muted ? 'sound_on' : 'sound_off'), muted ? 'mute' : 'sound');
    sound.addEventListener('click', () => drawSound(mute()));
    drawSound(muted);
    this.transcript = iconButton('download', texts.say('transcript'), { part: 'transcript', hidden: true });
    this.transcript.addEventListener('click', transcript);
    this.endButton = iconButton('end', texts.say('end'), { part: 'end', hidden: true });
    this.endButton.addEventListener('click', end);
    this.closeButton = iconButton('close', texts.say('close'), { part: 'close' });
    this.closeButton.addEventListener('click', close);
    this.element = h('header', { class: 'head', part: 'header' });
    const logo = logoOf(appearance, server);
    if (logo) this.element.append(logo);
    this.element.append(h('div', { class: 'titles' }, title, this.subtitle), this.transcript, sound, this.endButton, this.closeButton);
  }

  show(subtitle: string, transcript: boolean, end: boolean): void {
    say(this.subtitle.firstElementChild as Element, subtitle);
    set(this.subtitle, 'hidden', subtitle === '');
    set(this.transcript, 'hidden', !transcript);
    set(this.endButton, 'hidden', !end);
  }
}

/** The deployment's picture; https or the server's own. One that cannot be read is not there. */
function logoOf({ logo_url }: Appearance, server: string): HTMLElement | null {
  if (!logo_url) return null;
  try {
    const address = new URL(logo_url, `${server}/`);
    if (address.protocol !== 'https:' && address.origin !== new URL(server).origin) return null;
    const image = h('img', { class: 'logo', part: 'logo', alt: '', src: address.href, referrerpolicy: 'no-referrer' });
    image.addEventListener('error', () => image.remove());
    return image;
  } catch {
    return null;
  }
}
