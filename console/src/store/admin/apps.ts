/** Secrets of connected apps, and what they were let in to. */
import { call } from '../../api/client';
import type { AppGrant, ConnectedAppId } from '../../api/schema';
import { Paged } from '../paged.svelte';
import { api } from '../session.svelte';

const at = (id: ConnectedAppId) => ({ params: { path: { id } } });

export const makeSecret = (id: ConnectedAppId) => call(api.POST('/admin/connected-apps/{id}/secret', { ...at(id), body: {} }));
export const secretsOf = async (id: ConnectedAppId) => (await call(api.GET('/admin/connected-apps/{id}/secrets', at(id)))).items;
export const removeSecret = (id: ConnectedAppId, secret: string) =>
  call(api.DELETE('/admin/connected-apps/{id}/secrets/{secret}', { params: { path: { id, secret } } }));

/** Each time that somebody let it in and that is still good; the latest first. */
export const grantsOf = (id: ConnectedAppId) =>
  new Paged<AppGrant>(
    (cursor) => call(api.GET('/admin/connected-apps/{id}/grants', { params: { path: { id }, query: { cursor, limit: 50 } } })),
    (grant) => grant.id,
  );
export const takeBack = (id: ConnectedAppId, grant: string) =>
  call(api.DELETE('/admin/connected-apps/{id}/grants/{grant}', { params: { path: { id, grant } } }));
export const takeAllBack = async (id: ConnectedAppId) => (await call(api.DELETE('/admin/connected-apps/{id}/tokens', at(id)))).grants;
