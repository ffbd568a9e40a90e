/**
 * One conversation and one entry: the same rules as `AgentConversation::apply` of crates/native/src/view.rs.
 *
 * Pure, and nothing given is changed: what comes back shares all that stayed the same, so that a component sees by identity what moved.
 */
import type { AgentConversation, Entry } from '../api/schema';

/** How many entries a timeline holds at most; earlier ones are read by page. */
export const TIMELINE = 500;
/** How many pages a visitor's card holds at most. */
export const PAGES = 25;

/** `resync`: the state cannot go on from here, and a fresh snapshot must be read. */
export type Applied = 'changed' | 'nothing' | 'resync';

export interface ConversationStep {
  conversation: AgentConversation;
  applied: Applied;
}

export function applyEntry(known: AgentConversation, entry: Entry): ConversationStep {
  if (entry.sequence <= known.sequence) return { conversation: known, applied: 'nothing' };
  if (entry.kind === 'erased') return { conversation: known, applied: 'resync' };
  const told = { ...known, ...meaning(known, entry), sequence: entry.sequence };
  const full = told.timeline.length >= TIMELINE;
  const kept = full ? told.timeline.slice(told.timeline.length - TIMELINE + 1) : told.timeline;
  const conversation = { ...told, timeline: [...kept, entry], earlier: told.earlier || full };
  return { conversation, applied: 'changed' };
}

type VisitorCard = AgentConversation['visitor'];
type VisitedPage = VisitorCard['pages'][number];

/** Takes a page in among those seen; what is erased is none. Pages of before the conversation are told after it began. */
function cameTo(visitor: VisitorCard, visited: VisitedPage): VisitorCard {
  if (visited.page.url === '') return visitor;
  const pages = [...visitor.pages];
  // Instants are written alike, so that their order is that of their texts.
  const after = pages.findIndex((seen) => seen.at <= visited.at);
  const place = after === -1 ? pages.length : after;
  const [newer, older] = [place > 0 ? pages[place - 1] : undefined, pages[place]];
  // The same page twice in a row is one, from the first time on.
  if (newer?.page.url === visited.page.url) {
    pages[place - 1] = { page: { ...newer.page, title: newer.page.title ?? visited.page.title }, at: visited.at };
  } else if (older?.page.url === visited.page.url) {
    pages[place] = { ...older, page: { ...older.page, title: visited.page.title ?? older.page.title } };
  } else {
    pages.splice(place, 0, visited);
  }
  const kept = pages.slice(0, PAGES);
  return { ...visitor, pages: kept, page: kept[0]?.page ?? visitor.page };
}

/** What an entry says of the conversation, beside that it happened. */
function meaning(known: AgentConversation, entry: Entry): Partial<AgentConversation> {
  switch (entry.kind) {
    case 'message':
    case 'custom_event':
      // The visitor has an answer.
      return entry.author.role === 'agent' ? { critical_wait: false } : {};
    case 'file':
      return entry.file.author.role === 'agent' ? { critical_wait: false } : {};
    case 'refused':
      return { state: 'ended' };
    case 'queued':
    case 'agent_lost':
      return { state: 'waiting', owner: null, transfer: null };
    case 'offered':
      return known.owner === null || known.owner === undefined ? { state: 'offered' } : {};
    case 'offer_ended':
      return known.state === 'offered' ? { state: 'waiting' } : {};
    case 'joined':
      return { state: 'active', transfer: null, owner: entry.agent };
    case 'transfer_started':
      return { state: 'waiting', owner: null, transfer: entry.target };
    case 'transfer_failed':
      return { state: 'active', owner: entry.agent, transfer: null };
    case 'file_requested':
      return { file_requests: [...known.file_requests, entry.request] };
    case 'file_request_ended':
      return { file_requests: known.file_requests.filter((open) => open.id !== entry.request) };
    case 'page_visited':
      return { visitor: cameTo(known.visitor, { page: entry.page, at: entry.at }) };
    case 'connection_changed':
      return { visitor: { ...known.visitor, connection: entry.connection } };
    case 'idle_warning':
      return { idle_warning: entry.raised };
    case 'critical_wait':
      return { critical_wait: entry.raised };
    case 'rated':
      // There is one rating: a later one takes the place of an earlier one wherever that is shown.
      return {
        rating: entry.rating,
        timeline: known.timeline.map((earlier) => (earlier.kind === 'rated' ? { ...earlier, rating: entry.rating } : earlier)),
      };
    case 'ended':
      return {
        state: 'ended',
        closure: entry.closure,
        transfer: null,
        file_requests: [],
        idle_warning: false,
        critical_wait: false,
        flag: null,
      };
    case 'flag_raised':
      return entry.author.role === 'agent' ? { flag: { by: entry.author.id, note: entry.note ?? null, at: entry.at } } : {};
    case 'flag_lowered':
      return { flag: null };
    case 'monitor_started':
      // In the order of ids, as the server has them.
      return { monitored_by: [...known.monitored_by.filter((id) => id !== entry.agent), entry.agent].sort() };
    case 'monitor_ended':
      return { monitored_by: known.monitored_by.filter((id) => id !== entry.agent) };
    case 'after_work_started':
      return { after_work: true };
    case 'after_work_ended':
      return { after_work: false };
    case 'records_changed':
      return { records_revision: entry.revision };
    default:
      return {};
  }
}
