/** Messages that visitors left when nobody was there. */
import { call } from '../../api/client';
import type { operations, UpdateOfflineMessage } from '../../api/schema';
import { api } from '../session.svelte';

export type OfflineAsk = NonNullable<operations['offline_messages']['parameters']['query']>;

export const listOfflineMessages = (query: OfflineAsk) => call(api.GET('/offline-messages', { params: { query } }));
export const changeOfflineMessage = (id: string, body: UpdateOfflineMessage) =>
  call(api.PUT('/offline-messages/{id}', { params: { path: { id } }, body }));
