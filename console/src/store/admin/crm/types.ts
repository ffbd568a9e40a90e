/** Objects, fields and rights of the CRM, by the names that the pages call them. */
import type * as wire from '../../../api/schema';
import type { Whole } from '../definitions';

export type CrmObject = Whole<wire.CrmObject>;
export type CrmField = Whole<wire.CrmField>;
export type CrmObjectPage = Whole<wire.CrmObjectPage>;
export type ObjectDefinition = Whole<wire.CrmObjectDefinition>;
export type ObjectChange = wire.CrmObjectChange;
export type Sharing = wire.CrmSharing;
export type WrittenBy = wire.CrmWriter;

export type Kind = wire.CrmFieldKind;
export type WhenDeleted = wire.CrmWhenDeleted;
/** What the server answers leaves nothing out that it knows; of what it may leave out the label and what a value means. */
export type ValueDefinition = wire.CrmPicklistValue & { active: boolean; default: boolean };
export type FieldDefinition = Omit<wire.CrmFieldDefinition, 'values'> & { values?: ValueDefinition[] };
export type StandardFieldDefinition = wire.CrmStandardFieldDefinition;
export interface CrmFieldPage {
  field: CrmField;
  definition: FieldDefinition | null;
  standard: StandardFieldDefinition | null;
  values: ValueDefinition[];
  values_changeable: boolean;
}

export type HolderKind = wire.CrmHolderKind;
export type RightsHolder = Whole<wire.CrmRightsHolder>;
export type Rights = Whole<wire.CrmHolderRights>;
export type SystemRight = Whole<wire.CrmSystemRight>;
export const OBJECT_RIGHTS = ['read', 'create', 'edit', 'delete', 'view_all', 'modify_all'] as const;
export type ObjectRight = (typeof OBJECT_RIGHTS)[number];
export type ObjectRights = Record<ObjectRight, boolean>;
export type RightsOfObject = Whole<wire.CrmObjectRights>;
export type FieldRight = wire.CrmFieldRight;
export type RightsOfField = Whole<wire.CrmFieldRights>;
export type ObjectRightsPage = Whole<wire.CrmObjectFieldRights>;
export type CrmUser = Whole<wire.CrmUser>;
