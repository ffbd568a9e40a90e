/** Until when somebody has a permission set: a day that is included, by the clock that all times of the console are shown by. */
import { date } from '../../../catalogue/format';
import { t } from '../../../catalogue/crm';
import { dayOf, nextDay } from '../../../store/admin/days';

/** The instant at which a day is over; null for none. */
export const endOf = (day: string): string | null => (day === '' ? null : (nextDay(day) ?? null));

/** The last day on which it still holds; empty for ever. */
export const lastDay = (until: string | null): string => (until === null ? '' : dayOf(Date.parse(until) - 1));

export function untilWords(until: string | null): string {
  if (until === null) return t('until.never');
  const over = Date.parse(until) <= Date.now();
  return t(over ? 'until.over' : 'until.day', { day: date(Date.parse(until) - 1) });
}
