//! The migrations, inside the binary. A new one is a file in both folders and a line in both lists; one that was
//! released is never edited, because every database remembers the checksum of what it ran.

use sqlx::SqlSafeStr as _;
use sqlx::migrate::{Migration, MigrationType, Migrator};

/// Version, description and text.
type Listed = (i64, &'static str, &'static str);

const SQLITE: &[Listed] = &[(1, "whole", include_str!("../../migrations/sqlite/0001_whole.sql"))];
const POSTGRES: &[Listed] = &[(1, "whole", include_str!("../../migrations/postgres/0001_whole.sql"))];

pub(super) fn sqlite() -> Migrator {
    migrator(SQLITE)
}

pub(super) fn postgres() -> Migrator {
    migrator(POSTGRES)
}

/// By hand and not by `sqlx::migrate!`: the macro alone would build both database drivers a second time.
fn migrator(listed: &[Listed]) -> Migrator {
    let migrations = listed
        .iter()
        .map(|&(version, description, sql)| {
            Migration::new(version, description.into(), MigrationType::Simple, sql.into_sql_str(), false)
        })
        .collect();
    Migrator::with_migrations(migrations)
}

#[cfg(test)]
mod tests {
    use super::{Listed, POSTGRES, SQLITE};

    #[test]
    fn every_migration_file_is_listed_under_its_number_and_name() {
        for (folder, listed) in [("sqlite", SQLITE), ("postgres", POSTGRES)] {
            assert_eq!(files(folder), listed.iter().map(file_name).collect::<Vec<_>>(), "{folder}");
        }
    }

    fn file_name(&(version, description, _): &Listed) -> String {
        format!("{version:04}_{description}.sql")
    }

    fn files(folder: &str) -> Vec<String> {
        let folder = format!("{}/migrations/{folder}", env!("CARGO_MANIFEST_DIR"));
        let mut names: Vec<String> = std::fs::read_dir(folder)
            .expect("a folder of migrations")
            .map(|file| file.expect("an entry").file_name().into_string().expect("a UTF-8 name"))
            .collect();
        names.sort();
        names
    }
}
