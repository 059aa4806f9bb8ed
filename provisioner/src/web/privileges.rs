//! Settings > User Privileges: capabilities, Group Access, organization visibility. Three acts, three forms (S-20).

use std::collections::BTreeSet;
use std::str::FromStr;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};

use super::failure::Failure;
use super::filter::{LeftOut, title};
use super::input::{Asked, Sent, values};
use super::notices::{After, alert, notice};
use super::organizations::NameForm;
use super::page::Page;
use super::present::Names;
use super::views::access::{Choice, PrivilegesListPage, PrivilegesPage, PrivilegesPart, PrivilegesRow};
use super::views::shell::{Notice, Place};
use super::views::{Link, Pager};
use super::visitor::Visitor;
use super::wording::administrator as words;
use crate::app::{App, AppState};
use crate::domain::access::{AccessKind, Capability};
use crate::domain::account::AccountId;
use crate::domain::organization::{AccessGroup, Organization};
use crate::usecase::{
    Actor, AssignError, OrganizationsError, User, UserError, UserQuery, add_group, assign_capabilities,
    assign_groups, assign_organizations, get_user, list_groups, list_organizations, list_users,
};

/// Which page of the list.
#[derive(Debug, serde::Deserialize)]
pub(crate) struct PageQuery {
    page: Option<String>,
    done: Option<String>,
}

/// `GET /settings/user-privileges`
#[tracing::instrument(skip_all)]
pub(crate) async fn list(
    State(app): State<AppState>,
    visitor: Visitor,
    Asked(query): Asked<PageQuery>,
) -> Result<Response, Failure> {
    let actor = &visitor.actor();
    let mut left_out = LeftOut::default();
    let mut wanted = UserQuery { page: left_out.page(query.page.as_deref()), ..UserQuery::default() };
    let mut found = list_users(&app, actor, &wanted).await?;
    if left_out.is_beyond(found.page, found.pages) {
        wanted.page = found.pages;
        found = list_users(&app, actor, &wanted).await?;
    }
    let (groups, organizations) = assignable(&app, actor).await?;
    let names = Names::new(&groups, &organizations);
    let row = |user: &User| PrivilegesRow {
        id: user.account.id.to_string(),
        name: user.account.name.clone(),
        email: user.account.email.to_string(),
        access: names.access(&user.access),
    };
    Ok(Page::ok(PrivilegesListPage {
        shell: visitor.shell(Place::UserPrivileges, notice(query.done.as_deref()).or(left_out.notice())),
        groups: names.groups(),
        rows: found.users.iter().map(row).collect(),
        title: title("User Privileges", [], found.page),
        pager: Pager::new(
            "Pages of users",
            ["Previous page", "Next page"],
            (found.page, found.pages),
            |page| format!("/settings/user-privileges?page={page}"),
        ),
    }))
}

/// `POST /settings/user-privileges/groups`
#[tracing::instrument(skip_all)]
pub(crate) async fn add(
    State(app): State<AppState>,
    visitor: Visitor,
    Sent(form): Sent<NameForm>,
) -> Result<Response, Failure> {
    match add_group(&app, &visitor.actor(), &form.name).await {
        Ok(_) => Ok(Redirect::to("/settings/user-privileges?done=group-added").into_response()),
        Err(OrganizationsError::Name(_) | OrganizationsError::NameTaken) => {
            Ok(Redirect::to("/settings/user-privileges?done=name-unusable").into_response())
        }
        Err(error) => Err(error.into()),
    }
}

/// `GET /settings/user-privileges/{id}`
#[tracing::instrument(skip_all)]
pub(crate) async fn show(
    State(app): State<AppState>,
    visitor: Visitor,
    Path(id): Path<String>,
    Asked(after): Asked<After>,
) -> Result<Response, Failure> {
    let shown = notice(after.done.as_deref());
    Ok(Page::ok(privileges_page(&app, &visitor, &id, shown).await?))
}

/// `POST /settings/user-privileges/{id}/{part}`
#[tracing::instrument(skip_all)]
pub(crate) async fn assign(
    State(app): State<AppState>,
    visitor: Visitor,
    Path((id, part)): Path<(String, String)>,
    Sent(fields): Sent<Vec<(String, String)>>,
) -> Result<Response, Failure> {
    let kind: AccessKind = part.parse().map_err(|_| Failure::NotFound)?;
    match carry_out(&app, &visitor, &id, kind, &fields).await {
        Ok(_) => {
            Ok(Redirect::to(&format!("/settings/user-privileges/{id}?done=access-saved")).into_response())
        }
        Err(AssignError::Denied(denied)) => Err(denied.into()),
        Err(AssignError::NotFound) => Err(Failure::NotFound),
        Err(AssignError::Unavailable(error)) => Err(error.into()),
        Err(error @ AssignError::UnknownTarget(_)) => {
            let shown = Some(alert(format!("Nothing was changed: {error}.")));
            let page = privileges_page(&app, &visitor, &id, shown).await?;
            Ok(Page::with(StatusCode::UNPROCESSABLE_ENTITY, page))
        }
    }
}

async fn carry_out(
    app: &App,
    visitor: &Visitor,
    id: &str,
    kind: AccessKind,
    fields: &[(String, String)],
) -> Result<User, AssignError> {
    let (actor, id) = (&visitor.actor(), id.parse().map_err(|_| AssignError::NotFound)?);
    match kind {
        AccessKind::Capabilities => {
            assign_capabilities(app, actor, id, assigned::<Capability>(fields)?).await
        }
        AccessKind::Groups => assign_groups(app, actor, id, assigned(fields)?).await,
        AccessKind::Organizations => assign_organizations(app, actor, id, assigned(fields)?).await,
    }
}

/// The checked boxes of a form.
fn assigned<T: FromStr + Ord>(fields: &[(String, String)]) -> Result<BTreeSet<T>, AssignError> {
    let parse = |text: &str| text.parse().map_err(|_| AssignError::UnknownTarget(format!("`{text}`")));
    values(fields, "assigned").map(parse).collect()
}

/// What can be assigned beside the capabilities.
async fn assignable(app: &App, actor: &Actor) -> Result<(Vec<AccessGroup>, Vec<Organization>), Failure> {
    let groups = list_groups(app, actor).await?;
    Ok((groups, list_organizations(app, actor).await?))
}

async fn privileges_page(
    app: &App,
    visitor: &Visitor,
    id: &str,
    shown: Option<Notice>,
) -> Result<PrivilegesPage, Failure> {
    let id: Option<AccountId> = id.parse().ok();
    let user = find_user(app, visitor, id).await?;
    let account = &user.account;
    Ok(PrivilegesPage {
        shell: visitor.shell(Place::UserPrivileges, shown),
        id: account.id.to_string(),
        name: account.name.clone(),
        email: account.email.to_string(),
        origin: words::origin(account.origin).to_owned(),
        status: words::status(account).words().to_owned(),
        needs_review: account.needs_review(),
        parts: parts(app, visitor, &user).await?,
    })
}

async fn find_user(app: &App, visitor: &Visitor, id: Option<AccountId>) -> Result<User, Failure> {
    let id = id.ok_or(Failure::NotFound)?;
    get_user(app, &visitor.actor(), id).await.map_err(|error| match error {
        UserError::Denied(denied) => denied.into(),
        UserError::NotFound => Failure::NotFound,
        UserError::NotPossible(_) | UserError::LastAdministrator => Failure::NotUnderstood,
        UserError::Unavailable(error) => error.into(),
    })
}

/// The three forms; nothing is checked beyond what is assigned (S-83).
async fn parts(app: &App, visitor: &Visitor, user: &User) -> Result<Vec<PrivilegesPart>, Failure> {
    let (groups, organizations) = assignable(app, &visitor.actor()).await?;
    let access = &user.access;
    let capability = |one: &Capability| {
        choice(one.as_str().to_owned(), one.label().to_owned(), access.capabilities.contains(one))
    };
    Ok(vec![
        PrivilegesPart {
            path: AccessKind::Capabilities.as_str(),
            title: "Capabilities",
            legend: "What this user may do",
            nothing: "",
            make: None,
            button: "Save capabilities",
            choices: Capability::ALL.iter().map(capability).collect(),
        },
        PrivilegesPart {
            path: AccessKind::Groups.as_str(),
            title: "Group Access",
            legend: "Access groups this user belongs to",
            nothing: "There is no access group yet.",
            make: Some(Link::new("/settings/user-privileges#access-groups", "Add an access group")),
            button: "Save Group Access",
            choices: groups
                .into_iter()
                .map(|group| choice(group.id.to_string(), group.name, access.groups.contains(&group.id)))
                .collect(),
        },
        PrivilegesPart {
            path: AccessKind::Organizations.as_str(),
            title: "Organization visibility",
            legend: "Organizations this user can see",
            nothing: "There is no organization yet.",
            make: Some(Link::new("/organizations#add-organization", "Add an organization")),
            button: "Save organization visibility",
            choices: organizations
                .into_iter()
                .map(|one| choice(one.id.to_string(), one.name, access.organizations.contains(&one.id)))
                .collect(),
        },
    ])
}

fn choice(id: String, label: String, assigned: bool) -> Choice {
    Choice { id, label, assigned }
}
