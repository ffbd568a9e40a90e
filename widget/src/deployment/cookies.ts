// The first-party cookies on the customer's site (deployment_segment.md 5.1): all but the note of a rejected invitation are optional, and a
// site may forbid those. What is forbidden is still remembered, but only by this page.

/** The script's own cookies. `true`: kept over visits; `false`: until the browser is closed. */
const OPTIONAL = {
  liveagent_sid: false,
  liveagent_ptid: true,
  liveagent_vc: true,
  liveagent_oref: true,
  liveagent_chatted: false,
} as const;

export type OptionalCookie = keyof typeof OPTIONAL;

/** The documented lifetime; the oldest versions of the script said ten years, of which browsers keep 400 days anyway. */
const YEAR_SECONDS = 365 * 24 * 60 * 60;

/** Browsers drop cookies of more than 4 KiB. */
const LONGEST = 2000;

export class Cookies {
  private allowed = true;
  private readonly memory: { [name: string]: string } = {};

  /** `null` when there is none. */
  get(name: OptionalCookie): string | null {
    const own = this.memory[name];
    return own !== undefined ? own : this.allowed ? read(name) : null;
  }

  set(name: OptionalCookie, value: string): void {
    if (!this.allowed) {
      this.memory[name] = value;
      return;
    }
    write(name, value, OPTIONAL[name] ? YEAR_SECONDS : null);
    // Cookies can be switched off in the browser, or the value be too long.
    if (read(name) === value) delete this.memory[name];
    else this.memory[name] = value;
  }

  remove(name: OptionalCookie): void {
    delete this.memory[name];
    write(name, '', 0);
  }

  /** Deletes the optional cookies and sets none from now on; what they said stays known to this page. */
  disableOptional(): void {
    if (!this.allowed) return;
    for (const name of Object.keys(OPTIONAL) as OptionalCookie[]) {
      const value = this.get(name);
      if (value !== null) this.memory[name] = value;
      write(name, '', 0);
    }
    this.allowed = false;
  }

  get optionalAllowed(): boolean {
    return this.allowed;
  }

  isRejected(invitation: string): boolean {
    return read(rejection(invitation)) === 'true';
  }

  /** Until the browser is closed. */
  reject(invitation: string): void {
    write(rejection(invitation), 'true', null);
  }
}

/** The browser as the site's analytics.js knows it: the server knows what it did by the same name. */
export function analyticsDevice(): string {
  let told = read('ajs_anonymous_id');
  try {
    told ??= localStorage.getItem('ajs_anonymous_id');
  } catch {
    // Storage is forbidden.
  }
  // Some versions write it as JSON.
  return (told ?? '').replace(/^"|"$/g, '');
}

function rejection(invitation: string): string {
  return `liveagent_invite_rejected_${invitation}`;
}

function read(name: string): string | null {
  for (const pair of document.cookie.split(';')) {
    const [key, ...rest] = pair.trim().split('=');
    if (key !== name) continue;
    const raw = rest.join('=');
    try {
      return decodeURIComponent(raw);
    } catch {
      return raw;
    }
  }
  return null;
}

function write(name: string, value: string, maxAge: number | null): void {
  // Some browsers end a cookie by its date alone.
  const life = maxAge === null ? '' : maxAge === 0 ? '; max-age=0; expires=Thu, 01 Jan 1970 00:00:00 GMT' : `; max-age=${maxAge}`;
  const secure = location.protocol === 'https:' ? '; secure' : '';
  document.cookie = `${name}=${escaped(value)}; path=/; samesite=lax${life}${secure}`;
}

/** Only what would end the cookie or is not ASCII is escaped: other scripts of the site read these cookies too. */
function escaped(value: string): string {
  return value.slice(0, LONGEST).replace(/[^!#$&-+\--:<-[\]-~]+/g, (run) => {
    try {
      return encodeURIComponent(run);
    } catch {
      // Half of a surrogate pair.
      return '';
    }
  });
}
