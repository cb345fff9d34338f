//! The migration by which a tenant has policies of conditional access.

/// What is demanded of whom, and whether a device's client asked for a second factor by itself.
pub(super) const POLICIES: &str = "
CREATE TABLE conditional_access_policy (
  tenant bytes NOT NULL,
  id bytes NOT NULL,
  display_name text NOT NULL,
  enabled boolean NOT NULL,
  people text NOT NULL,
  except_people text NOT NULL,
  applications text NOT NULL,
  except_resources text NOT NULL,
  created_at bigint NOT NULL,
  modified_at bigint,
  PRIMARY KEY (tenant, id)
);
ALTER TABLE device_grant ADD COLUMN second_factor boolean NOT NULL DEFAULT false;
";
