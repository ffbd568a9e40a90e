-- What conversations want of a CRM: whether by a plan, and held until an agent accepts; when somebody is to look after it next (never: NULL),
-- and how often that failed.
CREATE TABLE record_course (
  workspace BLOB NOT NULL,
  conversation BLOB NOT NULL,
  planned INTEGER NOT NULL,
  held INTEGER NOT NULL,
  since INTEGER NOT NULL,
  due INTEGER,
  tries INTEGER NOT NULL,
  trouble TEXT,
  revision INTEGER NOT NULL,
  PRIMARY KEY (workspace, conversation)
) STRICT, WITHOUT ROWID;

CREATE INDEX record_course_due ON record_course (due) WHERE due IS NOT NULL;

-- The records that conversations have or are to have. Of a record it says which one, and nothing that stands in it.
CREATE TABLE record_part (
  workspace BLOB NOT NULL,
  conversation BLOB NOT NULL,
  part TEXT NOT NULL,
  n INTEGER NOT NULL,
  entity TEXT NOT NULL,
  state TEXT NOT NULL,
  record TEXT,
  record_entity TEXT,
  how TEXT,
  agent BLOB,
  at INTEGER NOT NULL,
  candidates TEXT NOT NULL,
  more INTEGER NOT NULL,
  reasons TEXT NOT NULL,
  link TEXT NOT NULL,
  save_to TEXT,
  shows INTEGER NOT NULL,
  made_as TEXT,
  PRIMARY KEY (workspace, conversation, part)
) STRICT, WITHOUT ROWID;

-- Messages left when nobody was there that become records of a CRM, and which.
CREATE TABLE offline_record (
  workspace BLOB NOT NULL,
  message BLOB NOT NULL,
  since INTEGER NOT NULL,
  due INTEGER,
  tries INTEGER NOT NULL,
  trouble TEXT,
  record TEXT,
  record_entity TEXT,
  PRIMARY KEY (workspace, message)
) STRICT, WITHOUT ROWID;

CREATE INDEX offline_record_due ON offline_record (due) WHERE due IS NOT NULL;
