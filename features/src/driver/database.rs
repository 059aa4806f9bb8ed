//! A database for one scenario: a SQLite file or a schema in PostgreSQL, gone afterwards.
//!
//! Nothing here reads what the provisioner stores. The one thing that is staged below the provisioner is a
//! database that fails at a chosen write (S-45, S-70), because no person and no API can bring that about.

use std::{
    path::Path,
    sync::atomic::{AtomicU64, Ordering},
};

use anyhow::{Context as _, Result};
use sqlx::{AssertSqlSafe, Connection as _, Executor as _, PgConnection, SqliteConnection};
use tempfile::TempDir;
use url::Url;

/// Which kind of database a run uses.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Database {
    /// A file per scenario.
    Sqlite,
    /// A schema per scenario in the database at this URL.
    Postgres(String),
}

/// The database of one scenario.
#[derive(Debug)]
pub struct ScenarioDatabase {
    url: String,
    place: Place,
}

#[derive(Debug)]
enum Place {
    File { folder: TempDir },
    Schema { name: String, server: String },
}

/// Copies tables with their rows, keys and indexes, then the references between them.
const COPY_SCHEMA: &str = "
DO $$ DECLARE it record; BEGIN
    CREATE SCHEMA {to};
    FOR it IN SELECT tablename AS name FROM pg_tables WHERE schemaname = '{from}' ORDER BY tablename LOOP
        EXECUTE format('CREATE TABLE {to}.%I (LIKE {from}.%I INCLUDING ALL)', it.name, it.name);
        EXECUTE format('INSERT INTO {to}.%I SELECT * FROM {from}.%I', it.name, it.name);
    END LOOP;
    FOR it IN
        SELECT relname AS name, conname, replace(pg_get_constraintdef(c.oid), '{from}.', '{to}.') AS definition
        FROM pg_constraint c JOIN pg_class r ON r.oid = c.conrelid
        WHERE contype = 'f' AND c.connamespace = '{from}'::regnamespace ORDER BY conname
    LOOP
        EXECUTE format('ALTER TABLE {to}.%I ADD CONSTRAINT %I %s', it.name, it.conname, it.definition);
    END LOOP;
END $$";

static NEXT: AtomicU64 = AtomicU64::new(0);

impl ScenarioDatabase {
    /// A fresh, empty database.
    pub async fn create(database: &Database) -> Result<Self> {
        match database {
            Database::Sqlite => {
                Ok(Self::in_folder(folder_in_memory().context("no folder for a SQLite file")?))
            }
            Database::Postgres(server) => {
                Self::in_schema(server, |name| format!("CREATE SCHEMA {name}")).await
            }
        }
    }

    /// A database that begins where this one ended; nothing may have it open.
    pub async fn copy(&self) -> Result<Self> {
        match &self.place {
            Place::File { folder: from } => {
                let folder = folder_in_memory().context("no folder for a SQLite file")?;
                for entry in std::fs::read_dir(from.path())? {
                    let entry = entry?;
                    std::fs::copy(entry.path(), folder.path().join(entry.file_name()))?;
                }
                Ok(Self::in_folder(folder))
            }
            Place::Schema { name: from, server } => {
                let copy = |name: &str| COPY_SCHEMA.replace("{from}", from).replace("{to}", name);
                Self::in_schema(server, copy).await
            }
        }
    }

    async fn in_schema(server: &str, how: impl Fn(&str) -> String) -> Result<Self> {
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let name = format!("scenario_{}_{number}", std::process::id());
        run_on_postgres(server, &format!("DROP SCHEMA IF EXISTS {name} CASCADE")).await?;
        run_on_postgres(server, &how(&name)).await?;
        let mut url = Url::parse(server).context("the PostgreSQL URL cannot be read")?;
        url.query_pairs_mut().append_pair("options", &format!("-c search_path={name}"));
        Ok(Self { url: url.into(), place: Place::Schema { name, server: server.to_owned() } })
    }

    fn in_folder(folder: TempDir) -> Self {
        let file = folder.path().join("scenario.sqlite");
        Self { url: format!("sqlite://{}", file.display()), place: Place::File { folder } }
    }

    /// What the provisioner is configured with.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// From now on a write to this table fails; `on` is `INSERT` or `UPDATE`.
    pub async fn fail_on(&self, on: &str, table: &str) -> Result<()> {
        let text = match &self.place {
            Place::File { .. } => format!(
                "CREATE TRIGGER staged_failure BEFORE {on} ON {table} \
                 BEGIN SELECT RAISE(ABORT, 'staged failure'); END"
            ),
            Place::Schema { .. } => format!(
                "CREATE FUNCTION staged_failure() RETURNS trigger LANGUAGE plpgsql AS \
                 $$ BEGIN RAISE EXCEPTION 'staged failure'; END $$; \
                 CREATE TRIGGER staged_failure BEFORE {on} ON {table} \
                 FOR EACH ROW EXECUTE FUNCTION staged_failure()"
            ),
        };
        self.run(&text).await
    }

    /// The staged failure is over.
    pub async fn work_again(&self, table: &str) -> Result<()> {
        let text = match &self.place {
            Place::File { .. } => "DROP TRIGGER staged_failure".to_owned(),
            Place::Schema { .. } => {
                format!("DROP TRIGGER staged_failure ON {table}; DROP FUNCTION staged_failure()")
            }
        };
        self.run(&text).await
    }

    /// Removes the database. A SQLite file goes by itself.
    pub async fn remove(self) -> Result<()> {
        match &self.place {
            Place::File { .. } => Ok(()),
            Place::Schema { name, server } => {
                run_on_postgres(server, &format!("DROP SCHEMA {name} CASCADE")).await
            }
        }
    }

    async fn run(&self, text: &str) -> Result<()> {
        match &self.place {
            Place::File { .. } => {
                let mut connection = SqliteConnection::connect(&self.url).await?;
                connection.execute(AssertSqlSafe(text)).await?;
                Ok(connection.close().await?)
            }
            Place::Schema { .. } => run_on_postgres(&self.url, text).await,
        }
    }
}

/// A folder in memory where the system has one: no scenario survives a power cut anyway.
fn folder_in_memory() -> std::io::Result<TempDir> {
    let memory = Path::new("/dev/shm");
    if memory.is_dir() { tempfile::tempdir_in(memory) } else { tempfile::tempdir() }
}

async fn run_on_postgres(url: &str, text: &str) -> Result<()> {
    let mut connection = PgConnection::connect(url).await.context("PostgreSQL does not answer")?;
    connection.execute(sqlx::raw_sql(AssertSqlSafe(text))).await?;
    Ok(connection.close().await?)
}
