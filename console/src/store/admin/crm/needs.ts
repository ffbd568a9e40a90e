/** Rights that need others: what is given and taken with one. The server refuses a right without what it needs. */
import { OBJECT_RIGHTS, type ObjectRight, type ObjectRights } from './types';

type Needs<R extends string> = { readonly [right in R]?: readonly R[] };

const OBJECT_NEEDS: Needs<ObjectRight> = {
  create: ['read'],
  edit: ['read'],
  delete: ['edit'],
  view_all: ['read'],
  modify_all: ['delete', 'view_all'],
};

const SYSTEM_NEEDS: Needs<string> = {
  PermissionsModifyAllData: ['PermissionsViewAllData'],
  PermissionsCustomizeApplication: ['PermissionsViewSetup'],
  PermissionsManageUsers: ['PermissionsViewSetup'],
};

/** All that a right needs, through others too. */
function needed<R extends string>(right: R, needs: Needs<R>): R[] {
  return [...new Set((needs[right] ?? []).flatMap((other) => [other, ...needed(other, needs)]))];
}

function followed<R extends string>(all: readonly R[], right: R, on: boolean, needs: Needs<R>): R[] {
  return on ? needed(right, needs).filter((other) => all.includes(other)) : all.filter((other) => needed(other, needs).includes(right));
}

/** The rights after one is given or taken, and which others went with it. */
export function turned(rights: ObjectRights, right: ObjectRight, on: boolean): { rights: ObjectRights; with: ObjectRight[] } {
  const others = followed(OBJECT_RIGHTS, right, on, OBJECT_NEEDS).filter((other) => rights[other] !== on);
  const changed = { ...rights, [right]: on };
  for (const other of others) changed[other] = on;
  return { rights: changed, with: others };
}

/** The same of rights that are not about one object, by their names. */
export function turnedSystem(
  granted: ReadonlySet<string>,
  all: readonly string[],
  right: string,
  on: boolean,
): { granted: Set<string>; with: string[] } {
  const others = followed(all, right, on, SYSTEM_NEEDS).filter((other) => granted.has(other) !== on);
  const changed = new Set(granted);
  for (const other of [right, ...others]) {
    if (on) changed.add(other);
    else changed.delete(other);
  }
  return { granted: changed, with: others };
}
