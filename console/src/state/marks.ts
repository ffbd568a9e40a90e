/** What a list of conversations says of each at a glance: what is unread, and who waits for whom. Pure. */
import type { AgentConversation, Entry } from '../api/schema';

/** Whether the visitor said something that the agent should answer. */
export function isFromVisitor(entry: Entry): boolean {
  return (entry.kind === 'message' && entry.author.role === 'visitor') || (entry.kind === 'file' && entry.file.author.role === 'visitor');
}

function isFromAgent(entry: Entry): boolean {
  return (entry.kind === 'message' && entry.author.role === 'agent') || (entry.kind === 'file' && entry.file.author.role === 'agent');
}

/** Whether it is another agent's, at whom a supervisor looks. */
export const isMonitored = ({ owner, state }: AgentConversation, me: string): boolean =>
  state !== 'ended' && owner !== null && owner !== undefined && owner !== me;

/** How many of the visitor's messages and files come after `read`, and how many whispers of others. */
export function unread(conversation: AgentConversation, read: number, me: string): number {
  let count = 0;
  for (let at = conversation.timeline.length - 1; at >= 0; at -= 1) {
    const entry = conversation.timeline[at]!;
    if (entry.sequence <= read) break;
    const whisper = entry.kind === 'note' && entry.author.role === 'agent' && entry.author.id !== me;
    if (isFromVisitor(entry) || whisper) count += 1;
  }
  return count;
}

/** Since when the visitor waits for an answer: the first thing said since the agent's last. Null when it is the visitor's turn. */
export function waitsSince(conversation: AgentConversation): string | null {
  if (conversation.state === 'ended') return null;
  let since: string | null = null;
  for (let at = conversation.timeline.length - 1; at >= 0; at -= 1) {
    const entry = conversation.timeline[at]!;
    if (isFromAgent(entry)) break;
    if (isFromVisitor(entry)) since = entry.at;
  }
  return since;
}

/** The last thing that was said or sent, for a line of preview. */
export function lastSaid(conversation: AgentConversation): Extract<Entry, { kind: 'message' | 'file' }> | null {
  for (let at = conversation.timeline.length - 1; at >= 0; at -= 1) {
    const entry = conversation.timeline[at]!;
    if (entry.kind === 'message' || entry.kind === 'file') return entry;
  }
  return null;
}

/** Until when after-conversation work goes on by itself; null without a limit or without such work. */
export function afterWorkUntil(conversation: AgentConversation): string | null {
  if (!conversation.after_work) return null;
  for (let at = conversation.timeline.length - 1; at >= 0; at -= 1) {
    const entry = conversation.timeline[at]!;
    if (entry.kind === 'after_work_started') return entry.until ?? null;
  }
  return null;
}
