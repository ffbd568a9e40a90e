-- A workspace's CRM: the number in its tables' names, the part of its records' ids that is its own, and what was made of which schema.
CREATE TABLE crm_workspace (
  workspace BLOB NOT NULL,
  number INTEGER NOT NULL,
  instance TEXT NOT NULL,
  schema_revision INTEGER NOT NULL,
  standard INTEGER NOT NULL,
  PRIMARY KEY (workspace)
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX crm_workspace_number ON crm_workspace (number);

CREATE UNIQUE INDEX crm_workspace_instance ON crm_workspace (instance);

-- Objects that an administrator made, and what was changed of standard ones. A dropped one stays for a while and can be taken back.
CREATE TABLE crm_object (
  workspace BLOB NOT NULL,
  name TEXT NOT NULL,
  body TEXT NOT NULL,
  dropped_at INTEGER,
  made_at_revision INTEGER NOT NULL,
  PRIMARY KEY (workspace, name)
) STRICT, WITHOUT ROWID;

-- The same of fields.
CREATE TABLE crm_field (
  workspace BLOB NOT NULL,
  object TEXT NOT NULL,
  name TEXT NOT NULL,
  body TEXT NOT NULL,
  dropped_at INTEGER,
  made_at_revision INTEGER NOT NULL,
  PRIMARY KEY (workspace, object, name)
) STRICT, WITHOUT ROWID;

-- What is given out next: ids of an object's records (named Id), and numbers of a field that counts by itself.
CREATE TABLE crm_counter (
  workspace BLOB NOT NULL,
  object TEXT NOT NULL,
  name TEXT NOT NULL,
  next INTEGER NOT NULL,
  PRIMARY KEY (workspace, object, name)
) STRICT, WITHOUT ROWID;

-- Which record was made under which key, so that making it again makes nothing.
CREATE TABLE crm_key (
  workspace BLOB NOT NULL,
  key TEXT NOT NULL,
  object TEXT NOT NULL,
  record TEXT NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (workspace, key)
) STRICT, WITHOUT ROWID;

-- Queries that are being read page by page: whose, what was asked, and until when.
CREATE TABLE crm_cursor (
  workspace BLOB NOT NULL,
  cursor TEXT NOT NULL,
  by_user TEXT NOT NULL,
  body TEXT NOT NULL,
  total INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  PRIMARY KEY (workspace, cursor)
) STRICT, WITHOUT ROWID;

CREATE INDEX crm_cursor_expires ON crm_cursor (expires_at);

-- And which records the pages have, in their order, from a place on.
CREATE TABLE crm_cursor_page (
  workspace BLOB NOT NULL,
  cursor TEXT NOT NULL,
  place INTEGER NOT NULL,
  body TEXT NOT NULL,
  PRIMARY KEY (workspace, cursor, place)
) STRICT, WITHOUT ROWID;
