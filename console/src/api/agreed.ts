/**
 * Requests that the console makes and the server's document does not list yet: their shapes as they were agreed.
 *
 * Each goes as soon as `npm run types` brings it.
 */
import type { Accepted, AgentId, Block, ConversationId, HistoryItem, Instant, WebPage } from './schema';

interface Answers<Body, Code extends number> {
  responses: { [code in Code]: { headers: Record<string, unknown>; content: Body extends never ? never : { 'application/json': Body } } };
}
interface On<Path> {
  parameters: { path: Path; query?: never; header?: never; cookie?: never };
}
type Conversation = { id: ConversationId };
interface Says<T> {
  requestBody: { content: { 'application/json': T } };
}

export interface Agreed {
  '/conversations/{id}/notes': { post: On<Conversation> & Says<{ text: string }> & Answers<Accepted, 200> };
  '/conversations/{id}/flag': {
    post: On<Conversation> & Says<{ note?: string }> & Answers<Accepted, 200>;
    delete: On<Conversation> & Answers<never, 204>;
  };
  '/conversations/{id}/block': {
    post: On<Conversation> & Says<{ note?: string; network: boolean; end: boolean }> & Answers<Block, 201>;
  };
  '/conversations/{id}/past': {
    get: { parameters: { path: Conversation; query?: { cursor?: string; limit?: number }; header?: never; cookie?: never } } & Answers<
      { items: HistoryItem[]; next?: string | null },
      200
    >;
  };
}

/** What `AgentConversation` will say more. */
export interface MoreOfConversation {
  flag?: { by: AgentId; note?: string | null; at: Instant } | null;
  monitored_by?: AgentId[];
}
/** What `VisitorCard` will say more. */
export interface MoreOfVisitor {
  pages?: { page: WebPage; at: Instant }[];
}
/** What else will happen in a conversation. */
export type MoreEntries =
  | { kind: 'flag_raised'; author: { role: string }; note?: string | null }
  | { kind: 'flag_lowered'; author: { role: string } }
  | { kind: 'monitor_started'; agent: AgentId }
  | { kind: 'monitor_ended'; agent: AgentId };
