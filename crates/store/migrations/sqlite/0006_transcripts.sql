-- How far transcripts have followed the journal, and which conversation was compared last with what the CRM has.
CREATE TABLE transcript_mark (
  workspace BLOB NOT NULL,
  position INTEGER NOT NULL,
  compared_at INTEGER NOT NULL,
  compared BLOB NOT NULL,
  compare_due INTEGER NOT NULL,
  PRIMARY KEY (workspace)
) STRICT, WITHOUT ROWID;

-- What of a conversation the CRM was given: in which turn, of which state; and when it is to be given again.
CREATE TABLE transcript (
  workspace BLOB NOT NULL,
  conversation BLOB NOT NULL,
  turn INTEGER NOT NULL,
  changes INTEGER NOT NULL,
  due INTEGER,
  tries INTEGER NOT NULL,
  written INTEGER,
  sequence INTEGER,
  fingerprint BLOB,
  problems TEXT,
  PRIMARY KEY (workspace, conversation)
) STRICT, WITHOUT ROWID;

CREATE INDEX transcript_due ON transcript (workspace, due) WHERE due IS NOT NULL;

-- Which records of the CRM inside the binary are a conversation's transcript, and what was written into them.
CREATE TABLE crm_transcript (
  workspace BLOB NOT NULL,
  conversation BLOB NOT NULL,
  asked_at INTEGER NOT NULL,
  revision INTEGER NOT NULL,
  record TEXT NOT NULL,
  document TEXT,
  digest TEXT NOT NULL,
  forgotten INTEGER NOT NULL,
  PRIMARY KEY (workspace, conversation)
) STRICT, WITHOUT ROWID;

CREATE INDEX crm_transcript_asked ON crm_transcript (workspace, asked_at, conversation);

-- Which record is which visitor.
CREATE TABLE crm_visitor (
  workspace BLOB NOT NULL,
  visitor BLOB NOT NULL,
  record TEXT NOT NULL,
  PRIMARY KEY (workspace, visitor)
) STRICT, WITHOUT ROWID;
