/** Objects, fields and rights of the CRM, as the admins' API tells and takes them. */

export type WrittenBy = 'people' | 'administrators' | 'server';
export type Sharing = 'private' | 'read' | 'read_write';

export interface CrmObject {
  name: string;
  label: string;
  label_plural: string;
  custom: boolean;
  written_by: WrittenBy;
  /** Null: its records have no owner. */
  sharing: Sharing | null;
  custom_fields: number;
  dropped_at: string | null;
  takes_fields: boolean;
}

export interface ObjectDefinition {
  name: string;
  label: string;
  label_plural: string;
  name_label: string;
  name_format: string | null;
  sharing: Sharing;
}

export interface ObjectChange {
  label?: string;
  label_plural?: string;
  sharing?: Sharing;
}

export const KINDS = [
  'text',
  'text_area',
  'long_text',
  'email',
  'phone',
  'url',
  'checkbox',
  'number',
  'currency',
  'percent',
  'date',
  'date_time',
  'time',
  'picklist',
  'multipicklist',
  'lookup',
  'master_detail',
  'auto_number',
] as const;
export type Kind = (typeof KINDS)[number];

export interface CrmField {
  name: string;
  label: string;
  kind: string;
  type: string;
  length: number | null;
  precision: number | null;
  scale: number | null;
  custom: boolean;
  required: boolean;
  unique: boolean;
  external_id: boolean;
  help: string | null;
  refers_to: string[];
  values: number;
  dropped_at: string | null;
  changeable: boolean;
}

export interface CrmObjectPage {
  object: CrmObject;
  definition: ObjectDefinition | null;
  fields: CrmField[];
}

export type WhenDeleted = 'clear' | 'restrict' | 'cascade';

export interface ValueDefinition {
  value: string;
  label?: string | null;
  active: boolean;
  default: boolean;
  closed?: boolean | null;
}

export interface FieldDefinition {
  name: string;
  label: string;
  kind: Kind;
  length?: number | null;
  precision?: number | null;
  scale?: number | null;
  required?: boolean;
  unique?: boolean;
  case_sensitive?: boolean;
  external_id?: boolean;
  default?: string | null;
  help?: string | null;
  values?: ValueDefinition[];
  restricted?: boolean;
  refers_to?: string | null;
  relationship?: string | null;
  when_deleted?: WhenDeleted;
  format?: string | null;
  start?: number | null;
  seen_by?: string[] | null;
}

export interface StandardFieldDefinition {
  help?: string | null;
  values?: ValueDefinition[] | null;
}

export interface CrmFieldPage {
  field: CrmField;
  definition: FieldDefinition | null;
  standard: StandardFieldDefinition | null;
  values: ValueDefinition[];
  values_changeable: boolean;
}

export type HolderKind = 'profile' | 'permission_set';

export interface RightsHolder {
  id: string;
  name: string;
  label: string;
  kind: HolderKind;
  /** It cannot be changed. */
  fixed: boolean;
  users: number;
}

export const OBJECT_RIGHTS = ['read', 'create', 'edit', 'delete', 'view_all', 'modify_all'] as const;
export type ObjectRight = (typeof OBJECT_RIGHTS)[number];
export type ObjectRights = Record<ObjectRight, boolean>;

export type RightsOfObject = ObjectRights & { name: string; label: string; settable: boolean };
export interface SystemRight {
  name: string;
  label: string;
  granted: boolean;
}
export interface Rights {
  holder: RightsHolder;
  system: SystemRight[];
  objects: RightsOfObject[];
}

export type FieldRight = 'none' | 'read' | 'edit';
export interface RightsOfField {
  name: string;
  label: string;
  right: FieldRight;
  settable: boolean;
  /** `edit` can be given. */
  editable: boolean;
}
export interface ObjectRightsPage {
  object: RightsOfObject;
  fields: RightsOfField[];
}

export interface CrmUser {
  id: string;
  name: string;
  login: string;
  active: boolean;
  profile: { id: string; label: string } | null;
  sets: { id: string; label: string; until: string | null }[];
}
