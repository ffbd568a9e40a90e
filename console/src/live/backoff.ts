/** How long to wait before the next try: longer each time, and never the same for two, so that a thousand consoles do not come back at once. */
export function backoff(tries: number, least: number, random: () => number): number {
  const most = Math.min(30_000, least * 2 ** Math.min(tries, 10));
  return least / 2 + random() * (most - least / 2);
}
