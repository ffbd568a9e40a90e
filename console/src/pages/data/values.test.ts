import { beforeAll, expect, test, vi } from 'vitest';
import type { DataField, Kind } from '../../store/data/types';

vi.stubGlobal('navigator', { languages: ['en-GB'] });
const { speech } = await import('../../catalogue/catalogue.svelte');
const { changes, leads, shown, typed } = await import('./values');
const { instantOf, localOf } = await import('../../store/admin/days');

const field = (kind: Kind): DataField => ({
  name: 'F',
  label: 'F',
  kind,
  length: null,
  required: false,
  can_create: true,
  can_update: true,
  filterable: true,
  sortable: true,
  choices: [
    { value: 'a', label: 'Alpha', active: true },
    { value: 'b', label: 'Beta', active: false },
  ],
  refers_to: [],
  default: null,
  help: null,
});
const words = { yes: 'yes', no: 'no' };
const say = (kind: Kind, value: string | number | boolean | null) => shown(field(kind), value, words);

beforeAll(() => {
  speech.timeZone = 'Asia/Tokyo';
});

test('values are shown as the language and the zone have them', () => {
  expect(say('text', null)).toBe('');
  expect(say('checkbox', false)).toBe('no');
  expect(say('checkbox', 'true')).toBe('yes');
  expect(say('number', 1234.5678)).toBe('1,234.5678');
  expect(say('currency', 1234.5)).toBe('1,234.50');
  expect(say('percent', 12.5)).toBe('12.5%');
  expect([say('file', true), say('file', false)]).toEqual(['yes', '']);
  expect(say('picklist', 'a')).toBe('Alpha');
  expect(say('picklist', 'gone')).toBe('gone');
  expect(say('multipicklist', 'a;b')).toBe('Alpha and Beta');
});

test('a day is that day in every zone, and an instant is not', () => {
  for (const zone of ['Asia/Tokyo', 'America/Los_Angeles', 'UTC']) {
    speech.timeZone = zone;
    expect(say('date', '2026-02-28')).toBe('28 Feb 2026');
    expect(say('time', '09:30:00Z')).toBe('09:30');
  }
  speech.timeZone = 'Asia/Tokyo';
  expect(say('date_time', '2026-02-28T20:00:00Z')).toBe('1 Mar 2026, 05:00');
  expect(say('date_time', '2026-02-28T20:00:00.000+0000')).toBe('1 Mar 2026, 05:00');
});

test('what is no value of its kind is shown as it is', () => {
  for (const kind of ['date', 'date_time', 'time'] as const) expect(say(kind, 'soon')).toBe('soon');
});

test('an instant that is typed by a clock is that instant, where the clock is changed, too', () => {
  expect(instantOf('2026-07-01T12:00', 'Europe/Berlin')).toBe('2026-07-01T10:00:00.000Z');
  expect(instantOf('2026-12-01T12:00', 'Europe/Berlin')).toBe('2026-12-01T11:00:00.000Z');
  expect(localOf(Date.parse('2026-03-29T01:30:00Z'), 'Europe/Berlin')).toBe('2026-03-29T03:30');
  expect(instantOf('2026-03-29T03:30', 'Europe/Berlin')).toBe('2026-03-29T01:30:00.000Z');
  expect(instantOf('soon', 'Europe/Berlin')).toBeUndefined();
});

test('a form sends what it changed, and nothing for what was emptied', () => {
  expect(changes({ A: 'x', B: 'y', C: '' }, { A: 'x', B: '', C: 'z' })).toEqual([
    { name: 'B', value: null },
    { name: 'C', value: 'z' },
  ]);
  expect([typed(null), typed(false), typed(1.5), typed('x')]).toEqual(['', 'false', '1.5', 'x']);
});

test('a value leads only where it may', () => {
  expect(leads(field('url'), 'https://example.com/x')).toBe('https://example.com/x');
  expect(leads(field('url'), 'javascript:alert(1)')).toBeUndefined();
  expect(leads(field('url'), 'example.com')).toBeUndefined();
  expect(leads(field('email'), 'ada@example.com')).toBe('mailto:ada@example.com');
  expect(leads(field('email'), 'ada@example.com?bcc=all@example.com')).toBeUndefined();
  expect(leads(field('phone'), '+44 (20) 7946-0000')).toBe('tel:+442079460000');
  expect(leads(field('phone'), 'none')).toBeUndefined();
  expect(leads(field('text'), 'https://example.com')).toBeUndefined();
});
