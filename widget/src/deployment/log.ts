// The lines that `enableLogging()` shows in the browser's console. Their wording is a documented interface: people who set up invitations
// read them and search for them.

const PREFIX = 'LIVE AGENT: ';

export class Log {
  private enabled = false;

  enable(): void {
    this.enabled = true;
  }

  line(message: string): void {
    if (this.enabled) console.log(PREFIX + message);
  }

  /** What goes wrong in the page's own use of us: shown whether logging is on or not. */
  warning(message: string): void {
    console.warn(PREFIX + message);
  }

  /** Runs `inside` so that what it logs stands below `title`. */
  group<T>(title: string, inside: () => T): T {
    if (!this.enabled) return inside();
    console.group(PREFIX + title);
    try {
      return inside();
    } finally {
      console.groupEnd();
    }
  }
}
