// The customer's own page after the chat: what happened goes there as a form, in the fields that such pages know (deployment_segment.md 7).
import { asProblem, Problem, problemOf } from '../visitor/problem';

export interface PostChat {
  /** Null: there is none. */
  page: string | null;
  fields: { name: string; value: string }[];
}

/** @throws {Problem} */
export async function readPostChat(server: string, token: string): Promise<PostChat> {
  let response: Response;
  try {
    response = await fetch(`${server}/api/v1/visitor/post-chat`, {
      headers: { authorization: `Bearer ${token}` },
      credentials: 'omit',
      cache: 'no-store',
      redirect: 'error',
    });
  } catch (thrown) {
    throw asProblem(thrown);
  }
  if (!response.ok) throw await problemOf(response);
  const told = (await response.json()) as Partial<PostChat>;
  if (typeof told.page !== 'string' || !/^https?:\/\//i.test(told.page)) return { page: null, fields: [] };
  if (!Array.isArray(told.fields)) throw new Problem('internal', response.status, 'an answer without fields');
  return { page: told.page, fields: told.fields };
}

/** Leaves for that page. */
export function leaveFor({ page, fields }: PostChat): void {
  if (page === null) return;
  const form = document.createElement('form');
  form.method = 'post';
  form.action = page;
  form.acceptCharset = 'UTF-8';
  form.hidden = true;
  for (const { name, value } of fields) {
    const input = document.createElement('input');
    input.type = 'hidden';
    input.name = String(name);
    input.value = String(value ?? '');
    form.append(input);
  }
  document.body.append(form);
  form.submit();
}
