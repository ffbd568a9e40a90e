import { describe, expect, it } from 'vitest';
import { apply, positionOf, TIMELINE, viewOf, type View } from '../../src/visitor/view';
import type { Entry, Snapshot, VisitorEvent, What } from '../../src/visitor/wire';

const at = '2026-11-21T04:05:06.000007Z';
const ada = { id: 'a1', name: 'Ada' };
const start: Snapshot = {
  id: 'c1',
  position: '3:10',
  state: 'waiting',
  started_at: at,
  agent: null,
  transferring: false,
  file_requests: [],
  rating: null,
  closure: null,
  timeline: [],
  earlier: false,
};

function fold(events: (What & { sequence: number })[], from: Snapshot = start): View {
  let view = viewOf(from);
  for (const what of events) {
    view = apply(view, `3:${what.sequence}`, { event: 'entry', entry: { at, ...what } as Entry }).view;
  }
  return view;
}

describe('the view', () => {
  it('follows a conversation from the queue to its end', () => {
    const request = { id: 'r1', author: { role: 'agent', ...ada } as const, expires_at: null };
    let view = viewOf(start);
    view = apply(view, null, { event: 'queue_place', place: { place: 2, estimated_wait_seconds: 60 } }).view;
    expect(view.place?.place).toBe(2);
    const joined = fold([{ sequence: 11, kind: 'joined', agent: ada }], view.conversation);
    expect([joined.conversation.state, joined.conversation.agent, joined.place]).toEqual(['active', ada, null]);
    const asked = fold([{ sequence: 12, kind: 'file_requested', request }], joined.conversation);
    expect(asked.conversation.file_requests).toEqual([request]);
    const moved = fold(
      [
        { sequence: 13, kind: 'transferring' },
        { sequence: 14, kind: 'waiting' },
      ],
      asked.conversation,
    );
    expect([moved.conversation.state, moved.conversation.agent, moved.conversation.transferring]).toEqual(['waiting', null, false]);
    const closure = { by: 'agent', because: 'agent', reason: null, at } as const;
    const ended = fold(
      [
        { sequence: 15, kind: 'joined', agent: ada },
        { sequence: 16, kind: 'ended', closure },
      ],
      moved.conversation,
    );
    expect([ended.conversation.state, ended.conversation.closure, ended.conversation.file_requests]).toEqual(['ended', closure, []]);
    expect(ended.conversation.timeline.map((entry) => entry.sequence)).toEqual([11, 12, 13, 14, 15, 16]);
    expect(positionOf(ended)).toBe(16);
  });

  it('takes an event once, however often it comes', () => {
    const event: VisitorEvent = { event: 'entry', entry: { sequence: 11, at, kind: 'message', author: { role: 'visitor' }, text: 'hi' } };
    const once = apply(viewOf(start), '3:11', event);
    expect(once.outcome).toBe('changed');
    const twice = apply(once.view, '3:11', event);
    expect([twice.outcome, twice.view]).toEqual(['nothing', once.view]);
    expect(apply(once.view, '3:9', event).outcome).toBe('nothing');
  });

  it('does not go on from another epoch, an erasure, or a reset, but over a stop', () => {
    const erased: VisitorEvent = { event: 'entry', entry: { sequence: 11, at, kind: 'erased' } };
    expect(apply(viewOf(start), '4:11', { event: 'typing', typing: true }).outcome).toBe('resync');
    expect(apply(viewOf(start), 'rubbish', { event: 'typing', typing: true }).outcome).toBe('resync');
    expect(apply(viewOf(start), '3:11', erased).outcome).toBe('resync');
    expect(apply(viewOf(start), null, { event: 'reset', reason: 'too_slow' }).outcome).toBe('resync');
    expect(apply(viewOf(start), null, { event: 'reset', reason: 'shutting_down' }).outcome).toBe('nothing');
  });

  it('takes typing back when the agent has written or is gone', () => {
    const typing = apply(viewOf(start), null, { event: 'typing', typing: true }).view;
    const entry = (what: What) => apply(typing, '3:11', { event: 'entry', entry: { sequence: 11, at, ...what } as Entry }).view.typing;
    expect(entry({ kind: 'message', author: { role: 'agent', ...ada }, text: 'x' })).toBe(false);
    expect(entry({ kind: 'agent_lost', nobody_left: false })).toBe(false);
    expect(entry({ kind: 'message', author: { role: 'visitor' }, text: 'x' })).toBe(true);
  });

  it('shows the later of two ratings wherever there is one', () => {
    const view = fold([
      { sequence: 11, kind: 'rated', rating: { score: 2, comment: null } },
      { sequence: 12, kind: 'rated', rating: { score: 5, comment: 'better' } },
    ]);
    const scores = view.conversation.timeline.map((entry) => (entry.kind === 'rated' ? entry.rating.score : 0));
    expect([view.conversation.rating?.score, ...scores]).toEqual([5, 5, 5]);
  });

  it('keeps as many entries as a snapshot has, and says that there were more', () => {
    const message = (sequence: number) => ({ sequence, kind: 'message', author: { role: 'visitor' }, text: 'x' }) as const;
    const full = fold(Array.from({ length: TIMELINE }, (_, n) => message(11 + n)));
    expect([full.conversation.timeline.length, full.conversation.earlier]).toEqual([TIMELINE, false]);
    const over = fold([message(11 + TIMELINE)], full.conversation);
    expect([over.conversation.timeline.length, over.conversation.earlier]).toEqual([TIMELINE, true]);
    expect(over.conversation.timeline[0]?.sequence).toBe(12);
  });

  it('passes over what a later server may tell', () => {
    const unknown = { event: 'entry', entry: { sequence: 11, at, kind: 'sung' } } as unknown as VisitorEvent;
    expect(apply(viewOf(start), '3:11', unknown).view.conversation.position).toBe('3:11');
    const event = { event: 'weather' } as unknown as VisitorEvent;
    expect(apply(viewOf(start), '3:12', event)).toMatchObject({ outcome: 'nothing', view: { conversation: { position: '3:12' } } });
  });
});
