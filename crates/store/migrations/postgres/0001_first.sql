-- Which servers may open this database: version is what the schema is, min_reader the oldest server schema that can still read it.
CREATE TABLE schema_reader (
  version BIGINT NOT NULL,
  min_reader BIGINT NOT NULL,
  PRIMARY KEY (version)
);

-- Tenants. The only tables without a leading workspace are these, session_place and knock: they find the workspace.
CREATE TABLE workspace (
  id UUID NOT NULL,
  name TEXT COLLATE "C" NOT NULL UNIQUE,
  zone TEXT NOT NULL,
  settings TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (id)
);

-- Which workspace an organisation id of another system names.
CREATE TABLE workspace_alias (
  scheme TEXT COLLATE "C" NOT NULL,
  foreign_id TEXT COLLATE "C" NOT NULL,
  workspace UUID NOT NULL,
  PRIMARY KEY (scheme, foreign_id)
);

-- Which workspace a visitor's session belongs to: a session key does not say.
CREATE TABLE session_place (
  session UUID NOT NULL,
  workspace UUID NOT NULL,
  PRIMARY KEY (session)
);

-- Ids that asked for something and are not known, to be adopted.
CREATE TABLE knock (
  scheme TEXT COLLATE "C" NOT NULL,
  organisation TEXT COLLATE "C" NOT NULL,
  deployment TEXT COLLATE "C" NOT NULL,
  button TEXT COLLATE "C" NOT NULL,
  times BIGINT NOT NULL,
  first_at BIGINT NOT NULL,
  last_at BIGINT NOT NULL,
  PRIMARY KEY (scheme, organisation, deployment, button)
);

-- The allocator of positions, taken last in every writing transaction; and the revision of the definitions.
CREATE TABLE journal_head (
  workspace UUID NOT NULL,
  epoch BIGINT NOT NULL,
  position BIGINT NOT NULL,
  pruned BIGINT NOT NULL,
  PRIMARY KEY (workspace)
) WITH (fillfactor = 70);

-- The number of each writing connection's last transaction: what is asked when the answer to a COMMIT is lost. Only here: SQLite answers.
CREATE TABLE writer_mark (
  writer UUID NOT NULL DEFAULT gen_random_uuid(),
  number BIGINT NOT NULL,
  at TIMESTAMPTZ NOT NULL,
  PRIMARY KEY (writer)
) WITH (fillfactor = 50);

-- Locked first by whatever moves conversations between agents.
CREATE TABLE routing_lane (
  workspace UUID NOT NULL,
  PRIMARY KEY (workspace)
);

-- What happened, in commit order. Bodies hold ids and enums, never what people wrote.
-- Partitioned by time (a reconciler makes weeks ahead), so that pruning drops partitions instead of deleting rows.
CREATE TABLE journal (
  workspace UUID NOT NULL,
  position BIGINT NOT NULL,
  conversation UUID,
  sequence BIGINT NOT NULL,
  visitor_sequence BIGINT,
  kind TEXT NOT NULL,
  v BIGINT NOT NULL,
  body TEXT NOT NULL,
  at BIGINT NOT NULL,
  PRIMARY KEY (workspace, position, at)
) PARTITION BY RANGE (at);
CREATE TABLE journal_rest PARTITION OF journal DEFAULT;

CREATE INDEX journal_visitor ON journal (workspace, conversation, visitor_sequence) WHERE visitor_sequence IS NOT NULL;

CREATE INDEX journal_conversation ON journal (workspace, conversation, sequence) WHERE conversation IS NOT NULL;

-- Deployments, buttons, queues, skills, agents, roles, rules, blocks: documents with a name, read whole and kept in memory.
CREATE TABLE definition (
  workspace UUID NOT NULL,
  kind TEXT COLLATE "C" NOT NULL,
  id UUID NOT NULL,
  name TEXT COLLATE "C" NOT NULL,
  body TEXT NOT NULL,
  revision BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  changed_at BIGINT NOT NULL,
  PRIMARY KEY (workspace, kind, id)
);

CREATE INDEX definition_name ON definition (workspace, kind, name);

-- Ids of other systems, many to one.
CREATE TABLE alias (
  workspace UUID NOT NULL,
  scheme TEXT COLLATE "C" NOT NULL,
  foreign_id TEXT COLLATE "C" NOT NULL,
  id UUID NOT NULL,
  PRIMARY KEY (workspace, scheme, foreign_id)
);

CREATE INDEX alias_id ON alias (workspace, scheme, id);

-- How an agent signs in.
CREATE TABLE credential (
  workspace UUID NOT NULL,
  agent UUID NOT NULL,
  login TEXT COLLATE "C" NOT NULL,
  password_hash TEXT NOT NULL,
  totp TEXT,
  totp_step BIGINT,
  must_change BIGINT NOT NULL,
  changed_at BIGINT NOT NULL,
  PRIMARY KEY (workspace, agent)
);

CREATE UNIQUE INDEX credential_login ON credential (workspace, login);

-- A signed-in use of the native API.
CREATE TABLE sign_in (
  workspace UUID NOT NULL,
  id UUID NOT NULL,
  agent UUID NOT NULL,
  token_hash BYTEA NOT NULL,
  address TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  used_at BIGINT NOT NULL,
  PRIMARY KEY (workspace, id)
);

CREATE INDEX sign_in_agent ON sign_in (workspace, agent);

-- Who is there. A lease that has lapsed means that he is not.
CREATE TABLE presence (
  workspace UUID NOT NULL,
  agent UUID NOT NULL,
  status TEXT NOT NULL,
  reason TEXT,
  note TEXT,
  lease_until BIGINT NOT NULL,
  changed_at BIGINT NOT NULL,
  assigned_at BIGINT NOT NULL,
  PRIMARY KEY (workspace, agent)
) WITH (fillfactor = 70);

CREATE TABLE visitor (
  workspace UUID NOT NULL,
  id UUID NOT NULL,
  name TEXT COLLATE "C" NOT NULL,
  address TEXT NOT NULL,
  first_at BIGINT NOT NULL,
  last_at BIGINT NOT NULL,
  PRIMARY KEY (workspace, id)
);

-- The narrow, hot row: what every command needs.
CREATE TABLE conversation (
  workspace UUID NOT NULL,
  id UUID NOT NULL,
  phase TEXT NOT NULL,
  agent UUID,
  offer UUID,
  sequence BIGINT NOT NULL,
  next_visitor_sequence BIGINT NOT NULL,
  was_established BIGINT NOT NULL,
  unanswered_since BIGINT,
  agent_wrote_at BIGINT,
  critical BIGINT NOT NULL,
  PRIMARY KEY (workspace, id)
) WITH (fillfactor = 70);

CREATE INDEX conversation_open ON conversation (workspace, phase, agent) WHERE phase <> 'ended';

-- Where a conversation waits or last waited.
CREATE TABLE place (
  workspace UUID NOT NULL,
  conversation UUID NOT NULL,
  target TEXT NOT NULL,
  button UUID,
  priority BIGINT NOT NULL,
  ahead BIGINT NOT NULL,
  queued_at BIGINT NOT NULL,
  attempts TEXT NOT NULL,
  tried TEXT NOT NULL,
  tries BIGINT NOT NULL,
  waiting BIGINT NOT NULL,
  PRIMARY KEY (workspace, conversation)
);

CREATE INDEX place_waiting ON place (workspace, ahead, priority, queued_at) WHERE waiting = 1;

-- Where a conversation came from, written once; read by views, history, transcripts.
CREATE TABLE origin (
  workspace UUID NOT NULL,
  conversation UUID NOT NULL,
  session UUID NOT NULL,
  visitor UUID NOT NULL,
  deployment UUID NOT NULL,
  button UUID,
  name TEXT COLLATE "C" NOT NULL,
  language TEXT NOT NULL,
  user_agent TEXT NOT NULL,
  screen TEXT NOT NULL,
  address TEXT NOT NULL,
  page TEXT NOT NULL,
  referrer TEXT NOT NULL,
  queue_updates BIGINT NOT NULL,
  entity_plan TEXT NOT NULL,
  requested_at BIGINT NOT NULL,
  established_at BIGINT,
  ended_at BIGINT,
  ended_by TEXT,
  ended_because TEXT,
  ended_reason TEXT,
  answered_by UUID,
  PRIMARY KEY (workspace, conversation)
);

CREATE INDEX origin_requested ON origin (workspace, requested_at, conversation);

CREATE INDEX origin_visitor ON origin (workspace, visitor);

CREATE INDEX origin_ended ON origin (workspace, deployment, ended_at, conversation);

CREATE TABLE detail (
  workspace UUID NOT NULL,
  conversation UUID NOT NULL,
  n BIGINT NOT NULL,
  label TEXT NOT NULL,
  value TEXT NOT NULL,
  visible BIGINT NOT NULL,
  fields TEXT NOT NULL,
  maps TEXT NOT NULL,
  PRIMARY KEY (workspace, conversation, n)
);

CREATE TABLE message (
  workspace UUID NOT NULL,
  conversation UUID NOT NULL,
  sequence BIGINT NOT NULL,
  kind TEXT NOT NULL,
  author TEXT NOT NULL,
  agent UUID,
  name TEXT COLLATE "C",
  label TEXT,
  text TEXT NOT NULL,
  file UUID,
  client_key TEXT COLLATE "C",
  at BIGINT NOT NULL,
  PRIMARY KEY (workspace, conversation, sequence)
);

CREATE UNIQUE INDEX message_client_key ON message (workspace, conversation, client_key) WHERE client_key IS NOT NULL;

-- A visitor's connection: what a session key or a resume token names.
CREATE TABLE visitor_session (
  workspace UUID NOT NULL,
  id UUID NOT NULL,
  conversation UUID,
  generation BIGINT NOT NULL,
  post_sequence BIGINT,
  delivered BIGINT NOT NULL,
  seen_at BIGINT NOT NULL,
  timeout_us BIGINT NOT NULL,
  state TEXT NOT NULL,
  warned BIGINT NOT NULL DEFAULT 0,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (workspace, id)
) WITH (fillfactor = 70);

CREATE INDEX visitor_session_conversation ON visitor_session (workspace, conversation);

-- Not by when they were heard of: that changes all the time.
CREATE INDEX visitor_session_open ON visitor_session (workspace, id) WHERE state = 'open';

CREATE TABLE offer (
  workspace UUID NOT NULL,
  id UUID NOT NULL,
  conversation UUID NOT NULL,
  agent UUID NOT NULL,
  made_at BIGINT NOT NULL,
  expires_at BIGINT,
  ended_at BIGINT,
  outcome TEXT,
  reason TEXT,
  PRIMARY KEY (workspace, id)
);

CREATE INDEX offer_agent ON offer (workspace, agent, made_at);

CREATE INDEX offer_conversation ON offer (workspace, conversation);

CREATE TABLE after_work (
  workspace UUID NOT NULL,
  agent UUID NOT NULL,
  conversation UUID NOT NULL,
  until BIGINT,
  PRIMARY KEY (workspace, agent, conversation)
);

-- Things to do at a time. Claimed by whoever comes first.
CREATE TABLE timer (
  workspace UUID NOT NULL,
  kind TEXT COLLATE "C" NOT NULL,
  subject UUID NOT NULL,
  due BIGINT NOT NULL,
  body TEXT NOT NULL,
  PRIMARY KEY (workspace, kind, subject)
);

CREATE INDEX timer_due ON timer (due);

CREATE TABLE breadcrumb (
  workspace UUID NOT NULL,
  conversation UUID NOT NULL,
  sequence BIGINT NOT NULL,
  location TEXT NOT NULL,
  at BIGINT NOT NULL,
  PRIMARY KEY (workspace, conversation, sequence)
);

CREATE TABLE rating (
  workspace UUID NOT NULL,
  conversation UUID NOT NULL,
  score BIGINT NOT NULL,
  comment TEXT NOT NULL,
  at BIGINT NOT NULL,
  PRIMARY KEY (workspace, conversation)
);

-- The blob is NULL once the file was erased.
CREATE TABLE file (
  workspace UUID NOT NULL,
  id UUID NOT NULL,
  conversation UUID NOT NULL,
  blob BYTEA,
  name TEXT COLLATE "C" NOT NULL,
  mime TEXT NOT NULL,
  size BIGINT NOT NULL,
  author TEXT NOT NULL,
  agent UUID,
  at BIGINT NOT NULL,
  PRIMARY KEY (workspace, id)
);

CREATE INDEX file_conversation ON file (workspace, conversation);

CREATE INDEX file_blob ON file (workspace, blob);

CREATE INDEX file_size ON file (workspace, size);

CREATE TABLE file_request (
  workspace UUID NOT NULL,
  id UUID NOT NULL,
  conversation UUID NOT NULL,
  agent UUID NOT NULL,
  token_hash BYTEA NOT NULL,
  state TEXT NOT NULL,
  asked_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  PRIMARY KEY (workspace, id)
);

CREATE INDEX file_request_conversation ON file_request (workspace, conversation);

CREATE UNIQUE INDEX file_request_token ON file_request (workspace, token_hash);

-- Answers to requests that carried an idempotency key, for a day.
CREATE TABLE request_key (
  workspace UUID NOT NULL,
  scope TEXT COLLATE "C" NOT NULL,
  key TEXT COLLATE "C" NOT NULL,
  fingerprint BYTEA NOT NULL,
  status BIGINT NOT NULL,
  answer TEXT NOT NULL,
  at BIGINT NOT NULL,
  PRIMARY KEY (workspace, scope, key)
);

CREATE INDEX request_key_at ON request_key (workspace, at);

-- How far retention has gone: what lapses of conversations that ended up to here is gone.
CREATE TABLE retention_mark (
  workspace UUID NOT NULL,
  deployment UUID NOT NULL,
  what TEXT NOT NULL,
  ended_at BIGINT NOT NULL,
  conversation UUID NOT NULL,
  PRIMARY KEY (workspace, deployment, what)
);

CREATE TABLE wait_average (
  workspace UUID NOT NULL,
  button UUID NOT NULL,
  average_us BIGINT NOT NULL,
  PRIMARY KEY (workspace, button)
);

CREATE TABLE audit (
  workspace UUID NOT NULL,
  id UUID NOT NULL,
  at BIGINT NOT NULL,
  actor TEXT NOT NULL,
  action TEXT NOT NULL,
  subject TEXT NOT NULL,
  body TEXT NOT NULL,
  PRIMARY KEY (workspace, id)
);

CREATE INDEX audit_at ON audit (workspace, at);

-- Bytes of files, named by their SHA-256; id is NULL while they are being written. SQLite has these two in a file of their own.
CREATE TABLE blob (
  workspace UUID NOT NULL,
  place UUID NOT NULL,
  id BYTEA,
  size BIGINT NOT NULL,
  at BIGINT NOT NULL,
  PRIMARY KEY (workspace, place)
);

CREATE UNIQUE INDEX blob_id ON blob (workspace, id) WHERE id IS NOT NULL;

CREATE INDEX blob_at ON blob (at);

CREATE TABLE blob_chunk (
  workspace UUID NOT NULL,
  place UUID NOT NULL,
  n BIGINT NOT NULL,
  bytes BYTEA NOT NULL,
  PRIMARY KEY (workspace, place, n),
  FOREIGN KEY (workspace, place) REFERENCES blob (workspace, place) ON DELETE CASCADE
);
-- Files are compressed already.
ALTER TABLE blob_chunk ALTER COLUMN bytes SET STORAGE EXTERNAL;
