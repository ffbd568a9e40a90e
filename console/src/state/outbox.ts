/**
 * What the agent has sent and the server has not yet taken in, in the order in which it was written.
 *
 * Pure. Each item keeps its idempotency key for ever, so that sending it again, after a lost answer or a reload, is never a second message.
 * Within a conversation one item is under way at a time: what was written first arrives first, or holds up what was written after it.
 */
import type { ConversationId, Entry } from '../api/schema';

export type Sendable = { kind: 'message'; text: string } | { kind: 'note'; text: string };

export interface OutboxItem {
  /** The idempotency key. */
  readonly key: string;
  readonly conversation: ConversationId;
  readonly what: Sendable;
  /** When it was written, in milliseconds since 1970. */
  readonly at: number;
  /** The conversation's last entry when it was written: the item itself becomes a later one. */
  readonly after: number;
  /**
   * `waiting` to be sent, for want of a connection too; `sending`; `refused` by the server, which only the agent can decide about;
   * `sent` and seen as soon as the stream brings it.
   */
  readonly state: 'waiting' | 'sending' | 'refused' | 'sent';
  /** How often it was tried in vain. */
  readonly tries: number;
  /** The place it got, once sent. */
  readonly sequence: number | null;
  /** Why it was refused. */
  readonly refusal: { kind: string; detail: string } | null;
}

export type Outbox = readonly OutboxItem[];

export type OutboxAction =
  | { type: 'written'; item: Pick<OutboxItem, 'key' | 'conversation' | 'what' | 'at' | 'after'> }
  | { type: 'begun'; key: string }
  | { type: 'taken_in'; key: string; sequence: number }
  | { type: 'postponed'; key: string }
  | { type: 'refused'; key: string; refusal: { kind: string; detail: string } }
  | { type: 'again'; key: string }
  | { type: 'discarded'; key: string };

export function reduceOutbox(outbox: Outbox, action: OutboxAction): Outbox {
  switch (action.type) {
    case 'written':
      return [...outbox, { ...action.item, state: 'waiting', tries: 0, sequence: null, refusal: null }];
    case 'begun':
      return change(outbox, action.key, () => ({ state: 'sending', refusal: null }));
    case 'taken_in':
      return change(outbox, action.key, () => ({ state: 'sent', sequence: action.sequence }));
    case 'postponed':
      return change(outbox, action.key, ({ tries }) => ({ state: 'waiting', tries: tries + 1 }));
    case 'refused':
      return change(outbox, action.key, ({ tries }) => ({ state: 'refused', refusal: action.refusal, tries: tries + 1 }));
    case 'again':
      return change(outbox, action.key, ({ state }) => (state === 'refused' ? { state: 'waiting', refusal: null } : {}));
    case 'discarded':
      return outbox.filter((item) => item.key !== action.key);
  }
}

/** The items that may be sent now: the oldest unsent one of each conversation, where it is neither under way nor refused. */
export function next(outbox: Outbox): OutboxItem[] {
  const first = new Map<ConversationId, OutboxItem>();
  for (const item of outbox) {
    if (item.state !== 'sent' && !first.has(item.conversation)) first.set(item.conversation, item);
  }
  return [...first.values()].filter((item) => item.state === 'waiting');
}

/** The outbox without what the conversation shows by itself, now that it is at `sequence`. */
export function settle(outbox: Outbox, conversation: ConversationId, sequence: number): Outbox {
  const left = outbox.filter(
    (item) => item.conversation !== conversation || item.state !== 'sent' || item.sequence === null || item.sequence > sequence,
  );
  return left.length === outbox.length ? outbox : left;
}

/** The outbox as a page that was loaded anew takes it up: what was under way may have been lost, and its key makes sending again harmless. */
export function revive(outbox: Outbox): Outbox {
  return outbox.filter((item) => item.state !== 'sent').map((item) => (item.state === 'sending' ? { ...item, state: 'waiting' } : item));
}

/**
 * The items to show below a timeline: those that it does not show already.
 *
 * The stream may bring an item before its own request is answered; it is known then by its author, its text and its place.
 */
export function unseen(outbox: Outbox, conversation: ConversationId, timeline: readonly Entry[], me: string): OutboxItem[] {
  const claimed = new Set<number>();
  return outbox.filter((item) => {
    if (item.conversation !== conversation) return false;
    if (item.state === 'sent') return !timeline.some((entry) => entry.sequence === item.sequence);
    if (item.state !== 'sending') return true;
    for (let at = timeline.length - 1; at >= 0; at -= 1) {
      const entry = timeline[at]!;
      if (entry.sequence <= item.after) break;
      if (claimed.has(entry.sequence) || entry.kind !== item.what.kind) continue;
      if (entry.author.role === 'agent' && entry.author.id === me && entry.text === item.what.text) {
        claimed.add(entry.sequence);
        return false;
      }
    }
    return true;
  });
}

function change(outbox: Outbox, key: string, to: (item: OutboxItem) => Partial<OutboxItem>): Outbox {
  return outbox.map((item) => (item.key === key ? { ...item, ...to(item) } : item));
}
