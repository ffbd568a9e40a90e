-- Secrets by which connected apps show that they are themselves: hashes only.
CREATE TABLE app_secret (
  workspace UUID NOT NULL,
  app UUID NOT NULL,
  id UUID NOT NULL,
  hash BYTEA NOT NULL,
  ending TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  used_at BIGINT,
  PRIMARY KEY (workspace, app, id)
);

-- That an app may act as an agent, and how it came to it. Its tokens go with it.
CREATE TABLE app_grant (
  workspace UUID NOT NULL,
  id UUID NOT NULL,
  app UUID NOT NULL,
  agent UUID NOT NULL,
  flow TEXT NOT NULL,
  scopes TEXT NOT NULL,
  address TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  used_at BIGINT NOT NULL,
  PRIMARY KEY (workspace, id)
);

CREATE INDEX app_grant_app ON app_grant (workspace, app, agent, flow);

CREATE INDEX app_grant_agent ON app_grant (workspace, agent);

-- Codes and tokens of a grant: hashes only. One that was replaced stays for a while, so that its reuse is noticed.
CREATE TABLE app_token (
  workspace UUID NOT NULL,
  id UUID NOT NULL,
  app_grant UUID NOT NULL,
  kind TEXT NOT NULL,
  hash BYTEA NOT NULL,
  created_at BIGINT NOT NULL,
  used_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  replaced_at BIGINT,
  repeated BIGINT NOT NULL,
  redirect TEXT,
  challenge TEXT,
  PRIMARY KEY (workspace, id)
);

CREATE INDEX app_token_grant ON app_token (workspace, app_grant);

CREATE INDEX app_token_expires ON app_token (workspace, expires_at);
