//! What is allowed and what happens: sign-in, grants, token claims, directory rights, key lifecycles.
//!
//! Pure functions of values: `now`, random bytes and everything remembered arrive as arguments. Deliberately not
//! here: serde, HTTP, SQL, the clock, randomness, async.
#![forbid(unsafe_code)]

pub mod app_role;
pub mod application;
pub mod arm;
pub mod audit;
pub mod authorization_code;
pub mod browser_session;
pub mod client;
pub mod client_credentials;
pub mod conditional_access;
pub mod consent;
pub mod device_grant;
pub mod directory;
pub mod group;
pub mod guest;
pub mod lockout;
pub mod mode;
pub mod new_password;
pub mod on_behalf_of;
pub mod permission_grant;
pub mod rbac;
pub mod redirect_uri;
pub mod resource;
pub mod run_ticket;
pub mod second_factor;
pub mod service_principal;
pub mod session;
pub mod setup_link;
pub mod signing_key;
pub mod subscription;
pub mod tenant;
pub mod tenant_settings;
pub mod throttle;
pub mod token;
pub mod user;
