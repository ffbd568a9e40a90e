-- Supervisors look over the desks: when somebody last wrote, who asks for help, who watches.
ALTER TABLE conversation ADD COLUMN last_message_at INTEGER;
ALTER TABLE conversation ADD COLUMN last_message_by_agent INTEGER;

-- Conversations whose owners ask for help; the words are a message under the same sequence.
CREATE TABLE flag (
  workspace BLOB NOT NULL,
  conversation BLOB NOT NULL,
  agent BLOB NOT NULL,
  sequence INTEGER NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (workspace, conversation)
) STRICT, WITHOUT ROWID;

-- Supervisors who watch conversations of others. A lease that has lapsed means that nobody watches.
CREATE TABLE monitor (
  workspace BLOB NOT NULL,
  conversation BLOB NOT NULL,
  agent BLOB NOT NULL,
  since INTEGER NOT NULL,
  lease_until INTEGER NOT NULL,
  PRIMARY KEY (workspace, conversation, agent)
) STRICT, WITHOUT ROWID;

CREATE INDEX monitor_agent ON monitor (workspace, agent);

-- A visitor's conversations in their order.
DROP INDEX origin_visitor;

CREATE INDEX origin_visitor ON origin (workspace, visitor, requested_at, conversation);
