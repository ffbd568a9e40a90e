-- What events of customers have prepared for a conversation that is still to begin: the engine's own document.
CREATE TABLE prepared_details (
  workspace UUID NOT NULL,
  position BIGINT NOT NULL,
  source UUID NOT NULL,
  deployment UUID NOT NULL,
  session TEXT COLLATE "C",
  device_key TEXT COLLATE "C",
  user_key TEXT COLLATE "C",
  body TEXT NOT NULL,
  at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  PRIMARY KEY (workspace, position)
);

CREATE INDEX prepared_details_session ON prepared_details (workspace, session) WHERE session IS NOT NULL;
CREATE INDEX prepared_details_device ON prepared_details (workspace, device_key) WHERE device_key IS NOT NULL;
CREATE INDEX prepared_details_user ON prepared_details (workspace, user_key) WHERE user_key IS NOT NULL;
CREATE INDEX prepared_details_expires ON prepared_details (workspace, expires_at);
