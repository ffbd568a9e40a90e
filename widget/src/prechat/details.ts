// `liveagent.details.preChatInit`: asks the server for the visitor's details, and hands them to the page, or into its form.

/** What the page's callback gets. */
export interface PrechatDetails {
  customDetails?: { label?: unknown; value?: unknown }[];
  visitorName?: unknown;
  [more: string]: unknown;
}

const PATIENCE_MS = 5000;
let calls = 0;

/**
 * @param chatUrl the endpoint, as in `liveagent.init`.
 * @param callback a function, or the name of a global one, called with the details; with none when there are none to be had.
 * @param formName the `name` (or id) of a form that gets a hidden field for each detail.
 */
export function preChatInit(chatUrl: unknown, callback: unknown, formName?: unknown): void {
  if (typeof chatUrl !== 'string') throw new Error('The chat url must be a string');
  const visit = visitOf(location.search);
  if (!visit) return finish({ customDetails: [] }, callback, formName);
  const name = `prechatDetails${++calls}`;
  const script = document.createElement('script');
  const answered = (answer: unknown) => {
    if (!callbacks[name]) return;
    delete callbacks[name];
    clearTimeout(patience);
    script.parentNode?.removeChild(script);
    finish(detailsOf(answer) ?? { customDetails: [] }, callback, formName);
  };
  const callbacks = slot();
  callbacks[name] = answered;
  const patience = setTimeout(() => answered(null), PATIENCE_MS);
  script.onerror = () => answered(null);
  const own = document.querySelector<HTMLScriptElement>('script[src*="/prechat.js"]');
  if (own?.nonce) script.nonce = own.nonce;
  const query = `sid=${visit.session}&deployment_id=${visit.deployment}&org_id=${visit.org}&callback=liveagent._.${name}`;
  script.src = `${chatUrl.replace(/\/+$/, '')}/rest/Visitor/PrechatDetails.jsonp?${query}`;
  (document.head || document.documentElement).appendChild(script);
}

/** The ids in the fragment of the chat page that this page leads to. */
function visitOf(search: string): { session: string; deployment: string; org: string } | null {
  const endpoint = new URLSearchParams(search).get('endpoint') ?? '';
  const ids = new URLSearchParams(endpoint.slice(endpoint.indexOf('#') + 1));
  const [session, deployment, org] = [ids.get('session_id'), ids.get('deployment_id'), ids.get('org_id')];
  const plain = (id: string | null): id is string => id !== null && /^[\w-]{1,128}$/.test(id);
  return plain(session) && plain(deployment) && plain(org) ? { session, deployment, org } : null;
}

/** Where callbacks of scripts are kept; deployment.js may be on the page too. */
function slot(): { [name: string]: unknown } {
  const api = (window as unknown as { liveagent: { [name: string]: unknown } }).liveagent;
  return (api['_'] ??= {}) as { [name: string]: unknown };
}

function detailsOf(answer: unknown): PrechatDetails | null {
  const messages = (answer as { messages?: unknown } | null)?.messages;
  for (const told of Array.isArray(messages) ? messages : []) {
    if (told?.type === 'PrechatDetails' && typeof told.message === 'object') return told.message as PrechatDetails | null;
  }
  return null;
}

function finish(details: PrechatDetails, callback: unknown, formName: unknown): void {
  if (typeof formName === 'string') fill(details, formName);
  // A name, as the guide has it, may have dots; it is looked up, never evaluated.
  const found = typeof callback === 'string' ? callback.split('.').reduce<unknown>(member, window) : callback;
  if (typeof found === 'function') (found as (details: PrechatDetails) => void)(details);
}

function member(of: unknown, name: string): unknown {
  return of === null || of === undefined ? undefined : (of as { [name: string]: unknown })[name];
}

function fill(details: PrechatDetails, formName: string): void {
  const form = document.forms.namedItem(formName);
  if (!form) return console.warn(`LIVE AGENT: there is no form ${formName}`);
  for (const { label, value } of Array.isArray(details.customDetails) ? details.customDetails : []) {
    if (label === undefined || value === undefined || value === null) continue;
    const input = document.createElement('input');
    input.type = 'hidden';
    input.name = `liveagent.prechat:${label}`;
    input.value = String(value);
    form.appendChild(input);
  }
}
