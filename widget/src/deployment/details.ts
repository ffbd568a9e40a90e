// What the page tells of its visitor: details and what to find or create from them (deployment_segment.md 4, with the JSON of 5).

export interface EntityMap {
  entityName: string;
  fieldName: string;
  fastFill: boolean;
  autoQuery: boolean;
  exactMatch: boolean;
}

/** A detail; also what `addCustomDetail` answers, for chaining. */
export class CustomDetail {
  readonly label: unknown;
  private readonly value: unknown;
  private readonly displayToAgent: boolean;
  private readonly entityMaps: EntityMap[] = [];
  private readonly transcriptFields: string[] = [];
  private knowledge = false;

  constructor(label: unknown, value: unknown, displayToAgent: boolean) {
    this.label = label;
    this.value = value;
    this.displayToAgent = displayToAgent;
  }

  /** The flags are not those of `findOrCreate(…).map`. An explicit null is refused, an absent flag is true. */
  map(entity: string, field: string, fastFill: boolean = true, autoQuery: boolean = true, exactMatch: boolean = true): this {
    refuseNull([entity, field, fastFill, autoQuery, exactMatch], 'CustomDetail.map contains null value');
    this.entityMaps.push({ entityName: entity, fieldName: field, fastFill, autoQuery, exactMatch });
    return this;
  }

  saveToTranscript(field: string): this {
    refuseNull([field], 'CustomDetail.saveToTranscript contains null value');
    this.transcriptFields.push(field);
    return this;
  }

  doKnowledgeSearch(): this {
    this.knowledge = true;
    return this;
  }

  toJSON(): object {
    return {
      label: this.label,
      value: this.value,
      displayToAgent: this.displayToAgent,
      entityMaps: this.entityMaps,
      transcriptFields: this.transcriptFields,
      doKnowledgeSearch: this.knowledge,
    };
  }
}

/** One call of `findOrCreate`; two calls for the same kind of record are two of these, which the server puts together. */
export class Entity {
  private readonly entityName: string;
  private readonly warn: (message: string) => void;
  private readonly entityFieldsMaps: object[] = [];
  private saveTo: string | undefined;
  private show = false;
  private linkEntity = '';
  private linkField = '';
  private readonly others: readonly Entity[];

  constructor(entityName: string, others: readonly Entity[], warn: (message: string) => void) {
    this.entityName = entityName;
    this.others = others;
    this.warn = warn;
  }

  map(field: string, label: string, doFind: boolean = true, isExactMatch: boolean = true, doCreate: boolean = true): this {
    this.entityFieldsMaps.push({ fieldName: field, label, doFind, isExactMatch, doCreate });
    return this;
  }

  saveToTranscript(field: string): this {
    this.saveTo = field;
    return this;
  }

  showOnCreate(): this {
    this.show = true;
    return this;
  }

  /** Writes this record's id into a field of the parent. A parent that links back to this one is left alone. */
  linkToEntity(parent: string, field: string): this {
    if (this.others.some((other) => other.entityName === parent && other.linkEntity === this.entityName)) {
      this.warn(`${parent} is linked to ${this.entityName} already: the link back is left out.`);
      return this;
    }
    this.linkEntity = parent;
    this.linkField = field;
    return this;
  }

  toJSON(): object {
    return {
      entityName: this.entityName,
      // `undefined` is left out of the JSON.
      saveToTranscript: this.saveTo,
      showOnCreate: this.show,
      linkToEntityName: this.linkEntity,
      linkToEntityField: this.linkField,
      entityFieldsMaps: this.entityFieldsMaps,
    };
  }
}

function refuseNull(values: unknown[], message: string): void {
  if (values.some((value) => value === null || value === undefined)) throw new Error(message);
}

/** What a program on the page knows of the visitor, as `setVisitorDetails` takes it. */
export interface ToldDetails {
  details?: { label: string; value: unknown; displayToAgent?: boolean }[];
  /** As the hand-off writes them. */
  entities?: { entityName: string }[];
  name?: string | null;
}

/** Everything told of the visitor, as long as the page lives. */
export class VisitorDetails {
  readonly details: CustomDetail[] = [];
  readonly entities: Entity[] = [];
  name: string | undefined;
  /** Of a program on the page. What the page's own code says counts above it. */
  told: ToldDetails = {};
  /** Who is signed in on the site, as its server vouches. */
  user: { id: string; signature: string } | null = null;

  allDetails(): CustomDetail[] {
    const told = list(this.told.details).filter(({ label }) => !this.details.some((own) => own.label === label));
    return told.map(({ label, value, displayToAgent }) => new CustomDetail(label, value, displayToAgent !== false)).concat(this.details);
  }

  /** In an order in which the page's own counts: of two flags or fields, servers take the later. */
  allEntities(): object[] {
    return [...list(this.told.entities), ...this.entities];
  }

  visitorName(): string | undefined {
    return this.name ?? this.told.name ?? undefined;
  }
}

function list<T>(told: T[] | undefined): T[] {
  return Array.isArray(told) ? told : [];
}
