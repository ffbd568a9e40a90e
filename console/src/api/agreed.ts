/** What the server's document does not list yet: its shapes as they were agreed. Each goes as soon as `npm run types` brings it. */
import type { AgentId, Instant, WebPage } from './schema';

/** What `AgentConversation` will say more. */
export interface MoreOfConversation {
  monitored_by?: AgentId[];
}
/** What `VisitorCard` will say more. */
export interface MoreOfVisitor {
  pages?: { page: WebPage; at: Instant }[];
}
/** What else will happen in a conversation. */
export type MoreEntries = { kind: 'monitor_started'; agent: AgentId } | { kind: 'monitor_ended'; agent: AgentId };
