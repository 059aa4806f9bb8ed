//! The sign-in page, local sign-in, the way to KaseyaOne, and what a browser gets when a sign-in ends.
//!
//! Nothing here tells whether an address is known: the words come from the category of the refusal.

use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use secrecy::SecretString;
use serde::Deserialize;

use super::failure::Failure;
use super::input::{Asked, Sent};
use super::link::LINK_AT;
use super::page::Page;
use super::views::outside::{KaseyaOneState, RefusedPage, SignInPage, StillSignedInPage};
use super::views::shell::Shell;
use super::visitor::Visitor;
use crate::app::{App, AppState};
use crate::domain::record::{Category, Reference};
use crate::front::cookies::{CookieKind, Cookies, signed_in_cookies};
use crate::front::refusal;
use crate::oidc::ProviderStatus;
use crate::usecase::{
    BrowserToken, LocalSignIn, LocalSignInError, Refusal, SignInOptions, SignedIn, local_sign_in,
    sign_in_options,
};

/// What the sign-in page may be opened with.
#[derive(Debug, Deserialize)]
pub(crate) struct Opening {
    hint: Option<String>,
    signed_out: Option<String>,
}

/// The local form.
#[derive(Deserialize)]
pub(crate) struct LocalForm {
    email: String,
    password: String,
}

/// `GET /sign-in`
#[tracing::instrument(skip_all)]
pub(crate) async fn show_sign_in(
    State(app): State<AppState>,
    visitor: Visitor,
    Asked(opening): Asked<Opening>,
) -> Result<Response, Failure> {
    if visitor.current.is_some() {
        return Ok(still_signed_in(&visitor, None));
    }
    let mut page = sign_in_page(sign_in_options(&app).await?);
    page.signed_out = opening.signed_out.is_some();
    if let Some(hint) = opening.hint.filter(|hint| !hint.trim().is_empty()) {
        page.start_href = start_href(hint.trim());
        hint.trim().clone_into(&mut page.hint);
    }
    Ok(Page::ok(page))
}

/// `POST /sign-in`
#[tracing::instrument(skip_all)]
pub(crate) async fn sign_in_locally(
    State(app): State<AppState>,
    visitor: Visitor,
    Sent(form): Sent<LocalForm>,
) -> Result<Response, Failure> {
    let password = SecretString::from(form.password);
    let input = LocalSignIn {
        email: &form.email,
        password: &password,
        browser: visitor.browser.as_ref(),
        session: visitor.session.as_ref(),
    };
    match local_sign_in(&app, input).await {
        Ok(signed_in) => Ok(welcome(&app, &signed_in)),
        Err(LocalSignInError::Refused(refusal)) => refuse_locally(&app, form.email, &refusal).await,
        Err(LocalSignInError::Unavailable(error)) => Err(error.into()),
    }
}

/// Wrong credentials keep the form; everything else has its page.
async fn refuse_locally(app: &App, email: String, refusal: &Refusal) -> Result<Response, Failure> {
    if refusal.category != Category::WrongCredentials {
        return Ok(refused(refusal));
    }
    let mut page = sign_in_page(sign_in_options(app).await?);
    let plain = refusal::plain(refusal.category);
    page.email = email;
    page.error = Some(format!("{} {} Reference: {}", plain.sentence, plain.next_step, refusal.reference));
    Ok(Page::with(refusal::status(refusal.code), page))
}

fn sign_in_page(options: SignInOptions) -> SignInPage {
    let kaseyaone = match (options.kaseyaone, options.provider) {
        (false, _) => KaseyaOneState::Off,
        (true, ProviderStatus::Reachable) => KaseyaOneState::Ready,
        (true, ProviderStatus::Unreachable) => KaseyaOneState::Unreachable,
    };
    SignInPage {
        shell: Shell::outside(),
        signed_out: false,
        kaseyaone,
        start_href: "/sso/start".to_owned(),
        hint: String::new(),
        email: String::new(),
        error: None,
    }
}

fn start_href(hint: &str) -> String {
    let query = url::form_urlencoded::Serializer::new(String::new()).append_pair("hint", hint).finish();
    format!("/sso/start?{query}")
}

/// The session cookie, and the way in: to the question that waits, if one does. The home page knows who has access
/// and who has not yet.
pub(crate) fn welcome(app: &App, signed_in: &SignedIn) -> Response {
    let cookies = signed_in_cookies(app, signed_in);
    let to = if signed_in.link_waits { LINK_AT } else { "/" };
    (cookies, Redirect::to(to)).into_response()
}

/// S-77: names who is signed in, and says that nobody signed in just now.
pub(crate) fn still_signed_in(visitor: &Visitor, reference: Option<&Reference>) -> Response {
    let Some(current) = &visitor.current else { return Redirect::to("/sign-in").into_response() };
    Page::ok(StillSignedInPage {
        shell: Shell::outside(),
        name: current.account.name.clone(),
        email: current.account.email.to_string(),
        reference: reference.map(ToString::to_string),
        by_kaseyaone: current.kaseyaone,
    })
}

/// The page of a refused sign-in.
pub(crate) fn refused(refusal: &Refusal) -> Response {
    let plain = refusal::plain(refusal.category);
    let page = RefusedPage {
        shell: Shell::outside(),
        title: plain.title.to_owned(),
        sentence: plain.sentence.to_owned(),
        next_step: plain.next_step.to_owned(),
        reference: Some(refusal.reference.to_string()),
    };
    Page::with(refusal::status(refusal.code), page)
}

/// Sends a browser to KaseyaOne, bound to the sign-in by its cookie.
pub(crate) fn to_provider(app: &AppState, to: &str, browser: &BrowserToken) -> Response {
    let cookie = Cookies::new(app.base_url()).set(CookieKind::Browser, browser.expose());
    (cookie, Redirect::to(to)).into_response()
}
