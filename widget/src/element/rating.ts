// The survey after a conversation: one to five stars and a comment.
import type { Texts } from '../catalogue/texts';
import type { Rating, Survey } from '../visitor/wire';
import { h, iconOf, newId, say, set } from './dom';
import { inert } from './text';

const SCORES = [1, 2, 3, 4, 5] as const;

export interface SurveyEnds {
  texts: Texts;
  survey: Survey;
  /** @throws when it was not taken. */
  rate(rating: Rating): Promise<void>;
  skip(): void;
}

export class SurveyForm {
  readonly element: HTMLFormElement;

  constructor({ texts, survey, rate, skip }: SurveyEnds) {
    const [name, commentId] = [newId(), newId()];
    const question = (survey.question && inert(survey.question)) || texts.say('rating');
    const chosen = h('output', { class: 'chosen', 'aria-hidden': 'true' });
    const stars = h('div', { class: 'stars' });
    for (const score of SCORES) {
      const id = newId();
      const input = h('input', { type: 'radio', name, id, value: score });
      const label = h(
        'label',
        { for: id, title: texts.say(`rating_${score}`) },
        iconOf('star'),
        h('span', { class: 'sr', text: texts.say(`rating_${score}`) }),
      );
      input.addEventListener('change', () => {
        say(chosen, texts.say(`rating_${score}`));
        set(problem, 'hidden', true);
      });
      stars.append(h('span', { class: 'star' }, input, label));
    }
    const comment = h('textarea', { id: commentId, part: 'input', rows: 3, maxlength: 4000, dir: 'auto' });
    const problem = h('p', { class: 'problem', role: 'alert', hidden: true });
    const send = h('button', { type: 'submit', class: 'primary', part: 'primary-button', text: texts.say('rating_send') });
    const later = h('button', { type: 'button', class: 'text', text: texts.say('rating_skip') });
    later.addEventListener('click', skip);
    this.element = h(
      'form',
      { class: 'survey', part: 'survey', novalidate: true },
      h('fieldset', {}, h('legend', { text: question }), stars, chosen),
    );
    if (survey.comment) this.element.append(h('label', { for: commentId, text: texts.say('rating_comment') }), comment);
    this.element.append(problem, h('div', { class: 'buttons' }, send, later));
    const tell = (text: string) => {
      say(problem, text);
      set(problem, 'hidden', false);
    };
    this.element.addEventListener('submit', (event) => {
      event.preventDefault();
      const input = [...stars.querySelectorAll('input')].find((input) => input.checked);
      if (!input) {
        tell(texts.say('error_choose'));
        stars.querySelector('input')?.focus();
        return;
      }
      if (send.getAttribute('aria-disabled') === 'true') return;
      set(send, 'aria-disabled', 'true');
      rate({ score: Number(input.value), comment: comment.value.trim() || null })
        .catch(() => tell(texts.say('rating_failed')))
        .finally(() => set(send, 'aria-disabled', null));
    });
  }
}
