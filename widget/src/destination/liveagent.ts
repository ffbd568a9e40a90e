// deployment.js as a destination uses it: loaded once a page whoever asks, and told what the mapping made.
import type { Mapped } from './mapping';

/** What a program knows of the visitor, as `setVisitorDetails` takes it: all of it each time. */
export type VisitorDetails = Pick<Mapped, 'details' | 'entities' | 'name'>;

/** The functions of `liveagent` that are used here. Those that are optional are ours: older servers' scripts have not got them. */
export interface LiveAgent {
  init(url: string, deploymentId: string, orgId: string): void;
  enableLogging(): void;
  addCustomDetail(label: string, value: string, displayToAgent: boolean): void;
  findOrCreate(entity: string): EntityChain;
  setName(name: string): void;
  /** May be called at any time, and again; see docs/segment.md. */
  setVisitorDetails?(details: VisitorDetails): void;
  /** Whether the page has called `init`. */
  isInitialized?(): boolean;
  /** The ids of the buttons that the page shows while somebody is there. */
  buttonIds?(): string[];
  /** Somebody else is at the browser from now on. */
  forgetVisitor?(): void;
}

interface EntityChain {
  map(field: string, label: string, doFind: boolean, isExactMatch: boolean, doCreate: boolean): EntityChain;
  saveToTranscript(field: string): EntityChain;
  showOnCreate(): EntityChain;
  linkToEntity(entity: string, field: string): EntityChain;
}

interface Page {
  liveagent?: LiveAgent;
  liveAgentDeployment?: unknown;
}

const page = window as unknown as Page;

/** A script of that name, on whatever host. */
const IS_DEPLOYMENT = /\/content\/g\/(?:js\/[^/]+\/)?deployment\.js(?:[?#]|$)/;
/** How long a script element of the page's own may take before it counts as one that failed long ago. */
const PATIENCE_MS = 5000;

/** The page's `liveagent`; none before the script has run, or after the page has taken it away. */
export function liveagent(): LiveAgent | null {
  return page.liveAgentDeployment && page.liveagent ? page.liveagent : null;
}

/** Resolves when the page has `liveagent`, however it came there. Rejects where the script cannot be loaded. */
export async function load(url: string, nonce: string): Promise<void> {
  if (liveagent()) return;
  const there = Array.from(document.scripts).find(({ src }) => IS_DEPLOYMENT.test(src));
  if (there) await settled(there);
  if (!liveagent()) await insert(url, nonce);
  if (!liveagent()) throw new Error(`${url} is no deployment.js`);
}

/** What is on its way, be it the page's own or another destination's. It may also have failed before anybody listened. */
function settled(script: HTMLScriptElement): Promise<void> {
  return new Promise((done) => {
    script.addEventListener('load', () => done());
    script.addEventListener('error', () => done());
    setTimeout(done, PATIENCE_MS);
  });
}

function insert(url: string, nonce: string): Promise<void> {
  return new Promise((done, failed) => {
    const script = document.createElement('script');
    script.async = true;
    if (nonce) script.nonce = nonce;
    script.src = url;
    script.onload = () => done();
    script.onerror = () => {
      // The next one who asks tries again.
      script.remove();
      failed(new Error(`${url} could not be loaded`));
    };
    (document.head || document.documentElement).appendChild(script);
  });
}

/** By the functions that every deployment.js has, in the order that is known of Segment's integration (deployment_segment.md 10). */
export function tellOnce(api: LiveAgent, { details, entities, name }: VisitorDetails): void {
  for (const { label, value, displayToAgent } of details) api.addCustomDetail(label, value, displayToAgent);
  for (const entity of entities) {
    const chain = api.findOrCreate(entity.entityName);
    for (const map of entity.entityFieldsMaps) chain.map(map.fieldName, map.label, map.doFind, map.isExactMatch, map.doCreate);
    if (entity.saveToTranscript) chain.saveToTranscript(entity.saveToTranscript);
    if (entity.showOnCreate) chain.showOnCreate();
    if (entity.linkToEntityName) chain.linkToEntity(entity.linkToEntityName, entity.linkToEntityField);
  }
  if (name !== null) api.setName(name);
}
