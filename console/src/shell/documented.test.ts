// docs/agents.md names every shortcut, and no other.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

import { written } from './shortcuts';

const source = join(import.meta.dirname, '..');
const guide = readFileSync(join(source, '../../docs/agents.md'), 'utf8');

test('the guide for agents has the shortcuts of the console', () => {
  const keys = new Set<string>();
  for (const path of readdirSync(source, { recursive: true, encoding: 'utf8' })) {
    if (!path.startsWith('shell/') && !path.startsWith('pages/agent/')) continue;
    if (!path.endsWith('.svelte')) continue;
    for (const [, found = ''] of readFileSync(join(source, path), 'utf8').matchAll(/\bkeys: ['`]([^'`]+)['`]/g)) keys.add(found);
  }
  // One template stands for the nine numbers.
  keys.delete('alt+${n}');
  const ours = [...keys].map((one) => written(one, false).join('+'));
  expect(ours.length).toBeGreaterThan(15);
  const table = guide.slice(guide.indexOf('| keys | what |'));
  const named = [...table.matchAll(/`([^`]+)`/g)].map(([, one]) => one).filter((one) => !/^Alt\+\d$/.test(one!));
  expect(named.sort()).toEqual(ours.sort());
});
