-- How far deliveries have followed the journal.
CREATE TABLE delivery_mark (
  workspace BLOB NOT NULL,
  position INTEGER NOT NULL,
  PRIMARY KEY (workspace)
) STRICT, WITHOUT ROWID;

-- How a destination does: its circuit breaker.
CREATE TABLE delivery_lane (
  workspace BLOB NOT NULL,
  destination BLOB NOT NULL,
  failures INTEGER NOT NULL,
  opened INTEGER NOT NULL,
  until INTEGER,
  because TEXT,
  code TEXT,
  PRIMARY KEY (workspace, destination)
) STRICT, WITHOUT ROWID;

-- What a destination is to be told, or was. Due counts while it waits; whoever takes it raises the turn and is late once due has come.
CREATE TABLE delivery (
  workspace BLOB NOT NULL,
  id BLOB NOT NULL,
  destination BLOB NOT NULL,
  subject BLOB NOT NULL,
  conversation BLOB NOT NULL,
  event TEXT NOT NULL,
  kind TEXT NOT NULL,
  place INTEGER NOT NULL,
  at INTEGER NOT NULL,
  state TEXT NOT NULL,
  due INTEGER NOT NULL,
  turn INTEGER NOT NULL,
  tries INTEGER NOT NULL,
  failures INTEGER NOT NULL,
  first_at INTEGER,
  changed_at INTEGER NOT NULL,
  class TEXT,
  code TEXT,
  status INTEGER,
  payload TEXT NOT NULL,
  original TEXT,
  PRIMARY KEY (workspace, id)
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX delivery_event ON delivery (workspace, destination, event);

CREATE INDEX delivery_due ON delivery (workspace, destination, due, place) WHERE state = 'waiting';

CREATE INDEX delivery_subject ON delivery (workspace, destination, subject, place) WHERE state = 'waiting';

CREATE INDEX delivery_state ON delivery (workspace, destination, state, id);

CREATE INDEX delivery_changed ON delivery (workspace, destination, changed_at) WHERE state <> 'waiting';

CREATE INDEX delivery_conversation ON delivery (workspace, conversation);

-- What was asked and what was answered each time.
CREATE TABLE attempt (
  workspace BLOB NOT NULL,
  delivery BLOB NOT NULL,
  number INTEGER NOT NULL,
  conversation BLOB NOT NULL,
  at INTEGER NOT NULL,
  took INTEGER NOT NULL,
  class TEXT,
  code TEXT,
  status INTEGER,
  request TEXT NOT NULL,
  response TEXT NOT NULL,
  PRIMARY KEY (workspace, delivery, number)
) STRICT, WITHOUT ROWID;

CREATE INDEX attempt_conversation ON attempt (workspace, conversation);

-- What deliveries are signed with, sealed by the root key. While one is replaced there are two.
CREATE TABLE destination_secret (
  workspace BLOB NOT NULL,
  destination BLOB NOT NULL,
  number INTEGER NOT NULL,
  sealed TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  until INTEGER,
  PRIMARY KEY (workspace, destination, number)
) STRICT, WITHOUT ROWID;

-- What became of events, by hour.
CREATE TABLE delivery_figure (
  workspace BLOB NOT NULL,
  destination BLOB NOT NULL,
  begins INTEGER NOT NULL,
  received INTEGER NOT NULL,
  filtered INTEGER NOT NULL,
  retried INTEGER NOT NULL,
  failed INTEGER NOT NULL,
  delivered INTEGER NOT NULL,
  PRIMARY KEY (workspace, destination, begins)
) STRICT, WITHOUT ROWID;
