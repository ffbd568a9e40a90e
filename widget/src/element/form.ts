// Forms of labelled fields with errors that are told where they are: the pre-chat form and the offline form.
import type { Texts } from '../catalogue/texts';
import type { PrechatField } from '../visitor/wire';
import { h, newId, say, set } from './dom';
import { inert, inertLine } from './text';

/** A field as the form draws it. */
export type Field = Pick<PrechatField, 'label' | 'kind' | 'required'> & {
  choices?: readonly string[];
  placeholder?: string | null;
  value?: string;
  autocomplete?: string;
};

const EMAIL = /^[^\s@]+@[^\s@]+\.[^\s@]+$/;
const PHONE = /^[+(]?[\d][\d\s()./-]{3,}$/;

export class Form {
  readonly element: HTMLFormElement;
  /** Something was filled in. */
  touched = false;
  private readonly texts: Texts;
  private readonly fields: readonly Field[];
  private readonly inputs: (HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement)[] = [];
  private readonly errors: HTMLElement[] = [];
  private readonly summary = h('p', { class: 'problem', role: 'alert', hidden: true });
  private readonly submitButton: HTMLButtonElement;

  constructor(texts: Texts, fields: readonly Field[], submit: string, submitted: (values: string[]) => void) {
    this.texts = texts;
    this.fields = fields;
    this.submitButton = h('button', { type: 'submit', class: 'primary', part: 'primary-button', text: submit });
    this.element = h('form', { class: 'form', part: 'form', novalidate: true });
    for (const field of fields) this.element.append(this.draw(field));
    this.element.append(this.summary, this.submitButton);
    this.element.addEventListener('input', () => (this.touched = true));
    this.element.addEventListener('submit', (event) => {
      event.preventDefault();
      if (this.submitButton.getAttribute('aria-disabled') !== 'true' && this.check()) submitted(this.values());
    });
  }

  values(): string[] {
    return this.inputs.map((input) =>
      input instanceof HTMLInputElement && input.type === 'checkbox' ? String(input.checked) : input.value.trim(),
    );
  }

  /** Shows what went wrong with all of it; null takes that back. */
  problem(text: string | null): void {
    set(this.summary, 'hidden', text === null);
    say(this.summary, text ?? '');
  }

  busy(busy: boolean): void {
    set(this.submitButton, 'aria-disabled', busy ? 'true' : null);
    set(this.element, 'aria-busy', busy ? 'true' : null);
  }

  focus(): void {
    (this.inputs[0] ?? this.submitButton).focus();
  }

  private draw(field: Field): HTMLElement {
    const { texts } = this;
    const [id, errorId] = [newId(), newId()];
    const input = control(field, id, errorId, texts);
    const error = h('span', { id: errorId, class: 'error', hidden: true });
    const label = h('label', { for: id }, h('bdi', { text: inertLine(field.label) }));
    if (!field.required && field.kind !== 'checkbox') label.append(' ', h('small', { text: `(${texts.say('optional')})` }));
    this.inputs.push(input);
    this.errors.push(error);
    input.addEventListener('input', () => {
      // What was wrong is looked at again as it is put right; what is not finished is not judged. Not when it is left: an error that goes away
      // then would move what is just being clicked.
      if (input.getAttribute('aria-invalid')) this.judge(this.inputs.indexOf(input));
    });
    return field.kind === 'checkbox'
      ? h('div', { class: 'field check' }, input, label, error)
      : h('div', { class: 'field' }, label, input, error);
  }

  private check(): boolean {
    const wrong = this.fields.map((_, at) => at).filter((at) => !this.judge(at));
    this.problem(wrong.length > 0 ? this.texts.count('errors', wrong.length) : null);
    this.inputs[wrong[0] ?? -1]?.focus();
    return wrong.length === 0;
  }

  private judge(at: number): boolean {
    const [field, input, error] = [this.fields[at], this.inputs[at], this.errors[at]];
    if (!field || !input || !error) return true;
    const why = this.wrong(field, this.values()[at] ?? '');
    set(input, 'aria-invalid', why === null ? null : 'true');
    set(error, 'hidden', why === null);
    say(error, why ?? '');
    return why === null;
  }

  private wrong({ kind, required }: Field, value: string): string | null {
    const { texts } = this;
    if (kind === 'checkbox') return required && value !== 'true' ? texts.say('error_checked') : null;
    if (value === '') return required ? texts.say(kind === 'choice' ? 'error_choose' : 'error_required') : null;
    if (kind === 'email' && !EMAIL.test(value)) return texts.say('error_email');
    if (kind === 'phone' && !PHONE.test(value)) return texts.say('error_phone');
    return null;
  }
}

function control(field: Field, id: string, errorId: string, texts: Texts): HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement {
  const common = { id, part: 'input', required: field.required, 'aria-describedby': errorId };
  const placeholder = field.placeholder ? inert(field.placeholder) : null;
  switch (field.kind) {
    case 'multiline': {
      const area = h('textarea', { ...common, rows: 4, dir: 'auto', placeholder, maxlength: 4000 });
      area.value = field.value ?? '';
      return area;
    }
    case 'choice': {
      const select = h('select', common, h('option', { value: '', text: texts.say('choose') }));
      for (const choice of field.choices ?? [])
        select.append(h('option', { value: choice, text: inertLine(choice), selected: choice === field.value }));
      return select;
    }
    case 'checkbox':
      return h('input', { ...common, type: 'checkbox', part: 'checkbox' });
    default: {
      const [type, autocomplete] = (
        { email: ['email', 'email'], phone: ['tel', 'tel'], text: ['text', field.autocomplete ?? null] } as const
      )[field.kind];
      const input = h('input', { ...common, type, autocomplete, placeholder, maxlength: 1000, dir: type === 'text' ? 'auto' : null });
      input.value = field.value ?? '';
      return input;
    }
  }
}
