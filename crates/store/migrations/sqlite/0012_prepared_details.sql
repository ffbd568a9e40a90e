-- What events of customers have prepared for a conversation that is still to begin: the engine's own document.
CREATE TABLE prepared_details (
  workspace BLOB NOT NULL,
  position INTEGER NOT NULL,
  source BLOB NOT NULL,
  deployment BLOB NOT NULL,
  session TEXT,
  device_key TEXT,
  user_key TEXT,
  body TEXT NOT NULL,
  at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  PRIMARY KEY (workspace, position)
) STRICT;

CREATE INDEX prepared_details_session ON prepared_details (workspace, session) WHERE session IS NOT NULL;
CREATE INDEX prepared_details_device ON prepared_details (workspace, device_key) WHERE device_key IS NOT NULL;
CREATE INDEX prepared_details_user ON prepared_details (workspace, user_key) WHERE user_key IS NOT NULL;
CREATE INDEX prepared_details_expires ON prepared_details (workspace, expires_at);
