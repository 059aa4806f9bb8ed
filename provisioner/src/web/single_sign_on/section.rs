//! The Single Sign-On section as the Users page shows it.

use crate::app::App;
use crate::domain::account::Status;
use crate::domain::settings::SingleSignOn;
use crate::usecase::{Actor, UserQuery, get_single_sign_on, list_users};
use crate::web::failure::Failure;
use crate::web::views::users::{Company, ExceptionChoice, SingleSignOnSection};

/// Most pages of users that are offered as exceptions.
const MOST_PAGES: u32 = 20;

/// The section as it stands.
pub(crate) async fn section(app: &App, actor: &Actor) -> Result<SingleSignOnSection, Failure> {
    let settings = get_single_sign_on(app, actor).await?;
    let exceptions = if settings.require { choices(app, actor, &settings).await? } else { Vec::new() };
    Ok(SingleSignOnSection {
        allow: settings.allow,
        require: settings.require,
        create: settings.create,
        company: settings.company.map(|company| Company { id: company.id, name: company.name }),
        exceptions,
    })
}

/// Everybody who has a local password, and who is excepted already.
async fn choices(app: &App, actor: &Actor, settings: &SingleSignOn) -> Result<Vec<ExceptionChoice>, Failure> {
    let mut choices = Vec::new();
    let mut query = UserQuery { page: 1, ..UserQuery::default() };
    loop {
        let found = list_users(app, actor, &query).await?;
        let accounts = found.users.into_iter().map(|user| user.account);
        choices.extend(accounts.filter_map(|account| {
            let excepted = settings.exceptions.contains(&account.id);
            let offered = excepted || (account.has_password && account.status != Status::Deactivated);
            offered.then(|| ExceptionChoice {
                id: account.id.to_string(),
                name: account.name,
                email: account.email.to_string(),
                excepted,
            })
        }));
        if query.page >= found.pages.min(MOST_PAGES) {
            return Ok(choices);
        }
        query.page += 1;
    }
}
