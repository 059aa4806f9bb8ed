//! Applying a decision: everything that follows from one sign-in, in one transaction, or nothing of it.

use jiff::SignedDuration;

use super::known::{read_account, read_known};
use super::{CompleteSignIn, CompleteSignInError, Completed};
use crate::app::App;
use crate::domain::account::{Account, AccountId, Origin, Profile, Status};
use crate::domain::audit::{Action, AuditActor, AuditEntry};
use crate::domain::checks::Finding;
use crate::domain::decision::{Decision, Situation, decide};
use crate::domain::email::Email;
use crate::domain::foreign::printable;
use crate::domain::freshness::{Recency, judge};
use crate::domain::identity::Identity;
use crate::domain::record::{Cause, CauseCode, Outcome, RecordId, SignInRecord};
use crate::domain::settings::SingleSignOn;
use crate::oidc::Authentication;
use crate::store::{NewAccount, Purpose, SignInRequest, StoreError, StoredLink, Transaction};
use crate::usecase::admission::by;
use crate::usecase::begin_sign_in::{insert_request, new_browser, new_request, new_secrets, unreachable};
use crate::usecase::session::{Opening, Refusal, SignedIn, hash_kaseyaone_session, open_session};
use crate::usecase::settle::{Failure, end_uncompleted};

/// How often a sign-in that lost a race begins its transaction anew. One more would already find the winner.
const MOST_ATTEMPTS: u32 = 5;
/// How long an MSP Admin may take to say whether a KaseyaOne user is theirs.
const LINK_LIFETIME: SignedDuration = SignedDuration::from_mins(10);
/// Longest text of KaseyaOne that a record keeps, in characters.
const LONGEST_CLAIM: usize = 300;

/// What applying a decision came to.
enum Applied {
    Signed(Box<SignedIn>),
    Refused(Refusal),
    AskAfresh,
    /// Somebody else was faster with the same identity, address or account; look again.
    Raced,
}

/// One verified sign-in on its way into the store.
struct SignInUnderWay<'a> {
    app: &'a App,
    input: &'a CompleteSignIn<'a>,
    request: &'a SignInRequest,
    authentication: &'a Authentication,
    recency: Recency,
}

/// Decides a verified sign-in and writes down what follows.
pub(super) async fn apply(
    app: &App,
    input: &CompleteSignIn<'_>,
    request: &SignInRequest,
    record: RecordId,
    authentication: Authentication,
) -> Result<Completed, CompleteSignInError> {
    let policy = app.config.sign_in.freshness_policy();
    let recency = judge(authentication.assertion.auth_time, request.started_at, app.now(), &policy);
    let under_way = SignInUnderWay { app, input, request, authentication: &authentication, recency };
    let refusal = match under_way.settle(record).await {
        Ok(Applied::Signed(signed)) => return Ok(Completed::SignedIn(*signed)),
        Ok(Applied::AskAfresh) => return ask_afresh(app, input, record).await,
        Ok(Applied::Refused(refusal)) => refusal,
        Ok(Applied::Raced) => under_way.record_storage_failure(record, "the account kept changing").await?,
        Err(error) => {
            tracing::error!(%error, "a verified sign-in could not be stored");
            under_way.record_storage_failure(record, "the account could not be stored").await?
        }
    };
    Err(CompleteSignInError::Refused(refusal))
}

/// Sends the person to KaseyaOne once more, with a request of its own and the same record.
pub(super) async fn ask_afresh(
    app: &App,
    input: &CompleteSignIn<'_>,
    record: RecordId,
) -> Result<Completed, CompleteSignInError> {
    let hint = app.store.read().await?.find_record(record).await?.and_then(|record| record.person.hint);
    let secrets = new_secrets(app);
    let to = match app.relying_party.authorization_url(&secrets, true, hint.as_deref(), app.now()).await {
        Ok(to) => to,
        Err(error) => {
            let failure = Failure { outcome: Outcome::Refused, cause: unreachable(&error) };
            return Err(CompleteSignInError::Refused(end_uncompleted(app, record, failure).await?));
        }
    };
    let browser = input.browser.cloned().unwrap_or_else(|| new_browser(app));
    let request = new_request(app, &secrets, &browser, Purpose::SignIn(record), true);
    let mut transaction = app.store.write().await?;
    insert_request(app, &mut transaction, &request).await?;
    transaction.commit().await?;
    Ok(Completed::Reauthenticate { to, browser })
}

impl SignInUnderWay<'_> {
    async fn settle(&self, record: RecordId) -> Result<Applied, StoreError> {
        for _ in 0..MOST_ATTEMPTS {
            match self.attempt(record).await? {
                Applied::Raced => {}
                applied => return Ok(applied),
            }
        }
        Ok(Applied::Raced)
    }

    /// One transaction: read, decide, write, commit.
    async fn attempt(&self, record: RecordId) -> Result<Applied, StoreError> {
        let assertion = &self.authentication.assertion;
        let mut transaction = self.app.store.write().await?;
        let settings = transaction.get_single_sign_on().await?;
        let known = read_known(&mut transaction, assertion).await?;
        let record = self.observed(&mut transaction, record, &settings).await?;
        let decision = decide(&Situation {
            settings: &settings,
            tenant_active: self.app.config.tenant_active,
            module: self.app.config.kaseyaone.module.as_deref(),
            known: &known,
            assertion,
            recency: self.recency,
            asked_afresh: self.request.asked_afresh,
        });
        match decision {
            Decision::SignIn { account, profile } => {
                self.sign_in(transaction, record, account, profile, known.same_email.is_some()).await
            }
            Decision::Link { account, identity, profile } => {
                self.link(transaction, record, account, &identity, profile).await
            }
            Decision::ConfirmAdminLink { account, identity } => {
                self.ask_for_confirmation(transaction, record, account, &identity).await
            }
            Decision::Create { identity, email, name } => {
                self.create(transaction, record, &identity, email, name).await
            }
            Decision::Reauthenticate => {
                transaction.update_record(&record).await?;
                transaction.commit().await?;
                Ok(Applied::AskAfresh)
            }
            Decision::Refuse { cause, account } => self.refuse(transaction, record, cause, account).await,
        }
    }

    /// The record with everything this sign-in showed.
    async fn observed(
        &self,
        transaction: &mut Transaction,
        id: RecordId,
        settings: &SingleSignOn,
    ) -> Result<SignInRecord, StoreError> {
        let record = transaction.find_record(id).await?;
        let mut record = record.ok_or(StoreError::Inconsistent { column: "record_id" })?;
        self.observe(&mut record);
        record.judge_by(settings);
        Ok(record)
    }

    fn observe(&self, record: &mut SignInRecord) {
        let assertion = &self.authentication.assertion;
        record.checks.used_kaseyaone = Finding::Pass;
        record.checks.exists_in_kaseyaone = Finding::Pass;
        record.checks.authentication_completed = Finding::Pass;
        record.auth_time = assertion.auth_time;
        record.freshness = Some(self.recency.freshness);
        record.person.email = assertion.email.as_deref().map(bounded);
        record.person.subject = Some(assertion.subject.as_str().to_owned());
        record.person.company = assertion.company.as_ref().map(|company| bounded(&company.id));
    }

    async fn create(
        &self,
        mut transaction: Transaction,
        record: SignInRecord,
        identity: &Identity,
        email: Email,
        name: String,
    ) -> Result<Applied, StoreError> {
        let now = self.app.now();
        let new = NewAccount {
            id: self.app.generator.id(now),
            email,
            name,
            status: Status::Active,
            origin: Origin::Automatic,
            msp_admin: false,
            password_hash: None,
            created_at: now,
            created_by: None,
        };
        // The identity comes first: who inserts it creates the account, everybody else finds it.
        if !transaction.insert_identity(identity, new.id, now).await?
            || !transaction.insert_account(&new).await?
        {
            return Ok(Applied::Raced);
        }
        let address = new.email.as_str();
        self.audit(&mut transaction, &record, new.id, Action::AccountCreated, None, Some(address)).await?;
        self.audit_link(&mut transaction, &record, new.id, identity).await?;
        let account = read_account(&mut transaction, new.id).await?;
        self.open(transaction, record, account, Outcome::CreatedAndSignedIn).await
    }

    async fn link(
        &self,
        mut transaction: Transaction,
        record: SignInRecord,
        account: AccountId,
        identity: &Identity,
        profile: Profile,
    ) -> Result<Applied, StoreError> {
        if !transaction.insert_identity(identity, account, self.app.now()).await? {
            return Ok(Applied::Raced);
        }
        self.audit_link(&mut transaction, &record, account, identity).await?;
        self.sign_in(transaction, record, account, profile, false).await
    }

    async fn sign_in(
        &self,
        mut transaction: Transaction,
        record: SignInRecord,
        account: AccountId,
        profile: Profile,
        address_is_taken: bool,
    ) -> Result<Applied, StoreError> {
        let mut account = read_account(&mut transaction, account).await?;
        if address_is_taken {
            let asserted = self.authentication.assertion.email.as_deref();
            let kept = account.email.as_str().to_owned();
            self.audit(&mut transaction, &record, account.id, Action::EmailKept, Some(&kept), asserted)
                .await?;
        }
        self.refresh(&mut transaction, &record, &mut account, profile).await?;
        self.open(transaction, record, account, Outcome::SignedIn).await
    }

    /// Name and address follow KaseyaOne; an invitation is fulfilled. Access is not looked at.
    async fn refresh(
        &self,
        transaction: &mut Transaction,
        record: &SignInRecord,
        account: &mut Account,
        profile: Profile,
    ) -> Result<(), StoreError> {
        if let Some(email) = profile.email.filter(|email| *email != account.email) {
            let (from, to) = (account.email.as_str(), email.as_str());
            self.audit(transaction, record, account.id, Action::EmailChanged, Some(from), Some(to)).await?;
            account.email = email;
        }
        if let Some(name) = profile.name.filter(|name| *name != account.name) {
            let (from, to) = (account.name.as_str(), name.as_str());
            self.audit(transaction, record, account.id, Action::NameChanged, Some(from), Some(to)).await?;
            account.name = name;
        }
        if account.status == Status::Invited {
            let (from, to) = (Status::Invited.as_str(), Status::Active.as_str());
            self.audit(transaction, record, account.id, Action::AccountActivated, Some(from), Some(to))
                .await?;
            account.status = Status::Active;
        }
        Ok(())
    }

    /// The end of every sign-in that succeeds: marks, audit, record, session, commit.
    async fn open(
        &self,
        mut transaction: Transaction,
        mut record: SignInRecord,
        mut account: Account,
        outcome: Outcome,
    ) -> Result<Applied, StoreError> {
        let now = self.app.now();
        account.last_sign_in_at = Some(now);
        if !transaction.record_sign_in(&account, now).await? {
            return Ok(Applied::Raced);
        }
        record.succeed(outcome, account.id, now);
        transaction.update_record(&record).await?;
        let entry = AuditEntry {
            account: Some(account.id),
            to: Some(format!("{}, {}", record.method, self.recency.freshness)),
            reference: Some(record.reference.clone()),
            ..self.app.audit_entry(by(&account), Action::SignIn)
        };
        transaction.append_audit(&entry).await?;
        let assertion = &self.authentication.assertion;
        let opening = Opening {
            account: &account,
            record: &record,
            replaced: self.input.session,
            kaseyaone_session: assertion.session.as_deref().map(|sid| hash_kaseyaone_session(self.app, sid)),
            id_token: Some(self.authentication.id_token.clone()),
        };
        let (session, expires_at) = open_session(self.app, &mut transaction, opening).await?;
        transaction.commit().await?;
        Ok(Applied::Signed(Box::new(SignedIn {
            session,
            expires_at,
            account,
            created: outcome == Outcome::CreatedAndSignedIn,
            browser: None,
            link_waits: false,
            reference: record.reference,
        })))
    }

    async fn ask_for_confirmation(
        &self,
        mut transaction: Transaction,
        record: SignInRecord,
        account: AccountId,
        identity: &Identity,
    ) -> Result<Applied, StoreError> {
        let assertion = &self.authentication.assertion;
        let asked_at = self.app.now();
        let company = assertion.company.as_ref().map_or(identity.company.as_str(), |company| &company.name);
        let link = StoredLink {
            account,
            identity: identity.clone(),
            company_name: bounded(company),
            name: assertion.name.as_deref().map(bounded),
            username: assertion.username.as_deref().map(bounded),
            email: assertion.email.as_deref().map(bounded).unwrap_or_default(),
            reference: record.reference.clone(),
            asked_at,
            expires_at: asked_at + LINK_LIFETIME,
        };
        transaction.put_link(&self.request.browser_hash, &link).await?;
        let reason = "an MSP Admin has this address, and has to confirm the link, signed in locally in the same browser";
        let cause = Cause::new(CauseCode::AdminLinkUnconfirmed, reason);
        self.refuse(transaction, record, cause, Some(account)).await
    }

    async fn refuse(
        &self,
        mut transaction: Transaction,
        mut record: SignInRecord,
        cause: Cause,
        account: Option<AccountId>,
    ) -> Result<Applied, StoreError> {
        let code = cause.code;
        record.account = account;
        record.fail(Outcome::Refused, cause, self.app.now());
        transaction.update_record(&record).await?;
        transaction.commit().await?;
        Ok(Applied::Refused(Refusal::of(&record, code)))
    }

    /// A second transaction, after the first left nothing: the record tells of the failure.
    async fn record_storage_failure(&self, id: RecordId, reason: &str) -> Result<Refusal, StoreError> {
        let mut transaction = self.app.store.write().await?;
        let settings = transaction.get_single_sign_on().await?;
        let mut record = self.observed(&mut transaction, id, &settings).await?;
        record.fail(Outcome::Refused, Cause::new(CauseCode::StorageFailure, reason), self.app.now());
        transaction.update_record(&record).await?;
        transaction.commit().await?;
        Ok(Refusal::of(&record, CauseCode::StorageFailure))
    }

    async fn audit_link(
        &self,
        transaction: &mut Transaction,
        record: &SignInRecord,
        account: AccountId,
        identity: &Identity,
    ) -> Result<(), StoreError> {
        let named = format!("{} in company {}", identity.subject.as_str(), identity.company);
        self.audit(transaction, record, account, Action::IdentityLinked, None, Some(&named)).await
    }

    async fn audit(
        &self,
        transaction: &mut Transaction,
        record: &SignInRecord,
        account: AccountId,
        action: Action,
        from: Option<&str>,
        to: Option<&str>,
    ) -> Result<(), StoreError> {
        let entry = AuditEntry {
            account: Some(account),
            from: from.map(str::to_owned),
            to: to.map(str::to_owned),
            reference: Some(record.reference.clone()),
            ..self.app.audit_entry(AuditActor::KaseyaOne, action)
        };
        transaction.append_audit(&entry).await
    }
}

fn bounded(text: &str) -> String {
    printable(text, LONGEST_CLAIM)
}
