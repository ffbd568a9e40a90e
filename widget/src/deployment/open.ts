// Opening the chat window: one POST that carries the visitor's data through `/s/prechatVisitor` to the pre-chat page, if there is one, and to
// the chat page (deployment_segment.md 5).
import type { Button } from './buttons';
import { analyticsDevice, type Cookies } from './cookies';
import type { VisitorDetails } from './details';
import type { PageHistory } from './history';

export interface Opening {
  deploymentId: string;
  orgId: string;
  session: string;
  content: string;
  /** What goes before the addresses of a site behind a proxy; empty for none. */
  prefix: string;
  prefixKey: string;
  width: string | number;
  height: string | number;
  fallback: boolean;
  cookies: Cookies;
  history: PageHistory;
  details: VisitorDetails;
}

/** The address of the chat page, and around it that of the pre-chat page, and around that the form's. */
export function addresses(button: Button, opening: Opening): { chat: string; entry: string; action: string } {
  const { deploymentId, orgId, session, content, prefix } = opening;
  const fragment =
    `deployment_id=${deploymentId}&org_id=${orgId}&button_id=${button.buttonId}` +
    (button.userId ? `&agent_id=${button.userId}` : '') +
    (opening.fallback ? '&do_fallback=1' : '') +
    `&session_id=${session}`;
  // The ids are in the query too, as later versions had them: a fragment does not reach the server that makes the page.
  const query =
    `language=${encodeURIComponent(button.language)}&org_id=${orgId}&deployment_id=${deploymentId}&sid=${session}` +
    (button.userId ? `&agent_id=${button.userId}` : '') +
    (prefix ? `&proxy=${encodeURIComponent(prefix)}&proxyKey=${encodeURIComponent(opening.prefixKey)}` : '');
  const page = button.chatPage !== undefined ? prefix + button.chatPage : `${content}/s/chat`;
  const chat = `${page}?${query}#${fragment}`;
  const prechat = button.prechatPage;
  // Always `?`, also where the address has one already: customers' pages look for it.
  const entry = prechat === undefined ? chat : `${prefix}${prechat}?endpoint=${encodeURIComponent(chat)}`;
  return { chat, entry, action: `${content}/s/prechatVisitor?endpoint=${encodeURIComponent(entry)}` };
}

/** The form's fields, in order. */
export function fields({ deploymentId, orgId, session, cookies, history, details }: Opening): [name: string, value: string][] {
  const fields: [string, string][] = [
    ['deploymentId', deploymentId],
    ['orgId', orgId],
    ['sid', session],
    ['ptid', cookies.get('liveagent_ptid') ?? ''],
    ['vc', cookies.get('liveagent_vc') ?? ''],
    ['oref', cookies.get('liveagent_oref') ?? ''],
    ['det', JSON.stringify(details.allDetails())],
    ['ent', JSON.stringify(details.allEntities())],
    ['pages', JSON.stringify(history.pages())],
    ['sessionStart', String(history.msOnSite())],
  ];
  const name = details.visitorName();
  if (name !== undefined) fields.push(['visitorName', name]);
  const device = cookies.optionalAllowed && analyticsDevice();
  if (device) fields.push(['device', device]);
  if (details.user) fields.push(['user', details.user.id], ['userSignature', details.user.signature]);
  return fields;
}

/** Opens the window and posts to it. Runs inside the visitor's click, or browsers take it for an unwanted window. */
export function openChat(button: Button, windowName: string, opening: Opening): void {
  opening.cookies.set('liveagent_chatted', '1');
  const form = document.createElement('form');
  form.method = 'POST';
  form.action = addresses(button, opening).action;
  form.target = windowName;
  form.acceptCharset = 'UTF-8';
  form.hidden = true;
  for (const [name, value] of fields(opening)) {
    const input = document.createElement('input');
    input.type = 'hidden';
    input.name = name;
    input.value = value;
    form.appendChild(input);
  }
  window.open('', windowName, `height=${opening.height},width=${opening.width},menubar=no,toolbar=no,location=no,personalbar=no`);
  document.body.appendChild(form);
  form.submit();
  document.body.removeChild(form);
}

/** The same without a window, and without waiting. Nothing goes on to anywhere, so there is no `endpoint`. */
export function tellServer(opening: Opening): void {
  const body = new URLSearchParams(fields(opening));
  // A page that is left meanwhile loses nothing, as far as browsers allow it (64 KiB).
  const keepalive = body.toString().length < 60_000;
  void fetch(`${opening.content}/s/prechatVisitor`, { method: 'POST', mode: 'no-cors', credentials: 'omit', keepalive, body }).catch(
    () => undefined,
  );
}
