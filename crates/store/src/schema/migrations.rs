//! The list of migrations: only ever added to. Each works while the previous release still runs (first expand,
//! a release later contract). Types are `text`, `bigint`, `bytes`, `boolean`; times are microseconds.

/// Version 1 is the first element.
pub(super) const MIGRATIONS: &[&str] = &[FIRST, SECOND];

const FIRST: &str = "
CREATE TABLE store_info (
  id bigint NOT NULL PRIMARY KEY,
  mode text NOT NULL,
  created_at bigint NOT NULL,
  master_check bytes NOT NULL
);
CREATE TABLE migration (
  version bigint NOT NULL PRIMARY KEY,
  applied_at bigint NOT NULL
);
CREATE TABLE data_key (
  id bytes NOT NULL PRIMARY KEY,
  purpose text NOT NULL,
  created_at bigint NOT NULL,
  sealed bytes NOT NULL
);
CREATE TABLE hash_key (
  id bytes NOT NULL PRIMARY KEY,
  created_at bigint NOT NULL,
  sealed bytes NOT NULL
);
CREATE TABLE revision (
  kind text NOT NULL,
  tenant bytes NOT NULL,
  revision bigint NOT NULL,
  PRIMARY KEY (kind, tenant)
);
CREATE TABLE tenant (
  id bytes NOT NULL PRIMARY KEY,
  display_name text NOT NULL,
  default_domain text NOT NULL,
  domains text NOT NULL,
  created_at bigint NOT NULL
);
CREATE TABLE tenant_domain (
  domain text NOT NULL PRIMARY KEY,
  tenant bytes NOT NULL
);
CREATE TABLE subscription (
  id bytes NOT NULL PRIMARY KEY,
  tenant bytes NOT NULL,
  display_name text NOT NULL,
  created_at bigint NOT NULL
);
CREATE INDEX subscription_by_tenant ON subscription (tenant);
CREATE TABLE account (
  tenant bytes NOT NULL,
  id bytes NOT NULL,
  upn text NOT NULL,
  upn_key text NOT NULL,
  display_name text NOT NULL,
  display_name_key text NOT NULL,
  mail_nickname text NOT NULL,
  mail_nickname_key text NOT NULL,
  kind text NOT NULL,
  enabled boolean NOT NULL,
  password_hash text,
  password_must_change boolean,
  password_set_at bigint,
  created_at bigint NOT NULL,
  PRIMARY KEY (tenant, id)
);
CREATE UNIQUE INDEX account_by_upn ON account (tenant, upn_key);
CREATE INDEX account_by_display_name ON account (tenant, display_name_key);
CREATE TABLE application (
  tenant bytes NOT NULL,
  id bytes NOT NULL,
  app_id bytes NOT NULL,
  display_name text NOT NULL,
  display_name_key text NOT NULL,
  identifier_uris text NOT NULL,
  token_version bigint NOT NULL,
  audience text NOT NULL,
  created_at bigint NOT NULL,
  PRIMARY KEY (tenant, id)
);
CREATE UNIQUE INDEX application_by_app_id ON application (tenant, app_id);
CREATE INDEX application_by_display_name ON application (tenant, display_name_key);
CREATE TABLE application_uri (
  tenant bytes NOT NULL,
  folded text NOT NULL,
  application bytes NOT NULL,
  PRIMARY KEY (tenant, folded)
);
CREATE INDEX application_uri_by_application ON application_uri (tenant, application);
CREATE TABLE service_principal (
  tenant bytes NOT NULL,
  id bytes NOT NULL,
  app_id bytes NOT NULL,
  app_owner bytes,
  display_name text NOT NULL,
  display_name_key text NOT NULL,
  kind text NOT NULL,
  enabled boolean NOT NULL,
  created_at bigint NOT NULL,
  PRIMARY KEY (tenant, id)
);
CREATE UNIQUE INDEX service_principal_by_app_id ON service_principal (tenant, app_id);
CREATE INDEX service_principal_by_display_name ON service_principal (tenant, display_name_key);
CREATE TABLE password_credential (
  tenant bytes NOT NULL,
  owner bytes NOT NULL,
  id bytes NOT NULL,
  display_name text,
  hint text NOT NULL,
  hash_key bytes NOT NULL,
  hash_mac bytes NOT NULL,
  starts_at bigint NOT NULL,
  ends_at bigint NOT NULL,
  PRIMARY KEY (tenant, owner, id)
);
CREATE TABLE ownership (
  tenant bytes NOT NULL,
  object bytes NOT NULL,
  owner bytes NOT NULL,
  PRIMARY KEY (tenant, object, owner)
);
CREATE INDEX ownership_by_owner ON ownership (tenant, owner, object);
CREATE TABLE role_assignment (
  tenant bytes NOT NULL,
  id bytes NOT NULL,
  role bytes NOT NULL,
  principal bytes NOT NULL,
  PRIMARY KEY (tenant, id)
);
CREATE UNIQUE INDEX role_assignment_by_principal ON role_assignment (tenant, principal, role);
CREATE TABLE permission_grant (
  tenant bytes NOT NULL,
  id bytes NOT NULL,
  permission text NOT NULL,
  principal bytes NOT NULL,
  PRIMARY KEY (tenant, id)
);
CREATE UNIQUE INDEX permission_grant_by_principal ON permission_grant (tenant, principal, permission);
CREATE TABLE login_session (
  tenant bytes NOT NULL,
  id bytes NOT NULL,
  account bytes NOT NULL,
  client bytes NOT NULL,
  refresh_key bytes NOT NULL,
  refresh_mac bytes NOT NULL,
  methods text NOT NULL,
  signed_in_at bigint NOT NULL,
  used_at bigint NOT NULL,
  revoked_at bigint,
  PRIMARY KEY (tenant, id)
);
CREATE UNIQUE INDEX login_session_by_refresh ON login_session (refresh_mac);
CREATE INDEX login_session_by_account ON login_session (tenant, account);
CREATE TABLE setup_link (
  hash_mac bytes NOT NULL PRIMARY KEY,
  hash_key bytes NOT NULL,
  tenant bytes NOT NULL,
  purpose text NOT NULL,
  account bytes,
  created_at bigint NOT NULL,
  used_at bigint
);
CREATE INDEX setup_link_by_tenant ON setup_link (tenant);
CREATE TABLE signing_key (
  name text NOT NULL PRIMARY KEY,
  stage text NOT NULL,
  stage_at bigint NOT NULL,
  stage_until bigint,
  certificate bytes NOT NULL,
  private bytes NOT NULL
);
CREATE TABLE throttle (
  key text NOT NULL PRIMARY KEY,
  since bigint NOT NULL,
  failures bigint NOT NULL
);
CREATE INDEX throttle_by_since ON throttle (since);
CREATE TABLE tls_certificate (
  name text NOT NULL PRIMARY KEY,
  certificate bytes NOT NULL,
  private bytes NOT NULL
);
CREATE TABLE audit (
  id bytes NOT NULL PRIMARY KEY,
  at bigint NOT NULL,
  tenant bytes,
  event text NOT NULL,
  actor bytes,
  client bytes,
  target bytes,
  uti text,
  detail text NOT NULL,
  trace bytes NOT NULL,
  correlation bytes NOT NULL
);
";

/// Runs: their tickets, the key that signs under Azure's names, and sessions that end with a run. The previous release
/// makes no run; while it still works beside this one, none should be begun.
const SECOND: &str = "
CREATE TABLE run_ticket (
  hash_mac bytes NOT NULL PRIMARY KEY,
  hash_key bytes NOT NULL,
  tenant bytes NOT NULL,
  maker bytes NOT NULL,
  maker_client bytes NOT NULL,
  maker_session bytes,
  made_at bigint NOT NULL,
  expires_at bigint NOT NULL,
  identity_kind text,
  identity_id bytes,
  identity_client bytes,
  identity_key bytes,
  identity_mac bytes
);
CREATE INDEX run_ticket_by_maker ON run_ticket (tenant, maker, expires_at);
CREATE INDEX run_ticket_by_expiry ON run_ticket (expires_at);
ALTER TABLE signing_key ADD COLUMN key_use text NOT NULL DEFAULT 'origin';
ALTER TABLE login_session ADD COLUMN ticket_key bytes;
ALTER TABLE login_session ADD COLUMN ticket_mac bytes;
";
