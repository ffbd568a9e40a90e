/** Numbers, dates and durations, as the language writes them and in the workspace's time zone. */
import { speech } from './catalogue.svelte';

const made = new Map<string, Intl.DateTimeFormat>();

function dateFormat(options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = JSON.stringify([speech.locale, speech.timeZone, options]);
  const known = made.get(key) ?? new Intl.DateTimeFormat(speech.locale, { ...options, timeZone: speech.timeZone });
  made.set(key, known);
  return known;
}

type When = string | number | Date;
const instant = (when: When): Date => (when instanceof Date ? when : new Date(when));

/** `14:05`. */
export const timeOfDay = (when: When): string => dateFormat({ hour: '2-digit', minute: '2-digit' }).format(instant(when));
/** `Saturday, 21 November 2026`. */
export const wholeDay = (when: When): string => dateFormat({ dateStyle: 'full' }).format(instant(when));
/** `21 Nov`. */
export const shortDay = (when: When): string => dateFormat({ day: 'numeric', month: 'short' }).format(instant(when));
/** `21 Nov 2026`. */
export const date = (when: When): string => dateFormat({ dateStyle: 'medium' }).format(instant(when));
/** `21 Nov 2026, 14:05`. */
export const dateTime = (when: When): string => dateFormat({ dateStyle: 'medium', timeStyle: 'short' }).format(instant(when));
/** Two instants with the same answer are of the same day in the workspace's zone. */
export const dayKey = (when: When): string => dateFormat({ year: 'numeric', month: 'numeric', day: 'numeric' }).format(instant(when));

export const number = (value: number, options: Intl.NumberFormatOptions = {}): string =>
  new Intl.NumberFormat(speech.locale, options).format(value);

/** `0:07`, `12:30`, `1:02:03`: a duration that is watched while it grows. */
export function clock(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const [h, m, s] = [Math.floor(whole / 3600), Math.floor((whole % 3600) / 60), whole % 60];
  const two = (n: number) => number(n, { minimumIntegerDigits: 2 });
  return h > 0 ? `${number(h)}:${two(m)}:${two(s)}` : `${number(m)}:${two(s)}`;
}

/** `3 min`, `2 hr`: how long something takes or took, at a glance. */
export function roughly(seconds: number): string {
  const unit = (value: number, name: string) => number(value, { style: 'unit', unit: name, unitDisplay: 'short' });
  if (seconds < 60) return unit(Math.max(0, Math.round(seconds)), 'second');
  if (seconds < 3_600) return unit(Math.floor(seconds / 60), 'minute');
  if (seconds < 86_400) return unit(Math.floor(seconds / 3_600), 'hour');
  return unit(Math.floor(seconds / 86_400), 'day');
}

/** `1.4 MB`. */
export function bytes(size: number): string {
  const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte'];
  let at = 0;
  let value = size;
  while (value >= 1000 && at < units.length - 1) {
    value /= 1000;
    at += 1;
  }
  return number(value, {
    style: 'unit',
    unit: units[at]!,
    unitDisplay: at === 0 ? 'long' : 'short',
    maximumFractionDigits: value < 10 && at > 0 ? 1 : 0,
  });
}

/** `Anna, Bert and Cem`. */
export const list = (items: readonly string[]): string => new Intl.ListFormat(speech.locale, { type: 'conjunction' }).format(items);
