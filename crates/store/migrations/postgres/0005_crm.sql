-- A workspace's CRM: the number in its tables' names, the part of its records' ids that is its own, and what was made of which schema.
CREATE TABLE crm_workspace (
  workspace UUID NOT NULL,
  number BIGINT NOT NULL,
  instance TEXT COLLATE "C" NOT NULL,
  schema_revision BIGINT NOT NULL,
  standard BIGINT NOT NULL,
  PRIMARY KEY (workspace)
);

CREATE UNIQUE INDEX crm_workspace_number ON crm_workspace (number);

CREATE UNIQUE INDEX crm_workspace_instance ON crm_workspace (instance);

-- Objects that an administrator made, and what was changed of standard ones. A dropped one stays for a while and can be taken back.
CREATE TABLE crm_object (
  workspace UUID NOT NULL,
  name TEXT COLLATE "C" NOT NULL,
  body TEXT NOT NULL,
  dropped_at BIGINT,
  made_at_revision BIGINT NOT NULL,
  PRIMARY KEY (workspace, name)
);

-- The same of fields.
CREATE TABLE crm_field (
  workspace UUID NOT NULL,
  object TEXT COLLATE "C" NOT NULL,
  name TEXT COLLATE "C" NOT NULL,
  body TEXT NOT NULL,
  dropped_at BIGINT,
  made_at_revision BIGINT NOT NULL,
  PRIMARY KEY (workspace, object, name)
);

-- What is given out next: ids of an object's records (named Id), and numbers of a field that counts by itself.
CREATE TABLE crm_counter (
  workspace UUID NOT NULL,
  object TEXT COLLATE "C" NOT NULL,
  name TEXT COLLATE "C" NOT NULL,
  next BIGINT NOT NULL,
  PRIMARY KEY (workspace, object, name)
);

-- Which record was made under which key, so that making it again makes nothing.
CREATE TABLE crm_key (
  workspace UUID NOT NULL,
  key TEXT COLLATE "C" NOT NULL,
  object TEXT NOT NULL,
  record TEXT NOT NULL,
  at BIGINT NOT NULL,
  PRIMARY KEY (workspace, key)
);

-- Queries that are being read page by page: whose, what was asked, and until when.
CREATE TABLE crm_cursor (
  workspace UUID NOT NULL,
  cursor TEXT COLLATE "C" NOT NULL,
  by_user TEXT NOT NULL,
  body TEXT NOT NULL,
  total BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  PRIMARY KEY (workspace, cursor)
);

CREATE INDEX crm_cursor_expires ON crm_cursor (expires_at);

-- And which records the pages have, in their order, from a place on.
CREATE TABLE crm_cursor_page (
  workspace UUID NOT NULL,
  cursor TEXT COLLATE "C" NOT NULL,
  place BIGINT NOT NULL,
  body TEXT NOT NULL,
  PRIMARY KEY (workspace, cursor, place)
);
