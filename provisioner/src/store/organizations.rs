//! Organizations and access groups in the store.

use super::Transaction;
use super::sql::{Row, StoreError};
use crate::domain::organization::{AccessGroup, Organization};

impl Transaction {
    /// Inserts an organization; false if its name is taken.
    pub async fn insert_organization(&mut self, organization: &Organization) -> Result<bool, StoreError> {
        let inserted = self
            .sql("INSERT INTO organization (id, name, created_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING")
            .id(organization.id)
            .bind(organization.name.as_str())
            .time(organization.created_at)
            .run()
            .await?;
        Ok(inserted == 1)
    }

    /// Every organization, by name.
    pub async fn all_organizations(&mut self) -> Result<Vec<Organization>, StoreError> {
        self.sql("SELECT * FROM organization ORDER BY name").read(read_organization).await
    }

    /// Inserts a group; false if its name is taken.
    pub async fn insert_group(&mut self, group: &AccessGroup) -> Result<bool, StoreError> {
        let inserted = self
            .sql("INSERT INTO access_group (id, name, created_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING")
            .id(group.id)
            .bind(group.name.as_str())
            .time(group.created_at)
            .run()
            .await?;
        Ok(inserted == 1)
    }

    /// Every group, by name.
    pub async fn all_groups(&mut self) -> Result<Vec<AccessGroup>, StoreError> {
        self.sql("SELECT * FROM access_group ORDER BY name").read(read_group).await
    }
}

fn read_organization(row: &Row) -> Result<Organization, StoreError> {
    Ok(Organization { id: row.id("id")?, name: row.text("name")?, created_at: row.time("created_at")? })
}

fn read_group(row: &Row) -> Result<AccessGroup, StoreError> {
    Ok(AccessGroup { id: row.id("id")?, name: row.text("name")?, created_at: row.time("created_at")? })
}
