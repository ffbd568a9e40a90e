/** The address below `/console/`, which is all that the router knows: `c/0193…?columns=2`. */

const BASE = '/console/';

class Router {
  /** Without the base and without slashes at its ends. */
  path = $state('');
  query = $state.raw(new URLSearchParams());

  constructor() {
    this.#read();
    addEventListener('popstate', () => this.#read());
    // Links within the console are followed without loading the page again.
    document.addEventListener('click', (event) => {
      if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
      const link = event.target instanceof Element ? event.target.closest('a') : null;
      if (link === null || link.target !== '' || link.hasAttribute('download') || link.origin !== location.origin) return;
      if (!link.pathname.startsWith(BASE)) return;
      event.preventDefault();
      this.go(link.pathname.slice(BASE.length) + link.search);
    });
  }

  /** The parts of the path. */
  get parts(): string[] {
    return this.path === '' ? [] : this.path.split('/');
  }

  /** Goes to an address; `replace` leaves no step to go back to. */
  go(to: string, { replace = false } = {}): void {
    const url = href(to);
    if (url === location.pathname + location.search) return;
    if (replace) history.replaceState(null, '', url);
    else history.pushState(null, '', url);
    this.#read();
  }

  /** Changes a part of the query, in place. */
  ask(change: Record<string, string | null>): void {
    const query = new URLSearchParams(this.query);
    for (const [name, value] of Object.entries(change)) {
      if (value === null || value === '') query.delete(name);
      else query.set(name, value);
    }
    const text = query.toString();
    this.go(this.path + (text === '' ? '' : `?${text}`), { replace: true });
  }

  #read(): void {
    const { pathname, search } = location;
    this.path = pathname.startsWith(BASE) ? pathname.slice(BASE.length).replace(/^\/+|\/+$/g, '') : '';
    this.query = new URLSearchParams(search);
  }
}

export const router = new Router();

/** The address of a page of the console, for a link. */
export function href(to: string): string {
  return BASE + to.replace(/^\/+/, '');
}
