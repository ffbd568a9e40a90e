-- Supervisors look over the desks: when somebody last wrote, who asks for help, who watches.
ALTER TABLE conversation ADD COLUMN last_message_at BIGINT;
ALTER TABLE conversation ADD COLUMN last_message_by_agent BIGINT;

-- Conversations whose owners ask for help; the words are a message under the same sequence.
CREATE TABLE flag (
  workspace UUID NOT NULL,
  conversation UUID NOT NULL,
  agent UUID NOT NULL,
  sequence BIGINT NOT NULL,
  at BIGINT NOT NULL,
  PRIMARY KEY (workspace, conversation)
);

-- Supervisors who watch conversations of others. A lease that has lapsed means that nobody watches.
CREATE TABLE monitor (
  workspace UUID NOT NULL,
  conversation UUID NOT NULL,
  agent UUID NOT NULL,
  since BIGINT NOT NULL,
  lease_until BIGINT NOT NULL,
  PRIMARY KEY (workspace, conversation, agent)
);

CREATE INDEX monitor_agent ON monitor (workspace, agent);

-- A visitor's conversations in their order.
DROP INDEX origin_visitor;

CREATE INDEX origin_visitor ON origin (workspace, visitor, requested_at, conversation);
