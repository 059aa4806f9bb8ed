//! What follows from a verified KaseyaOne sign-in. This is the only place that decides it.
//!
//! [`decide`] is pure: the same situation always gives the same decision, and no decision touches roles,
//! groups, organizations or capabilities.

use super::account::{Account, AccountId, Profile, Status};
use super::email::Email;
use super::foreign::printable;
use super::freshness::Recency;
use super::identity::{Identity, VerifiedAssertion};
use super::organization::{LONGEST_NAME, check_name};
use super::record::{Cause, CauseCode};
use super::settings::SingleSignOn;

/// Everything a decision depends on, read in the transaction that applies it.
#[derive(Clone, Copy, Debug)]
pub struct Situation<'a> {
    /// The settings as stored now.
    pub settings: &'a SingleSignOn,
    /// Whether this MSP is active.
    pub tenant_active: bool,
    /// The KaseyaOne module a person must have, if that is checked.
    pub module: Option<&'a str>,
    /// What is known here of the person.
    pub known: &'a Known,
    /// What KaseyaOne asserts.
    pub assertion: &'a VerifiedAssertion,
    /// How recent the authentication is.
    pub recency: Recency,
    /// Whether a fresh sign-in was already asked for once.
    pub asked_afresh: bool,
}

/// What is known here of the person an assertion names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Known {
    /// The account the identity is linked to.
    pub linked: Option<Account>,
    /// The account with the asserted e-mail address, if another one.
    pub same_email: Option<Account>,
}

/// What is to be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decision {
    /// Sign in to the linked account and refresh its profile.
    SignIn {
        /// The linked account.
        account: AccountId,
        /// What KaseyaOne says now.
        profile: Profile,
    },
    /// Link the identity to an account that was there before, and sign in.
    Link {
        /// The account with the same verified address.
        account: AccountId,
        /// The identity to link.
        identity: Identity,
        /// What KaseyaOne says now.
        profile: Profile,
    },
    /// Refuse until the MSP Admin confirms, signed in locally in the same browser.
    ConfirmAdminLink {
        /// The account of the MSP Admin.
        account: AccountId,
        /// The identity that wants to be linked.
        identity: Identity,
    },
    /// Create the account.
    Create {
        /// The identity to link.
        identity: Identity,
        /// The verified address.
        email: Email,
        /// The name to show.
        name: String,
    },
    /// Send the person back to KaseyaOne once, for a fresh sign-in.
    Reauthenticate,
    /// Refuse.
    Refuse {
        /// Why.
        cause: Cause,
        /// The account that stands in the way, if one does.
        account: Option<AccountId>,
    },
}

/// Decides a sign-in. The order of the questions is the argument: who vouches, for which company, whether the
/// person is known, and only then whether an account may come to be.
pub fn decide(situation: &Situation<'_>) -> Decision {
    let identity = match check_entrance(situation) {
        Ok(identity) => identity,
        Err(cause) => return Decision::Refuse { cause, account: None },
    };
    match (&situation.known.linked, &situation.known.same_email) {
        (Some(account), same_email) => decide_linked(situation, account, same_email.as_ref()),
        (None, same_email) => decide_unlinked(situation, identity, same_email.as_ref()),
    }
}

/// What must hold for anybody, known or not.
fn check_entrance(situation: &Situation<'_>) -> Result<Identity, Cause> {
    let Situation { settings, assertion, .. } = situation;
    if !situation.tenant_active {
        return Err(Cause::new(CauseCode::TenantInactive, "this MSP is not active"));
    }
    if !settings.allow {
        return Err(Cause::new(CauseCode::AllowOff, "logging in with KaseyaOne is turned off"));
    }
    let company = check_company(settings, assertion)?;
    check_module(situation.module, assertion)?;
    Ok(Identity { issuer: assertion.issuer.clone(), company, subject: assertion.subject.clone() })
}

fn check_company(settings: &SingleSignOn, assertion: &VerifiedAssertion) -> Result<String, Cause> {
    let refuse = |reason: String| Err(Cause::new(CauseCode::OtherCompany, reason));
    let Some(bound) = &settings.company else {
        return refuse("this MSP is not bound to a KaseyaOne company".to_owned());
    };
    match &assertion.company {
        Some(company) if company.id == bound.id => Ok(company.id.clone()),
        Some(company) => {
            refuse(format!("the person belongs to `{}`, this MSP is bound to `{}`", company.id, bound.id))
        }
        None => refuse(format!("KaseyaOne named no company, this MSP is bound to `{}`", bound.id)),
    }
}

fn check_module(module: Option<&str>, assertion: &VerifiedAssertion) -> Result<(), Cause> {
    match (module, &assertion.modules) {
        (Some(module), Some(modules)) if !modules.iter().any(|assigned| assigned == module) => {
            let reason = format!("KaseyaOne has not assigned the module `{module}` to the person");
            Err(Cause::new(CauseCode::ModuleNotAssigned, reason))
        }
        _ => Ok(()),
    }
}

/// The identity is linked: the account decides, whatever its e-mail address is now (S-11).
fn decide_linked(situation: &Situation<'_>, account: &Account, same_email: Option<&Account>) -> Decision {
    if let Some(refusal) = refuse_by_status(account) {
        return refusal;
    }
    if !situation.recency.may_sign_in {
        return afresh_or(situation, stale());
    }
    let mut profile = asserted_profile(situation.assertion);
    if same_email.is_some() {
        // The stored address stays; the conflict is told by the use case that applies this.
        profile.email = profile.email.filter(|email| email.key() == account.email.key());
    }
    Decision::SignIn { account: account.id, profile }
}

/// The identity is new here: link, refuse or create.
fn decide_unlinked(situation: &Situation<'_>, identity: Identity, same_email: Option<&Account>) -> Decision {
    let email = usable_email(situation.assertion);
    if let (Ok(_), Some(account)) = (&email, same_email) {
        return decide_same_email(situation, identity, account);
    }
    if !situation.settings.create {
        let cause = Cause::new(CauseCode::CreateOff, "automatic user creation is turned off");
        return Decision::Refuse { cause, account: None };
    }
    let email = match email {
        Ok(email) => email,
        Err(cause) => return Decision::Refuse { cause, account: None },
    };
    if !situation.recency.may_create {
        return afresh_or(situation, reused());
    }
    let name = asserted_name(situation.assertion).unwrap_or_else(|| email.as_str().to_owned());
    Decision::Create { identity, email, name }
}

/// An account with the asserted address exists, and this identity is not linked to it.
fn decide_same_email(situation: &Situation<'_>, identity: Identity, account: &Account) -> Decision {
    if let Some(refusal) = refuse_by_status(account) {
        return refusal;
    }
    if account.has_identity {
        let reason = "the e-mail address belongs to the account of another KaseyaOne person";
        let cause = Cause::new(CauseCode::EmailConflict, reason);
        return Decision::Refuse { cause, account: Some(account.id) };
    }
    if !situation.recency.may_sign_in {
        return afresh_or(situation, stale());
    }
    if account.msp_admin {
        return Decision::ConfirmAdminLink { account: account.id, identity };
    }
    let profile = asserted_profile(situation.assertion);
    Decision::Link { account: account.id, identity, profile }
}

fn refuse_by_status(account: &Account) -> Option<Decision> {
    let cause = match account.status {
        Status::Active | Status::Invited => return None,
        Status::Deactivated => Cause::new(CauseCode::AccountDeactivated, "the MSP account is deactivated"),
        Status::Removed => {
            Cause::new(CauseCode::AccountRemoved, "the MSP account was removed and nobody allowed it again")
        }
    };
    Some(Decision::Refuse { cause, account: Some(account.id) })
}

/// One restart, then the refusal.
fn afresh_or(situation: &Situation<'_>, cause: Cause) -> Decision {
    if situation.asked_afresh { Decision::Refuse { cause, account: None } } else { Decision::Reauthenticate }
}

fn stale() -> Cause {
    let reason = "auth_time: missing or older than max_age, also after a fresh sign-in was asked for";
    Cause::new(CauseCode::TokenInvalid, reason)
}

fn reused() -> Cause {
    let reason = "KaseyaOne answered from an earlier session, also after a fresh sign-in was asked for";
    Cause::new(CauseCode::SessionReused, reason)
}

/// The address an account can be created for or linked by: sent, well-formed, verified.
fn usable_email(assertion: &VerifiedAssertion) -> Result<Email, Cause> {
    let Some(text) = &assertion.email else {
        return Err(Cause::new(CauseCode::EmailMissing, "KaseyaOne sent no e-mail address"));
    };
    let email = Email::parse(text).map_err(|error| Cause::new(CauseCode::EmailMissing, error.to_string()))?;
    if !assertion.email_verified {
        let reason = "KaseyaOne did not say that the e-mail address is verified";
        return Err(Cause::new(CauseCode::EmailUnverified, reason));
    }
    Ok(email)
}

fn asserted_profile(assertion: &VerifiedAssertion) -> Profile {
    Profile { email: usable_email(assertion).ok(), name: asserted_name(assertion) }
}

/// The asserted name without control characters, bounded, or nothing.
fn asserted_name(assertion: &VerifiedAssertion) -> Option<String> {
    let name = assertion.name.as_deref()?;
    check_name(&printable(name.trim(), LONGEST_NAME)).ok()
}

#[cfg(test)]
mod tests;
