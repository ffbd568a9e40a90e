// A page's deployment: what `liveagent.init` sets up, what the server's answers change, and the functions of `liveagent` that a page calls.
//
// Written from the public description of the old script's behaviour (deployment_segment.md 2–5), in which every order below is given.
import { text, type Answer, type Availability, type Settings } from './answers';
import { Button, Handlers, pairId } from './buttons';
import { Connection } from './connection';
import { Cookies } from './cookies';
import { CustomDetail, Entity, VisitorDetails, type ToldDetails } from './details';
import { PageHistory } from './history';
import { Invitation, Screen, type Surroundings } from './invitation/invitation';
import { Log } from './log';
import { openChat, tellServer, type Opening } from './open';
import type { OwnScript } from './script';

/** A chain of servers that send a page on to each other is followed so far. */
const MOST_SWITCHES = 10;
/** From this version on the first call says which prefix the page has, `undefined` for none. */
const TELLS_PREFIX = 36;

export interface Own {
  script: OwnScript;
  now: () => number;
  random: () => number;
  /** Whether nulls in details throw as they did; a page sets `liveagent.strict`. */
  strict: () => boolean;
  /** Whether the page's `liveagent` is still this deployment's: pages remove it and include the script again. */
  current: () => boolean;
}

export class Deployment {
  readonly log = new Log();
  readonly cookies = new Cookies();
  readonly handlers = new Handlers();
  readonly details = new VisitorDetails();
  readonly history: PageHistory;
  readonly variables = new Map<string, unknown>();
  width: string | number = 482;
  height: string | number = 450;
  private readonly own: Own;
  private readonly connection: Connection;
  private readonly screen = new Screen();
  private readonly around: Surroundings;
  private readonly buttons = new Map<string, Button>();
  private readonly invitations = new Map<string, Invitation>();
  private endpoint = '';
  private deploymentId = '';
  private orgId = '';
  private content: string | null = null;
  private prefix: string | undefined;
  private prefixKey = '';
  private switches = 0;
  private ready = false;
  /** How many of `_laq` have run. */
  private taken = 0;
  /** Whether the server has not heard what a program on the page knows by now. */
  private untold = false;

  constructor(own: Own) {
    this.own = own;
    this.history = new PageHistory(own.now);
    this.connection = new Connection(own.script.nonce, {
      request: (first) => this.request(first),
      answered: (answer) => this.answered(answer),
      lost: () => this.lost(),
      current: own.current,
      log: (message) => this.log.line(message),
    });
    this.around = {
      handlers: this.handlers,
      log: this.log,
      cookies: this.cookies,
      circumstances: { history: this.history, variables: this.variables },
      nonce: own.script.nonce,
      startChat: (id) => this.startChat(id, this.newWindowName()),
    };
  }

  init(url: unknown, deploymentId: unknown, orgId: unknown, optionalCookies: unknown): void {
    if (typeof url !== 'string') throw new Error('The url to init must be strings');
    if (typeof orgId !== 'string' || !/^00D(?:.{12}|.{15})$/.test(orgId))
      throw new Error(`Invalid OrganizationId Parameter Value: ${orgId}`);
    if (typeof deploymentId !== 'string' || !/^572/.test(deploymentId)) {
      throw new Error(`Invalid DeploymentId Parameter Value: ${deploymentId}`);
    }
    if (this.connection.running) return this.log.warning('init was called again after the first answer: it changes nothing.');
    this.endpoint = url;
    this.deploymentId = deploymentId;
    this.orgId = orgId;
    if (optionalCookies === false) this.disableOptionalCookies();
    this.log.line('System initialized. Waiting for the DOM to be ready.');
    whenReady(() => this.begin());
  }

  /**
   * The script is on the page. What waits in `_laq` runs when the page can be read, whether `init` was called or not: where a program loads
   * the script, `init` may itself stand there.
   */
  installed(): void {
    whenReady(() => {
      if (this.own.current()) this.runQueue();
    });
  }

  show(when: 'online' | 'offline', id: string, element: unknown, userId: string | undefined): void {
    this.guard('add a button');
    const button = this.register(id, userId);
    if (element instanceof HTMLElement) button.show(when, element);
    else this.log.warning(`There is no element to show while ${id} is ${when}.`);
  }

  addCustomDetail(label: unknown, value: unknown, displayToAgent: boolean): CustomDetail {
    this.guard('add a detail');
    const detail = new CustomDetail(label, value, displayToAgent);
    if (label === null || label === undefined || value === null || value === undefined) {
      if (this.own.strict()) throw new Error('CustomDetail contains null value');
      this.log.warning(`CustomDetail contains null value: "${label}" is left out.`);
    } else this.details.details.push(detail);
    return detail;
  }

  findOrCreate(entityName: string): Entity {
    this.guard('find or create a record');
    const entity = new Entity(entityName, this.details.entities, (message) => this.log.warning(message));
    this.details.entities.push(entity);
    return entity;
  }

  setName(name: unknown): void {
    this.guard('set the name');
    this.details.name = String(name);
  }

  /**
   * What a program on the page knows of the visitor: all of it, in place of what it said before. May come at any time: a conversation that
   * waits gets it too.
   */
  setVisitorDetails(told: ToldDetails): void {
    this.details.told = told ?? {};
    this.untold = true;
    this.tell();
  }

  /** Who is signed in, with the signature of the site's server; without one the chat's server believes nothing. */
  setUser(id: unknown, signature: unknown): void {
    this.details.user = text(id) && text(signature) ? { id: String(id), signature: String(signature) } : null;
    this.untold = true;
    this.tell();
  }

  /** Somebody else is at the browser from now on: nothing that is known of the last one goes with the next one's chat. */
  forgetVisitor(): void {
    this.details.told = {};
    this.details.user = null;
    this.untold = false;
    this.cookies.remove('liveagent_sid');
    this.cookies.remove('liveagent_chatted');
    this.history.forget();
    this.connection.anew();
  }

  isInitialized(): boolean {
    return this.endpoint !== '';
  }

  buttonIds(): string[] {
    return Array.from(this.buttons.keys());
  }

  setCustomVariable(name: string, value: unknown): void {
    this.variables.set(String(name), value);
    for (const invitation of this.invitations.values()) invitation.consider();
  }

  /** For sites behind a proxy that takes the true address after its own. */
  addURLPrefix(prefix: unknown): void {
    this.guard('add a prefix');
    this.prefix = text(prefix);
  }

  startChat(id: string, windowName: string, userId?: string, fallback: unknown = false): void {
    const session = this.session;
    if (this.content === null || session === null) {
      throw new Error('You cannot call liveagent.startChat until the asynchronous call to liveagent.init has completed!');
    }
    const button = userId ? this.register(id, userId) : (this.invitations.get(id) ?? this.buttons.get(id));
    if (!button) throw new TypeError(`${id} is not a button of this page: call showWhenOnline or showWhenOffline with it first`);
    if (!button.accept()) return;
    this.untold = false;
    openChat(button, windowName, this.opening(session, this.content, Boolean(fallback)));
  }

  rejectChat(id: string): void {
    this.invitations.get(id)?.reject();
  }

  newWindowName(): string {
    return `liveagent${Math.floor(this.own.random() * 1e9)}${this.own.now()}`;
  }

  disableOptionalCookies(): void {
    this.cookies.disableOptional();
    this.history.forget();
  }

  disconnect(): void {
    this.connection.disconnect();
  }

  /** The answers of the server come in here, by `liveagent._`. */
  handlePing(answer: Answer): void {
    this.connection.answer(answer);
  }

  serverError(message: unknown): void {
    this.log.line(text(message) ? `Server Error: ${message}` : 'Server responded with an error');
    this.connection.disconnect();
  }

  serverWarning(message: unknown): void {
    this.log.line(text(message) ? `Server Warning: ${message}` : 'Server sent an anonymous warning');
  }

  setPermanentId(id: unknown): void {
    if (text(id)) this.cookies.set('liveagent_ptid', String(id));
  }

  get session(): string | null {
    const session = this.cookies.get('liveagent_sid');
    // Others can write cookies too; this one goes into addresses as it is.
    return session !== null && /^[\w-]{1,128}$/.test(session) ? session : null;
  }

  private opening(session: string, content: string, fallback: boolean): Opening {
    return {
      deploymentId: this.deploymentId,
      orgId: this.orgId,
      session,
      content: (this.prefix ?? '') + content,
      prefix: this.prefix ?? '',
      prefixKey: this.prefixKey,
      width: this.width,
      height: this.height,
      fallback,
      cookies: this.cookies,
      history: this.history,
      details: this.details,
    };
  }

  /** What became known after a chat was opened goes to the server by itself; before that, opening takes it along. */
  private tell(): void {
    const session = this.session;
    if (!this.untold || this.content === null || session === null || this.cookies.get('liveagent_chatted') === null) return;
    this.untold = false;
    tellServer(this.opening(session, this.content, false));
  }

  private guard(what: string): void {
    if (this.connection.running) throw new Error(`You cannot ${what} after page initialization.`);
  }

  private register(id: string, userId: string | undefined): Button {
    const key = pairId(id, userId);
    let button = this.buttons.get(key);
    if (!button) this.buttons.set(key, (button = new Button(id, userId, this.handlers, this.log)));
    return button;
  }

  /** The page can be read, and nothing was asked yet. */
  private begin(): void {
    if (this.ready || !this.own.current()) return;
    this.ready = true;
    this.log.line('DOM is ready. Setting up environment.');
    if (this.cookies.get('liveagent_oref') === null) this.cookies.set('liveagent_oref', document.referrer);
    if (this.cookies.get('liveagent_vc') === null) this.cookies.set('liveagent_vc', '1');
    this.runQueue();
    const { deploymentId, orgId } = this;
    const tail = `callback=liveagent._.handlePing&deployment_id=${deploymentId}&org_id=${orgId}&version=${this.own.script.version}`;
    this.connection.start((this.prefix ?? '') + this.endpoint, tail);
  }

  /** Each function once. What is pushed after the first call never runs. */
  private runQueue(): void {
    const queue = (window as { _laq?: unknown })._laq;
    if (!Array.isArray(queue)) return;
    while (this.taken < queue.length) {
      const waiting: unknown = queue[this.taken++];
      if (typeof waiting === 'function') this.run(waiting as () => void);
    }
  }

  /** One function of the page that fails must not take the others' buttons away. */
  private run(waiting: () => void): void {
    try {
      waiting();
    } catch (thrown) {
      setTimeout(() => {
        throw thrown;
      });
    }
  }

  private request(first: boolean): string {
    const session = this.session;
    const chatted = this.cookies.get('liveagent_chatted') === null ? '' : 'chatted=1&';
    const alone: string[] = [];
    const pairs: string[] = [];
    for (const button of this.buttons.values()) (button.userId ? pairs : alone).push(button.id);
    const ids = [...alone, ...pairs];
    if (!first && session !== null) {
      this.log.line('Pinging server to keep presence');
      const all = ids.concat(Array.from(this.invitations.keys()).filter((id) => ids.indexOf(id) < 0));
      const random = Math.floor(this.own.random() * 1000);
      return (
        `/rest/Visitor/Availability.jsonp?sid=${session}${chatted && '&chatted=1'}&r=${random}` +
        `&Availability.prefix=Visitor&Availability.ids=[${all.join(',')}]`
      );
    }
    const prefix = this.own.script.version < TELLS_PREFIX ? '' : `&Settings.urlPrefix=${this.prefix}`;
    const settings = `Settings.prefix=Visitor&Settings.buttonIds=[${ids.join(',')}]&Settings.updateBreadcrumb=1${prefix}`;
    if (session !== null) {
      this.log.line('Reusing existing session');
      return `/rest/Visitor/Settings.jsonp?${chatted}sid=${session}&${settings}`;
    }
    this.log.line('Requesting new session');
    return `/rest/System/MultiNoun.jsonp?${chatted}nouns=VisitorId,Settings&VisitorId.prefix=Visitor&${settings}`;
  }

  private answered(answer: Answer): void {
    const messages = Array.isArray(answer?.messages) ? answer.messages : [];
    for (const told of messages) {
      const message = (told?.message ?? {}) as object;
      switch (told?.type) {
        case 'VisitorId':
          this.takeSession((message as { sessionId?: unknown }).sessionId);
          break;
        case 'Settings':
          this.takeSettings(message);
          break;
        case 'Availability':
          this.takeAvailability(message);
          break;
        case 'SwitchServer':
          this.switchServer((message as { newUrl?: unknown }).newUrl);
          break;
        case 'Warning':
          this.serverWarning((message as { text?: unknown }).text);
          break;
        case 'Error':
          return this.serverError((message as { text?: unknown }).text);
        default:
        // `AsyncResult`, and what later servers may tell.
      }
    }
  }

  private takeSession(session: unknown): void {
    if (!text(session)) return;
    this.log.line('Received new session ID');
    this.cookies.set('liveagent_sid', String(session));
    this.cookies.set('liveagent_vc', String((Number(this.cookies.get('liveagent_vc')) || 0) + 1));
    if (this.cookies.get('liveagent_ptid') === null) this.setPermanentId(session);
  }

  private takeSettings(settings: Settings): void {
    this.connection.setPingRate(settings.pingRate);
    this.content = text(settings.contentServerUrl)?.replace(/\/+$/, '') ?? this.content;
    this.prefixKey = text(settings.prefixKey) ?? '';
    const session = this.session;
    if (session !== null) this.history.begin(session, this.cookies.optionalAllowed);
    this.tell();
    const states: [Button, boolean][] = [];
    const entries = (Array.isArray(settings.buttons) ? settings.buttons : []).filter((told) => text(told?.id));
    for (const told of entries) {
      const invites = told.type === 'Invite';
      if (invites && !this.invitations.has(told.id)) {
        this.invitations.set(told.id, new Invitation(told, this.screen, this.around));
      }
      // A button that invites too may come twice, once as either.
      const twice = entries.some((other) => other !== told && other.id === told.id);
      for (const button of this.named(told.id)) {
        if (twice && button instanceof Invitation !== invites) continue;
        button.settings = told;
        states.push([button, told.isAvailable === true]);
      }
    }
    this.setStates(states);
  }

  /** What has an id: an invitation may be shown on the page as a button too. */
  private named(id: string): Button[] {
    return [this.invitations.get(id), this.buttons.get(id)].filter((button): button is Button => button !== undefined);
  }

  private takeAvailability(availability: Availability): void {
    const states: [Button, boolean][] = [];
    for (const told of Array.isArray(availability.results) ? availability.results : []) {
      for (const button of this.named(told?.id)) states.push([button, told.isAvailable === true]);
    }
    this.setStates(states);
  }

  /** The invitation on screen comes first: when it goes, another may come in the same answer. */
  private setStates(states: [Button, boolean][]): void {
    const { shown } = this.screen;
    for (const [button, available] of states) if (button === shown) button.setAvailable(available);
    for (const [button, available] of states) if (button !== shown) button.setAvailable(available);
  }

  private switchServer(url: unknown): void {
    if (typeof url !== 'string') {
      this.connection.disconnect();
      throw new Error('Trying to switch server to a url that is no string');
    }
    if (++this.switches > MOST_SWITCHES) return this.serverError('too many changes of server');
    this.log.line(`Received updated Chat server url: ${url}! Consider updating this site's deployment code.`);
    this.endpoint = url;
    this.cookies.remove('liveagent_sid');
    this.connection.switchTo((this.prefix ?? '') + url);
  }

  private lost(): void {
    for (const button of this.buttons.values()) button.setAvailable(false);
    for (const invitation of this.invitations.values()) invitation.setAvailable(false);
  }
}

function whenReady(then: () => void): void {
  if (document.readyState === 'complete') setTimeout(then, 1);
  else {
    document.addEventListener('DOMContentLoaded', then);
    addEventListener('load', then);
  }
}
