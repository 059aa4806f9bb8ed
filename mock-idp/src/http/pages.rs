//! The pages a person sees. Plain HTML that works without scripts, escaped by the templates.

mod face;
mod logout;
mod people;
mod portal;

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::sync::OnceLock;

use askama::Template;
use axum::http::{StatusCode, header};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha256};

use crate::http::neighbours::Neighbours;
use crate::http::pages::face::Face;
use crate::http::reply::Reply;
use crate::journal::Note;
use crate::protocol::authorize::ReturnTo;
use crate::protocol::base::Base;
use crate::protocol::error::Refusal;
use crate::protocol::on_the_spot::person::Named;
use crate::protocol::params::Params;
use crate::realm::State;
use crate::realm::interaction::Interaction;

pub(crate) use self::logout::{logout, signed_out, still_signed_in};
pub(crate) use self::people::Wanted;
use self::people::{CompanyGroup, Search, Somebody, groups, has_many};
pub(crate) use self::portal::{portal, portal_people};

#[derive(Template)]
#[template(path = "login.html")]
struct Login<'a> {
    prefix: &'a str,
    client: Face<'a>,
    interaction: &'a str,
    username: &'a str,
    company: Option<&'a str>,
    error: Option<&'a str>,
}

#[derive(Template)]
#[template(path = "password.html")]
struct Password<'a> {
    prefix: &'a str,
    interaction: &'a str,
    username: &'a str,
    company: Option<&'a str>,
    error: Option<&'a str>,
}

#[derive(Template)]
#[template(path = "code.html")]
struct Code<'a> {
    prefix: &'a str,
    interaction: &'a str,
    username: &'a str,
    company: Option<&'a str>,
    error: Option<&'a str>,
}

#[derive(Template)]
#[template(path = "people.html")]
struct People<'a> {
    prefix: &'a str,
    client: Face<'a>,
    interaction: &'a str,
    somebody: Option<Somebody<'a>>,
    search: Option<Search<'a>>,
    companies: Vec<CompanyGroup>,
    error: Option<&'a str>,
}

#[derive(Template)]
#[template(path = "consent.html")]
struct Consent<'a> {
    prefix: &'a str,
    client: Face<'a>,
    interaction: &'a str,
    person: &'a str,
    asks: Vec<Cow<'static, str>>,
    error: Option<&'a str>,
}

#[derive(Template)]
#[template(path = "device.html")]
struct Device<'a> {
    prefix: &'a str,
    code: &'a str,
    somebody: Option<Somebody<'a>>,
    wanted: &'a str,
    /// Whether there are so many people that some have to be looked for.
    is_long: bool,
    companies: Vec<CompanyGroup>,
    error: Option<&'a str>,
    done: Option<&'a str>,
}

/// What stands on the page of a device.
#[derive(Default)]
pub(crate) struct DeviceForm<'a> {
    pub(crate) code: &'a str,
    /// Who was typed in.
    pub(crate) named: Named<'a>,
    /// Who is looked for.
    pub(crate) wanted: Wanted<'a>,
    pub(crate) error: Option<&'a str>,
    pub(crate) done: Option<&'a str>,
}

#[derive(Template)]
#[template(path = "error.html")]
struct ErrorPage<'a> {
    prefix: &'a str,
    heading: &'a str,
    reason: &'a str,
    check: &'a str,
    client: &'a str,
    interaction: Option<&'a str>,
}

#[derive(Template)]
#[template(path = "form_post.html")]
struct FormPost<'a> {
    prefix: &'a str,
    client: &'a str,
    action: &'a str,
    params: &'a Params,
    script: &'a str,
}

#[derive(Template)]
#[template(path = "home.html")]
struct Home<'a> {
    prefix: &'a str,
    issuer: &'a str,
    discovery: String,
    control: &'a str,
    realms: &'a Neighbours,
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

/// What stands on a form, beside what is known of the sign-in.
#[derive(Default)]
pub(crate) struct Shown<'a> {
    /// The people are those who are looked for.
    pub(crate) wanted: Wanted<'a>,
    /// Who was named.
    pub(crate) named: Named<'a>,
    pub(crate) error: Option<&'a str>,
}

/// A form of a waiting sign-in.
pub(crate) fn form(
    state: &State,
    form: Form,
    name: &str,
    interaction: &Interaction,
    shown: &Shown<'_>,
    note: &mut Note,
) -> Reply {
    let Shown { ref wanted, named, error } = *shown;
    let client = Face::of(state, &interaction.request.client_id);
    let policy = client.shown_under(policy(Some(&*interaction.request.redirect_uri), false));
    let (username, company) = typed_or_hinted(state, interaction);
    let username = username.as_str();
    // Where there is only one, nobody has to say which.
    let company = Some(company.as_str()).filter(|_| state.people.only_company().is_none());
    let prefix = &*state.base.prefix;
    let (page, html) = match form {
        Form::Login => (
            "kaseyaone-login",
            Login { prefix, client, interaction: name, username, company, error }.render(),
        ),
        Form::Password => {
            ("kaseyaone-password", Password { prefix, interaction: name, username, company, error }.render())
        }
        Form::Code => {
            ("kaseyaone-code", Code { prefix, interaction: name, username, company, error }.render())
        }
        Form::People => {
            let search = Search::of(state, wanted.by, "/account/people", Some(name));
            let companies = groups(state, wanted);
            let hinted = if named.name.is_empty() { username } else { named.name };
            let somebody = Somebody::of(state, Named { name: hinted, ..named });
            let page = People { prefix, client, interaction: name, somebody, search, companies, error };
            ("kaseyaone-people", page.render())
        }
    };
    let status = if error.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    show(status, page, html, &policy, note)
}

/// A `login_hint` fills the form in, and does nothing else.
fn typed_or_hinted(state: &State, interaction: &Interaction) -> (String, String) {
    if let Some(typed) = &interaction.typed {
        return typed.clone();
    }
    let Some(hint) = &interaction.request.login_hint else { return Default::default() };
    match state.people.hinted(hint) {
        Some(person) => {
            let company = state.people.company_of(person).map(|company| company.name.clone());
            (person.username.clone(), company.unwrap_or_default())
        }
        None => (hint.clone(), String::new()),
    }
}

/// Whether the client may have what it asks for.
pub(crate) fn consent(
    state: &State,
    name: &str,
    interaction: &Interaction,
    error: Option<&str>,
    note: &mut Note,
) -> Reply {
    let request = &interaction.request;
    let client = Face::of(state, &request.client_id);
    let policy = client.shown_under(policy(Some(&*request.redirect_uri), false));
    let key = interaction.agreed.as_ref().map(|(session, _)| session.person.as_str()).unwrap_or_default();
    let person = state.people.get(key).map(fixtures::Person::full_name).unwrap_or_default();
    let asks = request.scope.iter().map(|scope| in_words(scope)).collect();
    let prefix = &*state.base.prefix;
    let page = Consent { prefix, client, interaction: name, person: &person, asks, error }.render();
    let status = if error.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    show(status, "kaseyaone-consent", page, &policy, note)
}

fn in_words(scope: &str) -> Cow<'static, str> {
    let words = match scope {
        "openid" => "who you are",
        "profile" => "your name and user name",
        "email" => "your e-mail address",
        "phone" => "your telephone number",
        "address" => "your postal address",
        "offline_access" => "access while you are away",
        of_an_api => return Cow::Owned(format!("{of_an_api} at an API")),
    };
    Cow::Borrowed(words)
}

/// The code of a device, and who answers it.
pub(crate) fn device(state: &State, form: &DeviceForm<'_>, note: &mut Note) -> Reply {
    let DeviceForm { code, named, ref wanted, error, done } = *form;
    let somebody = Somebody::of(state, named);
    let (is_long, companies) = (has_many(state, wanted.by), groups(state, wanted));
    let wanted = wanted.by;
    let page = Device { prefix: &state.base.prefix, code, somebody, wanted, is_long, companies, error, done };
    let status = if error.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    show(status, "kaseyaone-device", page.render(), &policy(None, false), note)
}

/// The person may not sign in, and can go back to the client.
pub(crate) fn refused(state: &State, name: &str, refusal: &Refusal, note: &mut Note) -> Reply {
    note.refusal = Some(refusal.clone());
    let interaction = state.interaction(name);
    let client_id = interaction.map(|interaction| interaction.request.client_id.clone()).unwrap_or_default();
    let client = state.clients.get(&client_id).map_or(client_id.as_str(), |client| client.name.as_str());
    let page = ErrorPage {
        prefix: &state.base.prefix,
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
pub(crate) fn error(base: &Base, refusal: &Refusal, note: &mut Note) -> Reply {
    note.refusal = Some(refusal.clone());
    let page = ErrorPage {
        prefix: &base.prefix,
        heading: "This request cannot be answered",
        reason: &refusal.reason,
        check: &refusal.check,
        client: "",
        interaction: None,
    };
    show(StatusCode::BAD_REQUEST, "kaseyaone-error", page.render(), &policy(None, false), note)
}

pub(crate) fn home(base: &Base, realms: &Neighbours, note: &mut Note) -> Reply {
    show(
        StatusCode::OK,
        "kaseyaone-home",
        Home {
            prefix: &base.prefix,
            issuer: &base.issuer,
            discovery: base.discovery_path(),
            control: &base.control,
            realms,
        }
        .render(),
        &policy(None, false),
        note,
    )
}

/// OAuth 2.0 Form Post Response Mode: the browser carries the answer in a form.
pub(crate) fn form_post(base: &Base, to: &ReturnTo, params: &Params, note: &mut Note) -> Reply {
    let page = FormPost {
        prefix: &base.prefix,
        client: &to.client_id,
        action: &to.redirect_uri,
        params,
        script: SUBMIT,
    };
    show(StatusCode::OK, "kaseyaone-continue", page.render(), &policy(Some(&*to.redirect_uri), true), note)
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

/// An address as a source in a policy: its origin, or the scheme of one that has none. Nothing that could end the
/// source is in it.
fn source_of(uri: &str) -> Option<String> {
    let url = url::Url::parse(uri).ok()?;
    if !matches!(url.scheme(), "http" | "https") {
        return Some(format!("{}:", url.scheme()));
    }
    let origin = url.origin().ascii_serialization();
    if origin.contains('[') {
        // A source has no word for an address of IPv6 (CSP 2.3.1).
        return Some(format!("{}:", url.scheme()));
    }
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._:/".contains(&byte);
    origin.bytes().all(plain).then_some(origin)
}

/// Browsers apply form-action to where a form's answer redirects, so the origins of these addresses are in it.
fn policy<'a>(leads_to: impl IntoIterator<Item = &'a str>, submits: bool) -> String {
    static HASH: OnceLock<String> = OnceLock::new();
    let hash = HASH.get_or_init(|| STANDARD.encode(Sha256::digest(SUBMIT)));
    let sources: BTreeSet<_> = leads_to.into_iter().filter_map(source_of).collect();
    let sources = sources.into_iter().fold(String::new(), |all, source| all + " " + &source);
    let script = if submits { format!(" script-src 'sha256-{hash}';") } else { String::new() };
    format!(
        "default-src 'none'; style-src 'self';{script} form-action 'self'{sources}; frame-ancestors 'none'; base-uri 'none'"
    )
}
