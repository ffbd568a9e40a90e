// The destination's settings: Segment's own names, and beyond them `strict` and `objects` (deployment_segment.md 10). They come from a page's
// script or from a server, so each of them may be anything: what is not understood is absent.

/** Where an object's values come from: `identify`, the event itself, `group`. */
export type Source = 'traits' | 'properties' | 'group';

/** One value: a detail of the conversation, a field of the record, or both. */
export interface Row {
  /** Which trait or property; dots lead into objects. */
  path: string;
  label: string;
  /** Empty for a value that only the agent sees. */
  fieldName: string;
  displayToAgent: boolean;
  doFind: boolean;
  isExactMatch: boolean;
  doCreate: boolean;
}

/** One object of the CRM and what it is made of. Texts that say nothing are empty. */
export interface MappedObject {
  entityName: string;
  source: Source;
  saveToTranscript: string;
  showOnCreate: boolean;
  linkToEntityName: string;
  linkToEntityField: string;
  mappings: Row[];
}

export interface ChatSettings {
  /** Where deployment.js is; `null` where the setting is no address. */
  script: string | null;
  /** What `liveagent.init` takes first; likewise. */
  endpoint: string | null;
  deploymentId: string;
  orgId: string;
  enableLogging: boolean;
  /** A value that is missing keeps the chat from beginning, as at Segment; otherwise it is left out and warned of. */
  strict: boolean;
  /** In the order in which they are gone through. */
  objects: MappedObject[];
}

type Json = { [name: string]: unknown };

const SUFFIX = '.salesforceliveagent.com';
/** The directory of a version; servers answer every one with the script that they have. */
const VERSION = '36.0';

/** What a server of ours can be told: who has a thousand rows is told nothing by the thousandth. */
const MOST_ROWS = 100;
const MOST_OBJECTS = 20;

export function readSettings(told: unknown): ChatSettings {
  const settings = object(told) ?? {};
  return {
    script: address(settings['hostname'], scriptPath),
    endpoint: address(settings['liveAgentEndpointUrl'], endpointPath),
    deploymentId: text(settings['deploymentId']),
    orgId: text(settings['orgId']),
    enableLogging: flag(settings['enableLogging']),
    strict: flag(settings['strict']),
    objects: Array.isArray(settings['objects']) ? objects(settings['objects']) : lists(settings),
  };
}

function objects(told: unknown[]): MappedObject[] {
  const found: MappedObject[] = [];
  for (const item of told.slice(0, MOST_OBJECTS)) {
    const inner = unwrapped(item);
    const entityName = text(inner?.['entityName']);
    const source = text(inner?.['source']) || 'traits';
    if (!inner || !entityName || (source !== 'traits' && source !== 'properties' && source !== 'group')) continue;
    let [linkToEntityName, linkToEntityField] = [text(inner['linkToEntityName']), text(inner['linkToEntityField'])];
    if (!linkToEntityName || !linkToEntityField) linkToEntityName = linkToEntityField = '';
    found.push({
      entityName,
      source,
      saveToTranscript: text(inner['saveToTranscript']),
      showOnCreate: flag(inner['showOnCreate']),
      linkToEntityName,
      linkToEntityField,
      mappings: rows(inner['mappings'], 'path'),
    });
  }
  return found;
}

/** Segment's three lists, in the order in which its integration goes through them. An empty one is no object. */
function lists(settings: Json): MappedObject[] {
  const named: [string, Source, Row[]][] = [
    ['Contact', 'traits', rows(settings['contactMappings'], 'trait')],
    ['Case', 'properties', rows(settings['caseMappings'], 'property')],
    ['Account', 'group', rows(settings['accountMappings'], 'property')],
  ];
  const used = named.filter(([, , mappings]) => mappings.length > 0);
  const nothing = { saveToTranscript: '', showOnCreate: false, linkToEntityName: '', linkToEntityField: '' };
  return used.map(([entityName, source, mappings]) => ({ entityName, source, ...nothing, mappings }));
}

function rows(told: unknown, key: string): Row[] {
  const found: Row[] = [];
  for (const item of Array.isArray(told) ? told.slice(0, MOST_ROWS) : []) {
    const inner = unwrapped(item);
    if (!inner) continue;
    const source = [key, 'trait', 'property', 'path'].find((name) => inner[name] !== undefined);
    const path = text(source === undefined ? object(item)?.['key'] : inner[source]);
    const label = text(inner['label']);
    if (!path || !label) continue;
    found.push({
      path,
      label,
      fieldName: text(inner['fieldName']),
      displayToAgent: flag(inner['displayToAgent']),
      doFind: flag(inner['doFind']),
      isExactMatch: flag(inner['isExactMatch']),
      doCreate: flag(inner['doCreate']),
    });
  }
  return found;
}

/** An item as it is, or out of Segment's `{key, value: {…}}`. */
function unwrapped(item: unknown): Json | null {
  const outer = object(item);
  return object(outer?.['value']) ?? outer;
}

function object(value: unknown): Json | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : null;
}

function text(value: unknown): string {
  return typeof value === 'string' ? value.trim() : typeof value === 'number' ? String(value) : '';
}

/** Missing, null, 0 and the empty text are false; so are the words for it. */
function flag(value: unknown): boolean {
  return typeof value === 'string' ? !/^\s*(?:|0|false)\s*$/i.test(value) : Boolean(value);
}

/** A bare label is one of the old hosts; what has a scheme, or begins with `//`, is a whole address of anybody's server. */
function address(setting: unknown, path: (told: string) => string): string | null {
  const told = text(setting);
  let whole: string;
  if (told.startsWith('//')) whole = location.protocol + told;
  else if (told.includes('://')) whole = told;
  else if (/^[a-z\d_][\w-]*(?:\.[a-z\d_][\w-]*)*$/i.test(told))
    whole = `https://${told.replace(/\.salesforceliveagent\.com$/, '')}${SUFFIX}`;
  else return null;
  try {
    const url = new URL(whole);
    if (!/^https?:$/.test(url.protocol) || url.username || url.password) return null;
    return url.origin + path(url.pathname);
  } catch {
    return null;
  }
}

/** A whole address may be the host's, that of its files (`…/content`), or the script's own. */
function scriptPath(told: string): string {
  if (told.endsWith('.js')) return told;
  return `${told.replace(/\/content(?:\/.*)?$/, '').replace(/\/+$/, '')}/content/g/js/${VERSION}/deployment.js`;
}

/** Likewise, or the address that other clients use (`…/chat/rest`). */
function endpointPath(told: string): string {
  return `${told.replace(/\/chat(?:\/rest.*)?\/*$/, '').replace(/\/+$/, '')}/chat`;
}
