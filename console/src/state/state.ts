/** Everything that the console shows of the agent's work, and the one function that changes it. Pure: no IO, no clock. */
import type { AgentConversation, AgentId, AgentSnapshot, ConversationId, Entry, LeaveReason } from '../api/schema';
import type { Link } from '../live/live';
import { reduceOutbox, settle, type Outbox, type OutboxAction } from './outbox';
import { applyEvent, viewOf, type AgentView, type Streamed } from './view';

/** Entries before a conversation's timeline, read by page. */
export interface Older {
  readonly entries: readonly Entry[];
  /** Whether there are still older ones. */
  readonly more: boolean;
  readonly loading: boolean;
}

/** A conversation that is no longer the agent's and is still looked at. */
export interface Gone {
  readonly conversation: AgentConversation;
  readonly reason: LeaveReason;
}

export interface State {
  /** Null until the first snapshot. */
  readonly view: AgentView | null;
  readonly link: Link;
  /** What was streamed cannot be applied: a snapshot must be read. */
  readonly stale: boolean;
  readonly outbox: Outbox;
  /** Up to which entry the agent has read each conversation. */
  readonly read: ReadonlyMap<ConversationId, number>;
  readonly older: ReadonlyMap<ConversationId, Older>;
  readonly gone: ReadonlyMap<ConversationId, Gone>;
  /** What is open side by side, in order. */
  readonly panes: readonly ConversationId[];
  /** Which of them the keyboard is in. */
  readonly focused: ConversationId | null;
  /** How many fit side by side: 1 to 3. */
  readonly columns: number;
}

export type Action =
  | { type: 'snapshot'; snapshot: AgentSnapshot }
  | { type: 'streamed'; events: readonly Streamed[] }
  | { type: 'link'; link: Link }
  | { type: 'outbox'; action: OutboxAction }
  | { type: 'outbox_revived'; outbox: Outbox }
  | { type: 'read'; conversation: ConversationId; sequence: number }
  | { type: 'read_restored'; read: ReadonlyMap<ConversationId, number> }
  | { type: 'older_asked'; conversation: ConversationId }
  | { type: 'older_came'; conversation: ConversationId; entries: readonly Entry[]; more: boolean }
  | { type: 'older_failed'; conversation: ConversationId }
  | { type: 'opened'; conversation: ConversationId }
  | { type: 'closed'; conversation: ConversationId }
  | { type: 'columns'; columns: number }
  | { type: 'signed_out' };

export const initial: State = {
  view: null,
  link: 'catching_up',
  stale: false,
  outbox: [],
  read: new Map(),
  older: new Map(),
  gone: new Map(),
  panes: [],
  focused: null,
  columns: 1,
};

export function reduce(state: State, action: Action): State {
  switch (action.type) {
    case 'snapshot':
      return fresh(state, action.snapshot);
    case 'streamed':
      return action.events.reduce(stream, state);
    case 'link':
      return state.link === action.link ? state : { ...state, link: action.link };
    case 'outbox':
      return settleAll({ ...state, outbox: reduceOutbox(state.outbox, action.action) });
    case 'outbox_revived':
      return { ...state, outbox: action.outbox };
    case 'read': {
      if ((state.read.get(action.conversation) ?? -1) >= action.sequence) return state;
      return { ...state, read: new Map(state.read).set(action.conversation, action.sequence) };
    }
    case 'read_restored': {
      const read = new Map(state.read);
      for (const [id, sequence] of action.read) read.set(id, Math.max(sequence, read.get(id) ?? -1));
      return { ...state, read };
    }
    case 'older_asked': {
      const known = state.older.get(action.conversation) ?? { entries: [], more: true, loading: false };
      return withOlder(state, action.conversation, { ...known, loading: true });
    }
    case 'older_came': {
      const known = state.older.get(action.conversation)?.entries ?? [];
      const first = known[0]?.sequence ?? conversationOf(state, action.conversation)?.timeline[0]?.sequence ?? Infinity;
      const entries = [...action.entries.filter((entry) => entry.sequence < first), ...known];
      return withOlder(state, action.conversation, { entries, more: action.more, loading: false });
    }
    case 'older_failed': {
      const known = state.older.get(action.conversation);
      return known === undefined ? state : withOlder(state, action.conversation, { ...known, loading: false });
    }
    case 'opened':
      return open(state, action.conversation);
    case 'closed':
      return close(state, action.conversation);
    case 'columns': {
      const columns = Math.min(3, Math.max(1, action.columns));
      if (columns === state.columns) return state;
      return { ...state, columns, panes: fit(state.panes, state.focused, columns) };
    }
    case 'signed_out':
      return { ...initial, columns: state.columns };
  }
}

/** A conversation in view, or one that left it and is still open. */
export function conversationOf(state: State, id: ConversationId): AgentConversation | null {
  return state.view?.conversations.get(id) ?? state.gone.get(id)?.conversation ?? null;
}

/** The agent; empty before the first snapshot. */
export function meOf(state: State): AgentId {
  return state.view?.me.id ?? '';
}

function fresh(state: State, snapshot: AgentSnapshot): State {
  const view = viewOf(snapshot);
  // What left while nothing was heard is shown as gone where it is still open.
  const gone = new Map(state.gone);
  for (const id of state.panes) {
    const known = state.view?.conversations.get(id);
    if (known !== undefined && !view.conversations.has(id)) gone.set(id, { conversation: known, reason: 'closed' });
  }
  for (const id of view.conversations.keys()) gone.delete(id);
  const next = settleAll({ ...state, view, gone, stale: false, older: new Map() });
  // Pages and drafts of the visitor from before may have holes now; they are read again when they are looked at.
  return { ...next, panes: next.panes.filter((id) => view.conversations.has(id) || gone.has(id)) };
}

function stream(state: State, streamed: Streamed): State {
  if (state.view === null || state.stale) return state;
  const before = state.view;
  const { view, applied } = applyEvent(before, streamed);
  if (applied === 'resync') return { ...state, view, stale: true };
  if (view === before) return state;
  let next: State = { ...state, view };
  const { event } = streamed;
  if (applied === 'nothing') return next;
  if (event.event === 'conversation_left') {
    const conversation = before.conversations.get(event.conversation);
    if (conversation !== undefined && state.panes.includes(event.conversation)) {
      next = { ...next, gone: new Map(next.gone).set(event.conversation, { conversation, reason: event.reason }) };
    }
  } else if (event.event === 'conversation_entered') {
    const id = event.conversation.id;
    if (next.gone.has(id)) {
      const gone = new Map(next.gone);
      gone.delete(id);
      next = { ...next, gone };
    }
    next = { ...next, outbox: settle(next.outbox, id, event.conversation.sequence) };
  } else if (event.event === 'entry') {
    next = { ...next, outbox: settle(next.outbox, event.conversation, event.entry.sequence) };
    next = keepDropped(next, before, event.conversation);
  }
  return next;
}

/** What a full timeline let go of stays where older entries are shown: there is never a hole between the two. */
function keepDropped(state: State, before: AgentView, id: ConversationId): State {
  const older = state.older.get(id);
  if (older === undefined) return state;
  const first = state.view?.conversations.get(id)?.timeline[0]?.sequence ?? 0;
  const dropped = (before.conversations.get(id)?.timeline ?? []).filter((entry) => entry.sequence < first);
  if (dropped.length === 0) return state;
  return withOlder(state, id, { ...older, entries: [...older.entries, ...dropped] });
}

function settleAll(state: State): State {
  let outbox = state.outbox;
  for (const { conversation } of state.outbox) {
    const sequence = conversationOf(state, conversation)?.sequence;
    if (sequence !== undefined) outbox = settle(outbox, conversation, sequence);
  }
  return outbox === state.outbox ? state : { ...state, outbox };
}

function withOlder(state: State, id: ConversationId, older: Older): State {
  return { ...state, older: new Map(state.older).set(id, older) };
}

function open(state: State, id: ConversationId): State {
  if (state.panes.includes(id)) return { ...state, focused: id };
  if (state.panes.length < state.columns) return { ...state, panes: [...state.panes, id], focused: id };
  // The pane with the keyboard makes room; the others stay where they are.
  const at = Math.max(0, state.focused === null ? state.panes.length - 1 : state.panes.indexOf(state.focused));
  const leaving = state.panes[at];
  const panes = state.panes.with(at, id);
  return dropGone({ ...state, panes, focused: id }, leaving);
}

function close(state: State, id: ConversationId): State {
  const at = state.panes.indexOf(id);
  if (at < 0) return state;
  const panes = state.panes.filter((pane) => pane !== id);
  const focused = state.focused === id ? (panes[Math.min(at, panes.length - 1)] ?? null) : state.focused;
  return dropGone({ ...state, panes, focused }, id);
}

function dropGone(state: State, id: ConversationId | undefined): State {
  if (id === undefined || !state.gone.has(id)) return state;
  const gone = new Map(state.gone);
  gone.delete(id);
  return { ...state, gone };
}

function fit(panes: readonly ConversationId[], focused: ConversationId | null, columns: number): readonly ConversationId[] {
  if (panes.length <= columns) return panes;
  const kept = panes.slice(0, columns);
  return focused === null || kept.includes(focused) ? kept : [...kept.slice(0, -1), focused];
}
