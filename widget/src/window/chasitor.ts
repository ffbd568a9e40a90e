// `liveagent.chasitor`: what scripts on a chat page may do and hear (deployment_segment.md 4, liveagent.md 7.4–7.5). It is there as soon as the
// script is loaded; what is asked of it before there is a conversation waits for one.
import type { Conversation, State } from '../visitor/conversation';
import { asProblem } from '../visitor/problem';
import type { Author, Entry } from '../visitor/wire';

/** Each value is its name, as a page may write either. */
export const EVENTS = {
  CHAT_REQUEST_SUCCESSFUL: 'CHAT_REQUEST_SUCCESSFUL',
  CHAT_REQUEST_FAILED: 'CHAT_REQUEST_FAILED',
  CHAT_ESTABLISHED: 'CHAT_ESTABLISHED',
  QUEUE_UPDATE: 'QUEUE_UPDATE',
  AGENT_CHAT_MESSAGE: 'AGENT_CHAT_MESSAGE',
  AGENT_TYPING_UPDATE: 'AGENT_TYPING_UPDATE',
  AGENT_CHAT_TRANSFERRED: 'AGENT_CHAT_TRANSFERRED',
  AGENT_DISCONNECTED: 'AGENT_DISCONNECTED',
  AGENT_CHAT_ENDED: 'AGENT_CHAT_ENDED',
  CHASITOR_CHAT_MESSAGE: 'CHASITOR_CHAT_MESSAGE',
  CHASITOR_CHAT_CANCELED: 'CHASITOR_CHAT_CANCELED',
  CHASITOR_CHAT_ENDED: 'CHASITOR_CHAT_ENDED',
  CHASITOR_IDLE_TIMEOUT: 'CHASITOR_IDLE_TIMEOUT',
  UPDATE_CHASITOR_IDLE_TIMEOUT_WARNING: 'UPDATE_CHASITOR_IDLE_TIMEOUT_WARNING',
  CLEAR_CHASITOR_IDLE_TIMEOUT: 'CLEAR_CHASITOR_IDLE_TIMEOUT',
  FILE_TRANSFER_REQUESTED: 'FILE_TRANSFER_REQUESTED',
  FILE_TRANSFER_CANCELED: 'FILE_TRANSFER_CANCELED',
  FILE_TRANSFER_SUCCESSFUL: 'FILE_TRANSFER_SUCCESSFUL',
  FILE_TRANSFER_FAILED: 'FILE_TRANSFER_FAILED',
  CUSTOM_EVENT: 'CUSTOM_EVENT',
  CONNECTION_ERROR: 'CONNECTION_ERROR',
} as const;

export type ChasitorEvent = keyof typeof EVENTS;

/** A custom event, read by methods as the documentation has it, and by properties. */
export class CustomEventRecord {
  readonly type: string;
  readonly data: string;
  readonly source: 'agent' | 'chasitor';
  readonly date: Date;

  constructor(type: string, data: string, source: 'agent' | 'chasitor', date: Date) {
    this.type = type;
    this.data = data;
    this.source = source;
    this.date = date;
  }

  getType = (): string => this.type;
  getData = (): string => this.data;
  getSource = (): string => this.source;
  getDate = (): Date => this.date;
}

export class ChatMessageRecord {
  readonly type: 'Agent' | 'chasitor';
  readonly name: string;
  readonly content: string;
  readonly timestamp: number;

  constructor(type: 'Agent' | 'chasitor', name: string, content: string, timestamp: number) {
    this.type = type;
    this.name = name;
    this.content = content;
    this.timestamp = timestamp;
  }

  getType = (): string => this.type;
  getName = (): string => this.name;
  getContent = (): string => this.content;
  getTimestamp = (): number => this.timestamp;
}

type Listener = (event: object) => void;

export class Chasitor {
  private conversation: Conversation | null = null;
  private visitorName = '';
  private readonly waiting: ((conversation: Conversation) => void)[] = [];
  private readonly listeners = new Map<string, Set<Listener>>();
  private readonly customListeners = new Map<string, Set<Listener>>();
  private last: State | null = null;
  private joined = false;

  /** The conversation that all of this is about. */
  attach(conversation: Conversation, visitorName: string): void {
    this.conversation = conversation;
    this.visitorName = visitorName;
    conversation.subscribe((state) => this.changed(state));
    conversation.onEntry((entry) => this.happened(entry));
    this.changed(conversation.state);
  }

  /** `liveagent.addEventListener`. */
  listen(event: string, listener: unknown): void {
    add(this.listeners, event, listener);
  }

  unlisten(event: string, listener: unknown): void {
    this.listeners.get(event)?.delete(listener as Listener);
  }

  sendMessage(text: unknown): void {
    this.whenOpen((conversation) => conversation.send(String(text ?? '')));
  }

  sendCustomEvent(type: unknown, data: unknown): void {
    this.whenOpen((conversation) => {
      conversation.sendCustomEvent(String(type), String(data ?? '')).catch((thrown: unknown) => {
        console.warn(`LIVE AGENT: the custom event ${String(type)} was not sent: ${asProblem(thrown).message}`);
        this.tell('CONNECTION_ERROR');
      });
    });
  }

  /** Those of both sides so far; also handed to a callback, as a later version of the documentation has it. */
  getCustomEvents(callback?: unknown): CustomEventRecord[] {
    const events: CustomEventRecord[] = [];
    for (const entry of this.timeline) if (entry.kind === 'custom_event') events.push(customEvent(entry));
    if (typeof callback === 'function') (callback as (events: CustomEventRecord[]) => void)(events);
    return events;
  }

  /** Is called for events from the agent's side. */
  addCustomEventListener(type: unknown, listener: unknown): void {
    add(this.customListeners, String(type), listener);
  }

  getChatMessages(): ChatMessageRecord[] {
    const messages: ChatMessageRecord[] = [];
    for (const entry of this.timeline) {
      if (entry.kind !== 'message') continue;
      const visitor = entry.author.role === 'visitor';
      messages.push(
        new ChatMessageRecord(
          visitor ? 'chasitor' : 'Agent',
          visitor ? this.visitorName : nameOf(entry.author),
          entry.text,
          Date.parse(entry.at),
        ),
      );
    }
    return messages;
  }

  /** What names the conversation; it opens nothing. */
  getChatKey(): string {
    return this.conversation?.state.view?.conversation.id ?? '';
  }

  getAgentName(): string {
    return this.conversation?.state.view?.conversation.agent?.name ?? '';
  }

  endChat(): void {
    const { conversation } = this;
    if (!conversation) return;
    if (conversation.state.phase === 'open') void conversation.end().catch(() => this.tell('CONNECTION_ERROR'));
    else conversation.cancelStart();
  }

  /** Ends a request that nobody has answered. */
  cancelChat(): void {
    if (!this.joined) this.endChat();
  }

  private get timeline(): readonly Entry[] {
    return this.conversation?.state.view?.conversation.timeline ?? [];
  }

  /** Now, or once there is a conversation that takes it. */
  private whenOpen(task: (conversation: Conversation) => void): void {
    const { conversation } = this;
    if (conversation && conversation.state.phase === 'open') task(conversation);
    else if (!conversation || conversation.state.phase === 'none' || conversation.state.phase === 'starting') this.waiting.push(task);
  }

  private changed(state: State): void {
    const { last } = this;
    this.last = state;
    const { conversation } = this;
    if (conversation && state.phase === 'open') for (const task of this.waiting.splice(0)) task(conversation);
    if (state.view && !last?.view) {
      this.joined = state.view.conversation.agent !== null;
      if (state.phase === 'open') {
        this.tell('CHAT_REQUEST_SUCCESSFUL', { chatKey: this.getChatKey() });
        // A conversation that goes on after a reload.
        if (this.joined) this.tell('CHAT_ESTABLISHED', { agentName: this.getAgentName() });
      }
    }
    if (state.problem && !last?.problem) {
      this.tell(state.problem.transient && state.problem.kind !== 'unavailable' ? 'CONNECTION_ERROR' : 'CHAT_REQUEST_FAILED', {
        reason: state.problem.kind,
      });
    }
    if (state.refused && !last?.refused) this.tell('CHAT_REQUEST_FAILED', { reason: state.refused });
    const place = state.view?.place;
    if (place && place.place !== last?.view?.place?.place)
      this.tell('QUEUE_UPDATE', { position: place.place, estimatedWaitTime: place.estimated_wait_seconds });
    const typing = state.view?.typing ?? false;
    if (typing !== (last?.view?.typing ?? false)) this.tell('AGENT_TYPING_UPDATE', { typing });
    if (state.idleEndsAt !== null && last?.idleEndsAt !== state.idleEndsAt) {
      this.tell('UPDATE_CHASITOR_IDLE_TIMEOUT_WARNING', { timeoutAt: state.idleEndsAt });
    } else if (state.idleEndsAt === null && last?.idleEndsAt && state.phase === 'open') this.tell('CLEAR_CHASITOR_IDLE_TIMEOUT');
  }

  private happened(entry: Entry): void {
    switch (entry.kind) {
      case 'joined':
        this.tell(this.joined ? 'AGENT_CHAT_TRANSFERRED' : 'CHAT_ESTABLISHED', { agentName: entry.agent.name });
        this.joined = true;
        break;
      case 'message':
        if (entry.author.role === 'visitor') this.tell('CHASITOR_CHAT_MESSAGE', { content: entry.text, name: this.visitorName });
        else this.tell('AGENT_CHAT_MESSAGE', { content: entry.text, name: nameOf(entry.author) });
        break;
      case 'agent_lost':
        this.tell('AGENT_DISCONNECTED');
        break;
      case 'file_requested':
        this.tell('FILE_TRANSFER_REQUESTED');
        break;
      case 'file_request_ended':
        this.tell(
          entry.outcome === 'received'
            ? 'FILE_TRANSFER_SUCCESSFUL'
            : entry.outcome === 'failed'
              ? 'FILE_TRANSFER_FAILED'
              : 'FILE_TRANSFER_CANCELED',
        );
        break;
      case 'custom_event': {
        const record = customEvent(entry);
        this.tell('CUSTOM_EVENT', record);
        if (record.source === 'agent')
          for (const listener of Array.from(this.customListeners.get(record.type) ?? [])) call(listener, record);
        break;
      }
      case 'ended': {
        const { because, reason } = entry.closure;
        if (because === 'visitor_idle' || reason === 'idle') this.tell('CHASITOR_IDLE_TIMEOUT');
        else if (because === 'agent' || because === 'agents_unavailable') this.tell('AGENT_CHAT_ENDED', { reason: because });
        else if (because === 'visitor') this.tell(this.joined ? 'CHASITOR_CHAT_ENDED' : 'CHASITOR_CHAT_CANCELED', { reason: because });
        else if (because !== 'refused') this.tell('CONNECTION_ERROR', { reason: because });
        break;
      }
      default:
    }
  }

  private tell(event: ChasitorEvent, detail: object = {}): void {
    const told = { ...detail, eventType: event };
    for (const listener of Array.from(this.listeners.get(event) ?? [])) call(listener, told);
  }
}

function add(to: Map<string, Set<Listener>>, name: string, listener: unknown): void {
  if (typeof listener !== 'function') return;
  const known = to.get(name) ?? new Set<Listener>();
  known.add(listener as Listener);
  to.set(name, known);
}

/** A listener that fails is reported as the page's own error, and keeps no other from being told. */
function call(listener: Listener, event: object): void {
  try {
    listener(event);
  } catch (thrown) {
    setTimeout(() => {
      throw thrown;
    });
  }
}

function nameOf(author: Author): string {
  return author.role === 'agent' ? author.name : '';
}

function customEvent(entry: Entry & { kind: 'custom_event' }): CustomEventRecord {
  return new CustomEventRecord(entry.name, entry.data, entry.author.role === 'visitor' ? 'chasitor' : 'agent', new Date(entry.at));
}

interface LiveAgent {
  [name: string]: unknown;
}

/** Puts `liveagent.chasitor` on the page, beside what may be there of deployment.js. */
export function expose(chasitor: Chasitor): void {
  const page = window as unknown as { liveagent?: LiveAgent };
  const api = (page.liveagent ??= {});
  api['chasitor'] = {
    Events: EVENTS,
    sendMessage: (text: unknown) => chasitor.sendMessage(text),
    sendCustomEvent: (type: unknown, data: unknown) => chasitor.sendCustomEvent(type, data),
    getCustomEvents: (callback?: unknown) => chasitor.getCustomEvents(callback),
    addCustomEventListener: (type: unknown, listener: unknown) => chasitor.addCustomEventListener(type, listener),
    getChatMessages: () => chasitor.getChatMessages(),
    getChatKey: () => chasitor.getChatKey(),
    getAgentName: () => chasitor.getAgentName(),
    endChat: () => chasitor.endChat(),
    cancelChat: () => chasitor.cancelChat(),
  };
  api['addEventListener'] = (event: string, listener: unknown) => chasitor.listen(event, listener);
  api['removeEventListener'] = (event: string, listener: unknown) => chasitor.unlisten(event, listener);
  // What waited for this script: pages load it as a module, which runs after their own.
  const queue = (window as unknown as { _lcq?: unknown })._lcq;
  if (Array.isArray(queue)) for (const task of queue) if (typeof task === 'function') call(task as Listener, {});
}
