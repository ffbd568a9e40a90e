-- How far transcripts have followed the journal, and which conversation was compared last with what the CRM has.
CREATE TABLE transcript_mark (
  workspace UUID NOT NULL,
  position BIGINT NOT NULL,
  compared_at BIGINT NOT NULL,
  compared UUID NOT NULL,
  compare_due BIGINT NOT NULL,
  PRIMARY KEY (workspace)
);

-- What of a conversation the CRM was given: in which turn, of which state; and when it is to be given again.
CREATE TABLE transcript (
  workspace UUID NOT NULL,
  conversation UUID NOT NULL,
  turn BIGINT NOT NULL,
  changes BIGINT NOT NULL,
  due BIGINT,
  tries BIGINT NOT NULL,
  written BIGINT,
  sequence BIGINT,
  fingerprint BYTEA,
  problems TEXT,
  PRIMARY KEY (workspace, conversation)
);

CREATE INDEX transcript_due ON transcript (workspace, due) WHERE due IS NOT NULL;

-- Which records of the CRM inside the binary are a conversation's transcript, and what was written into them.
CREATE TABLE crm_transcript (
  workspace UUID NOT NULL,
  conversation UUID NOT NULL,
  asked_at BIGINT NOT NULL,
  revision BIGINT NOT NULL,
  record TEXT COLLATE "C" NOT NULL,
  document TEXT COLLATE "C",
  digest TEXT NOT NULL,
  forgotten BIGINT NOT NULL,
  PRIMARY KEY (workspace, conversation)
);

CREATE INDEX crm_transcript_asked ON crm_transcript (workspace, asked_at, conversation);

-- Which record is which visitor.
CREATE TABLE crm_visitor (
  workspace UUID NOT NULL,
  visitor UUID NOT NULL,
  record TEXT COLLATE "C" NOT NULL,
  PRIMARY KEY (workspace, visitor)
);
