//! Organizations, access groups, and the report of the Security Operations Center.

use super::admission::{Actor, Admitted, Attempt, Denied, admit, admit_anyone, by};
use crate::app::App;
use crate::domain::access::can_see;
use crate::domain::audit::{Action, AuditEntry};
use crate::domain::organization::{AccessGroup, NameError, Organization, OrganizationId, check_name};
use crate::domain::soc::{self, Case};
use crate::store::StoreError;

/// Why organizations or groups are not shown or added.
#[derive(Debug, thiserror::Error)]
pub enum OrganizationsError {
    /// The one who asks may not.
    #[error(transparent)]
    Denied(#[from] Denied),
    /// There is none, or the one who asks cannot see it; nobody learns which.
    #[error("there is no such organization")]
    NotFound,
    /// The name is not usable.
    #[error(transparent)]
    Name(#[from] NameError),
    /// Another one has the name.
    #[error("another one has this name")]
    NameTaken,
    /// The store does not answer.
    #[error(transparent)]
    Unavailable(#[from] StoreError),
}

/// The organizations the one who asks can see, by name. What is not assigned is not there.
pub async fn list_organizations(app: &App, actor: &Actor) -> Result<Vec<Organization>, OrganizationsError> {
    let (mut transaction, account) = admit_anyone::<OrganizationsError>(app, actor).await?;
    let access = transaction.get_access(account.id).await?;
    let all = transaction.all_organizations().await?;
    Ok(all.into_iter().filter(|organization| can_see(&account, &access, organization.id)).collect())
}

/// One organization, if the one who asks can see it.
pub async fn get_organization(
    app: &App,
    actor: &Actor,
    id: OrganizationId,
) -> Result<Organization, OrganizationsError> {
    let visible = list_organizations(app, actor).await?;
    visible.into_iter().find(|organization| organization.id == id).ok_or(OrganizationsError::NotFound)
}

/// Adds an organization; nobody but MSP Admins sees it.
pub async fn add_organization(
    app: &App,
    actor: &Actor,
    name: &str,
) -> Result<Organization, OrganizationsError> {
    let Admitted { mut transaction, admin } =
        admit::<OrganizationsError>(app, actor, Attempt::Change("organizations: add")).await?;
    let created_at = app.now();
    let organization = Organization { id: app.generator.id(created_at), name: check_name(name)?, created_at };
    if !transaction.insert_organization(&organization).await? {
        return Err(OrganizationsError::NameTaken);
    }
    let entry = AuditEntry {
        to: Some(organization.name.clone()),
        ..app.audit_entry(by(&admin), Action::OrganizationCreated)
    };
    transaction.append_audit(&entry).await?;
    transaction.commit().await?;
    Ok(organization)
}

/// Every access group, by name.
pub async fn list_groups(app: &App, actor: &Actor) -> Result<Vec<AccessGroup>, OrganizationsError> {
    let Admitted { mut transaction, .. } =
        admit::<OrganizationsError>(app, actor, Attempt::See("groups")).await?;
    Ok(transaction.all_groups().await?)
}

/// Adds an access group; nobody belongs to it.
pub async fn add_group(app: &App, actor: &Actor, name: &str) -> Result<AccessGroup, OrganizationsError> {
    let Admitted { mut transaction, admin } =
        admit::<OrganizationsError>(app, actor, Attempt::Change("groups: add")).await?;
    let created_at = app.now();
    let group = AccessGroup { id: app.generator.id(created_at), name: check_name(name)?, created_at };
    if !transaction.insert_group(&group).await? {
        return Err(OrganizationsError::NameTaken);
    }
    let entry =
        AuditEntry { to: Some(group.name.clone()), ..app.audit_entry(by(&admin), Action::GroupCreated) };
    transaction.append_audit(&entry).await?;
    transaction.commit().await?;
    Ok(group)
}

/// The report of the Security Operations Center. It sees no users, so provisioning cannot change it (S-18).
pub async fn soc_report(app: &App, actor: &Actor) -> Result<Vec<Case>, OrganizationsError> {
    drop(admit::<OrganizationsError>(app, actor, Attempt::See("the SOC report")).await?);
    Ok(soc::report(soc::ALERTS))
}
