// Where the visitor writes.
import type { Texts } from '../catalogue/texts';
import { h, iconButton, newId, say, set } from './dom';

export interface ComposerEnds {
  texts: Texts;
  typed(text: string): void;
  send(text: string): void;
  files(files: File[]): void;
}

export class Composer {
  readonly element: HTMLFormElement;
  readonly input: HTMLTextAreaElement;
  private readonly ends: ComposerEnds;
  private readonly button: HTMLButtonElement;
  private readonly attach: HTMLButtonElement;
  private readonly picker: HTMLInputElement;
  private readonly counter: HTMLElement;
  private most = Infinity;
  private takesFiles = false;

  constructor(ends: ComposerEnds) {
    const { texts } = ends;
    this.ends = ends;
    const [inputId, hintId] = [newId(), newId()];
    this.counter = h('div', { class: 'counter', role: 'status', hidden: true });
    this.input = h('textarea', {
      id: inputId,
      part: 'input',
      rows: 1,
      dir: 'auto',
      placeholder: texts.say('message_placeholder'),
      'aria-label': texts.say('message'),
      'aria-describedby': hintId,
      enterkeyhint: 'send',
      autocomplete: 'off',
    });
    this.button = iconButton('send', texts.say('send'), { type: 'submit', class: 'icon send', part: 'send' });
    this.attach = iconButton('attach', texts.say('attach'), { part: 'attach', hidden: true });
    this.picker = h('input', { type: 'file', multiple: true, hidden: true, tabindex: -1, 'aria-hidden': 'true' });
    const hint = h('span', { id: hintId, class: 'sr', text: texts.say('message_hint') });
    this.element = h('form', { class: 'composer', part: 'composer', novalidate: true });
    this.element.append(this.counter, this.attach, this.picker, this.input, this.button, hint);
    this.element.addEventListener('submit', (event) => {
      event.preventDefault();
      this.submit();
    });
    this.input.addEventListener('keydown', (event) => {
      // The key that finishes a composed character sends nothing.
      if (event.key !== 'Enter' || event.shiftKey || event.isComposing || event.keyCode === 229) return;
      event.preventDefault();
      this.submit();
    });
    this.input.addEventListener('input', () => {
      this.changed();
      ends.typed(this.input.value);
    });
    this.input.addEventListener('paste', (event) => {
      const files = [...(event.clipboardData?.files ?? [])];
      if (files.length === 0 || !this.takesFiles) return;
      event.preventDefault();
      ends.files(files);
    });
    this.attach.addEventListener('click', () => this.pick());
    this.picker.addEventListener('change', () => {
      const files = [...(this.picker.files ?? [])];
      this.picker.value = '';
      if (files.length > 0) ends.files(files);
    });
    this.changed();
  }

  /** @param types Media types that are taken. */
  configure(most: number, takesFiles: boolean, types: readonly string[]): void {
    this.most = most > 0 ? most : Infinity;
    this.takesFiles = takesFiles;
    set(this.attach, 'hidden', !takesFiles);
    set(this.picker, 'accept', takesFiles ? types.join(',') : null);
    this.changed();
  }

  get text(): string {
    return this.input.value;
  }

  write(text: string): void {
    this.input.value = text;
    this.changed();
  }

  pick(): void {
    this.picker.click();
  }

  private submit(): void {
    const text = this.input.value.trim();
    if (text === '' || lengthOf(text) > this.most) return;
    this.ends.send(text);
    this.write('');
    this.input.focus();
  }

  private changed(): void {
    const { texts } = this.ends;
    const left = this.most - lengthOf(this.input.value.trim());
    set(this.counter, 'hidden', left > 50);
    if (left <= 50) say(this.counter, left < 0 ? texts.count('characters_over', -left) : texts.count('characters_left', left));
    set(this.counter, 'data-over', left < 0);
    set(this.input, 'aria-invalid', left < 0 ? 'true' : null);
    set(this.button, 'aria-disabled', this.input.value.trim() === '' || left < 0 ? 'true' : null);
    // As high as its text, up to what the style sheet allows.
    this.input.style.blockSize = 'auto';
    this.input.style.blockSize = `${this.input.scrollHeight + 2}px`;
  }
}

/** In characters as the server counts them. */
function lengthOf(text: string): number {
  let length = 0;
  for (let at = 0; at < text.length; length++) at += (text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1;
  return length;
}
