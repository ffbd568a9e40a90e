// The shapes of the native visitor API as they are on the wire. crates/native (`visitor.rs`, `conversation.rs`) is the authority.

/** `epoch:position`; within one epoch positions only grow. */
export type Position = string;
/** RFC 3339, UTC. */
export type Instant = string;

export type Author = { role: 'visitor' } | { role: 'agent'; id: string; name: string } | { role: 'system' };

export type ConversationPhase = 'waiting' | 'offered' | 'active' | 'ended';
export type RefusedBecause = 'unavailable' | 'blocked' | 'not_a_request' | 'internal';
export type EndedBecause = 'visitor' | 'agent' | 'connection_timeout' | 'visitor_idle' | 'agents_unavailable' | 'error' | 'refused';
export type FileRequestOutcome = 'received' | 'cancelled_by_agent' | 'cancelled_by_visitor' | 'failed';
export type ResetReason = 'foreign_epoch' | 'too_old' | 'too_slow' | 'rights_changed' | 'erased' | 'shutting_down';

export interface AgentCard {
  id: string;
  name: string;
}

export interface Closure {
  by: 'visitor' | 'agent' | 'system';
  because: EndedBecause;
  reason: string | null;
  at: Instant;
}

export interface Rating {
  /** 1 (bad) to 5 (good). */
  score: number;
  /** At most 4,000 characters. */
  comment: string | null;
}

export interface FileCard {
  id: string;
  name: string;
  media_type: string;
  /** Bytes. */
  size: number;
  author: Author;
  erased: boolean;
}

export interface FileRequest {
  id: string;
  author: Author;
  expires_at: Instant | null;
}

export interface WebPage {
  url: string;
  title: string | null;
}

/** What the visitor sees happen. A kind that this version does not know is kept and not shown. */
export type What =
  | { kind: 'requested' }
  | { kind: 'refused'; because: RefusedBecause }
  | { kind: 'waiting' }
  | { kind: 'joined'; agent: AgentCard }
  | { kind: 'transferring' }
  | { kind: 'transfer_failed' }
  | { kind: 'agent_lost'; nobody_left: boolean }
  | { kind: 'message'; author: Author; text: string }
  | { kind: 'erased' }
  | { kind: 'custom_event'; author: Author; name: string; data: string }
  | { kind: 'file_requested'; request: FileRequest }
  | { kind: 'file_request_ended'; request: string; outcome: FileRequestOutcome }
  | { kind: 'file'; file: FileCard }
  | { kind: 'idle_warning'; raised: boolean }
  | { kind: 'rated'; rating: Rating }
  | { kind: 'ended'; closure: Closure };

/** `sequence` is the conversation's; gaps are what visitors do not see. */
export type Entry = { sequence: number; at: Instant } & What;

export interface QueuePlace {
  /** 1 is next. */
  place: number;
  estimated_wait_seconds: number | null;
}

/** `GET /visitor/conversation`. */
export interface Snapshot {
  id: string;
  position: Position;
  state: ConversationPhase;
  started_at: Instant;
  agent: AgentCard | null;
  transferring: boolean;
  file_requests: FileRequest[];
  rating: Rating | null;
  closure: Closure | null;
  timeline: Entry[];
  earlier: boolean;
}

/** `data` of the events of `GET /visitor/events`. */
export type VisitorEvent =
  | { event: 'entry'; entry: Entry }
  | { event: 'typing'; typing: boolean }
  | { event: 'queue_place'; place: QueuePlace }
  | { event: 'reset'; reason: ResetReason };

/** What deployment and button ask of the visitor's side once a conversation was asked for. */
export interface VisitorSettings {
  drafts: boolean;
  idle_warning_seconds: number | null;
  idle_timeout_seconds: number | null;
  show_queue_position: boolean;
  transcript: boolean;
  max_message_chars: number;
  max_file_bytes: number;
}

export interface NewDetail {
  label: string;
  value: string;
  visible_to_agent?: boolean;
  transcript_fields?: string[];
}

export interface EntityField {
  field: string;
  label: string;
  find?: boolean;
  exact?: boolean;
  create?: boolean;
}

export interface EntityPlan {
  entity: string;
  show?: boolean;
  transcript_field?: string | null;
  link_to?: { entity: string; field: string } | null;
  fields: EntityField[];
}

export type RouteOverride = { kind: 'button'; id: string } | { kind: 'agent'; id: string; or_button: string | null };

/** `POST /visitor/conversations`. Ids are the UUIDs that the settings answer. */
export interface StartConversation {
  deployment: string;
  button?: string;
  agent?: string;
  fall_back?: boolean;
  overrides?: RouteOverride[];
  name?: string;
  language?: string;
  screen_resolution?: string;
  referrer?: string;
  page?: WebPage;
  details?: NewDetail[];
  entity_plans?: EntityPlan[];
  known_as?: string;
  /** The session of `/content/s/prechatVisitor`, whose details and pages belong to the visitor too. */
  visit?: string;
}

export interface StartedConversation {
  resume_token: string;
  conversation: Snapshot;
  settings: VisitorSettings;
}

export interface Accepted {
  sequence: number;
  at: Instant;
}

export interface Appearance {
  title?: string | null;
  logo_url?: string | null;
  primary_color?: string | null;
  background_color?: string | null;
  language?: string | null;
  texts?: Record<string, string>;
}

export type PrechatKind = 'text' | 'email' | 'phone' | 'multiline' | 'choice' | 'checkbox';

export interface PrechatField {
  label: string;
  kind: PrechatKind;
  required: boolean;
  choices: string[];
  placeholder?: string | null;
  /** The answer is the visitor's name. */
  is_name: boolean;
  visible_to_agent: boolean;
  transcript_fields: string[];
  map: { entity: string; field: string; find: boolean; exact: boolean; create: boolean }[];
}

export interface PrechatForm {
  introduction?: string | null;
  fields: PrechatField[];
}

export interface Survey {
  question?: string | null;
  comment: boolean;
}

export interface OfflineForm {
  introduction?: string | null;
  ask_phone: boolean;
}

export interface FileLimits {
  max_bytes: number;
  /** Judged by content; `image/*` covers all of a kind. Empty: no files. */
  media_types: string[];
  /** Visitors may send files that nobody asked for. */
  unasked: boolean;
}

/** `GET /visitor/settings`: what the visitor's side needs before anybody asks for a conversation. */
export interface EntrySettings {
  deployment: string;
  button: string;
  appearance: Appearance;
  language?: string | null;
  available: boolean;
  estimated_wait_seconds?: number | null;
  prechat_form?: PrechatForm | null;
  prechat_page?: string | null;
  survey?: Survey | null;
  survey_page?: string | null;
  offline_form?: OfflineForm | null;
  drafts: boolean;
  transcript: boolean;
  show_queue_position: boolean;
  max_message_chars: number;
  files: FileLimits;
  open_again_at?: Instant | null;
}

export interface Availability {
  buttons: { button: string; available: boolean; estimated_wait_seconds: number | null }[];
  agents: { agent: string; available: boolean }[];
}

export interface OfflineMessage {
  deployment: string;
  button?: string;
  name?: string;
  email?: string;
  phone?: string;
  text: string;
  page?: WebPage;
  details?: NewDetail[];
}
