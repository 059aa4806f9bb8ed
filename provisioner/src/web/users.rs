//! Settings > Users: the list, adding a user, and what is done to one.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use secrecy::SecretString;
use serde::Deserialize;

use super::failure::Failure;
use super::filter::{LeftOut, title};
use super::input::{Asked, Sent};
use super::notices::{alert, notice, notice_about};
use super::page::Page;
use super::present::user_row;
use super::single_sign_on::section::section;
use super::views::shell::{Notice, Place};
use super::views::users::{AddUser, Tab, UserList, UsersPage};
use super::views::{Link, Pager};
use super::visitor::Visitor;
use super::wording::administrator;
use crate::app::{App, AppState};
use crate::domain::account::AccountId;
use crate::usecase::{
    AddUserError, NewUser, User, UserError, UserPage, UserQuery, UserView, add_user, get_user, list_users,
};

/// What of the list is asked for.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct ListQuery {
    view: Option<String>,
    q: Option<String>,
    page: Option<String>,
    since: Option<String>,
    done: Option<String>,
    user: Option<String>,
}

impl ListQuery {
    /// What a form of the list carries of the query that showed it; anything else in it is dropped.
    pub(super) fn carried(text: &str) -> Self {
        let mut query = Self::default();
        for (key, value) in url::form_urlencoded::parse(text.as_bytes()) {
            let value = Some(value.into_owned());
            match &*key {
                "view" => query.view = value,
                "q" => query.q = value,
                "page" => query.page = value,
                "since" => query.since = value,
                _ => {}
            }
        }
        query
    }
}

/// The form that adds a user.
#[derive(Deserialize)]
pub(crate) struct AddForm {
    email: String,
    name: String,
    password: Option<String>,
}

/// `GET /settings/users`
#[tracing::instrument(skip_all)]
pub(crate) async fn show_users(
    State(app): State<AppState>,
    visitor: Visitor,
    Asked(query): Asked<ListQuery>,
) -> Result<Response, Failure> {
    let shown = said(&app, &visitor, &query).await?;
    Ok(Page::ok(users_page(&app, &visitor, &query, shown).await?))
}

/// `GET /settings` and `GET /settings/users/`: what people type, and nothing of its own.
#[tracing::instrument(skip_all)]
pub(crate) async fn lead_to_users() -> Redirect {
    Redirect::permanent("/settings/users")
}

/// `POST /settings/users`
#[tracing::instrument(skip_all)]
pub(crate) async fn add(
    State(app): State<AppState>,
    visitor: Visitor,
    Sent(form): Sent<AddForm>,
) -> Result<Response, Failure> {
    let password = form.password.filter(|password| !password.is_empty()).map(SecretString::from);
    let new = NewUser { email: &form.email, name: &form.name, password: password.as_ref() };
    let error = match add_user(&app, &visitor.actor(), new).await {
        Ok(user) => return Ok(done_to(&ListQuery::default(), "user-added", user.account.id)),
        Err(AddUserError::Denied(denied)) => return Err(denied.into()),
        Err(AddUserError::Unavailable(error)) => return Err(error.into()),
        Err(error) => error,
    };
    let (status, remedy) = match error {
        AddUserError::KeptOut => (StatusCode::CONFLICT, Some(removed(&form.email))),
        AddUserError::EmailTaken => (StatusCode::CONFLICT, None),
        _ => (StatusCode::UNPROCESSABLE_ENTITY, None),
    };
    let mut page = users_page(&app, &visitor, &ListQuery::default(), None).await?;
    let error = Some(format!("The user was not added: {error}."));
    page.add = AddUser { name: form.name, email: form.email, error, remedy };
    Ok(Page::with(status, page))
}

/// The removed users of an address.
fn removed(email: &str) -> Link {
    let search = Some(email.trim().to_owned());
    let query = UserQuery { view: UserView::Removed, search, ..UserQuery::default() };
    Link::new(page_href(&query, 1), "Show the removed user")
}

/// Back to the list, with a sentence.
pub(crate) fn done(code: &str) -> Response {
    Redirect::to(&format!("/settings/users?done={code}")).into_response()
}

/// Back to the list as it was, with a sentence about a user.
pub(super) fn done_to(list: &ListQuery, code: &str, user: AccountId) -> Response {
    let wanted = user_query(list, &mut LeftOut::default());
    let list = page_href(&wanted, wanted.page);
    Redirect::to(&format!("{list}&done={code}&user={user}")).into_response()
}

/// The sentence after something was done, about the user it was done to. The address has but a code and an id.
async fn said(app: &App, visitor: &Visitor, query: &ListQuery) -> Result<Option<Notice>, Failure> {
    let Some(id) = query.user.as_deref().and_then(|text| text.parse().ok()) else {
        return Ok(notice(query.done.as_deref()));
    };
    let who = match get_user(app, &visitor.actor(), id).await {
        Ok(User { account, .. }) => Some(format!("{} ({})", account.name, account.email)),
        Err(UserError::Denied(denied)) => return Err(denied.into()),
        Err(UserError::Unavailable(error)) => return Err(error.into()),
        Err(UserError::NotFound | UserError::NotPossible(_) | UserError::LastAdministrator) => None,
    };
    Ok(notice_about(query.done.as_deref(), who.as_deref()))
}

/// The page with a sentence about what was not done.
pub(crate) async fn users_page_saying(
    app: &App,
    visitor: &Visitor,
    status: StatusCode,
    sentence: String,
) -> Result<Response, Failure> {
    let page = users_page(app, visitor, &ListQuery::default(), Some(alert(sentence))).await?;
    Ok(Page::with(status, page))
}

pub(super) async fn users_page(
    app: &App,
    visitor: &Visitor,
    query: &ListQuery,
    shown: Option<Notice>,
) -> Result<UsersPage, Failure> {
    let mut left_out = LeftOut::default();
    let mut wanted = user_query(query, &mut left_out);
    let mut found = list_users(app, &visitor.actor(), &wanted).await?;
    if left_out.is_beyond(found.page, found.pages) {
        wanted.page = found.pages;
        found = list_users(app, &visitor.actor(), &wanted).await?;
    }
    Ok(UsersPage {
        shell: visitor.shell(Place::Users, shown.or(left_out.notice())),
        list: list(&wanted, &found),
        sso: section(app, &visitor.actor()).await?,
        add: AddUser::default(),
    })
}

/// What of the list an address asks for, as far as it can be read.
fn user_query(query: &ListQuery, left_out: &mut LeftOut) -> UserQuery {
    let view = left_out.read(
        query.view.as_deref(),
        |text| text.parse().ok(),
        |text| format!("All users are shown: {text} is not a view. Choose one of those at the top."),
    );
    let created_since = left_out.read(query.since.as_deref(), day, |text| {
        format!("Users are shown whenever they were created: {text} is not a day. Write it as in 2026-01-31.")
    });
    UserQuery {
        view: view.unwrap_or_default(),
        search: query.q.as_deref().map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned),
        page: left_out.page(query.page.as_deref()),
        created_since,
    }
}

/// The beginning of a day as a browser sends it, in UTC like every time of the pages.
fn day(text: &str) -> Option<Timestamp> {
    Some(text.parse::<Date>().ok()?.to_zoned(TimeZone::UTC).ok()?.timestamp())
}

fn list(query: &UserQuery, found: &UserPage) -> UserList {
    let view = if query.view == UserView::All { "" } else { administrator::view(query.view) };
    let search = query.search.clone().unwrap_or_default();
    let since = since(query);
    let tab = |other: &UserView| Tab {
        href: page_href(&UserQuery { view: *other, ..query.clone() }, 1),
        text: administrator::view(*other),
        current: *other == query.view,
    };
    let counted = if found.total == 1 { "1 user".to_owned() } else { format!("{} users", found.total) };
    UserList {
        title: title("Users", [view, search.as_str(), since.as_str()], found.page),
        caption: format!("{}: {counted}", administrator::view(query.view)),
        view: query.view.as_str(),
        tabs: UserView::ALL.iter().map(tab).collect(),
        users: found.users.iter().map(user_row).collect(),
        hidden: found.hidden,
        here: page_query(query, found.page),
        pager: Pager::new(
            "Pages of users",
            ["Previous page", "Next page"],
            (found.page, found.pages),
            |page| page_href(query, page),
        ),
        query: search,
        since,
    }
}

/// The day since which the shown were created; nothing for any.
fn since(query: &UserQuery) -> String {
    let since = query.created_since.map(|since| since.to_zoned(TimeZone::UTC).date().to_string());
    since.unwrap_or_default()
}

fn page_href(query: &UserQuery, page: u32) -> String {
    format!("/settings/users?{}", page_query(query, page))
}

fn page_query(query: &UserQuery, page: u32) -> String {
    let (search, since) = (query.search.clone().unwrap_or_default(), since(query));
    let mut pairs = url::form_urlencoded::Serializer::new(String::new());
    pairs.append_pair("view", query.view.as_str());
    for (key, value) in [("q", search), ("since", since)] {
        if !value.is_empty() {
            pairs.append_pair(key, &value);
        }
    }
    if page > 1 {
        pairs.append_pair("page", &page.to_string());
    }
    pairs.finish()
}
