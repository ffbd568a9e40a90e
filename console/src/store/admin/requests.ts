/** Requests of admins that are not about one definition alone. */
import { call } from '../../api/client';
import type { PresenceStatus, RuleSettings } from '../../api/schema';
import { api } from '../session.svelte';
import type { Whole } from './definitions';

export type Workspace = Whole<Awaited<ReturnType<typeof readWorkspace>>>;

export const readWorkspace = () => call(api.GET('/admin/workspace'));
export const changeWorkspace = (settings: Workspace['settings']) => call(api.PUT('/admin/workspace', { body: settings }));

export const tryRule = (rule: RuleSettings, text: string) => call(api.POST('/admin/rules/try', { body: { rule, text } }));

/** A new password for an agent, to be changed at the next sign-in. */
export const resetPassword = (id: string, password: string, removeTotp: boolean) =>
  call(api.POST('/admin/agents/{id}/password', { params: { path: { id } }, body: { password, remove_totp: removeTotp } }));

export const setAgentPresence = (id: string, status: PresenceStatus, note: string | null) =>
  call(api.PUT('/admin/agents/{id}/presence', { params: { path: { id } }, body: { status, note } }));

export const adoptOldId = (oldId: string, kind: 'workspace' | 'deployment' | 'button' | 'agent', id: string) =>
  call(api.PUT('/admin/old-ids/{old_id}', { params: { path: { old_id: oldId } }, body: { kind, id } }));
export const forgetOldId = (oldId: string) => call(api.DELETE('/admin/old-ids/{old_id}', { params: { path: { old_id: oldId } } }));
export const listOldIds = (cursor: string | undefined, search: string) =>
  call(api.GET('/admin/old-ids', { params: { query: { cursor, search: search || undefined, limit: 50 } } }));
export const listKnocks = (cursor: string | undefined, search: string) =>
  call(api.GET('/admin/knocks', { params: { query: { cursor, search: search || undefined, limit: 50 } } }));
export const dismissKnock = (oldId: string) => call(api.DELETE('/admin/knocks/{old_id}', { params: { path: { old_id: oldId } } }));
