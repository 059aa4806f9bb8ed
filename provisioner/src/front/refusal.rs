//! What the person whose sign-in made no session is told, on a page and in a problem (S-71).
//!
//! It is chosen by category only, so that nothing tells whether an address is known here.

use axum::http::StatusCode;

use crate::domain::record::{Category, CauseCode};

/// A refusal in plain words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Plain {
    pub(crate) title: &'static str,
    pub(crate) sentence: &'static str,
    pub(crate) next_step: &'static str,
}

/// The words of a category.
pub(crate) fn plain(category: Category) -> Plain {
    match category {
        Category::KaseyaOneOff => Plain {
            title: "KaseyaOne is not available here",
            sentence: "Logging in with KaseyaOne is turned off for this Kaseya MDR account.",
            next_step: "Log in with your Kaseya MDR password, or ask your administrator.",
        },
        Category::Cancelled => Plain {
            title: "You are not signed in",
            sentence: "The sign-in was cancelled or refused in KaseyaOne.",
            next_step: "If you want to sign in, begin again.",
        },
        Category::StartAgain => Plain {
            title: "This sign-in is no longer valid",
            sentence: "It took too long, was already used, or began in another browser.",
            next_step: "Begin again from the sign-in page, in this browser.",
        },
        Category::NotCompleted => Plain {
            title: "The sign-in could not be completed",
            sentence: "Kaseya MDR could not confirm the answer from KaseyaOne.",
            next_step: "Begin again. If it happens twice, ask your administrator.",
        },
        Category::ProviderUnavailable => Plain {
            title: "KaseyaOne is not reachable right now",
            sentence: "Kaseya MDR could not reach KaseyaOne to complete your sign-in.",
            next_step: "Try again in a few minutes.",
        },
        Category::SignInAfresh => Plain {
            title: "Please sign in to KaseyaOne again",
            sentence: "KaseyaOne used an earlier session and did not ask who you are. A first sign-in needs a fresh one.",
            next_step: "Sign out of KaseyaOne, then begin again here.",
        },
        Category::ConfirmLocally => Plain {
            title: "One more step before KaseyaOne can be used",
            sentence: "This KaseyaOne user is not connected to a Kaseya MDR account yet.",
            next_step: "Log in with your Kaseya MDR password in this browser within 10 minutes, and confirm that this KaseyaOne user is yours. Otherwise ask your administrator.",
        },
        Category::TryAgainLater => Plain {
            title: "The sign-in could not be completed",
            sentence: "Something went wrong on our side. Nothing was changed.",
            next_step: "Try again in a few minutes.",
        },
        Category::AlreadySignedIn => Plain {
            title: "You are already signed in",
            sentence: "This browser already holds a Kaseya MDR session, and no new sign-in happened.",
            next_step: "Continue, or sign out first.",
        },
        Category::WrongCredentials => Plain {
            title: "You are not signed in",
            sentence: "The e-mail address or the password is not right, or there were too many attempts.",
            next_step: "Check both and try again, or log in with KaseyaOne.",
        },
        Category::UseKaseyaOne => Plain {
            title: "Log in with KaseyaOne",
            sentence: "Signing in with a password is not available here.",
            next_step: "Use Log in with KaseyaOne.",
        },
        Category::AskAdministrator => Plain {
            title: "You cannot be signed in",
            sentence: "KaseyaOne confirmed who you are, but Kaseya MDR could neither open nor create an account for you.",
            next_step: "Ask your Kaseya MDR administrator; being let in here may need their approval.",
        },
    }
}

/// The status a refusal is answered with; a refusal is never a failure of the server (500).
pub(crate) fn status(code: CauseCode) -> StatusCode {
    match code {
        CauseCode::CallbackMalformed | CauseCode::StateMismatch => StatusCode::BAD_REQUEST,
        CauseCode::ProviderUnavailable | CauseCode::StorageFailure => StatusCode::SERVICE_UNAVAILABLE,
        CauseCode::LeftoverSession => StatusCode::OK,
        CauseCode::AllowOff
        | CauseCode::CreateOff
        | CauseCode::AccessDenied
        | CauseCode::ProviderError
        | CauseCode::RequestExpired
        | CauseCode::CodeExpired
        | CauseCode::TokenExpired
        | CauseCode::TokenInvalid
        | CauseCode::ResponseIssuer
        | CauseCode::CallbackReplayed
        | CauseCode::OtherBrowser
        | CauseCode::LocalCredentials
        | CauseCode::LocalLocked
        | CauseCode::LocalNotPermitted
        | CauseCode::OtherCompany
        | CauseCode::EmailConflict
        | CauseCode::AccountDeactivated
        | CauseCode::AccountRemoved
        | CauseCode::TenantInactive
        | CauseCode::ModuleNotAssigned
        | CauseCode::EmailMissing
        | CauseCode::EmailUnverified
        | CauseCode::SessionReused
        | CauseCode::AdminLinkUnconfirmed => StatusCode::FORBIDDEN,
    }
}
