// What a snapshot and the events after it come to: the mirror of `VisitorView` in crates/native/src/view.rs. Pure; views are not changed but
// made anew, so that who draws them sees by identity what is different.
import type { Entry, Position, QueuePlace, Snapshot, VisitorEvent } from './wire';

/** How many entries a view keeps, as many as a snapshot has. */
export const TIMELINE = 500;

export interface View {
  readonly conversation: Readonly<Snapshot>;
  /** Ephemeral: the agent types. */
  readonly typing: boolean;
  /** Ephemeral: the place in the queue. */
  readonly place: QueuePlace | null;
}

export type Applied = { view: View; outcome: 'changed' | 'nothing' } | { view: View; outcome: 'resync' };

export function viewOf(conversation: Snapshot): View {
  return { conversation, typing: false, place: null };
}

/** Takes an event in; `id` is the stream's, absent for ephemeral events. */
export function apply(view: View, id: Position | null, event: VisitorEvent): Applied {
  const nothing: Applied = { view, outcome: 'nothing' };
  const resync: Applied = { view, outcome: 'resync' };
  let { conversation } = view;
  if (id !== null) {
    const [known, told] = [parse(conversation.position), parse(id)];
    if (told === null || known === null || told.epoch !== known.epoch) return resync;
    if (told.position <= known.position) return nothing;
    conversation = { ...conversation, position: id };
  }
  switch (event.event) {
    case 'entry':
      return event.entry.kind === 'erased' ? resync : { view: entered({ ...view, conversation }, event.entry), outcome: 'changed' };
    case 'typing':
      return event.typing === view.typing ? nothing : { view: { ...view, typing: event.typing }, outcome: 'changed' };
    case 'queue_place':
      return samePlace(view.place, event.place) ? nothing : { view: { ...view, place: event.place }, outcome: 'changed' };
    case 'reset':
      // A server that stops takes no position away: the same one goes on after it.
      return event.reason === 'shutting_down' ? nothing : resync;
    default:
      // An event of a later version.
      return id === null ? nothing : { view: { ...view, conversation }, outcome: 'nothing' };
  }
}

function entered(view: View, entry: Entry): View {
  let { conversation, typing, place } = view;
  switch (entry.kind) {
    case 'message':
      if (entry.author.role === 'agent') typing = false;
      break;
    case 'waiting':
      conversation = { ...conversation, state: 'waiting', agent: null, transferring: false };
      break;
    case 'joined':
      conversation = { ...conversation, state: 'active', agent: entry.agent, transferring: false };
      place = null;
      break;
    case 'refused':
      conversation = { ...conversation, state: 'ended' };
      place = null;
      break;
    case 'transferring':
      conversation = { ...conversation, transferring: true };
      break;
    case 'transfer_failed':
      conversation = { ...conversation, transferring: false };
      break;
    case 'agent_lost':
      conversation = { ...conversation, agent: null };
      typing = false;
      break;
    case 'file_requested':
      conversation = { ...conversation, file_requests: [...conversation.file_requests, entry.request] };
      break;
    case 'file_request_ended':
      conversation = { ...conversation, file_requests: conversation.file_requests.filter((open) => open.id !== entry.request) };
      break;
    case 'rated': {
      const timeline = conversation.timeline.map((earlier) => (earlier.kind === 'rated' ? { ...earlier, rating: entry.rating } : earlier));
      conversation = { ...conversation, timeline, rating: entry.rating };
      break;
    }
    case 'ended':
      conversation = { ...conversation, state: 'ended', closure: entry.closure, transferring: false, file_requests: [] };
      typing = false;
      place = null;
      break;
  }
  const { timeline } = conversation;
  const kept = timeline.length >= TIMELINE ? timeline.slice(timeline.length - TIMELINE + 1) : timeline;
  conversation = { ...conversation, timeline: [...kept, entry], earlier: conversation.earlier || kept !== timeline };
  return { conversation, typing, place };
}

/** The sequence up to which a view knows. */
export function positionOf(view: View): number {
  return parse(view.conversation.position)?.position ?? 0;
}

function parse(position: Position): { epoch: number; position: number } | null {
  const parts = /^(\d+):(\d+)$/.exec(position);
  return parts && { epoch: Number(parts[1]), position: Number(parts[2]) };
}

function samePlace(a: QueuePlace | null, b: QueuePlace): boolean {
  return a !== null && a.place === b.place && a.estimated_wait_seconds === b.estimated_wait_seconds;
}
