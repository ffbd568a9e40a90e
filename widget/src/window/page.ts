// What the page around the window says: where the server is, whose chat this is, and what was said of the visitor before (CONTRACT of
// `/content/s/chat`; deployment_segment.md 5). Everything in an address or a form is a stranger's and is checked.
import type { EntityPlan, NewDetail, RouteOverride } from '../visitor/wire';

/** The chat that a page is for. */
export interface Entry {
  /** Where the server is. */
  server: string;
  /** Old ids, or our own. */
  deployment: string;
  button: string | null;
  /** Our own id of the person who is asked for. */
  agent: string | null;
  /** The visitor's session on the site, whose details and pages the server has. */
  visit: string | null;
  language: string | null;
  prechat: Prechat;
}

/** What was posted to the page. */
export interface Prechat {
  /** A pre-chat form was filled in: it is not asked again. */
  submitted: boolean;
  name: string | null;
  details: NewDetail[];
  entity_plans: EntityPlan[];
  overrides: RouteOverride[];
}

const NO_PRECHAT: Prechat = { submitted: false, name: null, details: [], entity_plans: [], overrides: [] };

/** `…/content/window/window.js` belongs to the server at `…`. */
export function serverOf(script: string): string {
  return script.replace(/\/content\/[^?#]*([?#].*)?$/, '');
}

/** Null when the page does not say which deployment it is of. */
export function readEntry(page: Document, address: Location, script: string): Entry | null {
  const fragment = new URLSearchParams(address.hash.slice(1));
  const query = new URLSearchParams(address.search);
  const id = (...names: string[]): string | null => {
    for (const name of names) {
      const value = fragment.get(name) ?? query.get(name);
      if (value !== null && /^[\w-]{1,128}$/.test(value)) return value;
    }
    return null;
  };
  const deployment = id('deployment_id');
  if (deployment === null) return null;
  const posted = readPosted(page);
  return {
    server: serverOf(script),
    deployment,
    button: id('button_id'),
    agent: typeof posted['agent'] === 'string' ? posted['agent'] : null,
    visit: id('session_id', 'sid'),
    // Such as `en_US`.
    language: /^[A-Za-z]{2,8}([_-][A-Za-z0-9]{1,8})*$/.exec(query.get('language') ?? '')?.[0].replace(/_/g, '-') ?? null,
    prechat: prechatOf(posted),
  };
}

function readPosted(page: Document): Record<string, unknown> {
  try {
    const posted: unknown = JSON.parse(page.getElementById('prechat')?.textContent || '{}');
    return typeof posted === 'object' && posted !== null ? (posted as Record<string, unknown>) : {};
  } catch {
    // A page of somebody's own making.
    return {};
  }
}

function prechatOf(posted: Record<string, unknown>): Prechat {
  const list = <T>(value: unknown): T[] => (Array.isArray(value) ? (value as T[]) : []);
  return {
    ...NO_PRECHAT,
    submitted: posted['submitted'] === true,
    name: typeof posted['name'] === 'string' && posted['name'] !== '' ? posted['name'] : null,
    details: list<NewDetail>(posted['details']),
    entity_plans: list<EntityPlan>(posted['entity_plans']),
    overrides: list<RouteOverride>(posted['overrides']),
  };
}

/** Whether the window was opened for a chat, rather than loaded again or gone back to. */
export function isNewVisit(): boolean {
  const [navigation] = performance.getEntriesByType?.('navigation') ?? [];
  return (navigation as PerformanceNavigationTiming | undefined)?.type === 'navigate' || navigation === undefined;
}
