/** A refusal as people read it: what happened, and what to do about it. */
import type { Refusal } from '../api/problem';
import { core, t } from '.';

export function advice(refusal: Refusal): { what: string; todo: string } {
  const what = `problem.${refusal.kind}`;
  const todo = `problem.${refusal.kind}.todo`;
  return {
    what: core.knows(what) ? t(what) : t('problem.unknown'),
    // Where the server says more than its code does, that is what helps.
    todo: core.knows(todo) ? t(todo, { seconds: refusal.retryAfter ?? 5 }) : asSentence(refusal.detail),
  };
}

/** The server's detail goes on after a colon; here it stands by itself. What begins with the name of a setting stays as it is. */
function asSentence(detail: string): string {
  const begun = /^[a-z]+ /.test(detail) ? detail.charAt(0).toUpperCase() + detail.slice(1) : detail;
  return /[\p{L}\p{N})]$/u.test(begun) ? `${begun}.` : begun;
}

/** The same in one line. */
export function sentence(refusal: Refusal): string {
  const { what, todo } = advice(refusal);
  return `${what} ${todo}`;
}

/** What is wrong with one property of a form; undefined when the refusal is of another, or of none. */
export function wrongAt(refusal: Refusal | null, property: string): string | undefined {
  return refusal?.property === property || refusal?.property === `settings.${property}` ? refusal.detail : undefined;
}
