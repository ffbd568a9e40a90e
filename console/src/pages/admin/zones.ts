/** The time zones that the browser knows, and the one that is set, whether it knows that or not. */
export function zones(now: string): { value: string; label: string }[] {
  const all = new Set<string>(['UTC', ...Intl.supportedValuesOf('timeZone')]);
  if (now !== '') all.add(now);
  return [...all].sort().map((value) => ({ value, label: value.replaceAll('_', ' ') }));
}
