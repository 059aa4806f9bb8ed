//! The pages a person sees. Plain HTML that works without scripts, escaped by the templates.

use std::sync::OnceLock;

use askama::Template;
use axum::http::{StatusCode, header};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use fixtures::Status;
use sha2::{Digest as _, Sha256};

use crate::http::reply::Reply;
use crate::journal::Note;
use crate::protocol::authorize::ReturnTo;
use crate::protocol::error::Refusal;
use crate::protocol::params::Params;
use crate::realm::{Interaction, State};

#[derive(Template)]
#[template(path = "login.html")]
struct Login<'a> {
    client: &'a str,
    interaction: &'a str,
    username: &'a str,
    company: &'a str,
    error: Option<&'a str>,
}

#[derive(Template)]
#[template(path = "password.html")]
struct Password<'a> {
    interaction: &'a str,
    username: &'a str,
    company: &'a str,
    error: Option<&'a str>,
}

#[derive(Template)]
#[template(path = "code.html")]
struct Code<'a> {
    interaction: &'a str,
    username: &'a str,
    company: &'a str,
    error: Option<&'a str>,
}

#[derive(Template)]
#[template(path = "people.html")]
struct People<'a> {
    client: &'a str,
    interaction: &'a str,
    companies: Vec<CompanyGroup>,
    error: Option<&'a str>,
}

struct CompanyGroup {
    name: String,
    people: Vec<PersonButton>,
}

struct PersonButton {
    key: String,
    name: String,
    why: String,
}

#[derive(Template)]
#[template(path = "error.html")]
struct ErrorPage<'a> {
    heading: &'a str,
    reason: &'a str,
    check: &'a str,
    client: &'a str,
    interaction: Option<&'a str>,
}

#[derive(Template)]
#[template(path = "signed_out.html")]
struct SignedOut<'a> {
    frames: &'a [String],
    return_to: Option<&'a str>,
}

#[derive(Template)]
#[template(path = "form_post.html")]
struct FormPost<'a> {
    client: &'a str,
    action: &'a str,
    params: &'a [(String, String)],
    script: &'a str,
}

#[derive(Template)]
#[template(path = "home.html")]
struct Home<'a> {
    issuer: &'a str,
}

/// The one script there is; without scripts the button does the same.
const SUBMIT: &str = "document.forms[0].submit()";

/// Which of the three forms, or the chooser.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    Login,
    Password,
    Code,
    People,
}

/// A form of a waiting sign-in.
pub(crate) fn form(
    state: &State,
    form: Form,
    name: &str,
    interaction: &Interaction,
    error: Option<&str>,
    note: &mut Note,
) -> Reply {
    let client_id = &interaction.request.client_id;
    let client = state.clients.get(client_id).map_or(client_id.as_str(), |client| client.name.as_str());
    let (username, company) = typed_or_hinted(state, interaction);
    let (username, company) = (username.as_str(), company.as_str());
    let (page, html) = match form {
        Form::Login => {
            ("kaseyaone-login", Login { client, interaction: name, username, company, error }.render())
        }
        Form::Password => {
            ("kaseyaone-password", Password { interaction: name, username, company, error }.render())
        }
        Form::Code => ("kaseyaone-code", Code { interaction: name, username, company, error }.render()),
        Form::People => {
            let companies = groups(state);
            ("kaseyaone-people", People { client, interaction: name, companies, error }.render())
        }
    };
    let status = if error.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    show(status, page, html, &policy(Some(&interaction.request.redirect_uri), false), note)
}

/// A `login_hint` fills the form in, and does nothing else.
fn typed_or_hinted(state: &State, interaction: &Interaction) -> (String, String) {
    if let Some(typed) = &interaction.typed {
        return typed.clone();
    }
    let Some(hint) = &interaction.request.login_hint else { return Default::default() };
    match state.hinted(hint) {
        Some(person) => {
            let company = state.company_of(person).map(|company| company.name.clone());
            (person.username.clone(), company.unwrap_or_default())
        }
        None => (hint.clone(), String::new()),
    }
}

fn groups(state: &State) -> Vec<CompanyGroup> {
    let of = |company: &fixtures::Company| {
        let here =
            |person: &&fixtures::Person| person.company == company.key && person.status != Status::Deleted;
        let button = |person: &fixtures::Person| PersonButton {
            key: person.key.clone(),
            name: person.full_name(),
            why: person.why.clone(),
        };
        let people = state.people.values().filter(here).map(button).collect();
        CompanyGroup { name: company.name.clone(), people }
    };
    let mut groups: Vec<_> = state.companies.iter().map(of).collect();
    groups.sort_by_key(|group| std::cmp::Reverse(group.people.len()));
    groups
}

/// The person may not sign in, and can go back to the client.
pub(crate) fn refused(state: &State, name: &str, refusal: &Refusal, note: &mut Note) -> Reply {
    let interaction = state.interaction(name);
    let client_id = interaction.map(|interaction| interaction.request.client_id.clone()).unwrap_or_default();
    let client = state.clients.get(&client_id).map_or(client_id.as_str(), |client| client.name.as_str());
    let page = ErrorPage {
        heading: "You cannot sign in",
        reason: &refusal.reason,
        check: &refusal.check,
        client,
        interaction: interaction.map(|_| name),
    };
    let uri = interaction.map(|interaction| interaction.request.redirect_uri.as_str());
    show(StatusCode::FORBIDDEN, "kaseyaone-error", page.render(), &policy(uri, false), note)
}

/// Something is wrong with the request; there is nowhere safe to redirect to.
pub(crate) fn error(refusal: &Refusal, note: &mut Note) -> Reply {
    note.refusal = Some(refusal.clone());
    let page = ErrorPage {
        heading: "This request cannot be answered",
        reason: &refusal.reason,
        check: &refusal.check,
        client: "",
        interaction: None,
    };
    show(StatusCode::BAD_REQUEST, "kaseyaone-error", page.render(), &policy(None, false), note)
}

/// The end of a session; the frames tell clients of it, and then the browser goes on.
pub(crate) fn signed_out(frames: &[String], return_to: Option<&str>, note: &mut Note) -> Reply {
    let page = SignedOut { frames, return_to }.render();
    let mut policy = policy(None, false);
    for origin in frames.iter().filter_map(|frame| url::Url::parse(frame).ok()).map(|frame| frame.origin()) {
        let lead = if policy.contains("; frame-src") { " " } else { "; frame-src " };
        policy.push_str(lead);
        policy.push_str(&origin.ascii_serialization());
    }
    show(StatusCode::OK, "kaseyaone-signed-out", page, &policy, note)
}

pub(crate) fn home(issuer: &str, note: &mut Note) -> Reply {
    show(StatusCode::OK, "kaseyaone-home", Home { issuer }.render(), &policy(None, false), note)
}

/// OAuth 2.0 Form Post Response Mode: the browser carries the answer in a form.
pub(crate) fn form_post(to: &ReturnTo, params: &Params, note: &mut Note) -> Reply {
    let page =
        FormPost { client: &to.client_id, action: &to.redirect_uri, params: &params.0, script: SUBMIT };
    show(StatusCode::OK, "kaseyaone-continue", page.render(), &policy(Some(&to.redirect_uri), true), note)
}

fn show(
    status: StatusCode,
    page: &'static str,
    html: Result<String, askama::Error>,
    policy: &str,
    note: &mut Note,
) -> Reply {
    note.response.page = Some(page);
    // The templates are compiled in and write to a string: rendering has nothing to fail on.
    Reply::html(status, html.unwrap_or_default()).with(header::CONTENT_SECURITY_POLICY, policy)
}

/// Browsers apply form-action to where a form's answer redirects, so the client's origin is in it.
fn policy(redirect_uri: Option<&str>, submits: bool) -> String {
    static HASH: OnceLock<String> = OnceLock::new();
    let hash = HASH.get_or_init(|| STANDARD.encode(Sha256::digest(SUBMIT)));
    let origin = redirect_uri
        .and_then(|uri| url::Url::parse(uri).ok())
        .map(|uri| format!(" {}", uri.origin().ascii_serialization()))
        .unwrap_or_default();
    let script = if submits { format!(" script-src 'sha256-{hash}';") } else { String::new() };
    format!(
        "default-src 'none'; style-src 'self';{script} form-action 'self'{origin}; frame-ancestors 'none'; base-uri 'none'"
    )
}
