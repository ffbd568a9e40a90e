// Waiting before something is tried again: longer each time, never together with everybody else, and cut short when the network is back.

const SHORTEST_MS = 500;
const LONGEST_MS = 30_000;

/** Full jitter over a doubling span, but never sooner than the server asked for. */
export function backoff(failures: number, atLeast: number | null, random: () => number): number {
  const span = Math.min(LONGEST_MS, SHORTEST_MS * 2 ** Math.min(failures, 10));
  const wait = span / 2 + (span / 2) * random();
  return Math.max(wait, atLeast === null ? 0 : atLeast * (1 + 0.25 * random()));
}

/** A pause that can be cut short. */
export class Pause {
  private finish: (() => void) | null = null;

  take(ms: number): Promise<void> {
    this.end();
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.finish?.(), ms);
      this.finish = () => {
        clearTimeout(timer);
        this.finish = null;
        resolve();
      };
    });
  }

  end(): void {
    this.finish?.();
  }
}
