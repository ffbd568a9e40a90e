-- How far figures have followed the journal; the zone by whose days they are added up, and from when on.
CREATE TABLE figure_mark (
  workspace UUID NOT NULL,
  position BIGINT NOT NULL,
  at BIGINT NOT NULL,
  zone TEXT NOT NULL,
  days_from BIGINT NOT NULL,
  PRIMARY KEY (workspace)
);

-- How far conversations have come, as figures follow them; for some days after the end, since a rating may come.
CREATE TABLE figure_course (
  workspace UUID NOT NULL,
  conversation UUID NOT NULL,
  deployment UUID NOT NULL,
  button UUID,
  queue UUID,
  queue_before UUID,
  agent UUID,
  asked_at BIGINT NOT NULL,
  answered_at BIGINT,
  greeting BIGINT,
  responded BIGINT NOT NULL,
  held_since BIGINT,
  ended_at BIGINT,
  PRIMARY KEY (workspace, conversation)
);

CREATE INDEX figure_course_ended ON figure_course (workspace, ended_at) WHERE ended_at IS NOT NULL;

-- Sums by time and by whose they are. Grain 0 is a quarter of an hour, 1 a day; a nil id stands for none.
CREATE TABLE figure (
  workspace UUID NOT NULL,
  grain BIGINT NOT NULL,
  at BIGINT NOT NULL,
  deployment UUID NOT NULL,
  button UUID NOT NULL,
  queue UUID NOT NULL,
  agent UUID NOT NULL,
  asked BIGINT NOT NULL,
  answered BIGINT NOT NULL,
  missed BIGINT NOT NULL,
  abandoned BIGINT NOT NULL,
  ended BIGINT NOT NULL,
  waiting_sum BIGINT NOT NULL,
  waiting_count BIGINT NOT NULL,
  waiting_max BIGINT NOT NULL,
  first_response_sum BIGINT NOT NULL,
  first_response_count BIGINT NOT NULL,
  first_response_max BIGINT NOT NULL,
  handling_sum BIGINT NOT NULL,
  handling_count BIGINT NOT NULL,
  handling_max BIGINT NOT NULL,
  messages_visitor BIGINT NOT NULL,
  messages_agent BIGINT NOT NULL,
  rated_1 BIGINT NOT NULL,
  rated_2 BIGINT NOT NULL,
  rated_3 BIGINT NOT NULL,
  rated_4 BIGINT NOT NULL,
  rated_5 BIGINT NOT NULL,
  PRIMARY KEY (workspace, grain, at, deployment, button, queue, agent)
);
