import { describe, expect, it } from 'vitest';
import type { AgentEvent } from '../api/schema';
import { TIMELINE } from './conversation';
import { conversation, entry, fromAgent, fromVisitor, snapshot } from './made';
import { unread, waitsSince } from './marks';
import { conversationOf, initial, reduce, type State } from './state';
import { snapshotOf } from './view';

const begun = (...conversations: Parameters<typeof snapshot>[1] & object): State =>
  reduce(initial, { type: 'snapshot', snapshot: snapshot('1:10', conversations) });
const stream = (state: State, position: string | null, event: AgentEvent): State =>
  reduce(state, { type: 'streamed', events: [{ position, event }] });

describe('the view', () => {
  it('takes each entry in once, whatever is told twice', () => {
    const said: AgentEvent = { event: 'entry', conversation: 'a', entry: fromVisitor(2, 'Hello') };
    const once = stream(begun(conversation('a', [fromVisitor(1, 'Hi')])), '1:11', said);
    expect(conversationOf(once, 'a')!.timeline.map(({ sequence }) => sequence)).toEqual([1, 2]);
    expect(stream(once, '1:11', said)).toBe(once);
    expect(stream(once, '1:12', said).view!.conversations).toBe(once.view!.conversations);
  });

  it('stops at a position of another epoch, and goes on from a fresh snapshot', () => {
    const foreign = stream(begun(conversation('a')), '2:1', { event: 'advanced' });
    expect(foreign.stale).toBe(true);
    const ignored = stream(foreign, '2:2', { event: 'conversation_left', conversation: 'a', reason: 'closed' });
    expect(ignored).toBe(foreign);
    expect(reduce(foreign, { type: 'snapshot', snapshot: snapshot('2:5') }).stale).toBe(false);
  });

  it('is stale after texts were erased, and not when the server stops', () => {
    const state = begun(conversation('a'));
    expect(stream(state, '1:11', { event: 'entry', conversation: 'a', entry: entry(1, { kind: 'erased' }) }).stale).toBe(true);
    expect(stream(state, null, { event: 'reset', reason: 'shutting_down' }).stale).toBe(false);
    expect(stream(state, null, { event: 'reset', reason: 'too_old' }).stale).toBe(true);
  });

  it('forgets a draft when the message comes', () => {
    let state = begun(conversation('a'));
    state = stream(state, null, { event: 'draft', conversation: 'a', text: 'Hel' });
    state = stream(state, null, { event: 'typing', conversation: 'a', typing: true });
    expect([state.view!.drafts.get('a'), state.view!.typing.has('a')]).toEqual(['Hel', true]);
    state = stream(state, '1:11', { event: 'entry', conversation: 'a', entry: fromVisitor(1, 'Hello') });
    expect([state.view!.drafts.size, state.view!.typing.size]).toEqual([0, 0]);
  });

  it('knows who looks on, in the order of their ids', () => {
    const looks = (sequence: number, kind: 'monitor_started' | 'monitor_ended', agent: string): AgentEvent => ({
      event: 'entry',
      conversation: 'a',
      entry: entry(sequence, { kind, agent }),
    });
    let state = stream(begun(conversation('a')), '1:11', looks(1, 'monitor_started', 'c'));
    state = stream(state, '1:12', looks(2, 'monitor_started', 'b'));
    expect(conversationOf(state, 'a')!.monitored_by).toEqual(['b', 'c']);
    state = stream(state, '1:13', looks(3, 'monitor_ended', 'c'));
    expect(conversationOf(state, 'a')!.monitored_by).toEqual(['b']);
  });

  it('has a flag from when it is raised until it is lowered or the conversation ends', () => {
    const author = { role: 'agent' as const, id: 'agent-1', name: 'Ann' };
    const raised = entry(1, { kind: 'flag_raised', author, note: 'A refund?' });
    let state = stream(begun(conversation('a')), '1:11', { event: 'entry', conversation: 'a', entry: raised });
    expect(conversationOf(state, 'a')!.flag).toEqual({ by: 'agent-1', note: 'A refund?', at: raised.at });
    state = stream(state, '1:12', { event: 'entry', conversation: 'a', entry: entry(2, { kind: 'flag_lowered', author }) });
    expect(conversationOf(state, 'a')!.flag).toBeNull();
  });

  it('ignores events that a newer server tells, and keeps their position', () => {
    const told = stream(begun(), '1:11', { event: 'weather_changed' } as unknown as AgentEvent);
    expect(told.view!.position).toBe('1:11');
    expect(snapshotOf(told.view!)).toEqual({ ...snapshot('1:11') });
  });

  it('keeps a full timeline full, without a hole to the older entries that are shown', () => {
    const many = Array.from({ length: TIMELINE }, (_, at) => fromVisitor(at + 10, `${at}`));
    let state = begun(conversation('a', many, { earlier: true }));
    state = reduce(state, { type: 'older_came', conversation: 'a', entries: [fromVisitor(8, 'x'), fromVisitor(9, 'y')], more: false });
    state = stream(state, '1:11', { event: 'entry', conversation: 'a', entry: fromVisitor(TIMELINE + 10, 'new') });
    const { timeline, earlier } = conversationOf(state, 'a')!;
    expect([timeline.length, timeline[0]!.sequence, earlier]).toEqual([TIMELINE, 11, true]);
    expect(state.older.get('a')!.entries.map(({ sequence }) => sequence)).toEqual([8, 9, 10]);
  });
});

describe('panes', () => {
  it('keeps what is looked at when it leaves, until it is closed', () => {
    let state = reduce(begun(conversation('a', [fromVisitor(1, 'Hi')])), { type: 'opened', conversation: 'a' });
    state = stream(state, '1:11', { event: 'conversation_left', conversation: 'a', reason: 'transferred' });
    expect(state.view!.conversations.size).toBe(0);
    expect(conversationOf(state, 'a')!.timeline).toHaveLength(1);
    expect(state.gone.get('a')!.reason).toBe('transferred');
    state = reduce(state, { type: 'closed', conversation: 'a' });
    expect(conversationOf(state, 'a')).toBeNull();
  });

  it('gives the pane with the keyboard to the next one and leaves the others', () => {
    let state = reduce(begun(conversation('a'), conversation('b'), conversation('c')), { type: 'columns', columns: 2 });
    for (const id of ['a', 'b', 'c']) state = reduce(state, { type: 'opened', conversation: id });
    expect([state.panes, state.focused]).toEqual([['a', 'c'], 'c']);
    state = reduce(state, { type: 'columns', columns: 1 });
    expect(state.panes).toEqual(['c']);
  });
});

describe('marks', () => {
  it('counts what the visitor said since, and what colleagues whispered', () => {
    const whisper = entry(4, { kind: 'note', author: { role: 'agent', id: 'agent-2', name: 'Sue' }, text: 'Offer a refund' });
    const own = entry(5, { kind: 'note', author: { role: 'agent', id: 'agent-1', name: 'Ann' }, text: 'Mine' });
    const said = conversation('a', [fromVisitor(1, 'Hi'), fromAgent(2, 'Hello'), fromVisitor(3, 'So'), whisper, own]);
    expect(unread(said, 0, 'agent-1')).toBe(3);
    expect(unread(said, 3, 'agent-1')).toBe(1);
  });

  it('says since when the visitor waits: the first thing said since the last answer', () => {
    const timeline = [fromVisitor(1, 'Hi'), fromAgent(2, 'Hello'), fromVisitor(3, 'One'), fromVisitor(4, 'Two')];
    expect(waitsSince(conversation('a', timeline))).toBe(timeline[2]!.at);
    expect(waitsSince(conversation('a', timeline.slice(0, 2)))).toBeNull();
    expect(waitsSince(conversation('a', timeline, { state: 'ended' }))).toBeNull();
  });
});
