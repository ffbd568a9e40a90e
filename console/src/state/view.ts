/**
 * What an agent sees, made of a snapshot and the events after it: the same rules as `AgentView` of crates/native/src/view.rs.
 *
 * Pure. Files of `golden/` hold both sides to the same result.
 */
import type {
  AgentConversation,
  AgentEvent,
  AgentSnapshot,
  ConversationId,
  Me,
  Offer,
  OfferId,
  Position,
  WaitingConversation,
} from '../api/schema';
import { applyEntry, type Applied } from './conversation';

export interface AgentView {
  /** The last position that is included. */
  readonly position: Position;
  readonly me: Me;
  readonly offers: ReadonlyMap<OfferId, Offer>;
  readonly conversations: ReadonlyMap<ConversationId, AgentConversation>;
  readonly waiting: ReadonlyMap<ConversationId, WaitingConversation>;
  /** Ephemeral: in which conversations the visitor types. */
  readonly typing: ReadonlySet<ConversationId>;
  /** Ephemeral: what visitors are typing. */
  readonly drafts: ReadonlyMap<ConversationId, string>;
}

/** An event as the stream brought it; `position` is null for ephemeral events and for all but the last event of one position. */
export interface Streamed {
  position: Position | null;
  event: AgentEvent;
}

export interface ViewStep {
  view: AgentView;
  applied: Applied;
}

export function viewOf(snapshot: AgentSnapshot): AgentView {
  return {
    position: snapshot.position,
    me: snapshot.me,
    offers: new Map(snapshot.offers.map((offer) => [offer.id, offer])),
    conversations: new Map(snapshot.conversations.map((conversation) => [conversation.id, conversation])),
    waiting: new Map(snapshot.waiting.map((waiting) => [waiting.conversation, waiting])),
    typing: new Set(),
    drafts: new Map(),
  };
}

/** The durable part, in the order in which the server writes it. */
export function snapshotOf(view: AgentView): AgentSnapshot {
  return {
    position: view.position,
    me: view.me,
    offers: [...view.offers.values()].sort((a, b) => ascending(a.id, b.id)),
    conversations: [...view.conversations.values()].sort((a, b) => ascending(a.id, b.id)),
    waiting: inLine(view.waiting.values()),
  };
}

/** Those who wait, first come first within their priority. */
export function inLine(waiting: Iterable<WaitingConversation>): WaitingConversation[] {
  return [...waiting].sort((a, b) => a.priority - b.priority || ascending(a.since, b.since) || ascending(a.conversation, b.conversation));
}

/** Takes one event in. */
export function applyEvent(view: AgentView, { position, event }: Streamed): ViewStep {
  if (position !== null) {
    const [was, is] = [placeOf(view.position), placeOf(position)];
    if (was.epoch !== is.epoch) return { view, applied: 'resync' };
    if (is.position <= was.position) return { view, applied: 'nothing' };
    view = { ...view, position };
  }
  const nothing: ViewStep = { view, applied: 'nothing' };
  const changed = (part: Partial<AgentView>): ViewStep => ({ view: { ...view, ...part }, applied: 'changed' });
  switch (event.event) {
    case 'conversation_entered': {
      const known = view.conversations.get(event.conversation.id);
      if (known !== undefined && known.sequence > event.conversation.sequence) return nothing;
      return changed({ conversations: including(view.conversations, event.conversation.id, event.conversation) });
    }
    case 'conversation_left': {
      const quiet = hush(view, event.conversation);
      if (!view.conversations.has(event.conversation)) return { view: { ...view, ...quiet }, applied: 'nothing' };
      return changed({ ...quiet, conversations: without(view.conversations, event.conversation) });
    }
    case 'entry': {
      const { conversation: id, entry } = event;
      const saidIt = (entry.kind === 'message' && entry.author.role === 'visitor') || entry.kind === 'ended';
      const quiet = saidIt ? hush(view, id) : {};
      const known = view.conversations.get(id);
      if (known === undefined) return { view: { ...view, ...quiet }, applied: 'nothing' };
      const { conversation, applied } = applyEntry(known, entry);
      if (applied !== 'changed') return { view: { ...view, ...quiet }, applied };
      return changed({ ...quiet, conversations: including(view.conversations, id, conversation) });
    }
    case 'offer_made':
      return changed({ offers: including(view.offers, event.offer.id, event.offer) });
    case 'offer_ended':
      return view.offers.has(event.offer) ? changed({ offers: without(view.offers, event.offer) }) : nothing;
    case 'me_changed':
      return changed({ me: event.me });
    case 'waiting_changed':
      return changed({ waiting: including(view.waiting, event.waiting.conversation, event.waiting) });
    case 'waiting_left':
      return view.waiting.has(event.conversation) ? changed({ waiting: without(view.waiting, event.conversation) }) : nothing;
    case 'advanced':
      return nothing;
    case 'typing': {
      if (!view.conversations.has(event.conversation) || view.typing.has(event.conversation) === event.typing) return nothing;
      const typing = new Set(view.typing);
      if (event.typing) typing.add(event.conversation);
      else typing.delete(event.conversation);
      return changed({ typing });
    }
    case 'draft':
      if (!view.conversations.has(event.conversation)) return nothing;
      return changed({ drafts: including(view.drafts, event.conversation, event.text) });
    case 'reset':
      // A server that stops takes no position away: the same one goes on after it.
      return event.reason === 'shutting_down' ? nothing : { view, applied: 'resync' };
    default:
      // An event that a newer server sends: its position counts, what it says is not for this console.
      return nothing;
  }
}

/** The two numbers of `epoch:position`. */
export function placeOf(position: Position): { epoch: number; position: number } {
  const [epoch = '', at = ''] = position.split(':');
  return { epoch: Number(epoch), position: Number(at) };
}

/** Whether an event is told once and never again. */
export function isEphemeral(event: AgentEvent): boolean {
  return event.event === 'typing' || event.event === 'draft' || event.event === 'reset';
}

function hush(view: AgentView, id: ConversationId): Partial<AgentView> {
  if (!view.typing.has(id) && !view.drafts.has(id)) return {};
  const typing = new Set(view.typing);
  typing.delete(id);
  return { typing, drafts: without(view.drafts, id) };
}

function including<K, V>(map: ReadonlyMap<K, V>, key: K, value: V): ReadonlyMap<K, V> {
  return new Map(map).set(key, value);
}

function without<K, V>(map: ReadonlyMap<K, V>, key: K): ReadonlyMap<K, V> {
  const less = new Map(map);
  less.delete(key);
  return less;
}

function ascending(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
