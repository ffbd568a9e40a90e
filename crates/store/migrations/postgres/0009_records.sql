-- What conversations want of a CRM: whether by a plan, and held until an agent accepts; when somebody is to look after it next (never: NULL),
-- and how often that failed.
CREATE TABLE record_course (
  workspace UUID NOT NULL,
  conversation UUID NOT NULL,
  planned BIGINT NOT NULL,
  held BIGINT NOT NULL,
  since BIGINT NOT NULL,
  due BIGINT,
  tries BIGINT NOT NULL,
  trouble TEXT,
  revision BIGINT NOT NULL,
  PRIMARY KEY (workspace, conversation)
);

CREATE INDEX record_course_due ON record_course (due) WHERE due IS NOT NULL;

-- The records that conversations have or are to have. Of a record it says which one, and nothing that stands in it.
CREATE TABLE record_part (
  workspace UUID NOT NULL,
  conversation UUID NOT NULL,
  part TEXT COLLATE "C" NOT NULL,
  n BIGINT NOT NULL,
  entity TEXT COLLATE "C" NOT NULL,
  state TEXT COLLATE "C" NOT NULL,
  record TEXT COLLATE "C",
  record_entity TEXT COLLATE "C",
  how TEXT COLLATE "C",
  agent UUID,
  at BIGINT NOT NULL,
  candidates TEXT NOT NULL,
  more BIGINT NOT NULL,
  reasons TEXT NOT NULL,
  link TEXT COLLATE "C" NOT NULL,
  save_to TEXT COLLATE "C",
  shows BIGINT NOT NULL,
  made_as TEXT COLLATE "C",
  PRIMARY KEY (workspace, conversation, part)
);

-- Messages left when nobody was there that become records of a CRM, and which.
CREATE TABLE offline_record (
  workspace UUID NOT NULL,
  message UUID NOT NULL,
  since BIGINT NOT NULL,
  due BIGINT,
  tries BIGINT NOT NULL,
  trouble TEXT,
  record TEXT COLLATE "C",
  record_entity TEXT COLLATE "C",
  PRIMARY KEY (workspace, message)
);

CREATE INDEX offline_record_due ON offline_record (due) WHERE due IS NOT NULL;
