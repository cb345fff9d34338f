//! Worlds and callers. Tests of one engine share a database and own a tenant each, which tests isolation as well.

use bytes::Bytes;
use doorward_domain::application::{Application, Bare, PasswordCredential};
use doorward_domain::directory::{DirectoryRole, Permission};
use doorward_domain::group::Group;
use doorward_domain::guest::{Guest, HomeAccount, upn_of_guest};
use doorward_domain::mode::Mode;
use doorward_domain::rbac::{PrincipalKind, RoleAssignment as AccessAssignment};
use doorward_domain::service_principal::{ServicePrincipal, ServicePrincipalKind};
use doorward_domain::user::{Password, PasswordHash, User, UserKind};
use doorward_names::{
    AppId, CredentialId, DisplayName, Duration, GeneratedSecret, ObjectId, RoleAssignmentId,
    RoleDefinitionId, SecretKind, TenantId, Timestamp,
};
use doorward_server::App;
use doorward_server::boot::{NewTenant, ServeConfig, development_app, plant, production_app, turn_over};
use doorward_server::clock::Clock;
use doorward_server::http::{Request, respond};
use doorward_server::origin::Origin;
use doorward_store::directory_role::RoleAssignment;
use doorward_store::permission::Grant;
use doorward_store::{self as store, Location, MasterKey, OpenOptions, QueryError, Store};
use http_body_util::{BodyExt as _, Full};
use serde_json::Value;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, OnceLock};

/// The origin of every test server.
pub const ORIGIN: &str = "https://localhost:8443";

/// The built-in command line.
pub const COMMAND_LINE: &str = "04b07795-8ddb-461a-bbee-02f9e1bf7b46";

/// When every test begins.
pub const NOW: Timestamp = Timestamp::from_unix_seconds(1_800_000_000);

fn entropy(buffer: &mut [u8]) {
    aws_lc_rs::rand::fill(buffer).unwrap();
}

pub fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    entropy(&mut bytes);
    bytes
}

/// A server over one engine.
#[derive(Clone)]
pub struct World {
    pub app: Arc<App>,
    /// Where the store of several nodes is.
    pub postgres: Option<String>,
    _directory: Option<Arc<tempfile::TempDir>>,
}

impl World {
    /// A server of its own on each engine, for tests that move the clock or touch what all tenants share.
    pub async fn own() -> Vec<Self> {
        let mut worlds = vec![Self::sqlite().await];
        worlds.extend(Self::postgres().await);
        worlds
    }

    /// A production server of its own, under the same name.
    pub async fn production() -> Self {
        let directory = Arc::new(tempfile::tempdir().unwrap());
        let path = directory.path().join("doorward.toml");
        let text = format!(
            "origins = [\"{ORIGIN}\"]\nlisten = [\"127.0.0.1:0\"]\ndata = \"/nowhere\"\n\
             master_key_file = \"/elsewhere/key\"\n[tls]\ncertificate = \"/nowhere/c\"\nkey = \"/nowhere/k\"\n"
        );
        std::fs::write(&path, text).unwrap();
        let config = ServeConfig::load(&path).unwrap();
        let location = Location::Sqlite {
            path: directory.path().join("doorward.db"),
        };
        let store = open(location, Mode::Production).await;
        let app = production_app(store, &config, Clock::manual(NOW)).await.unwrap();
        turn_over(&app).await;
        Self {
            app,
            postgres: None,
            _directory: Some(directory),
        }
    }

    /// The servers that tests share, one for each engine.
    pub async fn shared() -> Vec<Self> {
        static SHARED: OnceLock<Mutex<Option<Vec<World>>>> = OnceLock::new();
        let slot = SHARED.get_or_init(Mutex::default);
        // Made on a thread of its own: a test's runtime ends with the test.
        tokio::task::spawn_blocking(move || {
            let mut made = slot.lock().unwrap();
            if made.is_none() {
                let runtime = tokio::runtime::Builder::new_current_thread()
                    .enable_all()
                    .build()
                    .unwrap();
                *made = Some(runtime.block_on(World::own()));
            }
            made.clone().unwrap()
        })
        .await
        .unwrap()
    }

    async fn sqlite() -> Self {
        let directory = Arc::new(tempfile::tempdir().unwrap());
        let location = Location::Sqlite {
            path: directory.path().join("doorward.db"),
        };
        Self::open(location, Some(directory)).await
    }

    async fn postgres() -> Option<Self> {
        #[expect(
            clippy::disallowed_methods,
            reason = "the test script says where the throw-away cluster is"
        )]
        let (url, engines) = (
            std::env::var("DOORWARD_TEST_POSTGRES"),
            std::env::var("DOORWARD_TEST_ENGINES"),
        );
        if engines.as_deref() == Ok("sqlite") {
            return None;
        }
        let url = url.expect("no DOORWARD_TEST_POSTGRES: run `./test rust`, which starts a PostgreSQL");
        let name = format!("http_{:032x}", u128::from_be_bytes(random()));
        let (admin, database) = (url.clone(), name.clone());
        tokio::task::spawn_blocking(move || {
            let mut client = postgres::Client::connect(&admin, postgres::NoTls).unwrap();
            client
                .batch_execute(&format!("CREATE DATABASE {database}"))
                .unwrap();
        })
        .await
        .unwrap();
        Some(
            Self::open(
                Location::Postgres {
                    url: format!("{url} dbname={name}"),
                },
                None,
            )
            .await,
        )
    }

    /// Another node over the same PostgreSQL.
    pub async fn second_node(&self) -> Option<Self> {
        let url = self.postgres.clone()?;
        Some(Self::open(Location::Postgres { url }, None).await)
    }

    async fn open(location: Location, directory: Option<Arc<tempfile::TempDir>>) -> Self {
        let postgres = match &location {
            Location::Postgres { url } => Some(url.clone()),
            Location::Sqlite { .. } => None,
        };
        let store = open(location, Mode::Development).await;
        let app = development_app(store, Origin::parse(ORIGIN).unwrap(), Clock::manual(NOW), None)
            .await
            .unwrap();
        turn_over(&app).await;
        Self {
            app,
            postgres,
            _directory: directory,
        }
    }

    /// A fresh tenant with its built-in service principals.
    pub async fn tenant(&self) -> Tenancy {
        let label = format!("t{:016x}", u64::from_be_bytes(random()));
        let name = DisplayName::new(&label).unwrap();
        let domain = format!("{label}.example").parse().unwrap();
        let new = NewTenant::draw(name.clone(), domain, name, self.app.clock.now()).unwrap();
        let (id, domain) = (new.tenant.id, new.tenant.default_domain.to_string());
        let planted = self.app.snapshots.write(move |tx| plant(tx, &new)).await.unwrap();
        assert!(planted);
        Tenancy {
            world: self.clone(),
            id,
            domain,
        }
    }

    /// Sends one request.
    pub async fn send(&self, request: Request<Full<Bytes>>) -> Answer {
        self.send_from("127.0.0.1", request).await
    }

    /// Sends one request from an address.
    pub async fn send_from(&self, peer: &str, request: Request<Full<Bytes>>) -> Answer {
        let peer: IpAddr = peer.parse().unwrap();
        let response = respond(&self.app, peer, request).await;
        let (head, body) = response.into_parts();
        let text = String::from_utf8(body.collect().await.unwrap().to_bytes().to_vec()).unwrap();
        Answer {
            status: head.status.as_u16(),
            headers: head.headers,
            text,
        }
    }

    /// GET by nobody.
    pub async fn get(&self, path: &str) -> Answer {
        self.send(request("GET", path, None, Bytes::new()).body_from())
            .await
    }

    /// POST of a form by nobody.
    pub async fn post_form(&self, path: &str, form: &[(&str, &str)]) -> Answer {
        self.send(form_request(path, form)).await
    }
}

async fn open(location: Location, mode: Mode) -> Store {
    let options = OpenOptions {
        location,
        mode,
        master: MasterKey::from_bytes([7; 32]),
        entropy,
        now: NOW,
    };
    tokio::task::spawn_blocking(move || Store::open(options))
        .await
        .unwrap()
        .unwrap()
}

/// A request for our origin with a form.
pub fn form_request(path: &str, form: &[(&str, &str)]) -> Request<Full<Bytes>> {
    let mut body = url::form_urlencoded::Serializer::new(String::new());
    body.extend_pairs(form);
    let mut request = request("POST", path, None, Bytes::from(body.finish())).body_from();
    let form = "application/x-www-form-urlencoded".parse().unwrap();
    request.headers_mut().insert("content-type", form);
    request
}

/// A request for our origin.
pub fn request(method: &str, path: &str, bearer: Option<&str>, body: Bytes) -> Draft {
    let mut draft = http::Request::builder()
        .method(method)
        .uri(path)
        .header("host", "localhost:8443");
    if let Some(token) = bearer {
        draft = draft.header("authorization", format!("Bearer {token}"));
    }
    Draft(draft, body)
}

/// A request that is not finished.
pub struct Draft(http::request::Builder, Bytes);

impl Draft {
    pub fn header(self, name: &str, value: &str) -> Self {
        Self(self.0.header(name, value), self.1)
    }
    pub fn body_from(self) -> Request<Full<Bytes>> {
        self.0.body(Full::new(self.1)).unwrap()
    }
}

/// The one table that all engines made.
#[track_caller]
pub fn agreed(mut tables: Vec<String>) -> String {
    let first = tables.remove(0);
    for other in tables {
        for (line, others) in first.lines().zip(other.lines()) {
            assert_eq!(line, others, "the engines differ");
        }
        assert_eq!(first.lines().count(), other.lines().count(), "the engines differ");
    }
    first
}

/// An answer, whole.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: http::HeaderMap,
    pub text: String,
}

impl Answer {
    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|e| panic!("{e}: {} {}", self.status, self.text))
    }

    /// The JSON of a success.
    #[track_caller]
    pub fn ok(&self) -> Value {
        assert!((200..300).contains(&self.status), "{} {}", self.status, self.text);
        self.json()
    }

    /// The AADSTS number of a refusal by the token service, after checking the body's form.
    #[track_caller]
    pub fn aadsts(&self) -> u64 {
        assert!(self.status >= 400, "{} {}", self.status, self.text);
        assert!(
            !self.text.contains('\\'),
            "an escape that one client cannot read: {}",
            self.text
        );
        let body = self.json();
        let number = body["error_codes"][0].as_u64().unwrap();
        let description = body["error_description"].as_str().unwrap();
        assert!(
            description.starts_with(&format!("AADSTS{number}: ")),
            "{description}"
        );
        let (trace, correlation) = (
            body["trace_id"].as_str().unwrap(),
            body["correlation_id"].as_str().unwrap(),
        );
        let tail = format!(
            " Trace ID: {trace} Correlation ID: {correlation} Timestamp: {}",
            body["timestamp"].as_str().unwrap()
        );
        assert!(description.ends_with(&tail), "{description}");
        assert_eq!(self.headers["x-ms-request-id"], trace);
        number
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }
}

/// One test's tenant.
#[derive(Clone)]
pub struct Tenancy {
    pub world: World,
    pub id: TenantId,
    pub domain: String,
}

/// A principal that can send requests.
#[derive(Clone)]
pub struct Caller {
    pub world: World,
    pub tenant: TenantId,
    /// Object id of the user or service principal.
    pub id: ObjectId,
    /// Object id of the application, for a service principal.
    pub application: ObjectId,
    /// Client id, for a service principal; sign-in name, for a person.
    pub name: String,
    /// Client secret or password.
    pub secret: String,
    person: bool,
    graph: Arc<tokio::sync::OnceCell<String>>,
    arm: Arc<tokio::sync::OnceCell<String>>,
}

impl Tenancy {
    /// A member with directory roles.
    pub async fn user(&self, name: &str, roles: &[DirectoryRole]) -> Caller {
        self.person(name, roles).await
    }

    /// A guest, who is at home in a tenant of their own.
    pub async fn guest(&self, name: &str) -> Caller {
        let home = self.world.tenant().await;
        self.join(&home.user(name, &[]).await).await
    }

    /// A person of another tenant as a guest of this one. They sign in by the name and password that they have at home.
    pub async fn join(&self, person: &Caller) -> Caller {
        let domain = self.domain.parse().unwrap();
        let upn = upn_of_guest(&person.name, &domain).unwrap();
        let user = User {
            id: ObjectId::from_random(random()),
            tenant: self.id,
            display_name: DisplayName::new("Guest").unwrap(),
            mail_nickname: upn.local_part().to_owned(),
            upn,
            kind: UserKind::Guest,
            enabled: true,
            password: None,
            guest: Some(Guest {
                email: person.name.clone(),
                home: Some(HomeAccount {
                    tenant: person.tenant,
                    user: person.id,
                }),
                since: NOW,
            }),
            created_at: NOW,
            sessions_revoked_at: None,
        };
        let guest = self.caller(user.id, person.name.clone(), person.secret.clone(), true);
        let write = self.world.app.snapshots.write(move |tx| {
            store::user::insert(tx, &user)?.unwrap();
            Ok::<_, QueryError>(())
        });
        write.await.unwrap();
        guest
    }

    async fn person(&self, name: &str, roles: &[DirectoryRole]) -> Caller {
        let user = User {
            id: ObjectId::from_random(random()),
            tenant: self.id,
            upn: format!("{name}@{}", self.domain).parse().unwrap(),
            display_name: DisplayName::new(name).unwrap(),
            mail_nickname: name.to_owned(),
            kind: UserKind::Member,
            enabled: true,
            password: Some(Password {
                hash: cheap_hash(name),
                must_change: false,
                set_at: NOW,
            }),
            guest: None,
            created_at: NOW,
            sessions_revoked_at: None,
        };
        let caller = self.caller(user.id, user.upn.to_string(), name.to_owned(), true);
        let tenant = self.id;
        let roles: Vec<_> = roles
            .iter()
            .map(|role| RoleAssignment {
                id: ObjectId::from_random(random()),
                role: *role,
                principal: user.id,
            })
            .collect();
        let write = self.world.app.snapshots.write(move |tx| {
            store::user::insert(tx, &user)?.unwrap();
            for role in &roles {
                store::directory_role::insert(tx, tenant, role)?.unwrap();
            }
            Ok::<_, QueryError>(())
        });
        write.await.unwrap();
        caller
    }

    /// A group without members and owners.
    pub async fn group(&self, name: &str) -> ObjectId {
        let group = Group {
            id: ObjectId::from_random(random()),
            tenant: self.id,
            display_name: DisplayName::new(name).unwrap(),
            mail_nickname: name.parse().unwrap(),
            description: None,
            created_at: NOW,
        };
        let id = group.id;
        let write = self.world.app.snapshots.write(move |tx| {
            store::group::insert(tx, &group)?.unwrap();
            Ok::<_, QueryError>(())
        });
        write.await.unwrap();
        id
    }

    /// An application with a service principal, one secret of a year, and Graph permissions.
    pub async fn service_principal(&self, name: &str, permissions: &[Permission]) -> Caller {
        let secret = GeneratedSecret::from_entropy(SecretKind::Client, random());
        let now = self.world.app.clock.now();
        let application = Application::from(Bare {
            id: ObjectId::from_random(random()),
            tenant: self.id,
            app_id: AppId::from_random(random()),
            display_name: DisplayName::new(name).unwrap(),
            created_at: now,
        });
        let principal = ServicePrincipal {
            id: ObjectId::from_random(random()),
            tenant: self.id,
            app_id: application.app_id,
            app_owner: Some(self.id),
            display_name: application.display_name.clone(),
            kind: ServicePrincipalKind::Application,
            enabled: true,
            assignment_required: false,
            created_at: now,
        };
        let credential = self.credential(&secret, now, now.plus(Duration::days(365)));
        let text = secret.as_secret().expose().clone();
        let mut caller = self.caller(principal.id, application.app_id.to_string(), text, false);
        caller.application = application.id;
        let tenant = self.id;
        let grants: Vec<_> = permissions
            .iter()
            .map(|p| Grant {
                id: ObjectId::from_random(random()),
                permission: *p,
                principal: principal.id,
            })
            .collect();
        let write = self.world.app.snapshots.write(move |tx| {
            store::application::insert(tx, &application)?.unwrap();
            store::service_principal::insert(tx, &principal)?.unwrap();
            store::credential::insert(tx, tenant, application.id, &credential)?.unwrap();
            for grant in &grants {
                store::permission::insert(tx, tenant, grant)?.unwrap();
            }
            Ok::<_, QueryError>(())
        });
        write.await.unwrap();
        caller
    }

    /// Gives a caller a role of Resource Manager at a scope.
    pub async fn assign(&self, caller: &Caller, role: RoleDefinitionId, scope: &str) -> RoleAssignmentId {
        let kind = if caller.person {
            PrincipalKind::User
        } else {
            PrincipalKind::ServicePrincipal
        };
        self.assign_to((caller.id, kind), role, scope).await
    }

    /// As [`Self::assign`], to any principal.
    pub async fn assign_to(
        &self,
        (principal, principal_kind): (ObjectId, PrincipalKind),
        role: RoleDefinitionId,
        scope: &str,
    ) -> RoleAssignmentId {
        let assignment = AccessAssignment {
            id: RoleAssignmentId::from_random(random()),
            scope: scope.parse().unwrap(),
            role,
            principal,
            principal_kind,
            description: None,
            condition: None,
            delegated_identity: None,
            created_at: NOW,
            created_by: None,
            updated_at: NOW,
            updated_by: None,
        };
        let (tenant, id) = (self.id, assignment.id);
        let write = self.world.app.snapshots.write(move |tx| {
            store::access_assignment::insert(tx, tenant, &assignment)?.unwrap();
            Ok::<_, QueryError>(())
        });
        write.await.unwrap();
        id
    }

    /// Gives a service principal's application one more secret, and returns its text.
    pub async fn add_secret(&self, caller: &Caller, starts_at: Timestamp, ends_at: Timestamp) -> String {
        let secret = GeneratedSecret::from_entropy(SecretKind::Client, random());
        let credential = self.credential(&secret, starts_at, ends_at);
        let (tenant, application) = (self.id, caller.application);
        let write = self.world.app.snapshots.write(move |tx| {
            store::credential::insert(tx, tenant, application, &credential)?.unwrap();
            Ok::<_, QueryError>(())
        });
        write.await.unwrap();
        secret.as_secret().expose().clone()
    }

    fn credential(
        &self,
        secret: &GeneratedSecret,
        starts_at: Timestamp,
        ends_at: Timestamp,
    ) -> PasswordCredential {
        PasswordCredential {
            id: CredentialId::from_random(random()),
            display_name: None,
            hint: secret.hint(),
            hash: self.world.app.hasher.hash(secret).unwrap(),
            starts_at,
            ends_at,
        }
    }

    fn caller(&self, id: ObjectId, name: String, secret: String, person: bool) -> Caller {
        Caller {
            world: self.world.clone(),
            tenant: self.id,
            id,
            application: id,
            name,
            secret,
            person,
            graph: Arc::default(),
            arm: Arc::default(),
        }
    }
}

impl Caller {
    /// Asks for a token on the v1 endpoint, as this caller would.
    pub async fn ask_v1(&self, resource: &str) -> Answer {
        let path = format!("/{}/oauth2/token", self.tenant);
        self.world
            .post_form(&path, &self.form(("resource", resource)))
            .await
    }

    /// Asks for a token on the v2.0 endpoint, as this caller would.
    pub async fn ask_v2(&self, scope: &str) -> Answer {
        let path = format!("/{}/oauth2/v2.0/token", self.tenant);
        self.world.post_form(&path, &self.form(("scope", scope))).await
    }

    /// The form by which this caller asks for a token.
    pub fn form<'a>(&'a self, target: (&'a str, &'a str)) -> Vec<(&'a str, &'a str)> {
        match self.person {
            true => vec![
                ("grant_type", "password"),
                ("client_id", COMMAND_LINE),
                ("username", &self.name),
                ("password", &self.secret),
                target,
            ],
            false => vec![
                ("grant_type", "client_credentials"),
                ("client_id", &self.name),
                ("client_secret", &self.secret),
                target,
            ],
        }
    }

    /// A token for Microsoft Graph, had once.
    pub async fn graph_token(&self) -> String {
        let token = self.graph.get_or_init(|| async {
            let answer = self.ask_v1("https://graph.microsoft.com").await;
            answer.ok()["access_token"].as_str().unwrap().to_owned()
        });
        token.await.clone()
    }

    /// A token for Resource Manager, had once.
    pub async fn arm_token(&self) -> String {
        let token = self.arm.get_or_init(|| async {
            let answer = self.ask_v1("https://management.azure.com/").await;
            answer.ok()["access_token"].as_str().unwrap().to_owned()
        });
        token.await.clone()
    }

    /// A call of Resource Manager; a path without a query gets a version.
    pub async fn arm(&self, method: &str, path: &str, body: Option<Value>) -> Answer {
        let token = self.arm_token().await;
        let path = match path.contains('?') {
            true => path.to_owned(),
            false => format!("{path}?api-version=2022-04-01"),
        };
        let bytes = body
            .map(|body| Bytes::from(serde_json::to_vec(&body).unwrap()))
            .unwrap_or_default();
        let draft = request(method, &path, Some(&token), bytes).header("content-type", "application/json");
        self.world.send(draft.body_from()).await
    }

    /// As [`Self::arm`], for a future that outlives its arguments.
    pub async fn arm_owned(&self, method: &str, path: String, body: Option<Value>) -> Answer {
        self.arm(method, &path, body).await
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.call("GET", path, None).await
    }

    pub async fn post(&self, path: &str, body: Value) -> Answer {
        self.call("POST", path, Some(body)).await
    }

    /// As [`Self::post`], for a future that outlives its arguments.
    pub async fn post_owned(&self, path: String, body: Value) -> Answer {
        self.post(&path, body).await
    }

    pub async fn patch(&self, path: &str, body: Value) -> Answer {
        self.call("PATCH", path, Some(body)).await
    }

    pub async fn delete(&self, path: &str) -> Answer {
        self.call("DELETE", path, None).await
    }

    /// A call of Microsoft Graph.
    pub async fn call(&self, method: &str, path: &str, body: Option<Value>) -> Answer {
        let token = self.graph_token().await;
        let bytes = body
            .map(|body| Bytes::from(serde_json::to_vec(&body).unwrap()))
            .unwrap_or_default();
        let draft = request(method, path, Some(&token), bytes).header("content-type", "application/json");
        self.world.send(draft.body_from()).await
    }
}

/// A password hash that costs nothing, for tests that are not about passwords.
fn cheap_hash(password: &str) -> PasswordHash {
    use argon2::password_hash::{PasswordHasher as _, SaltString};
    let params = argon2::Params::new(argon2::Params::MIN_M_COST, 1, 1, None).unwrap();
    let argon = argon2::Argon2::new(argon2::Algorithm::Argon2id, argon2::Version::V0x13, params);
    let salt = SaltString::encode_b64(&random::<16>()).unwrap();
    PasswordHash::new(
        argon
            .hash_password(password.as_bytes(), &salt)
            .unwrap()
            .to_string(),
    )
}
