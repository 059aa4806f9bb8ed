//! What faults do to the decision who answers an authorization request, and since when that person is authenticated.

use jiff::{SignedDuration, Timestamp};

use crate::protocol::authorize::{AuthorizeRequest, Prompt};
use crate::protocol::login::{Answer, Because};

/// What the decision was, honestly.
pub(crate) struct Honest<'a> {
    pub(crate) request: &'a AuthorizeRequest,
    pub(crate) has_session: bool,
    pub(crate) answer: Option<Answer>,
    pub(crate) hinted: bool,
}

/// What a fault makes of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Staged {
    /// The session in the browser answers although it should not.
    SessionAnswers,
    /// Somebody else's session answers.
    OtherPersonAnswers,
}

pub(crate) fn decision(id: &str, honest: &Honest<'_>) -> Option<Staged> {
    let asks = |because| honest.answer == Some(Answer::Ask(because));
    let prompt_ignored = honest.has_session && asks(Because::PromptLogin);
    let zero = honest.request.max_age == Some(0);
    let max_age_ignored = honest.has_session && (asks(Because::SessionTooOld) || (prompt_ignored && zero));
    match id {
        "sess-force-ignored-prompt" if prompt_ignored => Some(Staged::SessionAnswers),
        "sess-force-ignored-maxage" if max_age_ignored => Some(Staged::SessionAnswers),
        "sess-force-ignored-stripped" if prompt_ignored || max_age_ignored => Some(Staged::SessionAnswers),
        "sess-sso-other-user" if honest.has_session && asks(Because::OtherPersonExpected) => {
            Some(Staged::SessionAnswers)
        }
        "sess-none-other-sub" if honest.request.prompt == Prompt::None && honest.hinted => {
            Some(Staged::OtherPersonAnswers)
        }
        _ => None,
    }
}

/// Who answered an authorization request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Answered {
    /// A live session.
    Session,
    /// The person, because there was no session that would do.
    Person,
    /// The person, because the request demanded it.
    PersonOnDemand,
}

/// How a code comes to be. Faults edit it.
#[derive(Debug, Clone)]
pub(crate) struct IssueDraft {
    pub(crate) auth_time: Timestamp,
    pub(crate) answered: Answered,
    /// Answer for another person of the same company.
    pub(crate) other_person: bool,
    /// Hand out a code of another person's sign-in; `Some(true)` when PKCE is not checked either.
    pub(crate) inject: Option<bool>,
    /// Make the code longer than usual.
    pub(crate) long_code: bool,
    /// Send tokens beside the code although only a code was asked for.
    pub(crate) front_tokens: bool,
}

pub(crate) fn issue(id: &str, now: Timestamp, draft: &mut IssueDraft) -> bool {
    let ago = |duration: SignedDuration| now.saturating_sub(duration).unwrap_or(Timestamp::MIN);
    match id {
        "sess-sso-silent" if draft.answered != Answered::PersonOnDemand => {
            draft.auth_time = draft.auth_time.min(ago(SignedDuration::from_hours(4)));
        }
        "sess-sso-other-user" => {
            draft.other_person = true;
            draft.auth_time = draft.auth_time.min(ago(SignedDuration::from_hours(2)));
        }
        "sess-maxage0-edge" if draft.answered != Answered::Session => {
            draft.auth_time = ago(SignedDuration::from_secs(2));
        }
        "sess-authtime-lie" if draft.auth_time != now => draft.auth_time = now,
        "authz-code-injection" => draft.inject = Some(false),
        "authz-code-injection-no-pkce" => draft.inject = Some(true),
        "ok-long" => draft.long_code = true,
        "authz-mode-front-tokens" => draft.front_tokens = true,
        _ => return false,
    }
    true
}
