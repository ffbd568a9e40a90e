/** Requests about objects, fields and rights of the CRM. */
import { call, newKey } from '../../../api/client';
import { api } from '../../session.svelte';
import type * as crm from './types';
import type { PageOf } from '../../paged.svelte';

type Loose = {
  [method in 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE']: (path: string, init?: object) => Promise<{ data?: never; response: Response }>;
};
const loose = api as unknown as Loose;
const ask = <T>(method: keyof Loose, path: string, init: object = {}): Promise<T> => call<T>(loose[method](path, init));

const at = (path: Record<string, string>, more: object = {}) => ({ params: { path }, ...more });
const under = (key: string) => ({ headers: { 'Idempotency-Key': key } });

export const readObjects = async () => (await ask<{ items: crm.CrmObject[] }>('GET', '/admin/crm/objects')).items;
export const makeObject = (body: crm.ObjectDefinition, key = newKey()) =>
  ask<crm.CrmObject>('POST', '/admin/crm/objects', { body, ...under(key) });
export const readObject = (object: string) => ask<crm.CrmObjectPage>('GET', '/admin/crm/objects/{object}', at({ object }));
export const changeObject = (object: string, body: crm.ObjectChange) =>
  ask<crm.CrmObject>('PATCH', '/admin/crm/objects/{object}', at({ object }, { body }));
export const dropObject = (object: string) => ask<unknown>('DELETE', '/admin/crm/objects/{object}', at({ object }));
export const restoreObject = (object: string) =>
  ask<crm.CrmObject>('POST', '/admin/crm/objects/{object}/restore', at({ object }, { body: {} }));
export const eraseObject = (object: string) => ask<unknown>('POST', '/admin/crm/objects/{object}/erase', at({ object }, { body: {} }));

export const readField = (object: string, field: string) =>
  ask<crm.CrmFieldPage>('GET', '/admin/crm/objects/{object}/fields/{field}', at({ object, field }));
export const makeField = (object: string, body: crm.FieldDefinition, key = newKey()) =>
  ask<crm.CrmField>('POST', '/admin/crm/objects/{object}/fields', at({ object }, { body, ...under(key) }));
export const changeField = (object: string, field: string, body: crm.FieldDefinition) =>
  ask<crm.CrmField>('PUT', '/admin/crm/objects/{object}/fields/{field}', at({ object, field }, { body }));
export const changeStandardField = (object: string, field: string, body: crm.StandardFieldDefinition) =>
  ask<crm.CrmField>('PUT', '/admin/crm/objects/{object}/fields/{field}/standard', at({ object, field }, { body }));
export const dropField = (object: string, field: string) =>
  ask<unknown>('DELETE', '/admin/crm/objects/{object}/fields/{field}', at({ object, field }));
export const restoreField = (object: string, field: string) =>
  ask<crm.CrmField>('POST', '/admin/crm/objects/{object}/fields/{field}/restore', at({ object, field }, { body: {} }));
export const eraseField = (object: string, field: string) =>
  ask<unknown>('POST', '/admin/crm/objects/{object}/fields/{field}/erase', at({ object, field }, { body: {} }));

export const readHolders = async () => (await ask<{ items: crm.RightsHolder[] }>('GET', '/admin/crm/rights')).items;
export const makeHolder = (body: { kind: crm.HolderKind; name: string; label?: string; source?: string }, key = newKey()) =>
  ask<crm.RightsHolder>('POST', '/admin/crm/rights', { body, ...under(key) });
export const removeHolder = (id: string) => ask<unknown>('DELETE', '/admin/crm/rights/{id}', at({ id }));
export const readRights = (id: string) => ask<crm.Rights>('GET', '/admin/crm/rights/{id}', at({ id }));
export const setSystemRights = (id: string, rights: { name: string; granted: boolean }[]) =>
  ask<crm.Rights>('PUT', '/admin/crm/rights/{id}/system', at({ id }, { body: { rights } }));
export const readObjectRights = (id: string, object: string) =>
  ask<crm.ObjectRightsPage>('GET', '/admin/crm/rights/{id}/objects/{object}', at({ id, object }));
export const setObjectRights = (
  id: string,
  object: string,
  body: crm.ObjectRights & { fields?: { name: string; right: crm.FieldRight }[] },
) => ask<crm.ObjectRightsPage>('PUT', '/admin/crm/rights/{id}/objects/{object}', at({ id, object }, { body }));

export const listUsers = (query: {
  cursor?: string | undefined;
  search?: string | undefined;
  holder?: string | undefined;
  limit?: number;
}) => ask<PageOf<crm.CrmUser>>('GET', '/admin/crm/users', { params: { query } });
export const setProfile = (id: string, profile: string) =>
  ask<crm.CrmUser>('PUT', '/admin/crm/users/{id}', at({ id }, { body: { profile } }));
export const giveSet = (id: string, set: string, until: string | null) =>
  ask<crm.CrmUser>('PUT', '/admin/crm/users/{id}/sets/{set}', at({ id, set }, { body: { until } }));
export const takeSet = (id: string, set: string) => ask<crm.CrmUser>('DELETE', '/admin/crm/users/{id}/sets/{set}', at({ id, set }));
