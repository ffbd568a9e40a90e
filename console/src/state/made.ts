/** Conversations, entries and snapshots for tests. */
import type { AgentConversation, AgentSnapshot, Entry } from '../api/schema';

type Said = Entry extends infer E ? (E extends Entry ? Omit<E, 'at' | 'sequence'> : never) : never;

export const ME = 'agent-1';
export const at = (second: number): string => new Date(Date.UTC(2026, 10, 21, 12, 0, second)).toISOString();

export const entry = (sequence: number, what: Said): Entry => ({ ...what, sequence, at: at(sequence) }) as Entry;
export const fromVisitor = (sequence: number, text: string): Entry =>
  entry(sequence, { kind: 'message', author: { role: 'visitor' }, text });
export const fromAgent = (sequence: number, text: string, id = ME): Entry =>
  entry(sequence, { kind: 'message', author: { role: 'agent', id, name: 'Ann' }, text });

export function conversation(id: string, timeline: Entry[] = [], more: Partial<AgentConversation> = {}): AgentConversation {
  return {
    id,
    sequence: timeline.at(-1)?.sequence ?? 0,
    state: 'active',
    started_at: at(0),
    owner: ME,
    deployment: 'deployment-1',
    button: null,
    queue: null,
    visitor: { id: 'visitor-1', name: 'Bianca', connection: 'connected', page: null },
    details: [],
    transfer: null,
    file_requests: [],
    idle_warning: false,
    critical_wait: false,
    flag: null,
    monitored_by: [],
    rating: null,
    closure: null,
    after_work: false,
    records_revision: 0,
    timeline,
    earlier: false,
    ...more,
  } as AgentConversation;
}

export function snapshot(position: string, conversations: AgentConversation[] = []): AgentSnapshot {
  return {
    position,
    me: {
      id: ME,
      workspace: 'default',
      login: 'ann',
      name: 'Ann Agent',
      public_name: 'Ann',
      roles: [],
      permissions: ['conversations.answer'],
      skills: [],
      queues: [],
      presence: { status: 'online', reason: 'chosen', note: null, since: at(0) },
      capacity: { total: 5, used: 0 },
      totp: false,
    },
    offers: [],
    conversations,
    waiting: [],
  };
}
