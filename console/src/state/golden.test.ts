/**
 * Golden streams: what the server streamed after a snapshot, and the snapshot that it made itself afterwards. Written by the server's own
 * tests; here the console's reducer must come to the same.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { AgentEvent, AgentSnapshot } from '../api/schema';
import { initial, reduce } from './state';
import { snapshotOf } from './view';

interface Golden {
  snapshot: AgentSnapshot;
  events: { id: string | null; data: AgentEvent }[];
  expected: AgentSnapshot;
}

const folder = new URL('../../golden/', import.meta.url);
const names = readdirSync(folder).filter((name) => name.endsWith('.json'));

describe('golden streams', () => {
  it('are there', () => expect(names).not.toEqual([]));

  it.each(names)('%s', (name) => {
    const { snapshot, events, expected } = JSON.parse(readFileSync(new URL(name, folder), 'utf8')) as Golden;
    const streamed = events.map(({ id, data }) => ({ position: id, event: data }));
    const before = reduce(initial, { type: 'snapshot', snapshot });
    const after = reduce(before, { type: 'streamed', events: streamed });
    expect(after.stale).toBe(false);
    expect(snapshotOf(after.view!)).toEqual(expected);
    // All of it again changes nothing: that is what a reader who was cut off gets.
    expect(snapshotOf(reduce(after, { type: 'streamed', events: streamed }).view!)).toEqual(expected);
  });
});
