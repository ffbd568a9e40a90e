-- Secrets by which connected apps show that they are themselves: hashes only.
CREATE TABLE app_secret (
  workspace BLOB NOT NULL,
  app BLOB NOT NULL,
  id BLOB NOT NULL,
  hash BLOB NOT NULL,
  ending TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  used_at INTEGER,
  PRIMARY KEY (workspace, app, id)
) STRICT, WITHOUT ROWID;

-- That an app may act as an agent, and how it came to it. Its tokens go with it.
CREATE TABLE app_grant (
  workspace BLOB NOT NULL,
  id BLOB NOT NULL,
  app BLOB NOT NULL,
  agent BLOB NOT NULL,
  flow TEXT NOT NULL,
  scopes TEXT NOT NULL,
  address TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  used_at INTEGER NOT NULL,
  PRIMARY KEY (workspace, id)
) STRICT, WITHOUT ROWID;

CREATE INDEX app_grant_app ON app_grant (workspace, app, agent, flow);

CREATE INDEX app_grant_agent ON app_grant (workspace, agent);

-- Codes and tokens of a grant: hashes only. One that was replaced stays for a while, so that its reuse is noticed.
CREATE TABLE app_token (
  workspace BLOB NOT NULL,
  id BLOB NOT NULL,
  app_grant BLOB NOT NULL,
  kind TEXT NOT NULL,
  hash BLOB NOT NULL,
  created_at INTEGER NOT NULL,
  used_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  replaced_at INTEGER,
  repeated INTEGER NOT NULL,
  redirect TEXT,
  challenge TEXT,
  PRIMARY KEY (workspace, id)
) STRICT, WITHOUT ROWID;

CREATE INDEX app_token_grant ON app_token (workspace, app_grant);

CREATE INDEX app_token_expires ON app_token (workspace, expires_at);
