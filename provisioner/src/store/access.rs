//! The three kinds of assignment in the store. No code path of a sign-in comes here to write.

use std::collections::BTreeSet;

use super::Transaction;
use super::sql::StoreError;
use crate::domain::access::{Access, Capability};
use crate::domain::account::AccountId;
use crate::domain::organization::{GroupId, OrganizationId};

impl Transaction {
    /// Everything that is assigned to an account.
    pub async fn get_access(&mut self, account: AccountId) -> Result<Access, StoreError> {
        let capabilities = self
            .sql("SELECT capability FROM capability_assignment WHERE account_id = $1")
            .id(account)
            .read(|row| row.parse("capability"))
            .await?;
        let groups = self
            .sql("SELECT group_id FROM group_assignment WHERE account_id = $1")
            .id(account)
            .read(|row| row.id("group_id"))
            .await?;
        let organizations = self
            .sql("SELECT organization_id FROM organization_assignment WHERE account_id = $1")
            .id(account)
            .read(|row| row.id("organization_id"))
            .await?;
        Ok(Access {
            capabilities: capabilities.into_iter().collect(),
            groups: groups.into_iter().collect(),
            organizations: organizations.into_iter().collect(),
        })
    }

    /// Replaces the capabilities of an account.
    pub async fn put_capabilities(
        &mut self,
        account: AccountId,
        capabilities: &BTreeSet<Capability>,
    ) -> Result<(), StoreError> {
        self.sql("DELETE FROM capability_assignment WHERE account_id = $1").id(account).run().await?;
        for capability in capabilities {
            self.sql("INSERT INTO capability_assignment (account_id, capability) VALUES ($1, $2)")
                .id(account)
                .bind(capability.as_str())
                .run()
                .await?;
        }
        Ok(())
    }

    /// Replaces the groups of an account.
    pub async fn put_groups(
        &mut self,
        account: AccountId,
        groups: &BTreeSet<GroupId>,
    ) -> Result<(), StoreError> {
        self.sql("DELETE FROM group_assignment WHERE account_id = $1").id(account).run().await?;
        for group in groups {
            self.sql("INSERT INTO group_assignment (account_id, group_id) VALUES ($1, $2)")
                .id(account)
                .id(*group)
                .run()
                .await?;
        }
        Ok(())
    }

    /// Replaces the organizations an account can see.
    pub async fn put_organizations(
        &mut self,
        account: AccountId,
        organizations: &BTreeSet<OrganizationId>,
    ) -> Result<(), StoreError> {
        self.sql("DELETE FROM organization_assignment WHERE account_id = $1").id(account).run().await?;
        for organization in organizations {
            self.sql("INSERT INTO organization_assignment (account_id, organization_id) VALUES ($1, $2)")
                .id(account)
                .id(*organization)
                .run()
                .await?;
        }
        Ok(())
    }
}
