import { expect, test } from 'vitest';
import { Paged, type PageOf } from './paged.svelte';

interface Item {
  id: string;
  name: string;
}

test('what was renamed between two pages is shown once, as it is now', async () => {
  const pages: PageOf<Item>[] = [
    {
      items: [
        { id: '1', name: 'Ann' },
        { id: '2', name: 'Ben' },
      ],
      next: 'after Ben',
    },
    {
      items: [
        { id: '3', name: 'Eve' },
        { id: '1', name: 'Zoe' },
      ],
      next: null,
    },
  ];
  const asked: (string | undefined)[] = [];
  const list = new Paged<Item>(
    (cursor) => {
      asked.push(cursor);
      return Promise.resolve(pages.shift()!);
    },
    ({ id }) => id,
  );
  await list.reload();
  await list.more();
  expect(list.items.map(({ name }) => name)).toEqual(['Ben', 'Eve', 'Zoe']);
  expect(asked).toEqual([undefined, 'after Ben']);
  await list.more();
  expect(asked).toHaveLength(2);
});

test('what was asked last is shown, whatever is answered last', async () => {
  const answers: ((page: PageOf<Item>) => void)[] = [];
  const list = new Paged<Item>(() => new Promise((resolve) => answers.push(resolve)));
  const [first, second] = [list.reload(), list.reload()];
  answers[1]!({ items: [{ id: '2', name: 'asked last' }] });
  answers[0]!({ items: [{ id: '1', name: 'asked first' }] });
  await Promise.all([first, second]);
  expect(list.items.map(({ name }) => name)).toEqual(['asked last']);
  expect(list.loading).toBe(false);
});
