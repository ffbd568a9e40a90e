/** What an admin defines: each kind is listed, read, made, changed and removed in the same way. */
import { call, newKey } from '../../api/client';
import type * as wire from '../../api/schema';
import type { PageOf } from '../paged.svelte';
import { api } from '../session.svelte';

/**
 * What the server answers: it leaves no setting out, though a request may.
 */
export type Whole<T> = T extends readonly (infer Item)[]
  ? Whole<Item>[]
  : T extends object
    ? { [key in keyof T]-?: Whole<Exclude<T[key], undefined>> }
    : T;

export interface Kinds {
  agents: { item: wire.Agent; settings: wire.AgentSettings };
  blocks: { item: wire.Block; settings: wire.BlockSettings };
  buttons: { item: wire.Button; settings: wire.ButtonSettings };
  'connected-apps': { item: wire.ConnectedApp; settings: wire.ConnectedAppSettings };
  deployments: { item: wire.Deployment; settings: wire.DeploymentSettings };
  hours: { item: wire.Hours; settings: wire.HoursSettings };
  'quick-texts': { item: wire.QuickText; settings: wire.QuickTextSettings };
  queues: { item: wire.Queue; settings: wire.QueueSettings };
  roles: { item: wire.Role; settings: wire.RoleSettings };
  rules: { item: wire.Rule; settings: wire.RuleSettings };
  skills: { item: wire.Skill; settings: wire.SkillSettings };
}
export type Kind = keyof Kinds;
export type Settings<K extends Kind> = Whole<Kinds[K]['settings']>;
export type Item<K extends Kind> = Omit<Kinds[K]['item'], 'settings'> & { id: string; settings: Settings<K> };

/**
 * The requests of a kind. All kinds have the same requests with other bodies, which the client's types cannot say of a path that is not known
 * until it runs: here one path stands for all, and `Kinds` says which bodies belong to which.
 */
export function definitions<K extends Kind>(kind: K) {
  const all = `/admin/${kind}` as '/admin/queues';
  const one = `/admin/${kind}/{id}` as '/admin/queues/{id}';
  const at = (id: string) => ({ path: { id } });
  return {
    /** By name: those that the server finds by what is searched for, or all. */
    list: (cursor: string | undefined, search = '', limit = 50) =>
      call(api.GET(all, { params: { query: { cursor, search: search.trim() || undefined, limit } } })) as unknown as Promise<
        PageOf<Item<K>>
      >,
    read: (id: string) => call(api.GET(one, { params: at(id) })) as unknown as Promise<Item<K>>,
    /** `body` is the settings; an agent's first password goes beside them. */
    create: (body: object, key = newKey()) =>
      call(api.POST(all, { body: body as never, headers: { 'Idempotency-Key': key } })) as unknown as Promise<Item<K>>,
    change: (id: string, settings: Settings<K>) =>
      call(api.PUT(one, { params: at(id), body: settings as never })) as unknown as Promise<Item<K>>,
    remove: (id: string) => call(api.DELETE(one, { params: at(id) })) as Promise<unknown>,
  };
}

/** All of a kind, for choosing among them: page by page, as long as a choice can be. */
export async function everyOne<K extends Kind>(kind: K, most = 2_000): Promise<Item<K>[]> {
  const found: Item<K>[] = [];
  let cursor: string | undefined;
  do {
    const page = await definitions(kind).list(cursor, '', 500);
    found.push(...page.items);
    cursor = page.next ?? undefined;
  } while (cursor !== undefined && found.length < most);
  return found;
}
