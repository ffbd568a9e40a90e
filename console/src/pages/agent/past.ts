/** Earlier conversations of the same visitor, and what was said in them. */
import { call } from '../../api/client';
import type { ConversationId, HistoryItem, Transcript } from '../../api/schema';
import { Paged } from '../../store/paged.svelte';
import { api } from '../../store/session.svelte';

export const pastOf = (id: ConversationId): Paged<HistoryItem> =>
  new Paged((cursor) =>
    call(
      api.GET('/conversations/{id}/past', { params: { path: { id }, query: { limit: 20, ...(cursor === undefined ? {} : { cursor }) } } }),
    ),
  );

export const transcriptOf = (id: ConversationId): Promise<Transcript> =>
  call(api.GET('/conversations/{id}/transcript', { params: { path: { id } } }));
