// What a page's events do to its chat. `identify` and `group` alone do nothing; the event makes the chat ready, but opens nothing: browsers
// block windows that no click opens. Whatever is left out is said in the browser's console.
import { liveagent, load, tellOnce, type LiveAgent } from './liveagent';
import { map, STARTED, type Mapped, type Traits, type Warning } from './mapping';
import type { ChatSettings } from './settings';

/** Events that we send to Segment ourselves have this in `context.integration.name`: they begin no chat. */
export const OWN_NAME = 'Switchboard';

/** What analytics.js remembers of the customer, over pages and visits, until `reset()`. */
export interface Remembered {
  user(): Traits;
  group(): Traits;
}

export interface TrackedEvent {
  event?: unknown;
  properties?: unknown;
  context?: unknown;
}

const PREFIX = 'Salesforce Live Agent: ';

export class Chat {
  private readonly settings: ChatSettings;
  private readonly remembered: Remembered;
  private readonly nonce: string;
  private loading: Promise<void> | null = null;
  /** What the page's events said; `null` before the first. */
  private properties: Traits | null = null;
  private said = new Set<string>();
  /** Where the script has no `setVisitorDetails`: what was told once cannot be changed. */
  private told = false;

  constructor(settings: ChatSettings, remembered: Remembered, nonce: string) {
    this.settings = settings;
    this.remembered = remembered;
    this.nonce = nonce;
  }

  get isLoaded(): boolean {
    return liveagent() !== null;
  }

  /** Brings deployment.js to the page and initialises nothing: that is the event's, or the page's own. */
  load(): Promise<void> {
    if (this.isLoaded) return Promise.resolve();
    const { script } = this.settings;
    if (script === null) return Promise.reject(new Error('`hostname` is no address, so deployment.js cannot be loaded'));
    if (!this.loading) {
      this.loading = load(script, this.nonce);
      const over = (): void => {
        this.loading = null;
      };
      this.loading.then(over, over);
    }
    return this.loading;
  }

  /**
   * An event of the page. The first makes the chat ready, a later one adds to what is known.
   * @throws in strict mode, where a value is missing: then nothing is delivered.
   */
  track({ event, properties, context }: TrackedEvent): void {
    if (event !== STARTED) return;
    if (record(record(context)['integration'])['name'] === OWN_NAME) return;
    const known = { ...this.properties, ...record(properties) };
    const mapped = this.mapped(known);
    // Said here too: analytics.js keeps what a destination throws to itself.
    if (!mapped.initialised) throw new Error(this.refuse(mapped));
    this.properties = known;
    this.say(mapped);
  }

  /** `identify` or `group`: after the event, what they say is added; before it, the event finds it. */
  remember(): void {
    if (this.properties === null) return;
    const mapped = this.mapped(this.properties);
    if (mapped.initialised) this.say(mapped);
    else this.refuse(mapped);
  }

  /** Somebody else is at the browser from now on. */
  forget(): void {
    this.properties = null;
    this.said.clear();
    liveagent()?.forgetVisitor?.();
  }

  private mapped(properties: Traits): Mapped {
    const mapped = map(this.settings, { user: this.remembered.user(), group: this.remembered.group(), properties });
    if (mapped.initialised) for (const warning of mapped.warnings) this.warn(sentence(warning));
    return mapped;
  }

  private say(mapped: Mapped): void {
    const api = liveagent();
    if (api) return this.deliver(api, mapped);
    // Not waited for: the page's other events would wait behind this one.
    this.load().then(
      () => this.deliver(liveagent()!, mapped),
      (reason: unknown) => this.warn(`the chat was not made ready: ${(reason as Error).message}.`),
    );
  }

  private deliver(api: LiveAgent, mapped: Mapped): void {
    const { endpoint, deploymentId, orgId, enableLogging } = this.settings;
    try {
      if (api.setVisitorDetails) api.setVisitorDetails(mapped);
      else if (this.told) return this.warn('what is known now comes too late: this deployment.js takes nothing after the first event.');
      else tellOnce(api, mapped);
      if (!this.told && !api.isInitialized?.()) {
        if (endpoint === null) return this.warn('the chat was not made ready: `liveAgentEndpointUrl` is no address.');
        api.init(endpoint, deploymentId, orgId);
        if (enableLogging) api.enableLogging();
      }
      if (!this.told) whenRead(() => this.sayWhatIsClicked(api));
      this.told = true;
    } catch (thrown) {
      // What deployment.js refuses, such as an id that is none.
      this.warn(`the chat was not made ready: ${(thrown as Error).message}.`);
    }
  }

  private sayWhatIsClicked(api: LiveAgent): void {
    const buttons = api.buttonIds?.();
    if (!buttons) return;
    if (buttons.length > 0) {
      console.info(`${PREFIX}the chat is ready. It opens when the visitor clicks the button ${buttons.join(' or ')}.`);
    } else {
      this.warn(
        'the chat is ready, but the page has no button that the visitor could click. Nothing else opens it: show one with ' +
          'liveagent.showWhenOnline(buttonId, element), and call liveagent.startChat(buttonId) when it is clicked.',
      );
    }
  }

  private refuse({ warnings }: Mapped): string {
    const missing = warnings.filter(({ code }) => code === 'missing_trait' || code === 'missing_property').map(({ path }) => path);
    const message = `nothing was delivered, since \`strict\` is set and these have no value: ${missing.join(', ')}.`;
    this.warn(message);
    return PREFIX + message;
  }

  /** Once a page: an event that comes again would say the same again. */
  private warn(message: string): void {
    if (this.said.has(message)) return;
    this.said.add(message);
    console.warn(PREFIX + message);
  }
}

function sentence({ code, path }: Warning): string {
  switch (code) {
    case 'missing_identify':
      return `${path} is left out, since nothing is known of the visitor: call analytics.identify with traits before the event.`;
    case 'missing_group':
      return `${path} is left out, since nothing is known of the group: call analytics.group with traits before the event.`;
    case 'missing_properties':
      return `${path} is left out, since the event has no properties: pass them to analytics.track.`;
    case 'missing_trait':
    case 'missing_property':
      return `${path} has no value and is left out.`;
    case 'nested_value':
      return `${path} is an object or a list and is given as JSON: map the path of a value in it.`;
    case 'duplicate_label':
      return `two values have the label ${path}: the first counts. Give each its own.`;
    case 'too_long':
      return `${path} is longer than a detail may be and is left out.`;
    case 'too_many':
      return `${path || 'what is to be found or created'} is left out: it is more than a conversation may have.`;
    case 'refused':
      return 'nothing was delivered.';
  }
}

function record(value: unknown): Traits {
  return typeof value === 'object' && value !== null ? (value as Traits) : {};
}

/** When the page's own scripts have had their time to show buttons. */
function whenRead(then: () => void): void {
  if (document.readyState === 'complete') setTimeout(then, 1);
  else addEventListener('load', () => setTimeout(then, 1), { once: true });
}
