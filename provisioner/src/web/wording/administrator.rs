//! What the administrator is told: the five checks, the cause, and the control that fixes it (S-62, S-70).

use jiff::Timestamp;

use crate::domain::account::{Account, Origin, Status};
use crate::domain::audit::Action;
use crate::domain::checks::{Check, Finding};
use crate::domain::identity::Freshness;
use crate::domain::record::{CauseCode, Method, Outcome};
use crate::front::route::SINGLE_SIGN_ON_AT;
use crate::usecase::UserView;
use crate::web::views::record::Remedy;
use crate::web::views::{Link, Tag, Tone};

const UNIFIED_LOGIN: &str = "/help/unified-login-with-kaseyaone";

/// The item of the article's list, in its words.
pub(crate) fn question(check: Check) -> &'static str {
    match check {
        Check::UsedKaseyaOne => "The user authenticated using KaseyaOne",
        Check::AllowOn => "Allow Users to Log in with KaseyaOne is turned on",
        Check::CreateOn => "Enable Automatic User Creation is turned on",
        Check::ExistsInKaseyaOne => "The user exists in KaseyaOne",
        Check::AuthenticationCompleted => "The user completed authentication successfully",
    }
}

/// A finding in one or two words.
pub(crate) fn finding(finding: Finding) -> Tag {
    match finding {
        Finding::Pass => Tag::new("Yes", Tone::Good),
        Finding::Fail => Tag::new("No", Tone::Bad),
        Finding::NotReached => Tag::new("Not reached", Tone::Plain),
        Finding::NotKnowable => Tag::new("Cannot be known", Tone::Warn),
    }
}

/// What a finding means for one check of a sign-in with this outcome, or of one that is under way.
pub(crate) fn detail(check: Check, finding: Finding, outcome: Option<Outcome>) -> &'static str {
    match (finding, check) {
        (Finding::Pass, _) => "",
        (Finding::NotReached, _) if outcome.is_none() => "The sign-in is still under way.",
        (Finding::NotReached, Check::UsedKaseyaOne) => "The person was not sent to KaseyaOne.",
        (Finding::NotReached, _) => "The sign-in ended before this mattered.",
        (Finding::NotKnowable, Check::ExistsInKaseyaOne) => {
            "Without a directory, or without a KaseyaOne user name, this service cannot know. Look in KaseyaOne."
        }
        (Finding::NotKnowable, Check::UsedKaseyaOne) => {
            "No answer of KaseyaOne proves that the person authenticated there. If they did, it did not reach this service whole."
        }
        (Finding::NotKnowable, _) => "This service has no way to know.",
        (Finding::Fail, Check::UsedKaseyaOne) => "The person signed in, or tried to, with a local password.",
        (Finding::Fail, Check::AllowOn | Check::CreateOn) => "It was off at this sign-in.",
        (Finding::Fail, Check::ExistsInKaseyaOne) => {
            "KaseyaOne's directory has no such active user in the linked company."
        }
        (Finding::Fail, Check::AuthenticationCompleted) => {
            "KaseyaOne did not confirm the person, or its answer did not hold."
        }
    }
}

/// What was done, in the audit.
pub(crate) fn action(action: Action) -> &'static str {
    match action {
        Action::SignIn => "Signed in",
        Action::SignOut => "Signed out",
        Action::AccountCreated => "Account created",
        Action::AccountActivated => "Account activated",
        Action::AccountDeactivated => "Account deactivated",
        Action::AccountRemoved => "Account removed",
        Action::AccountAllowedAgain => "Person allowed again",
        Action::AccountReviewed => "Account reviewed",
        Action::EmailChanged => "E-mail address refreshed from KaseyaOne",
        Action::EmailKept => "E-mail address kept: the new one belongs to another account",
        Action::NameChanged => "Name refreshed from KaseyaOne",
        Action::IdentityLinked => "KaseyaOne identity linked",
        Action::LinkDeclined => "KaseyaOne identity not linked: declined",
        Action::MspAdminChanged => "MSP Admin changed",
        Action::CapabilitiesChanged => "Capabilities assigned",
        Action::GroupsChanged => "Group Access assigned",
        Action::OrganizationsChanged => "Organization visibility assigned",
        Action::SettingsChanged => "Single Sign-On changed",
        Action::CreationInEffect => "Automatic user creation is in effect again",
        Action::ChangeRefused => "Refused",
        Action::BindingFailed => "Linking a KaseyaOne company failed",
        Action::OrganizationCreated => "Organization added",
        Action::GroupCreated => "Access group added",
    }
}

/// How a sign-in ended; nothing yet means it is under way.
pub(crate) fn outcome(outcome: Option<Outcome>) -> Tag {
    match outcome {
        None => Tag::new("Under way", Tone::Plain),
        Some(Outcome::SignedIn) => Tag::new("Signed in", Tone::Good),
        Some(Outcome::CreatedAndSignedIn) => Tag::new("Created and signed in", Tone::Good),
        Some(Outcome::Refused) => Tag::new("Refused", Tone::Bad),
        Some(Outcome::Abandoned) => Tag::new("Abandoned", Tone::Warn),
        Some(Outcome::Expired) => Tag::new("Expired", Tone::Warn),
        Some(Outcome::NoNewSignIn) => Tag::new("No new sign-in", Tone::Warn),
    }
}

/// The way that was tried.
pub(crate) fn method(method: Method) -> &'static str {
    match method {
        Method::KaseyaOne => "KaseyaOne",
        Method::Local => "Local password",
    }
}

/// How an account came to be (S-08).
pub(crate) fn origin(origin: Origin) -> &'static str {
    match origin {
        Origin::Automatic => "Created automatically",
        Origin::Manual => "Added by an administrator",
        Origin::Bootstrap => "First administrator",
    }
}

/// Where in its life an account is, and whether a removed person is let in again.
pub(crate) fn status(account: &Account) -> Tag {
    match account.status {
        Status::Removed if !account.is_barred() => Tag::new("Removed, may come back", Tone::Warn),
        Status::Invited => Tag::new("Invited", Tone::Plain),
        Status::Active => Tag::new("Active", Tone::Good),
        Status::Deactivated => Tag::new("Deactivated", Tone::Warn),
        Status::Removed => Tag::new("Removed", Tone::Bad),
    }
}

/// A view of the list of users, as its tab and its caption call it.
pub(crate) fn view(view: UserView) -> &'static str {
    match view {
        UserView::All => "All users",
        UserView::New => "New, not reviewed",
        UserView::Deactivated => "Deactivated",
        UserView::Removed => "Removed",
    }
}

/// One sentence per cause.
pub(crate) fn cause(code: CauseCode) -> &'static str {
    match code {
        CauseCode::AllowOff => "Logging in with KaseyaOne was turned off.",
        CauseCode::CreateOff => "The person has no account here, and automatic user creation was turned off.",
        CauseCode::AccessDenied => "The sign-in was cancelled, or KaseyaOne refused the person.",
        CauseCode::ProviderError => "KaseyaOne answered with an error.",
        CauseCode::RequestExpired => {
            "The person did not come back from KaseyaOne before the sign-in request expired."
        }
        CauseCode::CodeExpired => {
            "KaseyaOne no longer accepted the authorization code: it had expired or been used."
        }
        CauseCode::TokenExpired => "The ID token had already expired.",
        CauseCode::TokenInvalid => "The ID token failed a check.",
        CauseCode::StateMismatch => "The answer belongs to no sign-in that began here.",
        CauseCode::ResponseIssuer => "The answer did not name KaseyaOne as its issuer.",
        CauseCode::CallbackMalformed => "The answer could not be read.",
        CauseCode::CallbackReplayed => "The answer had been used before.",
        CauseCode::ProviderUnavailable => "KaseyaOne could not be reached.",
        CauseCode::OtherBrowser => {
            "The answer came from another browser than the one in which the sign-in began."
        }
        CauseCode::LeftoverSession => {
            "An earlier Kaseya MDR session was still open and was used; nobody signed in."
        }
        CauseCode::LocalCredentials => "The e-mail address or the password of a local sign-in was wrong.",
        CauseCode::LocalLocked => "Too many local sign-ins failed for this address in a short time.",
        CauseCode::LocalNotPermitted => "KaseyaOne is required, and the person is not among the exceptions.",
        CauseCode::OtherCompany => "KaseyaOne vouched for a person of another company than the linked one.",
        CauseCode::EmailConflict => "The e-mail address belongs to the account of another KaseyaOne person.",
        CauseCode::AccountDeactivated => "The account here is deactivated.",
        CauseCode::AccountRemoved => "The account here was removed, and nobody has allowed the person again.",
        CauseCode::TenantInactive => "This Kaseya MDR account is not active.",
        CauseCode::ModuleNotAssigned => "Kaseya MDR is not assigned to the person in KaseyaOne.",
        CauseCode::StorageFailure => "The account could not be stored; nothing was changed.",
        CauseCode::EmailMissing => "KaseyaOne sent no usable e-mail address.",
        CauseCode::EmailUnverified => "KaseyaOne did not say that the e-mail address is verified.",
        CauseCode::SessionReused => {
            "KaseyaOne reused a session from before; a fresh sign-in was asked for and not obtained."
        }
        CauseCode::AdminLinkUnconfirmed => {
            "The e-mail address is that of an MSP Admin who has not confirmed that this KaseyaOne user is theirs."
        }
    }
}

/// What helps, with the control that does it.
pub(crate) fn remedy(code: CauseCode) -> Remedy {
    Remedy { sentence: advice(code), link: control(code) }
}

fn advice(code: CauseCode) -> &'static str {
    match code {
        CauseCode::AllowOff => "Turn on Allow Users to Log in with KaseyaOne.",
        CauseCode::CreateOff => "Turn on Enable Automatic User Creation, or add the user by hand.",
        CauseCode::AccessDenied | CauseCode::ProviderError => {
            "Check in KaseyaOne that the person exists, is active and can complete the login; then let them sign in again."
        }
        CauseCode::RequestExpired
        | CauseCode::CodeExpired
        | CauseCode::TokenExpired
        | CauseCode::StateMismatch
        | CauseCode::CallbackReplayed
        | CauseCode::OtherBrowser => "Ask the person to begin again from the sign-in page.",
        CauseCode::TokenInvalid | CauseCode::ResponseIssuer | CauseCode::CallbackMalformed => {
            "Ask the person to begin again. If it repeats, compare this service's KaseyaOne configuration with KaseyaOne."
        }
        CauseCode::ProviderUnavailable => "Wait until KaseyaOne is reachable; sign-in recovers by itself.",
        CauseCode::LeftoverSession => {
            "Ask the person to sign out here, and of KaseyaOne, and to sign in again."
        }
        CauseCode::LocalCredentials | CauseCode::LocalLocked => {
            "Ask the person to log in with KaseyaOne; only that creates accounts."
        }
        CauseCode::LocalNotPermitted => {
            "Ask the person to log in with KaseyaOne, or name them among the exceptions."
        }
        CauseCode::OtherCompany => {
            "Compare the linked KaseyaOne company with the person's company. People of other companies get no account here."
        }
        CauseCode::EmailConflict => "Correct the address in KaseyaOne, or remove the account that holds it.",
        CauseCode::AccountDeactivated => "Activate the account if the person may sign in.",
        CauseCode::AccountRemoved => "Allow the person again if they may come back.",
        CauseCode::TenantInactive => "Activate this Kaseya MDR account in the configuration of the service.",
        CauseCode::ModuleNotAssigned => "Assign Kaseya MDR to the person in KaseyaOne.",
        CauseCode::StorageFailure => "Check the database of the service; then let the person sign in again.",
        CauseCode::EmailMissing => "Give the person an e-mail address in KaseyaOne.",
        CauseCode::EmailUnverified => "Let the person confirm their e-mail address in KaseyaOne.",
        CauseCode::SessionReused => {
            "Ask the person to sign out of KaseyaOne and to sign in again in a clean browser session."
        }
        CauseCode::AdminLinkUnconfirmed => {
            "Ask the MSP Admin to log in with their local password in the same browser within 10 minutes, and to answer whether to link this KaseyaOne user."
        }
    }
}

/// The page on which the advice is followed; none where that is done elsewhere, or by the person.
fn control(code: CauseCode) -> Option<Link> {
    let link = match code {
        CauseCode::AllowOff | CauseCode::CreateOff | CauseCode::OtherCompany => {
            Link::new(SINGLE_SIGN_ON_AT, "Single Sign-On")
        }
        CauseCode::AccessDenied | CauseCode::ProviderError => {
            Link::new(UNIFIED_LOGIN, "Unified Login with KaseyaOne")
        }
        CauseCode::LocalNotPermitted => Link::new("/settings/users#exceptions", "Exceptions"),
        CauseCode::EmailConflict => users(UserView::All, "All users"),
        CauseCode::AccountDeactivated => users(UserView::Deactivated, "Deactivated users"),
        CauseCode::AccountRemoved => users(UserView::Removed, "Removed users"),
        _ => return None,
    };
    Some(link)
}

/// A link to a view of the list of users.
fn users(view: UserView, text: &str) -> Link {
    Link::new(format!("/settings/users?view={view}"), text)
}

/// How recent the authentication was, as an administrator reads it.
pub(crate) fn freshness(
    method: Method,
    freshness: Option<Freshness>,
    auth_time: Option<Timestamp>,
    ended_at: Option<Timestamp>,
) -> String {
    match (freshness, auth_time, ended_at) {
        (None, _, _) if method == Method::Local => "By password here, not in KaseyaOne".to_owned(),
        (None, _, _) => "Not known: no answer of KaseyaOne proved it".to_owned(),
        (Some(Freshness::Fresh), _, _) => "Authenticated for this sign-in".to_owned(),
        (Some(Freshness::Unknown), _, _) => "KaseyaOne did not say when the person authenticated".to_owned(),
        (Some(Freshness::Cached), Some(then), Some(end)) => {
            format!("Authenticated {} ago in KaseyaOne, reused", age(end.duration_since(then).as_secs()))
        }
        (Some(Freshness::Cached), _, _) => "Authenticated earlier in KaseyaOne, reused".to_owned(),
    }
}

/// A length of time in its largest whole unit.
fn age(seconds: i64) -> String {
    match seconds {
        ..60 => format!("{} s", seconds.max(0)),
        60..3_600 => format!("{} min", seconds / 60),
        3_600..172_800 => format!("{} h", seconds / 3_600),
        _ => format!("{} days", seconds / 86_400),
    }
}
