-- How far figures have followed the journal; the zone by whose days they are added up, and from when on.
CREATE TABLE figure_mark (
  workspace BLOB NOT NULL,
  position INTEGER NOT NULL,
  at INTEGER NOT NULL,
  zone TEXT NOT NULL,
  days_from INTEGER NOT NULL,
  PRIMARY KEY (workspace)
) STRICT, WITHOUT ROWID;

-- How far conversations have come, as figures follow them; for some days after the end, since a rating may come.
CREATE TABLE figure_course (
  workspace BLOB NOT NULL,
  conversation BLOB NOT NULL,
  deployment BLOB NOT NULL,
  button BLOB,
  queue BLOB,
  queue_before BLOB,
  agent BLOB,
  asked_at INTEGER NOT NULL,
  answered_at INTEGER,
  greeting INTEGER,
  responded INTEGER NOT NULL,
  held_since INTEGER,
  ended_at INTEGER,
  PRIMARY KEY (workspace, conversation)
) STRICT, WITHOUT ROWID;

CREATE INDEX figure_course_ended ON figure_course (workspace, ended_at) WHERE ended_at IS NOT NULL;

-- Sums by time and by whose they are. Grain 0 is a quarter of an hour, 1 a day; a nil id stands for none.
CREATE TABLE figure (
  workspace BLOB NOT NULL,
  grain INTEGER NOT NULL,
  at INTEGER NOT NULL,
  deployment BLOB NOT NULL,
  button BLOB NOT NULL,
  queue BLOB NOT NULL,
  agent BLOB NOT NULL,
  asked INTEGER NOT NULL,
  answered INTEGER NOT NULL,
  missed INTEGER NOT NULL,
  abandoned INTEGER NOT NULL,
  ended INTEGER NOT NULL,
  waiting_sum INTEGER NOT NULL,
  waiting_count INTEGER NOT NULL,
  waiting_max INTEGER NOT NULL,
  first_response_sum INTEGER NOT NULL,
  first_response_count INTEGER NOT NULL,
  first_response_max INTEGER NOT NULL,
  handling_sum INTEGER NOT NULL,
  handling_count INTEGER NOT NULL,
  handling_max INTEGER NOT NULL,
  messages_visitor INTEGER NOT NULL,
  messages_agent INTEGER NOT NULL,
  rated_1 INTEGER NOT NULL,
  rated_2 INTEGER NOT NULL,
  rated_3 INTEGER NOT NULL,
  rated_4 INTEGER NOT NULL,
  rated_5 INTEGER NOT NULL,
  PRIMARY KEY (workspace, grain, at, deployment, button, queue, agent)
) STRICT, WITHOUT ROWID;
