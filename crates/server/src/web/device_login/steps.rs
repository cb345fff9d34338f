//! What each step does.

use doorward_domain::audit::Event;
use doorward_domain::device_grant::{DeviceGrant, EntryRefusal, SignedInPerson};
use doorward_domain::user::User;
use doorward_names::{GeneratedSecret, SecretHash, SecretKind, SecretString, UserCode};
use doorward_protocol::oauth::Form;
use doorward_protocol::paths::DEVICE_LOGIN;
use doorward_store::{self as store, QueryError, View};

use super::{CONSENT, Problem, Visit};
use crate::entropy;
use crate::http::Response;
use crate::sts::client::Weighing;
use crate::sts::conditional_access::Purpose;
use crate::sts::{StsError, client, device_code, person, seat, throttle};
use crate::web::consent::{self, Agreed};
use crate::web::known;
use crate::web::second_factor::{Outcome, Place, Proven};

impl Visit<'_> {
    /// The code was typed.
    pub async fn take_code(&self, form: &Form) -> Response {
        match self.grant(form).await {
            Ok((code, _)) => self.sign_in_page(&code, "", None),
            Err(problem) => self.code_page(Some(self.sentence(&problem))),
        }
    }

    /// Name and password were typed.
    pub async fn sign_in(&self, form: &Form) -> Response {
        let (code, grant) = match self.grant(form).await {
            Ok(found) => found,
            Err(problem) => return self.code_page(Some(self.sentence(&problem))),
        };
        let name = form.get("username").unwrap_or_default().trim();
        let outcome = match self.prove(&grant, (name, form)).await {
            Ok(proven) => self
                .place(&code, &grant)
                .after(proven)
                .await
                .map_err(Problem::from),
            Err(problem) => Err(problem),
        };
        match self.end((&code, &grant), outcome).await {
            Ok(response) => response,
            Err(problem) => {
                let text = Some(self.sentence(&problem));
                match problem {
                    Problem::SignIn(_) | Problem::Entry(EntryRefusal::OtherTenant) => {
                        self.sign_in_page(&code, name, text)
                    }
                    _ => self.code_page(text),
                }
            }
        }
    }

    /// A step of the second factor was taken.
    pub async fn second_factor(&self, form: &Form) -> Response {
        let (code, grant) = match self.grant(form).await {
            Ok(found) => found,
            Err(problem) => return self.code_page(Some(self.sentence(&problem))),
        };
        let outcome = self.place(&code, &grant).take(form).await.map_err(Problem::from);
        match self.end((&code, &grant), outcome).await {
            Ok(response) => response,
            Err(problem) => self.code_page(Some(self.sentence(&problem))),
        }
    }

    /// The steps of the second factor, for this code alone.
    fn place(&self, code: &UserCode, grant: &DeviceGrant) -> Place<'_> {
        let target = device_code::wanted_target(&grant.wanted).ok();
        Place {
            ctx: self.ctx,
            browser: &self.browser,
            words: self.words,
            action: DEVICE_LOGIN.to_owned(),
            hidden: vec![("user_code", code.expose().to_owned())],
            leading_to: None,
            binding: format!("device {}", code.expose()),
            tenant: grant.tenant,
            purpose: Some(Purpose {
                client: grant.client,
                resource: target.and_then(|target| target.resource),
            }),
            asked: grant.second_factor,
        }
    }

    async fn end(
        &self,
        (code, grant): (&UserCode, &DeviceGrant),
        outcome: Result<Outcome, Problem>,
    ) -> Result<Response, Problem> {
        match outcome? {
            Outcome::Done(proven) => {
                let (proof, seated) = self.note((code, grant), &proven).await?;
                let who = (&proven.user, &seated, &proof);
                let page = self.answer_page(code, grant, who).await?;
                Ok(known::keep(self.ctx, (self.browser.known(), &proven.user), page))
            }
            Outcome::Page(response) => Ok(response),
            Outcome::Stale => {
                let text = Some(self.words.stale_form.to_owned());
                Ok(self.sign_in_page(code, "", text))
            }
        }
    }

    /// Yes or no was said.
    pub async fn take_answer(&self, form: &Form) -> Response {
        let yes = form.get("answer") == Some("approve");
        match self.decide(form, yes).await {
            Ok(()) => self.answered_page(yes),
            Err(problem) => self.code_page(Some(self.sentence(&problem))),
        }
    }

    /// The grant that the code of a form leads to. Wrong codes are counted.
    async fn grant(&self, form: &Form) -> Result<(UserCode, DeviceGrant), Problem> {
        let typed = form.get("user_code").unwrap_or_default().parse::<UserCode>().ok();
        let hashes = typed
            .as_ref()
            .map(|code| self.ctx.app.hasher.hashes_of_code(code));
        let look = move |view: &View<'_>| find(view, hashes.as_deref().unwrap_or_default());
        let found = self.ctx.app.store.read(look).await.map_err(StsError::from)?;
        let found = typed.zip(found);
        if !throttle::tell_of_user_code(self.ctx, found.is_some()).await? {
            return Err(Problem::TooManyCodes);
        }
        let (code, grant) = found.ok_or(Problem::WrongCode)?;
        grant.enter(self.ctx.now).map_err(Problem::Entry)?;
        Ok((code, grant))
    }

    /// Verifies the person.
    async fn prove(&self, grant: &DeviceGrant, (name, form): (&str, &Form)) -> Result<Proven, Problem> {
        let ctx = self.ctx;
        let password = form.secret("password").unwrap_or_else(|| SecretString::from(""));
        let known = self.browser.known();
        let user = person::by_any_password(ctx, grant.tenant, (name, password), known).await?;
        // Told now rather than after a second factor.
        let (seat, _) = seat::take(ctx, grant.tenant, user.clone()).await?;
        client::admit(ctx, seat.user.tenant, grant.client).await?;
        Ok(Proven::by_password(ctx, user, form))
    }

    /// Notes on the grant who signed in for it; the secret of their page, and their account where they are let in.
    async fn note(
        &self,
        (code, grant): (&UserCode, &DeviceGrant),
        proven: &Proven,
    ) -> Result<(SecretString, User), Problem> {
        let ctx = self.ctx;
        let (seat, _) = seat::take(ctx, grant.tenant, proven.user.clone()).await?;
        let proof = GeneratedSecret::from_entropy(SecretKind::Form, entropy::bytes());
        let proof_hash = ctx.app.hasher.hash(&proof).ok_or(StsError::Unavailable)?;
        let signed_in = SignedInPerson {
            tenant: seat.user.tenant,
            user: seat.user.id,
            methods: proven.methods.clone(),
            at: proven.at,
        };
        let now = ctx.now;
        self.change(code, move |grant| {
            grant.sign_in(signed_in.clone(), proof_hash.clone(), now)
        })
        .await?;
        Ok((proof.as_secret().clone(), seat.user))
    }

    async fn decide(&self, form: &Form, yes: bool) -> Result<(), Problem> {
        let typed = form.get("user_code").unwrap_or_default();
        let code: UserCode = typed.parse().map_err(|_| Problem::WrongCode)?;
        let proof = form.get("proof").unwrap_or_default();
        let presented = self.ctx.app.hasher.candidates(SecretKind::Form, proof);
        let now = self.ctx.now;
        let agreed = match yes {
            true => self.agreed(&code, form).await?,
            false => None,
        };
        let rule = move |grant: DeviceGrant| grant.answer(&presented, yes, now);
        self.change_and(&code, rule, agreed).await
    }

    /// What the person agrees to by their yes, where the application needs that.
    async fn agreed(&self, code: &UserCode, form: &Form) -> Result<Option<Agreed>, Problem> {
        let ctx = self.ctx;
        let hashes = ctx.app.hasher.hashes_of_code(code);
        let read = move |view: &View<'_>| {
            let Some(grant) = find(view, &hashes)? else {
                return Ok::<_, QueryError>(None);
            };
            let person = grant.signed_in().cloned();
            let user = match &person {
                Some(person) => store::user::find(view, person.tenant, person.user)?,
                None => None,
            };
            Ok(user.map(|user| (grant, user)))
        };
        let found = ctx.app.store.read(read).await.map_err(StsError::from)?;
        let Some((grant, user)) = found else {
            // The rule says what is wrong.
            return Ok(None);
        };
        let Some(weighed) = self.missing(&grant, &user).await? else {
            return Ok(None);
        };
        let named = consent::named(&weighed);
        let seal = form.get("consent").unwrap_or_default();
        let stale = Problem::Entry(EntryRefusal::NotSignedIn);
        let parts = [code.expose(), &named];
        if !self.browser.is_sealed_for(ctx, CONSENT, &parts, seal) {
            return Err(stale);
        }
        let for_all = form.get("for_all") == Some("1");
        // The answer itself is taken once.
        let agreed = Agreed::by(ctx, (&user, for_all), (grant.client, &weighed), Vec::new()).await?;
        agreed.ok_or(stale).map(Some)
    }

    /// What somebody has to agree to before the device is given what it asked for; `None` when there is nothing.
    pub async fn missing(&self, grant: &DeviceGrant, user: &User) -> Result<Option<Weighing>, StsError> {
        let ctx = self.ctx;
        let Some(client) = client::find(ctx, grant.client).await? else {
            return Ok(None);
        };
        let target = device_code::wanted_target(&grant.wanted)?;
        match client::weigh(ctx, (user.tenant, user.id), &client, &target).await {
            Ok(weighed) => Ok(Some(weighed).filter(|weighed| !weighed.missing.is_empty())),
            Err(StsError::Unavailable) => Err(StsError::Unavailable),
            // What can't be had at all is told to the device.
            Err(_) => Ok(None),
        }
    }

    async fn change(
        &self,
        code: &UserCode,
        rule: impl Fn(DeviceGrant) -> Result<DeviceGrant, EntryRefusal> + Send + 'static,
    ) -> Result<(), Problem> {
        self.change_and(code, rule, None).await
    }

    /// Changes the grant by a rule, in one transaction with what was agreed to; a no is written down.
    async fn change_and(
        &self,
        code: &UserCode,
        rule: impl Fn(DeviceGrant) -> Result<DeviceGrant, EntryRefusal> + Send + 'static,
        agreed: Option<Agreed>,
    ) -> Result<(), Problem> {
        let ctx = self.ctx;
        let hashes = ctx.app.hasher.hashes_of_code(code);
        let blank = ctx.server_audit(Event::SignInRefused);
        ctx.app
            .snapshots
            .write(move |tx| {
                let Some(grant) = find(tx, &hashes)? else {
                    return Ok::<_, QueryError>(Err(Problem::WrongCode));
                };
                let person = grant.signed_in().cloned();
                let next = match rule(grant) {
                    Ok(next) => next,
                    Err(refusal) => return Ok(Err(Problem::Entry(refusal))),
                };
                store::device_grant::save(tx, &next)?;
                if let Some(agreed) = &agreed {
                    agreed.write(tx)?;
                }
                if let (true, Some(person)) = (next.is_declined(), person) {
                    let mut audit = blank.clone();
                    audit.tenant = Some(person.tenant);
                    audit.actor = Some(person.user);
                    audit.client = Some(next.client);
                    audit.detail = format!("declined what a device at {} asked for", next.source);
                    store::audit::insert(tx, &audit)?;
                }
                Ok(Ok(()))
            })
            .await
            .map_err(StsError::from)?
    }
}

fn find(view: &View<'_>, hashes: &[SecretHash]) -> Result<Option<DeviceGrant>, QueryError> {
    for hash in hashes {
        if let Some(grant) = store::device_grant::find_by_user_code(view, hash)? {
            return Ok(Some(grant));
        }
    }
    Ok(None)
}
