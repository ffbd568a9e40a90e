import type { Day } from '../../api/schema';

export const DAYS: readonly Day[] = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'];

/** A day of the week in a language. */
export function dayName(day: string, language: string, width: 'long' | 'short' = 'long'): string {
  // The first of January 2024 was a Monday.
  const at = Date.UTC(2024, 0, 1 + DAYS.indexOf(day as Day));
  return new Intl.DateTimeFormat(language, { weekday: width, timeZone: 'UTC' }).format(at);
}
