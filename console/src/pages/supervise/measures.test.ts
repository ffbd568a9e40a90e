import { expect, test } from 'vitest';
import type { FigureNumbers } from '../../api/schema';
import { csv, measure, MEASURES, rated } from './measures';

const nothing: FigureNumbers = {
  asked: 0,
  answered: 0,
  missed: 0,
  abandoned: 0,
  ended: 0,
  waiting_seconds: { sum: 0, count: 0, max: 0 },
  first_response_seconds: { sum: 0, count: 0, max: 0 },
  handling_seconds: { sum: 0, count: 0, max: 0 },
  messages_visitor: 0,
  messages_agent: 0,
  ratings: [0, 0, 0, 0, 0],
};

test('a mean of nothing is nothing, and a count of nothing is zero', () => {
  for (const { key, kind, of } of MEASURES) expect(of(nothing), key).toBe(kind === 'count' ? 0 : null);
});

test('means are weighed by how often', () => {
  expect(measure('waiting').of({ ...nothing, waiting_seconds: { sum: 90, count: 4, max: 60 } })).toBe(22.5);
  const numbers = { ...nothing, ratings: [1, 0, 0, 1, 2] };
  expect(rated(numbers)).toBe(4);
  expect(measure('rating').of(numbers)).toBe(15 / 4);
});

test('a cell of a file cannot be taken for a formula, another cell or another line', () => {
  const rows = [
    ['=HYPERLINK("https://evil.example")', '-1+1', 'a,b', 'say "yes"', 'two\nlines', null, 22.516],
    ['plain', -1],
  ];
  expect(csv(rows)).toBe('"\'=HYPERLINK(""https://evil.example"")",\'-1+1,"a,b","say ""yes""","two\nlines",,22.52\r\nplain,-1\r\n');
});
