// Streams of a real server (crates/testserver/tests/golden.rs): what the events make of the snapshot is what a fresh snapshot said.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

import { apply, viewOf } from '../../src/visitor/view';

const folder = join(import.meta.dirname, '../../golden');
const files = readdirSync(folder).filter((name) => name.endsWith('.json'));

test('there are golden streams', () => expect(files.length).toBeGreaterThan(1));

test.each(files)('%s', (name) => {
  const { snapshot, events, expected } = JSON.parse(readFileSync(join(folder, name), 'utf8'));
  let view = viewOf(snapshot);
  for (const { id, data } of events) {
    const step = apply(view, id, data);
    expect(step.outcome).not.toBe('resync');
    view = step.view;
  }
  expect(view.conversation).toEqual(expected);
});
