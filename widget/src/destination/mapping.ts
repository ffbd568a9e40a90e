// From what is known of a customer, and the event, to what a conversation begins with. Pure: the server has the same mapping, and both are held
// to one table of cases (crates/domain/tests/mapping/cases.json).
import type { ChatSettings, MappedObject, Row, Source } from './settings';

/** The event with which a chat begins. Case matters. */
export const STARTED = 'Live Chat Conversation Started';

export type Traits = { [name: string]: unknown };

export interface Known {
  /** Traits by `identify`, as they are cached. */
  user: Traits;
  /** Traits by `group`, likewise. */
  group: Traits;
  /** The event's. */
  properties: Traits;
}

export interface MappedDetail {
  label: string;
  value: string;
  displayToAgent: boolean;
}

export interface MappedField {
  fieldName: string;
  label: string;
  doFind: boolean;
  isExactMatch: boolean;
  doCreate: boolean;
}

/** As the hand-off to the chat window writes them (deployment_segment.md 5). Texts that say nothing are empty. */
export interface MappedEntity {
  entityName: string;
  saveToTranscript: string;
  showOnCreate: boolean;
  linkToEntityName: string;
  linkToEntityField: string;
  entityFieldsMaps: MappedField[];
}

/** The names are stable; the server's are the same. */
export type WarningCode =
  | 'missing_identify'
  | 'missing_group'
  | 'missing_properties'
  | 'missing_trait'
  | 'missing_property'
  | 'nested_value'
  | 'duplicate_label'
  | 'too_long'
  | 'too_many'
  | 'refused';

export interface Warning {
  code: WarningCode;
  /** Where: an entity's name, a label, or a path such as `traits.email`; empty where it is about all of it. */
  path: string;
}

export interface Mapped {
  /** One for each label. */
  details: MappedDetail[];
  /** The visitor's, where both parts of it are known. */
  name: string | null;
  entities: MappedEntity[];
  warnings: Warning[];
  /** Whether the chat is made ready. In strict mode a missing value prevents it, and then there is nothing to deliver. */
  initialised: boolean;
}

const NOTHING: { [source in Source]: WarningCode } = {
  traits: 'missing_identify',
  properties: 'missing_properties',
  group: 'missing_group',
};

/** What a conversation may have. */
const LONGEST_VALUE = 64 * 1024;
const LONGEST_NAME = 255;
const MOST_BYTES = 256 * 1024;
const MOST_DETAILS = 200;
const MOST_ENTITIES = 20;
const MOST_FIELDS = 100;
/** How deep a path leads. */
const DEEPEST = 16;

/** Carries the mapping out. Any other event than [`STARTED`] is the caller's to leave alone. */
export function map(settings: Pick<ChatSettings, 'objects' | 'strict'>, known: Known): Mapped {
  return new Mapping(settings.strict, known).of(settings.objects);
}

class Mapping {
  private readonly strict: boolean;
  private readonly known: Known;
  private readonly details = new Map<string, MappedDetail>();
  private readonly entities = new Map<string, MappedEntity>();
  private readonly warnings: Warning[] = [];
  private name: string | null = null;
  private bytes = 0;
  private refused = false;

  constructor(strict: boolean, known: Known) {
    this.strict = strict;
    this.known = known;
  }

  of(objects: MappedObject[]): Mapped {
    for (const object of objects) if (object.mappings.length > 0) this.add(object);
    let entities = Array.from(this.entities.values());
    if (entities.length > MOST_ENTITIES || entities.some(({ entityFieldsMaps }) => entityFieldsMaps.length > MOST_FIELDS)) {
      entities = [];
      this.warn('too_many', '');
    }
    if (this.refused) {
      this.warn('refused', '');
      return { details: [], name: null, entities: [], warnings: this.warnings, initialised: false };
    }
    return { details: Array.from(this.details.values()), name: this.name, entities, warnings: this.warnings, initialised: true };
  }

  private add(object: MappedObject): void {
    const { user, group, properties } = this.known;
    const from = { traits: user, group, properties }[object.source];
    if (Object.keys(from).length === 0) return this.warn(NOTHING[object.source], object.entityName);
    const fields: MappedField[] = [];
    for (const row of object.mappings) {
      const field = this.row(object.source, from, row);
      if (field) fields.push(field);
    }
    if (object.source === 'traits') this.name = nameOf(user);
    if (fields.length > 0) this.addEntity(object, fields);
  }

  /** The field that a row's value goes to; none if it goes nowhere, or the agent alone sees it. */
  private row(
    source: Source,
    from: Traits,
    { path, label, fieldName, displayToAgent, doFind, isExactMatch, doCreate }: Row,
  ): MappedField | null {
    const where = `${source}.${path}`;
    const found = at(from, path);
    const value = text(found);
    if (value === null) {
      this.warn(source === 'properties' ? 'missing_property' : 'missing_trait', where);
      this.refused ||= this.strict;
      return null;
    }
    if (typeof found === 'object' && !(found instanceof Date)) this.warn('nested_value', where);
    const known = this.details.get(label);
    if (known) {
      if (known.value !== value) this.warn('duplicate_label', label);
    } else {
      const bytes = new TextEncoder().encode(value).length;
      if (bytes > LONGEST_VALUE || this.details.size === MOST_DETAILS || this.bytes + bytes > MOST_BYTES) {
        this.warn(bytes > LONGEST_VALUE ? 'too_long' : 'too_many', where);
        return null;
      }
      this.bytes += bytes;
      this.details.set(label, { label, value, displayToAgent });
    }
    return fieldName ? { fieldName, label, doFind, isExactMatch, doCreate } : null;
  }

  /** What a later object says of the same entity is added, and counts where both say something. */
  private addEntity(object: MappedObject, fields: MappedField[]): void {
    const { entityName, saveToTranscript, showOnCreate, linkToEntityName, linkToEntityField } = object;
    const known = this.entities.get(entityName);
    if (!known) {
      const entity = {
        entityName,
        saveToTranscript,
        showOnCreate,
        linkToEntityName,
        linkToEntityField,
        entityFieldsMaps: [] as MappedField[],
      };
      this.entities.set(entityName, entity);
      for (const field of fields) put(entity.entityFieldsMaps, field);
      return;
    }
    known.showOnCreate ||= showOnCreate;
    if (saveToTranscript) known.saveToTranscript = saveToTranscript;
    if (linkToEntityName) Object.assign(known, { linkToEntityName, linkToEntityField });
    for (const field of fields) put(known.entityFieldsMaps, field);
  }

  private warn(code: WarningCode, path: string): void {
    if (!this.warnings.some((warning) => warning.code === code && warning.path === path)) this.warnings.push({ code, path });
  }
}

function put(fields: MappedField[], field: MappedField): void {
  const known = fields.findIndex(({ fieldName }) => fieldName === field.fieldName);
  if (known < 0) fields.push(field);
  else fields[known] = field;
}

/** First and last name, if both are there. `name` alone and other spellings are not looked at. */
function nameOf(user: Traits): string | null {
  const [first, last] = ['firstName', 'lastName'].map((name) => {
    const part = own(user, name) ? user[name] : null;
    return part && typeof part !== 'object' ? text(part) : null;
  });
  const line = first && last ? `${first} ${last}`.replace(/[\s\p{Cc}]+/gu, ' ').trim() : '';
  return Array.from(line).slice(0, LONGEST_NAME).join('').trimEnd() || null;
}

/**
 * The value at a path. Of each object the key that is the whole rest of the path counts, else what is before the first dot leads on: keys may
 * have dots in them. What every object has by itself is no value.
 */
function at(from: Traits, path: string): unknown {
  let value: unknown = from;
  let rest = path;
  for (let depth = 0; depth <= DEEPEST; depth++) {
    if (own(value, rest)) return value[rest];
    const dot = rest.indexOf('.');
    const head = rest.slice(0, Math.max(0, dot));
    if (dot < 0 || !own(value, head)) return undefined;
    value = value[head];
    rest = rest.slice(dot + 1);
  }
  return undefined;
}

function own(value: unknown, name: string): value is Traits {
  if (typeof value !== 'object' || value === null || value instanceof Date) return false;
  // A list's own keys are its numbers; its length is one too.
  return Object.prototype.hasOwnProperty.call(value, name) && !(Array.isArray(value) && name === 'length');
}

/** A value as the conversation has it; `null` where there is none. What is no single value is written as JSON. */
function text(value: unknown): string | null {
  if (typeof value === 'string') return value;
  if (typeof value === 'boolean') return String(value);
  if (typeof value === 'number') return Number.isFinite(value) ? String(value) : null;
  if (typeof value !== 'object' || value === null) return null;
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString();
  try {
    return JSON.stringify(value) ?? null;
  } catch {
    // A circle, which no trait that was kept has.
    return null;
  }
}
