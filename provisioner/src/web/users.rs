//! Settings > Users: the list, adding a user, and what is done to one.

use axum::extract::{Path, State};
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
use super::notices::{alert, notice};
use super::page::Page;
use super::present::user_row;
use super::single_sign_on::section;
use super::views::Pager;
use super::views::shell::{Notice, Place};
use super::views::users::{AddUser, Tab, UserAction, UserList, UsersPage};
use super::visitor::Visitor;
use super::wording::administrator;
use crate::app::{App, AppState};
use crate::usecase::{
    AddUserError, MspAdmin, NewUser, User, UserError, UserPage, UserQuery, UserView, UsersError,
    activate_user, add_user, allow_user_again, deactivate_user, list_users, remove_user, review_user,
    set_msp_admin,
};

/// What of the list is asked for.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct ListQuery {
    view: Option<String>,
    q: Option<String>,
    page: Option<String>,
    since: Option<String>,
    done: Option<String>,
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
    let shown = notice(query.done.as_deref());
    Ok(Page::ok(users_page(&app, &visitor, &query, shown).await?))
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
    let (status, sentence) = match add_user(&app, &visitor.actor(), new).await {
        Ok(_) => return Ok(done("user-added")),
        Err(AddUserError::Denied(denied)) => return Err(denied.into()),
        Err(AddUserError::Unavailable(error)) => return Err(error.into()),
        Err(error @ (AddUserError::EmailTaken | AddUserError::KeptOut)) => {
            (StatusCode::CONFLICT, error.to_string())
        }
        Err(error) => (StatusCode::UNPROCESSABLE_ENTITY, error.to_string()),
    };
    let mut page = users_page(&app, &visitor, &ListQuery::default(), None).await?;
    let error = Some(format!("The user was not added: {sentence}."));
    page.add = AddUser { name: form.name, email: form.email, error };
    Ok(Page::with(status, page))
}

/// `POST /settings/users/{id}/{action}`
#[tracing::instrument(skip_all, fields(action))]
pub(crate) async fn change(
    State(app): State<AppState>,
    visitor: Visitor,
    Path((id, action)): Path<(String, String)>,
) -> Result<Response, Failure> {
    let action = UserAction::ALL.into_iter().find(|known| known.path() == action).ok_or(Failure::NotFound)?;
    match carry_out(&app, &visitor, &id, action).await {
        Ok(_) => Ok(done(code(action))),
        Err(UserError::Denied(denied)) => Err(denied.into()),
        Err(UserError::NotFound) => Err(Failure::NotFound),
        Err(UserError::Unavailable(error)) => Err(error.into()),
        Err(error @ (UserError::NotPossible(_) | UserError::LastAdministrator)) => {
            let shown = Some(alert(format!("Nothing was changed: {error}.")));
            let page = users_page(&app, &visitor, &ListQuery::default(), shown).await?;
            Ok(Page::with(StatusCode::CONFLICT, page))
        }
    }
}

async fn carry_out(app: &App, visitor: &Visitor, id: &str, action: UserAction) -> Result<User, UserError> {
    let id = id.parse().map_err(|_| UserError::NotFound)?;
    let actor = &visitor.actor();
    match action {
        UserAction::Review => review_user(app, actor, id).await,
        UserAction::Deactivate => deactivate_user(app, actor, id).await,
        UserAction::Activate => activate_user(app, actor, id).await,
        UserAction::Remove => remove_user(app, actor, id).await,
        UserAction::AllowAgain => allow_user_again(app, actor, id).await,
        UserAction::MakeAdmin => set_msp_admin(app, actor, id, MspAdmin::Granted).await,
        UserAction::RemoveAdmin => set_msp_admin(app, actor, id, MspAdmin::Withdrawn).await,
    }
}

/// The code of the sentence after an action.
fn code(action: UserAction) -> &'static str {
    match action {
        UserAction::Review => "user-reviewed",
        UserAction::Deactivate => "user-deactivated",
        UserAction::Activate => "user-activated",
        UserAction::Remove => "user-removed",
        UserAction::AllowAgain => "user-allowed",
        UserAction::MakeAdmin => "admin-made",
        UserAction::RemoveAdmin => "admin-removed",
    }
}

/// Back to the list, with a sentence.
pub(crate) fn done(code: &str) -> Response {
    Redirect::to(&format!("/settings/users?done={code}")).into_response()
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

async fn users_page(
    app: &App,
    visitor: &Visitor,
    query: &ListQuery,
    shown: Option<Notice>,
) -> Result<UsersPage, Failure> {
    let mut left_out = LeftOut::default();
    let mut wanted = user_query(query, &mut left_out);
    let mut found = list_users(app, &visitor.actor(), &wanted).await.map_err(refused)?;
    if left_out.is_beyond(found.page, found.pages) {
        wanted.page = found.pages;
        found = list_users(app, &visitor.actor(), &wanted).await.map_err(refused)?;
    }
    Ok(UsersPage {
        shell: visitor.shell(Place::Users, shown.or(left_out.notice())),
        list: list(&wanted, &found),
        sso: section(app, &visitor.actor()).await?,
        add: AddUser::default(),
    })
}

pub(crate) fn refused(error: UsersError) -> Failure {
    match error {
        UsersError::Denied(denied) => denied.into(),
        UsersError::Unavailable(error) => error.into(),
    }
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
    let search = query.search.clone().unwrap_or_default();
    let since = query.created_since.map(|since| since.to_zoned(TimeZone::UTC).date().to_string());
    let since = since.unwrap_or_default();
    let view = if query.view == UserView::All { "" } else { administrator::view(query.view) };
    let tab = |other: &UserView| Tab {
        href: page_href(*other, &search, &since, 1),
        text: administrator::view(*other),
        current: *other == query.view,
    };
    let counted = if found.total == 1 { "1 user".to_owned() } else { format!("{} users", found.total) };
    UserList {
        caption: format!("{}: {counted}", administrator::view(query.view)),
        view: query.view.as_str(),
        tabs: UserView::ALL.iter().map(tab).collect(),
        users: found.users.iter().map(user_row).collect(),
        hidden: found.hidden,
        pager: Pager::new(
            "Pages of users",
            ["Previous page", "Next page"],
            (found.page, found.pages),
            |page| page_href(query.view, &search, &since, page),
        ),
        title: title("Users", [view, search.as_str(), since.as_str()], found.page),
        query: search,
        since,
    }
}

fn page_href(view: UserView, search: &str, since: &str, page: u32) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    query.append_pair("view", view.as_str());
    if !search.is_empty() {
        query.append_pair("q", search);
    }
    if !since.is_empty() {
        query.append_pair("since", since);
    }
    if page > 1 {
        query.append_pair("page", &page.to_string());
    }
    format!("/settings/users?{}", query.finish())
}
