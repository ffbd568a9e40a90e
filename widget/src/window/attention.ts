// Calls a visitor back to a window that is behind others: its title counts what came meanwhile, and blinks where things may move.

const BLINK_MS = 1200;

export class Attention {
  private readonly title: string;
  private readonly words: (count: number) => string;
  private timer: ReturnType<typeof setInterval> | undefined;
  private count = 0;
  private on = false;

  /** @param words what the title says of so many new things. */
  constructor(words: (count: number) => string) {
    this.title = document.title;
    this.words = words;
    document.addEventListener('visibilitychange', this.look);
    addEventListener('focus', this.look);
  }

  /** Something came that the visitor should see. */
  call(): void {
    if (this.seen) return;
    this.count += 1;
    clearInterval(this.timer);
    this.show(true);
    const still = matchMedia('(prefers-reduced-motion: reduce)').matches;
    if (!still) this.timer = setInterval(() => this.show(!this.on), BLINK_MS);
  }

  stop(): void {
    document.removeEventListener('visibilitychange', this.look);
    removeEventListener('focus', this.look);
    clearInterval(this.timer);
    this.show(false);
  }

  /** A window may be seen without being looked at, behind the one that has the focus. */
  private get seen(): boolean {
    return document.visibilityState === 'visible' && document.hasFocus();
  }

  private readonly look = (): void => {
    if (!this.seen) return;
    this.count = 0;
    clearInterval(this.timer);
    this.show(false);
  };

  private show(on: boolean): void {
    this.on = on;
    document.title = on ? `${this.words(this.count)} – ${this.title}` : this.title;
  }
}
