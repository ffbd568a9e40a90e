/** The time now, as the server has it, moving once a second while somebody looks. */
class Clock {
  /** Milliseconds since 1970, by the server's clock. */
  now = $state(Date.now());
  #ahead = 0;

  constructor() {
    setInterval(() => this.tick(), 1_000);
    document.addEventListener('visibilitychange', () => this.tick());
  }

  tick(): void {
    this.now = Date.now() + this.#ahead;
  }

  /** The server said what time it is. A second or two is the answer's own way. */
  heard(header: string | null): void {
    const told = header === null ? NaN : Date.parse(header);
    if (Number.isNaN(told)) return;
    const ahead = told - Date.now();
    this.#ahead = Math.abs(ahead) < 2_500 ? 0 : ahead;
  }
}

export const clock = new Clock();

/** Whole seconds from an instant until now; never below zero. */
export const secondsSince = (instant: string): number => Math.max(0, Math.floor((clock.now - Date.parse(instant)) / 1_000));
/** Seconds from now until an instant; never below zero. */
export const secondsUntil = (instant: string): number => Math.max(0, (Date.parse(instant) - clock.now) / 1_000);
