/** What the figures measure, each with how it is read from a step. Pure. */
import type { FigureNumbers } from '../../api/schema';

export type Key =
  | 'asked'
  | 'answered'
  | 'missed'
  | 'abandoned'
  | 'ended'
  | 'waiting'
  | 'first_response'
  | 'handling'
  | 'messages_visitor'
  | 'messages_agent'
  | 'rating';

export interface Measure {
  key: Key;
  /** `count` adds up, `seconds` is a mean, `rating` is a mean of 1 to 5. */
  kind: 'count' | 'seconds' | 'rating';
  /** Null where nothing was measured: a mean of nothing is no zero. */
  of: (numbers: FigureNumbers) => number | null;
}

const mean = ({ sum, count }: { sum: number; count: number }): number | null => (count === 0 ? null : sum / count);

export const rated = ({ ratings }: FigureNumbers): number => ratings.reduce((sum, n) => sum + n, 0);

export const MEASURES: readonly Measure[] = [
  { key: 'asked', kind: 'count', of: ({ asked }) => asked },
  { key: 'answered', kind: 'count', of: ({ answered }) => answered },
  { key: 'missed', kind: 'count', of: ({ missed }) => missed },
  { key: 'abandoned', kind: 'count', of: ({ abandoned }) => abandoned },
  { key: 'ended', kind: 'count', of: ({ ended }) => ended },
  { key: 'waiting', kind: 'seconds', of: ({ waiting_seconds }) => mean(waiting_seconds) },
  { key: 'first_response', kind: 'seconds', of: ({ first_response_seconds }) => mean(first_response_seconds) },
  { key: 'handling', kind: 'seconds', of: ({ handling_seconds }) => mean(handling_seconds) },
  { key: 'messages_visitor', kind: 'count', of: ({ messages_visitor }) => messages_visitor },
  { key: 'messages_agent', kind: 'count', of: ({ messages_agent }) => messages_agent },
  {
    key: 'rating',
    kind: 'rating',
    of: (numbers) => {
      const all = rated(numbers);
      return all === 0 ? null : numbers.ratings.reduce((sum, n, at) => sum + n * (at + 1), 0) / all;
    },
  },
];

export const measure = (key: Key): Measure => MEASURES.find((each) => each.key === key)!;

/** RFC 4180; a cell that a spreadsheet would take for a formula is kept as text. */
export function csv(rows: readonly (readonly (string | number | null)[])[]): string {
  const cell = (value: string | number | null): string => {
    if (value === null) return '';
    if (typeof value === 'number') return String(Math.round(value * 100) / 100);
    const safe = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
    return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
  };
  return rows.map((row) => row.map(cell).join(',')).join('\r\n') + '\r\n';
}
