/** Days that people choose, as instants, by the clock of the workspace (or of the browser, where it is not known yet). */
import { speech } from '../../catalogue/catalogue.svelte';

/** Minutes that the zone is ahead of UTC at an instant. */
function ahead(at: number, zone: string | undefined): number {
  const parts = new Intl.DateTimeFormat('en-GB', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
  }).formatToParts(at);
  const of = (type: string) => Number(parts.find((part) => part.type === type)?.value);
  const there = Date.UTC(of('year'), of('month') - 1, of('day'), of('hour'), of('minute'));
  return Math.round((there - Math.floor(at / 60_000) * 60_000) / 60_000);
}

/** When the day `2026-11-21` begins; undefined for what is not a day. */
export function dayStart(day: string, zone: string | undefined = speech.timeZone): string | undefined {
  const utc = Date.parse(`${day}T00:00:00Z`);
  if (!/^\d{4}-\d{2}-\d{2}$/.test(day) || Number.isNaN(utc)) return undefined;
  // The offset at the day's own beginning, which differs from the one guessed first where the clock is changed that day.
  let at = utc - ahead(utc, zone) * 60_000;
  at = utc - ahead(at, zone) * 60_000;
  return new Date(at).toISOString();
}

/** When the day after begins: the end of a day that is included. */
export function nextDay(day: string, zone: string | undefined = speech.timeZone): string | undefined {
  const utc = Date.parse(`${day}T00:00:00Z`);
  if (Number.isNaN(utc)) return undefined;
  return dayStart(new Date(utc + 86_400_000).toISOString().slice(0, 10), zone);
}

/** The day of an instant there, as `2026-11-21`. */
export function dayOf(at: number, zone: string | undefined = speech.timeZone): string {
  return new Date(at + ahead(at, zone) * 60_000).toISOString().slice(0, 10);
}

/** An instant as a person's clock there shows it: `2026-11-21T14:05`, which is what a browser's own field for it holds. */
export function localOf(at: number, zone: string | undefined = speech.timeZone): string {
  return new Date(at + ahead(at, zone) * 60_000).toISOString().slice(0, 16);
}

/** The instant at which the clock there shows `2026-11-21T14:05`; undefined for what is none. Of an hour that comes twice, the first. */
export function instantOf(local: string, zone: string | undefined = speech.timeZone): string | undefined {
  const utc = Date.parse(`${local}Z`);
  if (!/^\d{4,6}-\d{2}-\d{2}T\d{2}:\d{2}/.test(local) || Number.isNaN(utc)) return undefined;
  let at = utc - ahead(utc, zone) * 60_000;
  at = utc - ahead(at, zone) * 60_000;
  return new Date(at).toISOString();
}
