-- What a site's page said of a visitor before any conversation, for a day: the engine's own document.
CREATE TABLE web_visit (
  workspace UUID NOT NULL,
  session TEXT COLLATE "C" NOT NULL,
  deployment UUID NOT NULL,
  visitor UUID,
  body TEXT NOT NULL,
  at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  PRIMARY KEY (workspace, session)
);

CREATE INDEX web_visit_expires ON web_visit (workspace, expires_at);

CREATE INDEX web_visit_visitor ON web_visit (workspace, visitor);

ALTER TABLE breadcrumb ADD COLUMN title TEXT NOT NULL DEFAULT '';

-- What visitors wrote when nobody was there.
CREATE TABLE offline_message (
  workspace UUID NOT NULL,
  id UUID NOT NULL,
  visitor UUID NOT NULL,
  deployment UUID NOT NULL,
  button UUID,
  name TEXT NOT NULL,
  email TEXT NOT NULL,
  phone TEXT NOT NULL,
  text TEXT NOT NULL,
  page TEXT NOT NULL,
  page_title TEXT NOT NULL,
  details TEXT NOT NULL,
  at BIGINT NOT NULL,
  state TEXT COLLATE "C" NOT NULL,
  assigned_to UUID,
  done_by UUID,
  done_at BIGINT,
  PRIMARY KEY (workspace, id)
);

CREATE INDEX offline_message_state ON offline_message (workspace, state, id);

CREATE INDEX offline_message_visitor ON offline_message (workspace, visitor);

CREATE INDEX offline_message_age ON offline_message (workspace, deployment, at);
