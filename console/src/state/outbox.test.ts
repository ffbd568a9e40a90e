import { describe, expect, it } from 'vitest';
import { conversation, fromAgent, ME, snapshot } from './made';
import { next, reduceOutbox, revive, unseen, type Outbox, type OutboxAction } from './outbox';
import { initial, reduce } from './state';

const written = (key: string, id = 'a', text = key): OutboxAction => ({
  type: 'written',
  item: { key, conversation: id, what: { kind: 'message', text }, at: 0, after: 5 },
});
const run = (...actions: OutboxAction[]): Outbox => actions.reduce<Outbox>(reduceOutbox, []);
const keys = (items: Outbox) => items.map(({ key }) => key);

describe('the outbox', () => {
  it('sends one of each conversation at a time, the oldest first', () => {
    const outbox = run(written('1'), written('2'), written('3', 'b'));
    expect(keys(next(outbox))).toEqual(['1', '3']);
    expect(keys(next(reduceOutbox(outbox, { type: 'begun', key: '1' })))).toEqual(['3']);
    const taken = reduceOutbox(outbox, { type: 'taken_in', key: '1', sequence: 6 });
    expect(keys(next(taken))).toEqual(['2', '3']);
  });

  it('holds up what was written after a refused one, until that is sent again or discarded', () => {
    const refused = run(written('1'), written('2'), { type: 'refused', key: '1', refusal: { kind: 'wrong_state', detail: '' } });
    expect(next(refused)).toEqual([]);
    expect(keys(next(reduceOutbox(refused, { type: 'again', key: '1' })))).toEqual(['1']);
    expect(keys(next(reduceOutbox(refused, { type: 'discarded', key: '1' })))).toEqual(['2']);
  });

  it('keeps key and order over failures and a reload', () => {
    const outbox = run(
      written('1'),
      written('2'),
      { type: 'begun', key: '1' },
      { type: 'postponed', key: '1' },
      { type: 'begun', key: '1' },
    );
    const kept = revive(JSON.parse(JSON.stringify(outbox)) as Outbox);
    expect(kept.map(({ key, state, tries }) => [key, state, tries])).toEqual([
      ['1', 'waiting', 1],
      ['2', 'waiting', 0],
    ]);
  });

  it('shows a message once, whether its answer or the stream comes first', () => {
    const sends = run(written('1', 'a', 'Hello'), { type: 'begun', key: '1' });
    const [none, streamed] = [[], [fromAgent(6, 'Hello')]];
    expect(keys(unseen(sends, 'a', none, ME))).toEqual(['1']);
    expect(unseen(sends, 'a', streamed, ME)).toEqual([]);
    const sent = reduceOutbox(sends, { type: 'taken_in', key: '1', sequence: 6 });
    expect(keys(unseen(sent, 'a', none, ME))).toEqual(['1']);
    expect(unseen(sent, 'a', streamed, ME)).toEqual([]);
  });

  it('does not take an older message of the same words, or another agent’s, for the new one', () => {
    const sends = run(written('1', 'a', 'Yes'), { type: 'begun', key: '1' });
    expect(keys(unseen(sends, 'a', [fromAgent(4, 'Yes'), fromAgent(6, 'Yes', 'agent-2')], ME))).toEqual(['1']);
    const twice = reduceOutbox(sends, written('2', 'a', 'Yes'));
    expect(keys(unseen(twice, 'a', [fromAgent(6, 'Yes')], ME))).toEqual(['2']);
  });

  it('lets go of what the stream brought', () => {
    let state = reduce(initial, { type: 'snapshot', snapshot: snapshot('1:1', [conversation('a', [fromAgent(5, 'x')])]) });
    state = reduce(state, { type: 'outbox', action: written('1', 'a', 'Hello') });
    state = reduce(state, { type: 'outbox', action: { type: 'taken_in', key: '1', sequence: 6 } });
    expect(state.outbox).toHaveLength(1);
    const event = { event: 'entry' as const, conversation: 'a', entry: fromAgent(6, 'Hello') };
    state = reduce(state, { type: 'streamed', events: [{ position: '1:2', event }] });
    expect(state.outbox).toEqual([]);
  });
});
