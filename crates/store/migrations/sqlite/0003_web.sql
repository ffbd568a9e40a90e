-- What a site's page said of a visitor before any conversation, for a day: the engine's own document.
CREATE TABLE web_visit (
  workspace BLOB NOT NULL,
  session TEXT NOT NULL,
  deployment BLOB NOT NULL,
  visitor BLOB,
  body TEXT NOT NULL,
  at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  PRIMARY KEY (workspace, session)
) STRICT, WITHOUT ROWID;

CREATE INDEX web_visit_expires ON web_visit (workspace, expires_at);

CREATE INDEX web_visit_visitor ON web_visit (workspace, visitor);

ALTER TABLE breadcrumb ADD COLUMN title TEXT NOT NULL DEFAULT '';

-- What visitors wrote when nobody was there.
CREATE TABLE offline_message (
  workspace BLOB NOT NULL,
  id BLOB NOT NULL,
  visitor BLOB NOT NULL,
  deployment BLOB NOT NULL,
  button BLOB,
  name TEXT NOT NULL,
  email TEXT NOT NULL,
  phone TEXT NOT NULL,
  text TEXT NOT NULL,
  page TEXT NOT NULL,
  page_title TEXT NOT NULL,
  details TEXT NOT NULL,
  at INTEGER NOT NULL,
  state TEXT NOT NULL,
  assigned_to BLOB,
  done_by BLOB,
  done_at INTEGER,
  PRIMARY KEY (workspace, id)
) STRICT, WITHOUT ROWID;

CREATE INDEX offline_message_state ON offline_message (workspace, state, id);

CREATE INDEX offline_message_visitor ON offline_message (workspace, visitor);

CREATE INDEX offline_message_age ON offline_message (workspace, deployment, at);
