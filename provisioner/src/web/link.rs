//! The question put to an MSP Admin after a local sign-in: is this KaseyaOne user yours?
//!
//! Looking at it changes nothing; only the answer does, and only the two answers there are.

use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::failure::Failure;
use super::input::Sent;
use super::page::Page;
use super::views::When;
use super::views::link::LinkConfirmPage;
use super::views::shell::Place;
use super::visitor::{Inside, Visitor};
use crate::app::AppState;
use crate::usecase::{Denied, LinkAnswer, LinkError, LinkProposal, answer_link, find_link};

/// Where the question is.
pub(crate) const LINK_AT: &str = "/sign-in/kaseyaone-link";

/// The answer.
#[derive(Debug, Deserialize)]
pub(crate) struct LinkForm {
    decision: String,
}

/// `GET /sign-in/kaseyaone-link`
#[tracing::instrument(skip_all)]
pub(crate) async fn show_link(State(app): State<AppState>, inside: Inside) -> Result<Response, Failure> {
    let visitor = &inside.visitor;
    match find_link(&app, visitor.session.as_ref(), visitor.browser.as_ref()).await {
        Ok(proposal) => Ok(Page::ok(page(&inside, proposal))),
        Err(error) => unanswered(error),
    }
}

/// `POST /sign-in/kaseyaone-link`
#[tracing::instrument(skip_all)]
pub(crate) async fn answer(
    State(app): State<AppState>,
    visitor: Visitor,
    Sent(form): Sent<LinkForm>,
) -> Result<Response, Failure> {
    let (answer, done) = match form.decision.as_str() {
        "link" => (LinkAnswer::Link, "link-confirmed"),
        "decline" => (LinkAnswer::Decline, "link-declined"),
        _ => return Err(Failure::NotUnderstood),
    };
    match answer_link(&app, visitor.session.as_ref(), visitor.browser.as_ref(), answer).await {
        Ok(()) => Ok(home(done)),
        Err(error) => unanswered(error),
    }
}

fn unanswered(error: LinkError) -> Result<Response, Failure> {
    match error {
        LinkError::NotSignedIn => Err(Denied::NotSignedIn.into()),
        LinkError::NothingToConfirm => Ok(home("link-gone")),
        LinkError::AlreadyLinked => Ok(home("link-taken")),
        LinkError::Unavailable(error) => Err(error.into()),
    }
}

fn home(done: &str) -> Response {
    Redirect::to(&format!("/?done={done}")).into_response()
}

fn page(inside: &Inside, proposal: LinkProposal) -> LinkConfirmPage {
    let not_named = || "not named".to_owned();
    LinkConfirmPage {
        shell: inside.visitor.shell(Place::Elsewhere, None),
        account_email: inside.current.account.email.to_string(),
        name: proposal.name.unwrap_or_else(not_named),
        username: proposal.username.unwrap_or_else(not_named),
        email: proposal.email,
        company: proposal.company.name,
        company_id: proposal.company.id,
        asked: When::at(proposal.asked_at),
        until: When::at(proposal.expires_at),
        reference: proposal.reference.to_string(),
    }
}
