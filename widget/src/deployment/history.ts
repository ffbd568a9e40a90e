// The pages of the visitor's session on this site, kept in localStorage under the names that the old script used, so that a site that changes
// its snippet in the middle of a session loses nothing.

/** A page as the chat window's request tells it; newest first. */
export interface VisitedPage {
  location: string;
  /** How many milliseconds ago, as a string. */
  time: string;
}

/** How many pages are kept and told. */
const KEPT = 25;
/** The longest address that is kept, in UTF-16 units. */
const LONGEST = 2048;

export class PageHistory {
  private count = 1;
  private start: number;
  private readonly now: () => number;
  /** This page's, from before the first answer: what counts as "seconds on page". */
  readonly openedAt: number;

  constructor(now: () => number) {
    this.now = now;
    this.openedAt = now();
    this.start = this.openedAt;
  }

  /** Adds this page to a session's history; a new session begins a new one. Without `persistent` nothing is written. */
  begin(session: string, persistent: boolean): void {
    if (!persistent) return;
    try {
      if (localStorage.getItem('liveAgentSid') !== session) {
        this.forget();
        localStorage.setItem('liveAgentSid', session);
        localStorage.setItem('liveAgentStart', String(this.openedAt));
      }
      this.start = positive(localStorage.getItem('liveAgentStart')) || this.openedAt;
      this.count = positive(localStorage.getItem('liveAgentPc')) + 1;
      localStorage.setItem('liveAgentPc', String(this.count));
      localStorage.setItem(`liveAgentPage_${this.count}`, location.href.slice(0, LONGEST));
      localStorage.setItem(`liveAgentPageTime_${this.count}`, String(this.openedAt));
      this.drop(this.count - KEPT);
    } catch {
      // Storage is full or forbidden: this page alone is known.
    }
  }

  /** Removes everything that a history left on the device. */
  forget(): void {
    try {
      const last = positive(localStorage.getItem('liveAgentPc'));
      for (let page = Math.max(1, last - KEPT); page <= last; page++) this.drop(page);
      for (const name of ['liveAgentSid', 'liveAgentPc', 'liveAgentStart']) localStorage.removeItem(name);
    } catch {
      // Then there is nothing.
    }
  }

  get views(): number {
    return this.count;
  }

  msOnPage(): number {
    return this.now() - this.openedAt;
  }

  msOnSite(): number {
    return this.now() - this.start;
  }

  pages(): VisitedPage[] {
    const pages: VisitedPage[] = [];
    const ago = (at: number) => String(Math.max(0, this.now() - at));
    try {
      for (let page = this.count; page > 0 && page > this.count - KEPT; page--) {
        const address = localStorage.getItem(`liveAgentPage_${page}`);
        if (address) pages.push({ location: address, time: ago(positive(localStorage.getItem(`liveAgentPageTime_${page}`))) });
      }
    } catch {
      // As below.
    }
    return pages.length > 0 ? pages : [{ location: location.href.slice(0, LONGEST), time: ago(this.openedAt) }];
  }

  private drop(page: number): void {
    if (page < 1) return;
    localStorage.removeItem(`liveAgentPage_${page}`);
    localStorage.removeItem(`liveAgentPageTime_${page}`);
  }
}

/** A stored number, which anybody may have changed; 0 for what is none. */
function positive(stored: string | null): number {
  const number = Number(stored);
  return Number.isSafeInteger(number) && number > 0 ? number : 0;
}
