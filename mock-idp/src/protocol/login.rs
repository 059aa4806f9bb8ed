//! Whether a live provider session answers an authorization request, or the person is asked (OIDC Core 3.1.2.3).

use jiff::Timestamp;

use crate::protocol::authorize::{AuthorizeRequest, Prompt};
use crate::protocol::error::{ErrorCode, OAuthError};

/// What the decision needs to know about the provider session in this browser.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct LiveSession {
    /// Subject of the person who signed in.
    pub(crate) subject: String,
    /// When that person last authenticated.
    pub(crate) auth_time: Timestamp,
    /// Whether `login_hint` names this person, or nobody who is known.
    pub(crate) fits_login_hint: bool,
}

/// The answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Answer {
    /// The session answers; nobody is asked.
    Silently,
    /// The person must authenticate.
    Ask(Because),
}

/// Why the person is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Because {
    NoSession,
    PromptLogin,
    SelectAccount,
    SessionTooOld,
    OtherPersonExpected,
}

/// Decides. `hint_subject` is the subject of a verified `id_token_hint`.
pub(crate) fn decide_login(
    request: &AuthorizeRequest,
    session: Option<LiveSession>,
    hint_subject: Option<&str>,
    now: Timestamp,
) -> Result<Answer, OAuthError> {
    let answer = match session {
        _ if request.prompt == Prompt::Login => Answer::Ask(Because::PromptLogin),
        _ if request.prompt == Prompt::SelectAccount => Answer::Ask(Because::SelectAccount),
        None => Answer::Ask(Because::NoSession),
        Some(session) if hint_subject.is_some_and(|subject| subject != session.subject) => {
            Answer::Ask(Because::OtherPersonExpected)
        }
        Some(session) if !session.fits_login_hint => Answer::Ask(Because::OtherPersonExpected),
        Some(session) if is_too_old(request.max_age, session.auth_time, now) => {
            Answer::Ask(Because::SessionTooOld)
        }
        Some(_) => Answer::Silently,
    };
    match (request.prompt, answer) {
        (Prompt::None, Answer::Ask(because)) => {
            let reason = format!("prompt=none, but the person must be asked: {}", because.sentence());
            Err(OAuthError::new(ErrorCode::LoginRequired, "prompt_none", reason))
        }
        _ => Ok(answer),
    }
}

/// OIDC Core 3.1.2.1 with errata 2: `max_age=0` asks always.
fn is_too_old(max_age: Option<i64>, auth_time: Timestamp, now: Timestamp) -> bool {
    max_age.is_some_and(|max_age| max_age == 0 || now.as_second() - auth_time.as_second() > max_age)
}

impl Because {
    pub(crate) fn sentence(self) -> &'static str {
        match self {
            Self::NoSession => "this browser has no session here",
            Self::PromptLogin => "prompt=login was sent",
            Self::SelectAccount => "prompt=select_account was sent",
            Self::SessionTooOld => "the session is older than max_age",
            Self::OtherPersonExpected => "a hint names another person than the one of the session",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::authorize::ResponseMode;

    const NOW: i64 = 1_800_000_000;

    fn request(prompt: Prompt, max_age: Option<i64>) -> AuthorizeRequest {
        AuthorizeRequest {
            client_id: "client".to_owned(),
            redirect_uri: "http://client/callback".to_owned(),
            response_type: fixtures::ResponseType::Code,
            response_mode: ResponseMode::Query,
            audience: Vec::new(),
            scope: vec!["openid".to_owned()],
            state: None,
            nonce: None,
            code_challenge: None,
            prompt,
            consent: false,
            max_age,
            login_hint: None,
            id_token_hint: None,
            claims: crate::protocol::claims_parameter::ClaimsRequest::default(),
            acr_values: Vec::new(),
            dpop_jkt: None,
        }
    }

    fn decide(prompt: Prompt, max_age: Option<i64>, age: Option<i64>, hint: Option<&str>) -> Option<Answer> {
        let at = |second| Timestamp::from_second(second).expect("a time");
        let session = age.map(|age| LiveSession {
            subject: "me".to_owned(),
            auth_time: at(NOW - age),
            fits_login_hint: true,
        });
        decide_login(&request(prompt, max_age), session, hint, at(NOW)).ok()
    }

    #[test]
    fn a_session_answers_unless_something_asks_for_more() {
        use Because::{NoSession, OtherPersonExpected, PromptLogin, SelectAccount, SessionTooOld};
        let ask = |because| Some(Answer::Ask(because));
        for (prompt, max_age, age, hint, expected) in [
            (Prompt::WhenNeeded, None, Some(9_000), None, Some(Answer::Silently)),
            (Prompt::WhenNeeded, None, None, None, ask(NoSession)),
            (Prompt::WhenNeeded, Some(60), Some(60), None, Some(Answer::Silently)),
            (Prompt::WhenNeeded, Some(60), Some(61), None, ask(SessionTooOld)),
            (Prompt::WhenNeeded, Some(0), Some(0), None, ask(SessionTooOld)),
            (Prompt::WhenNeeded, None, Some(1), Some("me"), Some(Answer::Silently)),
            (Prompt::WhenNeeded, None, Some(1), Some("you"), ask(OtherPersonExpected)),
            (Prompt::Login, None, Some(0), None, ask(PromptLogin)),
            (Prompt::SelectAccount, None, Some(0), None, ask(SelectAccount)),
            (Prompt::None, None, Some(1), None, Some(Answer::Silently)),
            (Prompt::None, None, None, None, None),
            (Prompt::None, Some(0), Some(0), None, None),
            (Prompt::None, None, Some(1), Some("you"), None),
        ] {
            assert_eq!(
                decide(prompt, max_age, age, hint),
                expected,
                "{prompt:?} {max_age:?} {age:?} {hint:?}"
            );
        }
    }
}
