//! Remembers domain values, on SQLite and PostgreSQL.
//!
//! One concrete [`Store`]; one module of free functions per topic, working on a [`View`] (look) or a [`Tx`]
//! (change). Sealing of private keys, migrations and the two engines are private. Deliberately not here:
//! decisions, HTTP, the clock, randomness (both are values).
#![forbid(unsafe_code)]

pub mod access_assignment;
pub mod access_change;
pub mod access_index;
pub mod access_role;
pub mod access_use;
pub mod app_role;
pub mod application;
mod application_settings;
pub mod audit;
pub mod authorization_code;
pub mod browser_session;
pub mod conditional_access;
pub mod credential;
pub mod deny_assignment;
pub mod device_grant;
pub mod directory_role;
mod engine;
mod error;
pub mod group;
pub mod group_member;
pub mod hash_key;
pub mod invitation;
mod job;
pub mod management_group;
pub mod owner;
pub mod permission;
pub mod permission_grant;
pub mod provider_registration;
mod query;
mod queue;
pub mod recovery_code;
pub mod resource;
pub mod resource_group;
pub mod revision;
mod row;
pub mod run_ticket;
mod schema;
mod sealing;
pub mod second_factor;
pub mod service_principal;
pub mod session;
pub mod setup_link;
pub mod signing_key;
mod store;
pub mod subscription;
pub mod tenant;
pub mod tenant_setting;
pub mod throttle;
pub mod tls;
pub mod user;
mod value;
mod view;

pub use error::{Conflict, Inserted, OpenError, QueryError, StoreError, Unique};
pub use revision::{Bump, Committed, Kind};
pub use sealing::{MasterKey, Purpose};
pub use store::{Location, OpenOptions, Store};
pub use view::{Tx, View};
