/** The conversations of the list, in its order: as they were begun, the ended ones after the running ones, and last those of others that are looked at. */
import type { AgentConversation } from '../../api/schema';
import { isMonitored } from '../../state/marks';
import { meOf, type State } from '../../state/state';

export function inOrder(state: State): AgentConversation[] {
  const { view } = state;
  const rank = (conversation: AgentConversation) => (isMonitored(conversation, meOf(state)) ? 2 : conversation.state === 'ended' ? 1 : 0);
  return [...(view?.conversations.values() ?? [])].sort((a, b) => rank(a) - rank(b) || (a.id < b.id ? -1 : 1));
}
