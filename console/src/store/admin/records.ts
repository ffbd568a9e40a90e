/** Requests about what was stored and done. */
import { call } from '../../api/client';
import type { operations } from '../../api/schema';
import { api } from '../session.svelte';

export type HistoryAsk = NonNullable<operations['history_list']['parameters']['query']>;
export type AuditAsk = NonNullable<operations['audit_list']['parameters']['query']>;

export const listAudit = (query: AuditAsk) => call(api.GET('/admin/audit', { params: { query } }));
export const listHistory = (query: HistoryAsk) => call(api.GET('/admin/history', { params: { query } }));
export const readTranscript = (id: string) => call(api.GET('/conversations/{id}/transcript', { params: { path: { id } } }));
export const readHiddenDetails = (id: string) => call(api.GET('/conversations/{id}/hidden-details', { params: { path: { id } } }));
export const exportPerson = (visitor: string) => call(api.GET('/admin/persons/{visitor}/export', { params: { path: { visitor } } }));
export const erasePerson = (visitor: string) => call(api.POST('/admin/persons/{visitor}/erase', { params: { path: { visitor } } }));

/**
 * The line of the history of one conversation, which says whose it is. The history is asked for by time: the conversation is among those that
 * were asked for in its own second.
 */
export async function historyItem(id: string, startedAt: string) {
  const at = Math.floor(Date.parse(startedAt) / 1000) * 1000;
  const { items } = await listHistory({ from: new Date(at).toISOString(), until: new Date(at + 1000).toISOString(), limit: 500 });
  return items.find((item) => item.conversation === id) ?? null;
}
