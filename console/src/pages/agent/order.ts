/** The conversations of the list, in its order: as they were begun, the ended ones after the running ones. */
import type { AgentConversation } from '../../api/schema';
import type { State } from '../../state/state';

export function inOrder({ view }: State): AgentConversation[] {
  const rank = ({ state }: AgentConversation) => (state === 'ended' ? 1 : 0);
  return [...(view?.conversations.values() ?? [])].sort((a, b) => rank(a) - rank(b) || (a.id < b.id ? -1 : 1));
}
