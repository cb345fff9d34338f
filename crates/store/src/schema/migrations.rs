//! The list of migrations: only ever added to. Each works while the previous release still runs (first expand,
//! a release later contract). Version 1 is the first. Types are `text`, `bigint`, `bytes`, `boolean`; times are microseconds.

use super::conditional_access::POLICIES;
use super::{applications, people};

/// Version 1 is the first element.
pub(super) const MIGRATIONS: &[&str] = &[
    FIRST,
    SECOND,
    THIRD,
    FOURTH,
    FIFTH,
    SIXTH,
    people::SEVENTH,
    people::EIGHTH,
    people::NINTH,
    POLICIES,
    applications::SETTINGS,
    applications::CONSENT,
    super::app_roles::APP_ROLES,
    super::app_roles::ON_BEHALF_OF,
    people::STAYING,
];

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

/// Resource Manager and its roles; groups of the directory; what an audit row says of them. The previous release knows
/// no roles: what it lists of subscriptions, it lists to the whole tenant, as it did.
const THIRD: &str = "
ALTER TABLE subscription ADD COLUMN management_group text;
CREATE TABLE management_group (
  tenant bytes NOT NULL,
  name_key text NOT NULL,
  name text NOT NULL,
  display_name text NOT NULL,
  parent_key text NOT NULL,
  created_at bigint NOT NULL,
  updated_at bigint NOT NULL,
  updated_by bytes,
  PRIMARY KEY (tenant, name_key)
);
CREATE TABLE resource_group (
  tenant bytes NOT NULL,
  subscription bytes NOT NULL,
  name_key text NOT NULL,
  name text NOT NULL,
  location text NOT NULL,
  tags text NOT NULL,
  managed_by text,
  created_at bigint NOT NULL,
  changed_at bigint NOT NULL,
  PRIMARY KEY (tenant, subscription, name_key)
);
CREATE TABLE resource (
  tenant bytes NOT NULL,
  scope_key text NOT NULL,
  scope text NOT NULL,
  subscription bytes NOT NULL,
  group_key text NOT NULL,
  type_key text NOT NULL,
  location text,
  tags text NOT NULL,
  body text NOT NULL,
  version bigint NOT NULL,
  created_at bigint NOT NULL,
  changed_at bigint NOT NULL,
  PRIMARY KEY (tenant, scope_key)
);
CREATE INDEX resource_by_type ON resource (tenant, subscription, type_key, scope_key);
CREATE TABLE resource_secret (
  tenant bytes NOT NULL,
  scope_key text NOT NULL,
  name text NOT NULL,
  sealed bytes NOT NULL,
  PRIMARY KEY (tenant, scope_key, name)
);
CREATE TABLE provider_registration (
  tenant bytes NOT NULL,
  subscription bytes NOT NULL,
  namespace_key text NOT NULL,
  state text NOT NULL,
  changed_at bigint NOT NULL,
  PRIMARY KEY (tenant, subscription, namespace_key)
);
CREATE TABLE resource_operation (
  tenant bytes NOT NULL,
  id bytes NOT NULL,
  scope text NOT NULL,
  status text NOT NULL,
  started_at bigint NOT NULL,
  ended_at bigint NOT NULL,
  PRIMARY KEY (tenant, id)
);
CREATE INDEX resource_operation_by_start ON resource_operation (started_at);
CREATE TABLE access_role (
  tenant bytes NOT NULL,
  id bytes NOT NULL,
  name text NOT NULL,
  name_key text NOT NULL,
  description text NOT NULL,
  permissions text NOT NULL,
  assignable_scopes text NOT NULL,
  created_at bigint NOT NULL,
  created_by bytes,
  updated_at bigint NOT NULL,
  updated_by bytes,
  PRIMARY KEY (tenant, id)
);
CREATE UNIQUE INDEX access_role_by_name ON access_role (tenant, name_key);
CREATE TABLE access_assignment (
  tenant bytes NOT NULL,
  id bytes NOT NULL,
  scope_key text NOT NULL,
  scope text NOT NULL,
  role bytes NOT NULL,
  principal bytes NOT NULL,
  principal_kind text NOT NULL,
  description text,
  condition_text text,
  condition_version text,
  delegated_identity text,
  created_at bigint NOT NULL,
  created_by bytes,
  updated_at bigint NOT NULL,
  updated_by bytes,
  PRIMARY KEY (tenant, id)
);
CREATE UNIQUE INDEX access_assignment_by_scope ON access_assignment (tenant, scope_key, principal, role);
CREATE INDEX access_assignment_by_principal ON access_assignment (tenant, principal);
CREATE INDEX access_assignment_by_role ON access_assignment (tenant, role);
CREATE TABLE deny_assignment (
  tenant bytes NOT NULL,
  id bytes NOT NULL,
  name text NOT NULL,
  name_key text NOT NULL,
  description text NOT NULL,
  scope_key text NOT NULL,
  scope text NOT NULL,
  only_here boolean NOT NULL,
  permissions text NOT NULL,
  principals text NOT NULL,
  excluded text NOT NULL,
  system_protected boolean NOT NULL,
  created_at bigint NOT NULL,
  updated_at bigint NOT NULL,
  PRIMARY KEY (tenant, id)
);
CREATE UNIQUE INDEX deny_assignment_by_scope ON deny_assignment (tenant, scope_key, name_key);
CREATE TABLE access_change (
  tenant bytes NOT NULL,
  sequence bigint NOT NULL,
  kind text NOT NULL,
  object text NOT NULL,
  PRIMARY KEY (tenant, sequence)
);
CREATE TABLE access_use (
  tenant bytes NOT NULL,
  principal bytes NOT NULL,
  action text NOT NULL,
  scope_key text NOT NULL,
  hour bigint NOT NULL,
  uses bigint NOT NULL,
  PRIMARY KEY (tenant, principal, action, scope_key, hour)
);
CREATE TABLE security_group (
  tenant bytes NOT NULL,
  id bytes NOT NULL,
  display_name text NOT NULL,
  display_name_key text NOT NULL,
  mail_nickname text NOT NULL,
  mail_nickname_key text NOT NULL,
  description text,
  created_at bigint NOT NULL,
  PRIMARY KEY (tenant, id)
);
CREATE INDEX security_group_by_display_name ON security_group (tenant, display_name_key);
CREATE TABLE group_member (
  tenant bytes NOT NULL,
  parent bytes NOT NULL,
  member bytes NOT NULL,
  kind text NOT NULL,
  PRIMARY KEY (tenant, parent, member)
);
CREATE INDEX group_member_by_member ON group_member (tenant, member, parent);
ALTER TABLE audit ADD COLUMN action text;
ALTER TABLE audit ADD COLUMN scope text;
";

const FOURTH: &str = "
CREATE TABLE device_grant (
  device_mac bytes NOT NULL PRIMARY KEY,
  device_key bytes NOT NULL,
  user_code_key bytes NOT NULL,
  user_code_mac bytes NOT NULL,
  tenant bytes,
  client bytes NOT NULL,
  resource text,
  scope text,
  source text NOT NULL,
  created_at bigint NOT NULL,
  polled_at bigint,
  stage text NOT NULL,
  person_tenant bytes,
  person bytes,
  methods text,
  signed_in_at bigint,
  proof_key bytes,
  proof_mac bytes
);
CREATE UNIQUE INDEX device_grant_by_user_code ON device_grant (user_code_mac);
CREATE INDEX device_grant_by_age ON device_grant (created_at);
";

const FIFTH: &str = "
CREATE TABLE authorization_code (
  hash_mac bytes NOT NULL PRIMARY KEY,
  hash_key bytes NOT NULL,
  tenant bytes NOT NULL,
  client bytes NOT NULL,
  account bytes NOT NULL,
  redirect_uri text NOT NULL,
  challenge text NOT NULL,
  resource text,
  scope text,
  nonce text,
  methods text NOT NULL,
  signed_in_at bigint NOT NULL,
  created_at bigint NOT NULL,
  spent_at bigint,
  session bytes
);
CREATE INDEX authorization_code_by_age ON authorization_code (created_at);
CREATE TABLE browser_session (
  hash_mac bytes NOT NULL PRIMARY KEY,
  hash_key bytes NOT NULL,
  tenant bytes NOT NULL,
  account bytes NOT NULL,
  methods text NOT NULL,
  signed_in_at bigint NOT NULL,
  used_at bigint NOT NULL
);
CREATE INDEX browser_session_by_account ON browser_session (tenant, account);
CREATE INDEX browser_session_by_age ON browser_session (signed_in_at);
";

const SIXTH: &str = "
ALTER TABLE login_session ADD COLUMN generation bigint NOT NULL DEFAULT 0;
ALTER TABLE login_session ADD COLUMN turned_at bigint;
CREATE TABLE refresh_token (
  hash_mac bytes NOT NULL PRIMARY KEY,
  hash_key bytes NOT NULL,
  tenant bytes NOT NULL,
  session bytes NOT NULL,
  generation bigint NOT NULL,
  created_at bigint NOT NULL
);
CREATE INDEX refresh_token_by_session ON refresh_token (tenant, session);
";
