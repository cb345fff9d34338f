//! The migrations by which people, groups and service principals have roles in applications, and services act on behalf
//! of who came to them.

/// Who was given which role, and which applications let in those alone who were.
pub(super) const APP_ROLES: &str = "
CREATE TABLE app_role_assignment (
  tenant bytes NOT NULL,
  id bytes NOT NULL,
  principal bytes NOT NULL,
  kind text NOT NULL,
  resource bytes NOT NULL,
  role bytes NOT NULL,
  created_at bigint NOT NULL,
  PRIMARY KEY (tenant, id)
);
CREATE UNIQUE INDEX app_role_assignment_by_principal ON app_role_assignment (tenant, principal, resource, role);
CREATE INDEX app_role_assignment_by_resource ON app_role_assignment (tenant, resource, kind, principal, role);
ALTER TABLE service_principal ADD COLUMN assignment_required boolean NOT NULL DEFAULT FALSE;
";

/// By whose token a session began.
pub(super) const ON_BEHALF_OF: &str = "
ALTER TABLE login_session ADD COLUMN root bytes;
CREATE INDEX login_session_by_root ON login_session (tenant, root);
";
