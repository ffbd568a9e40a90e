/** Requests about objects, fields and rights of the CRM. */
import { call, newKey, under } from '../../../api/client';
import type * as wire from '../../../api/schema';
import { api } from '../../session.svelte';
import type { Whole } from '../definitions';
import type { CrmFieldPage, FieldDefinition, HolderKind, ObjectChange, ObjectDefinition } from './types';

/** What the server answers leaves nothing out, though a request may. */
const ask = <T>(answer: Parameters<typeof call<T>>[0]) => call(answer) as Promise<Whole<T>>;

const of = (object: string) => ({ params: { path: { object } } });
const at = (object: string, field: string) => ({ params: { path: { object, field } } });

export const readObjects = async () => (await ask(api.GET('/admin/crm/objects'))).items;
export const makeObject = (body: ObjectDefinition, key = newKey()) => ask(api.POST('/admin/crm/objects', { body, ...under(key) }));
export const readObject = (object: string) => ask(api.GET('/admin/crm/objects/{object}', of(object)));
export const changeObject = (object: string, body: ObjectChange) => ask(api.PATCH('/admin/crm/objects/{object}', { ...of(object), body }));
export const dropObject = (object: string) => ask(api.DELETE('/admin/crm/objects/{object}', of(object)));
export const restoreObject = (object: string) => ask(api.POST('/admin/crm/objects/{object}/restore', of(object)));
export const eraseObject = (object: string) => ask(api.POST('/admin/crm/objects/{object}/erase', of(object)));

export const readField = (object: string, field: string) =>
  call(api.GET('/admin/crm/objects/{object}/fields/{field}', at(object, field))) as Promise<CrmFieldPage>;
export const makeField = (object: string, body: FieldDefinition, key = newKey()) =>
  ask(api.POST('/admin/crm/objects/{object}/fields', { ...of(object), body, ...under(key) }));
export const changeField = (object: string, field: string, body: FieldDefinition) =>
  ask(api.PUT('/admin/crm/objects/{object}/fields/{field}', { ...at(object, field), body }));
export const changeStandardField = (object: string, field: string, body: wire.CrmStandardFieldDefinition) =>
  ask(api.PUT('/admin/crm/objects/{object}/fields/{field}/standard', { ...at(object, field), body }));
export const dropField = (object: string, field: string) =>
  ask(api.DELETE('/admin/crm/objects/{object}/fields/{field}', at(object, field)));
export const restoreField = (object: string, field: string) =>
  ask(api.POST('/admin/crm/objects/{object}/fields/{field}/restore', at(object, field)));
export const eraseField = (object: string, field: string) =>
  ask(api.POST('/admin/crm/objects/{object}/fields/{field}/erase', at(object, field)));

const holder = (id: string) => ({ params: { path: { id } } });

export const readHolders = async () => (await ask(api.GET('/admin/crm/rights'))).items;
export const makeHolder = (body: { kind: HolderKind; name: string; label?: string; source?: string }, key = newKey()) =>
  ask(api.POST('/admin/crm/rights', { body, ...under(key) }));
export const removeHolder = (id: string) => ask(api.DELETE('/admin/crm/rights/{id}', holder(id)));
export const readRights = (id: string) => ask(api.GET('/admin/crm/rights/{id}', holder(id)));
export const setSystemRights = (id: string, rights: wire.CrmSystemRightSetting[]) =>
  ask(api.PUT('/admin/crm/rights/{id}/system', { ...holder(id), body: { rights } }));
export const readObjectRights = (id: string, object: string) =>
  ask(api.GET('/admin/crm/rights/{id}/objects/{object}', { params: { path: { id, object } } }));
export const setObjectRights = (id: string, object: string, body: wire.SetCrmObjectRights) =>
  ask(api.PUT('/admin/crm/rights/{id}/objects/{object}', { params: { path: { id, object } }, body }));

export const listUsers = (query: {
  cursor?: string | undefined;
  search?: string | undefined;
  holder?: string | undefined;
  limit?: number;
}) => ask(api.GET('/admin/crm/users', { params: { query } }));
export const setProfile = (id: string, profile: string) => ask(api.PUT('/admin/crm/users/{id}', { ...holder(id), body: { profile } }));
export const giveSet = (id: string, set: string, until: string | null) =>
  ask(api.PUT('/admin/crm/users/{id}/sets/{set}', { params: { path: { id, set } }, body: { until } }));
export const takeSet = (id: string, set: string) => ask(api.DELETE('/admin/crm/users/{id}/sets/{set}', { params: { path: { id, set } } }));
