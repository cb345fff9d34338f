//! What registered applications say of themselves, what they were given, and what a tenant allows.

/// Settings of applications and tenants, and who a code and a session were given to.
pub(super) const SETTINGS: &str = "
ALTER TABLE application ADD COLUMN settings text NOT NULL DEFAULT '';
CREATE TABLE page_origin (
  tenant bytes NOT NULL,
  application bytes NOT NULL,
  origin text NOT NULL,
  PRIMARY KEY (tenant, application, origin)
);
CREATE INDEX page_origin_by_origin ON page_origin (origin);
ALTER TABLE authorization_code ADD COLUMN platform text NOT NULL DEFAULT 'public';
ALTER TABLE authorization_code ADD COLUMN says_when boolean NOT NULL DEFAULT FALSE;
ALTER TABLE login_session ADD COLUMN platform text NOT NULL DEFAULT 'public';
ALTER TABLE login_session ADD COLUMN ends_at bigint;
CREATE TABLE tenant_setting (
  tenant bytes NOT NULL,
  name text NOT NULL,
  enabled boolean NOT NULL,
  PRIMARY KEY (tenant, name)
);
";

/// What clients were given by people and administrators, and the forms by which they said so.
pub(super) const CONSENT: &str = "
CREATE TABLE oauth2_grant (
  tenant bytes NOT NULL,
  id bytes NOT NULL,
  client bytes NOT NULL,
  consenter bytes NOT NULL,
  resource bytes NOT NULL,
  scope text NOT NULL,
  created_at bigint NOT NULL,
  PRIMARY KEY (tenant, id)
);
CREATE UNIQUE INDEX oauth2_grant_by_client ON oauth2_grant (tenant, client, resource, consenter);
CREATE INDEX oauth2_grant_by_consenter ON oauth2_grant (tenant, consenter);
CREATE TABLE spent_form (
  hash_mac bytes NOT NULL PRIMARY KEY,
  hash_key bytes NOT NULL,
  spent_at bigint NOT NULL
);
CREATE INDEX spent_form_by_time ON spent_form (spent_at);
";
