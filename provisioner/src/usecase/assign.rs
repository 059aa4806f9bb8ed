//! Assigning access: three separate acts of an MSP Admin, each audited by itself (S-20, S-52).

use std::collections::BTreeSet;
use std::fmt::Display;

use super::admission::{Actor, Admitted, Attempt, Denied, admit, by};
use super::users::{User, read_user};
use crate::app::App;
use crate::domain::access::Capability;
use crate::domain::account::{Account, AccountId, Status};
use crate::domain::audit::{Action, AuditEntry};
use crate::domain::organization::{GroupId, OrganizationId};
use crate::store::{StoreError, Transaction};

/// Why access is not assigned.
#[derive(Debug, thiserror::Error)]
pub enum AssignError {
    /// Only an MSP Admin may.
    #[error(transparent)]
    Denied(#[from] Denied),
    /// There is no such account.
    #[error("there is no such account")]
    NotFound,
    /// There is no such group or organization.
    #[error("there is no {0}")]
    UnknownTarget(String),
    /// The store does not answer.
    #[error(transparent)]
    Unavailable(#[from] StoreError),
}

/// An assignment under way.
struct Assignment {
    transaction: Transaction,
    admin: Account,
    account: Account,
}

/// Replaces the delegated capabilities of an account.
pub async fn assign_capabilities(
    app: &App,
    actor: &Actor,
    account: AccountId,
    capabilities: BTreeSet<Capability>,
) -> Result<User, AssignError> {
    let mut assignment = begin(app, actor, account, "capabilities").await?;
    let before = assignment.transaction.get_access(account).await?.capabilities;
    assignment.transaction.put_capabilities(account, &capabilities).await?;
    let change = (listed(&before), listed(&capabilities));
    assignment.finish(app, Action::CapabilitiesChanged, change).await
}

/// Replaces the access groups of an account.
pub async fn assign_groups(
    app: &App,
    actor: &Actor,
    account: AccountId,
    groups: BTreeSet<GroupId>,
) -> Result<User, AssignError> {
    let mut assignment = begin(app, actor, account, "groups").await?;
    let known: BTreeSet<_> =
        assignment.transaction.all_groups().await?.iter().map(|group| group.id).collect();
    if let Some(unknown) = groups.difference(&known).next() {
        return Err(AssignError::UnknownTarget(format!("group {unknown}")));
    }
    let before = assignment.transaction.get_access(account).await?.groups;
    assignment.transaction.put_groups(account, &groups).await?;
    let change = (listed(&before), listed(&groups));
    assignment.finish(app, Action::GroupsChanged, change).await
}

/// Replaces the organizations an account can see.
pub async fn assign_organizations(
    app: &App,
    actor: &Actor,
    account: AccountId,
    organizations: BTreeSet<OrganizationId>,
) -> Result<User, AssignError> {
    let mut assignment = begin(app, actor, account, "organizations").await?;
    let known: BTreeSet<_> = assignment
        .transaction
        .all_organizations()
        .await?
        .iter()
        .map(|organization| organization.id)
        .collect();
    if let Some(unknown) = organizations.difference(&known).next() {
        return Err(AssignError::UnknownTarget(format!("organization {unknown}")));
    }
    let before = assignment.transaction.get_access(account).await?.organizations;
    assignment.transaction.put_organizations(account, &organizations).await?;
    let change = (listed(&before), listed(&organizations));
    assignment.finish(app, Action::OrganizationsChanged, change).await
}

async fn begin(
    app: &App,
    actor: &Actor,
    account: AccountId,
    what: &'static str,
) -> Result<Assignment, AssignError> {
    let Admitted { mut transaction, admin } = admit::<AssignError>(app, actor, Attempt::Change(what)).await?;
    let account = transaction.find_account(account).await?;
    let account = account.filter(|account| account.status != Status::Removed);
    Ok(Assignment { transaction, admin, account: account.ok_or(AssignError::NotFound)? })
}

impl Assignment {
    async fn finish(
        mut self,
        app: &App,
        action: Action,
        (from, to): (String, String),
    ) -> Result<User, AssignError> {
        if from != to {
            let entry = AuditEntry {
                account: Some(self.account.id),
                from: Some(from),
                to: Some(to),
                ..app.audit_entry(by(&self.admin), action)
            };
            self.transaction.append_audit(&entry).await?;
        }
        let user = read_user(&mut self.transaction, self.account).await?;
        self.transaction.commit().await?;
        Ok(user)
    }
}

fn listed<T: Display>(assigned: &BTreeSet<T>) -> String {
    if assigned.is_empty() {
        return "none".to_owned();
    }
    assigned.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}
