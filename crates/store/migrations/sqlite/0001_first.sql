-- Which servers may open this database: version is what the schema is, min_reader the oldest server schema that can still read it.
CREATE TABLE schema_reader (
  version INTEGER NOT NULL,
  min_reader INTEGER NOT NULL,
  PRIMARY KEY (version)
) STRICT, WITHOUT ROWID;

-- Tenants. The only tables without a leading workspace are these, session_place and knock: they find the workspace.
CREATE TABLE workspace (
  id BLOB NOT NULL,
  name TEXT NOT NULL UNIQUE,
  zone TEXT NOT NULL,
  settings TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  PRIMARY KEY (id)
) STRICT, WITHOUT ROWID;

-- Which workspace an organisation id of another system names.
CREATE TABLE workspace_alias (
  scheme TEXT NOT NULL,
  foreign_id TEXT NOT NULL,
  workspace BLOB NOT NULL,
  PRIMARY KEY (scheme, foreign_id)
) STRICT, WITHOUT ROWID;

-- Which workspace a visitor's session belongs to: a session key does not say.
CREATE TABLE session_place (
  session BLOB NOT NULL,
  workspace BLOB NOT NULL,
  PRIMARY KEY (session)
) STRICT, WITHOUT ROWID;

-- Ids that asked for something and are not known, to be adopted.
CREATE TABLE knock (
  scheme TEXT NOT NULL,
  organisation TEXT NOT NULL,
  deployment TEXT NOT NULL,
  button TEXT NOT NULL,
  times INTEGER NOT NULL,
  first_at INTEGER NOT NULL,
  last_at INTEGER NOT NULL,
  PRIMARY KEY (scheme, organisation, deployment, button)
) STRICT, WITHOUT ROWID;

-- The allocator of positions, taken last in every writing transaction; and the revision of the definitions.
CREATE TABLE journal_head (
  workspace BLOB NOT NULL,
  epoch INTEGER NOT NULL,
  position INTEGER NOT NULL,
  pruned INTEGER NOT NULL,
  PRIMARY KEY (workspace)
) STRICT, WITHOUT ROWID;

-- Locked first by whatever moves conversations between agents.
CREATE TABLE routing_lane (
  workspace BLOB NOT NULL,
  PRIMARY KEY (workspace)
) STRICT, WITHOUT ROWID;

-- What happened, in commit order. Bodies hold ids and enums, never what people wrote.
CREATE TABLE journal (
  workspace BLOB NOT NULL,
  position INTEGER NOT NULL,
  conversation BLOB,
  sequence INTEGER NOT NULL,
  visitor_sequence INTEGER,
  kind TEXT NOT NULL,
  v INTEGER NOT NULL,
  body TEXT NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (workspace, position)
) STRICT, WITHOUT ROWID;

CREATE INDEX journal_visitor ON journal (workspace, conversation, visitor_sequence) WHERE visitor_sequence IS NOT NULL;

CREATE INDEX journal_conversation ON journal (workspace, conversation, sequence) WHERE conversation IS NOT NULL;

-- Deployments, buttons, queues, skills, agents, roles, rules, blocks: documents with a name, read whole and kept in memory.
CREATE TABLE definition (
  workspace BLOB NOT NULL,
  kind TEXT NOT NULL,
  id BLOB NOT NULL,
  name TEXT NOT NULL,
  body TEXT NOT NULL,
  revision INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  changed_at INTEGER NOT NULL,
  PRIMARY KEY (workspace, kind, id)
) STRICT, WITHOUT ROWID;

CREATE INDEX definition_name ON definition (workspace, kind, name);

-- Ids of other systems, many to one.
CREATE TABLE alias (
  workspace BLOB NOT NULL,
  scheme TEXT NOT NULL,
  foreign_id TEXT NOT NULL,
  id BLOB NOT NULL,
  PRIMARY KEY (workspace, scheme, foreign_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX alias_id ON alias (workspace, scheme, id);

-- How an agent signs in.
CREATE TABLE credential (
  workspace BLOB NOT NULL,
  agent BLOB NOT NULL,
  login TEXT NOT NULL,
  password_hash TEXT NOT NULL,
  totp TEXT,
  totp_step INTEGER,
  must_change INTEGER NOT NULL,
  changed_at INTEGER NOT NULL,
  PRIMARY KEY (workspace, agent)
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX credential_login ON credential (workspace, login);

-- A signed-in use of the native API.
CREATE TABLE sign_in (
  workspace BLOB NOT NULL,
  id BLOB NOT NULL,
  agent BLOB NOT NULL,
  token_hash BLOB NOT NULL,
  address TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  used_at INTEGER NOT NULL,
  PRIMARY KEY (workspace, id)
) STRICT, WITHOUT ROWID;

CREATE INDEX sign_in_agent ON sign_in (workspace, agent);

-- Who is there. A lease that has lapsed means that he is not.
CREATE TABLE presence (
  workspace BLOB NOT NULL,
  agent BLOB NOT NULL,
  status TEXT NOT NULL,
  reason TEXT,
  note TEXT,
  lease_until INTEGER NOT NULL,
  changed_at INTEGER NOT NULL,
  assigned_at INTEGER NOT NULL,
  PRIMARY KEY (workspace, agent)
) STRICT, WITHOUT ROWID;

CREATE TABLE visitor (
  workspace BLOB NOT NULL,
  id BLOB NOT NULL,
  name TEXT NOT NULL,
  address TEXT NOT NULL,
  first_at INTEGER NOT NULL,
  last_at INTEGER NOT NULL,
  PRIMARY KEY (workspace, id)
) STRICT, WITHOUT ROWID;

-- The narrow, hot row: what every command needs.
CREATE TABLE conversation (
  workspace BLOB NOT NULL,
  id BLOB NOT NULL,
  phase TEXT NOT NULL,
  agent BLOB,
  offer BLOB,
  sequence INTEGER NOT NULL,
  next_visitor_sequence INTEGER NOT NULL,
  was_established INTEGER NOT NULL,
  unanswered_since INTEGER,
  agent_wrote_at INTEGER,
  critical INTEGER NOT NULL,
  PRIMARY KEY (workspace, id)
) STRICT, WITHOUT ROWID;

CREATE INDEX conversation_open ON conversation (workspace, phase, agent) WHERE phase <> 'ended';

-- Where a conversation waits or last waited.
CREATE TABLE place (
  workspace BLOB NOT NULL,
  conversation BLOB NOT NULL,
  target TEXT NOT NULL,
  button BLOB,
  priority INTEGER NOT NULL,
  ahead INTEGER NOT NULL,
  queued_at INTEGER NOT NULL,
  attempts TEXT NOT NULL,
  tried TEXT NOT NULL,
  tries INTEGER NOT NULL,
  waiting INTEGER NOT NULL,
  PRIMARY KEY (workspace, conversation)
) STRICT, WITHOUT ROWID;

CREATE INDEX place_waiting ON place (workspace, ahead, priority, queued_at) WHERE waiting = 1;

-- Where a conversation came from, written once; read by views, history, transcripts.
CREATE TABLE origin (
  workspace BLOB NOT NULL,
  conversation BLOB NOT NULL,
  session BLOB NOT NULL,
  visitor BLOB NOT NULL,
  deployment BLOB NOT NULL,
  button BLOB,
  name TEXT NOT NULL,
  language TEXT NOT NULL,
  user_agent TEXT NOT NULL,
  screen TEXT NOT NULL,
  address TEXT NOT NULL,
  page TEXT NOT NULL,
  referrer TEXT NOT NULL,
  queue_updates INTEGER NOT NULL,
  entity_plan TEXT NOT NULL,
  requested_at INTEGER NOT NULL,
  established_at INTEGER,
  ended_at INTEGER,
  ended_by TEXT,
  ended_because TEXT,
  ended_reason TEXT,
  answered_by BLOB,
  PRIMARY KEY (workspace, conversation)
) STRICT, WITHOUT ROWID;

CREATE INDEX origin_requested ON origin (workspace, requested_at, conversation);

CREATE INDEX origin_visitor ON origin (workspace, visitor);

CREATE INDEX origin_ended ON origin (workspace, deployment, ended_at, conversation);

CREATE TABLE detail (
  workspace BLOB NOT NULL,
  conversation BLOB NOT NULL,
  n INTEGER NOT NULL,
  label TEXT NOT NULL,
  value TEXT NOT NULL,
  visible INTEGER NOT NULL,
  fields TEXT NOT NULL,
  maps TEXT NOT NULL,
  PRIMARY KEY (workspace, conversation, n)
) STRICT, WITHOUT ROWID;

CREATE TABLE message (
  workspace BLOB NOT NULL,
  conversation BLOB NOT NULL,
  sequence INTEGER NOT NULL,
  kind TEXT NOT NULL,
  author TEXT NOT NULL,
  agent BLOB,
  name TEXT,
  label TEXT,
  text TEXT NOT NULL,
  file BLOB,
  client_key TEXT,
  at INTEGER NOT NULL,
  PRIMARY KEY (workspace, conversation, sequence)
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX message_client_key ON message (workspace, conversation, client_key) WHERE client_key IS NOT NULL;

-- A visitor's connection: what a session key or a resume token names.
CREATE TABLE visitor_session (
  workspace BLOB NOT NULL,
  id BLOB NOT NULL,
  conversation BLOB,
  generation INTEGER NOT NULL,
  post_sequence INTEGER,
  delivered INTEGER NOT NULL,
  seen_at INTEGER NOT NULL,
  timeout_us INTEGER NOT NULL,
  state TEXT NOT NULL,
  warned INTEGER NOT NULL DEFAULT 0,
  created_at INTEGER NOT NULL,
  PRIMARY KEY (workspace, id)
) STRICT, WITHOUT ROWID;

CREATE INDEX visitor_session_conversation ON visitor_session (workspace, conversation);

-- Not by when they were heard of: that changes all the time.
CREATE INDEX visitor_session_open ON visitor_session (workspace, id) WHERE state = 'open';

CREATE TABLE offer (
  workspace BLOB NOT NULL,
  id BLOB NOT NULL,
  conversation BLOB NOT NULL,
  agent BLOB NOT NULL,
  made_at INTEGER NOT NULL,
  expires_at INTEGER,
  ended_at INTEGER,
  outcome TEXT,
  reason TEXT,
  PRIMARY KEY (workspace, id)
) STRICT, WITHOUT ROWID;

CREATE INDEX offer_agent ON offer (workspace, agent, made_at);

CREATE INDEX offer_conversation ON offer (workspace, conversation);

CREATE TABLE after_work (
  workspace BLOB NOT NULL,
  agent BLOB NOT NULL,
  conversation BLOB NOT NULL,
  until INTEGER,
  PRIMARY KEY (workspace, agent, conversation)
) STRICT, WITHOUT ROWID;

-- Things to do at a time. Claimed by whoever comes first.
CREATE TABLE timer (
  workspace BLOB NOT NULL,
  kind TEXT NOT NULL,
  subject BLOB NOT NULL,
  due INTEGER NOT NULL,
  body TEXT NOT NULL,
  PRIMARY KEY (workspace, kind, subject)
) STRICT, WITHOUT ROWID;

CREATE INDEX timer_due ON timer (due);

CREATE TABLE breadcrumb (
  workspace BLOB NOT NULL,
  conversation BLOB NOT NULL,
  sequence INTEGER NOT NULL,
  location TEXT NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (workspace, conversation, sequence)
) STRICT, WITHOUT ROWID;

CREATE TABLE rating (
  workspace BLOB NOT NULL,
  conversation BLOB NOT NULL,
  score INTEGER NOT NULL,
  comment TEXT NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (workspace, conversation)
) STRICT, WITHOUT ROWID;

-- The blob is NULL once the file was erased.
CREATE TABLE file (
  workspace BLOB NOT NULL,
  id BLOB NOT NULL,
  conversation BLOB NOT NULL,
  blob BLOB,
  name TEXT NOT NULL,
  mime TEXT NOT NULL,
  size INTEGER NOT NULL,
  author TEXT NOT NULL,
  agent BLOB,
  at INTEGER NOT NULL,
  PRIMARY KEY (workspace, id)
) STRICT, WITHOUT ROWID;

CREATE INDEX file_conversation ON file (workspace, conversation);

CREATE INDEX file_blob ON file (workspace, blob);

CREATE INDEX file_size ON file (workspace, size);

CREATE TABLE file_request (
  workspace BLOB NOT NULL,
  id BLOB NOT NULL,
  conversation BLOB NOT NULL,
  agent BLOB NOT NULL,
  token_hash BLOB NOT NULL,
  state TEXT NOT NULL,
  asked_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  PRIMARY KEY (workspace, id)
) STRICT, WITHOUT ROWID;

CREATE INDEX file_request_conversation ON file_request (workspace, conversation);

CREATE UNIQUE INDEX file_request_token ON file_request (workspace, token_hash);

-- Answers to requests that carried an idempotency key, for a day.
CREATE TABLE request_key (
  workspace BLOB NOT NULL,
  scope TEXT NOT NULL,
  key TEXT NOT NULL,
  fingerprint BLOB NOT NULL,
  status INTEGER NOT NULL,
  answer TEXT NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (workspace, scope, key)
) STRICT, WITHOUT ROWID;

CREATE INDEX request_key_at ON request_key (workspace, at);

-- How far retention has gone: what lapses of conversations that ended up to here is gone.
CREATE TABLE retention_mark (
  workspace BLOB NOT NULL,
  deployment BLOB NOT NULL,
  what TEXT NOT NULL,
  ended_at INTEGER NOT NULL,
  conversation BLOB NOT NULL,
  PRIMARY KEY (workspace, deployment, what)
) STRICT, WITHOUT ROWID;

CREATE TABLE wait_average (
  workspace BLOB NOT NULL,
  button BLOB NOT NULL,
  average_us INTEGER NOT NULL,
  PRIMARY KEY (workspace, button)
) STRICT, WITHOUT ROWID;

CREATE TABLE audit (
  workspace BLOB NOT NULL,
  id BLOB NOT NULL,
  at INTEGER NOT NULL,
  actor TEXT NOT NULL,
  action TEXT NOT NULL,
  subject TEXT NOT NULL,
  body TEXT NOT NULL,
  PRIMARY KEY (workspace, id)
) STRICT, WITHOUT ROWID;

CREATE INDEX audit_at ON audit (workspace, at);
