//! More of people: second factors, the end of their sessions, guests.

/// Second factors.
pub(super) const SEVENTH: &str = "
CREATE TABLE second_factor (
  tenant bytes NOT NULL,
  account bytes NOT NULL,
  id bytes NOT NULL,
  sealed bytes NOT NULL,
  last_step bigint NOT NULL,
  enrolled_at bigint NOT NULL,
  PRIMARY KEY (tenant, account)
);
CREATE TABLE recovery_code (
  tenant bytes NOT NULL,
  account bytes NOT NULL,
  hash_mac bytes NOT NULL,
  hash_key bytes NOT NULL,
  PRIMARY KEY (tenant, account, hash_mac)
);
";

/// "Sign out everywhere".
pub(super) const EIGHTH: &str = "
ALTER TABLE account ADD COLUMN sessions_revoked_at bigint;
";

/// Guests.
pub(super) const NINTH: &str = "
ALTER TABLE account ADD COLUMN guest_email text;
ALTER TABLE account ADD COLUMN guest_since bigint;
ALTER TABLE account ADD COLUMN home_tenant bytes;
ALTER TABLE account ADD COLUMN home_account bytes;
CREATE UNIQUE INDEX account_by_home ON account (home_tenant, home_account, tenant);
CREATE TABLE invitation (
  hash_mac bytes NOT NULL PRIMARY KEY,
  hash_key bytes NOT NULL,
  tenant bytes NOT NULL,
  account bytes NOT NULL,
  redirect_url text NOT NULL,
  created_at bigint NOT NULL
);
CREATE INDEX invitation_by_account ON invitation (tenant, account);
";

/// Who stays signed in to a browser.
pub(super) const STAYING: &str = "
ALTER TABLE browser_session ADD COLUMN stays boolean NOT NULL DEFAULT FALSE;
";
