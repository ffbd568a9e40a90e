import type { AgentConversation, HistoryItem, Transcript } from '../../api/schema';

/** A transcript as the timeline shows conversations. */
export function asConversation(
  id: string,
  { entries, details, visitor, rating, closure, started_at }: Transcript,
  item: HistoryItem | null,
) {
  return {
    id,
    sequence: entries.at(-1)?.sequence ?? 0,
    state: item?.state ?? 'ended',
    started_at,
    deployment: item?.deployment ?? '',
    visitor: { id: item?.visitor ?? '', name: visitor ?? null, connection: 'connected', pages: [] },
    details,
    file_requests: [],
    idle_warning: false,
    critical_wait: false,
    rating: rating ?? null,
    closure: closure ?? null,
    after_work: false,
    records_revision: 0,
    timeline: entries,
    earlier: false,
  } as unknown as AgentConversation;
}
