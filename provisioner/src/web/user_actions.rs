//! Settings > Users: what is done to one user. The list stays as it was.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;

use super::failure::Failure;
use super::input::Sent;
use super::notices::alert;
use super::page::Page;
use super::users::{ListQuery, done_to, users_page};
use super::views::users::UserAction;
use super::visitor::Visitor;
use crate::app::{App, AppState};
use crate::usecase::{
    MspAdmin, User, UserError, activate_user, allow_user_again, deactivate_user, remove_user, review_user,
    set_msp_admin,
};

/// What a form of the list carries.
#[derive(Debug, Deserialize)]
pub(crate) struct ChangeForm {
    /// The query that showed the list; only what a list can be asked for is taken from it.
    list: Option<String>,
}

/// `POST /settings/users/{id}/{action}`
#[tracing::instrument(skip_all, fields(action))]
pub(crate) async fn change(
    State(app): State<AppState>,
    visitor: Visitor,
    Path((id, action)): Path<(String, String)>,
    Sent(form): Sent<ChangeForm>,
) -> Result<Response, Failure> {
    let action = UserAction::ALL.into_iter().find(|known| known.path() == action).ok_or(Failure::NotFound)?;
    let list = ListQuery::carried(form.list.as_deref().unwrap_or_default());
    match carry_out(&app, &visitor, &id, action).await {
        Ok(user) => Ok(done_to(&list, code(action), user.account.id)),
        Err(UserError::Denied(denied)) => Err(denied.into()),
        Err(UserError::NotFound) => Err(Failure::NotFound),
        Err(UserError::Unavailable(error)) => Err(error.into()),
        Err(error @ (UserError::NotPossible(_) | UserError::LastAdministrator)) => {
            let shown = Some(alert(format!("Nothing was changed: {error}.")));
            let page = users_page(&app, &visitor, &list, shown).await?;
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
