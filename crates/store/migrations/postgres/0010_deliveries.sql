-- How far deliveries have followed the journal.
CREATE TABLE delivery_mark (
  workspace UUID NOT NULL,
  position BIGINT NOT NULL,
  PRIMARY KEY (workspace)
);

-- How a destination does: its circuit breaker.
CREATE TABLE delivery_lane (
  workspace UUID NOT NULL,
  destination UUID NOT NULL,
  failures BIGINT NOT NULL,
  opened BIGINT NOT NULL,
  until BIGINT,
  because TEXT COLLATE "C",
  code TEXT COLLATE "C",
  PRIMARY KEY (workspace, destination)
);

-- What a destination is to be told, or was. Due counts while it waits; whoever takes it raises the turn and is late once due has come.
CREATE TABLE delivery (
  workspace UUID NOT NULL,
  id UUID NOT NULL,
  destination UUID NOT NULL,
  subject UUID NOT NULL,
  conversation UUID NOT NULL,
  event TEXT COLLATE "C" NOT NULL,
  kind TEXT COLLATE "C" NOT NULL,
  place BIGINT NOT NULL,
  at BIGINT NOT NULL,
  state TEXT COLLATE "C" NOT NULL,
  due BIGINT NOT NULL,
  turn BIGINT NOT NULL,
  tries BIGINT NOT NULL,
  failures BIGINT NOT NULL,
  first_at BIGINT,
  changed_at BIGINT NOT NULL,
  class TEXT COLLATE "C",
  code TEXT COLLATE "C",
  status BIGINT,
  payload TEXT NOT NULL,
  original TEXT,
  PRIMARY KEY (workspace, id)
);

CREATE UNIQUE INDEX delivery_event ON delivery (workspace, destination, event);

CREATE INDEX delivery_due ON delivery (workspace, destination, due, place) WHERE state = 'waiting';

CREATE INDEX delivery_subject ON delivery (workspace, destination, subject, place) WHERE state = 'waiting';

CREATE INDEX delivery_state ON delivery (workspace, destination, state, id);

CREATE INDEX delivery_changed ON delivery (workspace, destination, changed_at) WHERE state <> 'waiting';

CREATE INDEX delivery_conversation ON delivery (workspace, conversation);

-- What was asked and what was answered each time.
CREATE TABLE attempt (
  workspace UUID NOT NULL,
  delivery UUID NOT NULL,
  number BIGINT NOT NULL,
  conversation UUID NOT NULL,
  at BIGINT NOT NULL,
  took BIGINT NOT NULL,
  class TEXT COLLATE "C",
  code TEXT COLLATE "C",
  status BIGINT,
  request TEXT NOT NULL,
  response TEXT NOT NULL,
  PRIMARY KEY (workspace, delivery, number)
);

CREATE INDEX attempt_conversation ON attempt (workspace, conversation);

-- What deliveries are signed with, sealed by the root key. While one is replaced there are two.
CREATE TABLE destination_secret (
  workspace UUID NOT NULL,
  destination UUID NOT NULL,
  number BIGINT NOT NULL,
  sealed TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  until BIGINT,
  PRIMARY KEY (workspace, destination, number)
);

-- What became of events, by hour.
CREATE TABLE delivery_figure (
  workspace UUID NOT NULL,
  destination UUID NOT NULL,
  begins BIGINT NOT NULL,
  received BIGINT NOT NULL,
  filtered BIGINT NOT NULL,
  retried BIGINT NOT NULL,
  failed BIGINT NOT NULL,
  delivered BIGINT NOT NULL,
  PRIMARY KEY (workspace, destination, begins)
);
