//! `/users/{id}/authentication`: by what a person signs in, and how an administrator takes a lost second factor away.

use doorward_domain::audit::Event;
use doorward_domain::directory::rights::Action;
use doorward_domain::second_factor::SecondFactor;
use doorward_domain::throttle::Failures;
use doorward_domain::user::User;
use doorward_protocol::Null;
use doorward_protocol::graph::{AuthenticationMethod, List, PASSWORD_METHOD, context};
use doorward_store::{self as store, View};
use http::StatusCode;

use super::access::{Acting, OrFail as _, Stop, change, look};
use super::{Call, GraphError, entity, no_content, query, users};
use crate::http::{Response, json};
use crate::sts::second_factor::failures_key;

/// GET /v1.0/users/{id or user principal name}/authentication/methods
pub async fn methods(call: Call, name: String) -> Result<Response, GraphError> {
    let (user, app) = found(&call, name).await?;
    let password = user.password.map(|password| AuthenticationMethod::Password {
        id: PASSWORD_METHOD,
        password: Null,
        created_date_time: Some(password.set_at),
    });
    let all = password.into_iter().chain(app.as_ref().map(to_wire));
    Ok(list(&call, all.collect()))
}

/// GET /v1.0/users/{id or user principal name}/authentication/softwareOathMethods
pub async fn apps(call: Call, name: String) -> Result<Response, GraphError> {
    let (_, app) = found(&call, name).await?;
    Ok(list(&call, app.as_ref().map(to_wire).into_iter().collect()))
}

/// GET /v1.0/users/{id or user principal name}/authentication/softwareOathMethods/{id}
pub async fn app(call: Call, name: String, id: String) -> Result<Response, GraphError> {
    let (_, app) = found(&call, name).await?;
    let app = app.filter(|app| id.parse() == Ok(app.id));
    let app = app.ok_or(GraphError::NotFound(id))?;
    Ok(entity(&call, "softwareOathMethods", &to_wire(&app)))
}

/// DELETE /v1.0/users/{id or user principal name}/authentication/softwareOathMethods/{id}: the recovery codes go with it,
/// and wrong codes are counted anew.
pub async fn reset(call: Call, name: String, id: String) -> Result<Response, GraphError> {
    change(&call.ctx, call.bearer.clone(), move |tx, acting| {
        let Some(user) = users::find(tx, acting.tenant, &name)? else {
            return Err(acting.missing(Action::ResetSecondFactor, &name));
        };
        acting.require(Action::ResetSecondFactor, &acting.user(tx, &user)?)?;
        let app = store::second_factor::find(tx, acting.tenant, user.id).or_fail()?;
        if app.is_none_or(|app| id.parse() != Ok(app.id)) {
            return Err(GraphError::NotFound(id.clone()).into());
        }
        store::second_factor::delete(tx, acting.tenant, user.id).or_fail()?;
        let none = Failures {
            since: acting.now,
            count: 0,
        };
        store::throttle::put(tx, &failures_key(user.id), none).or_fail()?;
        acting.record(
            tx,
            Event::CredentialRemoved,
            user.id,
            "authenticator app and recovery codes",
        )
    })
    .await?;
    Ok(no_content())
}

async fn found(call: &Call, name: String) -> Result<(User, Option<SecondFactor>), GraphError> {
    look(&call.ctx, call.bearer.clone(), move |view, acting| {
        let user = permitted(view, acting, &name)?;
        let app = store::second_factor::find(view, acting.tenant, user.id).or_fail()?;
        Ok((user, app))
    })
    .await
}

fn permitted(view: &View<'_>, acting: &Acting, name: &str) -> Result<User, Stop> {
    let Some(user) = users::find(view, acting.tenant, name)? else {
        return Err(acting.missing(Action::ReadSignInMethods, name));
    };
    acting.require(Action::ReadSignInMethods, &acting.user(view, &user)?)?;
    Ok(user)
}

fn to_wire(app: &SecondFactor) -> AuthenticationMethod {
    AuthenticationMethod::SoftwareOath {
        id: app.id,
        secret_key: Null,
        created_date_time: Some(app.enrolled_at),
    }
}

fn list(call: &Call, methods: Vec<AuthenticationMethod>) -> Response {
    let value = methods
        .iter()
        .map(|method| query::selected(&call.options, method))
        .collect();
    let context = Some(context(call.ctx.origin.url(), "authenticationMethods"));
    let next_link = None;
    json(
        StatusCode::OK,
        &List {
            context,
            next_link,
            value,
        },
    )
}
