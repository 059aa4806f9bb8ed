//! The store: a port with SQLite and PostgreSQL behind it, and one text of SQL for both.
//!
//! A [`Transaction`] is the unit of work; nothing is durable until [`Transaction::commit`]. What may be done in
//! it is written in one file per aggregate. Nothing here decides, reads a clock or makes an id.

mod access;
mod accounts;
mod audit;
mod bindings;
mod identities;
mod links;
mod local_failures;
mod logout;
mod migrations;
mod organizations;
mod records;
mod requests;
mod sessions;
mod settings;
mod sql;
mod upkeep;

use std::str::FromStr as _;
use std::time::Duration;

use sqlx::migrate::{MigrateError, Migrator};
use sqlx::postgres::{PgConnectOptions, PgConnection, PgPool, PgPoolOptions};
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous,
};

pub use accounts::{AccountFilter, AccountPage, LinkedIdentity, NewAccount};
pub use bindings::StoredBinding;
pub use links::StoredLink;
pub use logout::EndedSession;
pub use records::RecordFilter;
pub use requests::{Purpose, SignInRequest};
pub use sessions::StoredSession;
pub(crate) use sql::Hash;
pub use sql::StoreError;
pub use upkeep::{Retention, Unreturned};

use sql::{Connection, Query};
use sqlx::Connection as _;

/// How long a writer waits for another process that writes to the same SQLite file.
const SQLITE_PATIENCE: Duration = Duration::from_secs(10);
/// How long a use case waits for a free connection.
const POOL_PATIENCE: Duration = Duration::from_secs(10);
/// Connections that read a SQLite file at the same time.
const SQLITE_READERS: u32 = 4;

/// A database that is open and migrated.
#[derive(Clone, Debug)]
pub struct Store {
    pools: Pools,
}

#[derive(Clone, Debug)]
enum Pools {
    /// SQLite has one writer at a time; one connection makes the others queue instead of polling.
    Sqlite {
        writer: SqlitePool,
        readers: SqlitePool,
    },
    Postgres(PgPool),
}

/// Why a database could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenStoreError {
    /// The URL is not one of the two that are understood.
    #[error(
        "the database URL is neither sqlite://… nor postgres://…: {0}; check `database_url` or --database-url"
    )]
    Url(String),
    /// The server or file could not be opened.
    #[error("the database cannot be opened: {0}; check `database_url` or --database-url")]
    Connect(sqlx::Error),
    /// The PostgreSQL server lets nobody in.
    #[error(
        "the database cannot be opened: PostgreSQL at {host}:{port}: {why}; check `database_url` or --database-url"
    )]
    Unreachable {
        /// Its host.
        host: String,
        /// Its port.
        port: u16,
        /// Why.
        why: sqlx::Error,
    },
    /// The tables could not be brought up to date.
    #[error(
        "the tables cannot be brought up to date: {0}; `database_url` has to name an empty database, or one that this version or an earlier release made"
    )]
    Migrate(MigrateError),
}

impl Store {
    /// Opens the database and brings its tables up to date. `connections` bounds the PostgreSQL pool.
    pub async fn open(url: &str, connections: u32) -> Result<Self, OpenStoreError> {
        let pools = match url.split_once(':').map(|(scheme, _)| scheme) {
            Some("sqlite") => open_sqlite(url).await?,
            Some("postgres" | "postgresql") => open_postgres(url, connections).await?,
            _ => return Err(OpenStoreError::Url("unknown scheme".to_owned())),
        };
        Ok(Self { pools })
    }

    /// Begins a transaction that only reads.
    pub async fn read(&self) -> Result<Transaction, StoreError> {
        let connection = match &self.pools {
            Pools::Sqlite { readers, .. } => Connection::Sqlite(readers.begin().await?),
            Pools::Postgres(pool) => Connection::Postgres(pool.begin().await?),
        };
        Ok(Transaction { connection })
    }

    /// Begins a transaction that may write.
    pub async fn write(&self) -> Result<Transaction, StoreError> {
        let connection = match &self.pools {
            Pools::Sqlite { writer, .. } => Connection::Sqlite(writer.begin_with("BEGIN IMMEDIATE").await?),
            Pools::Postgres(pool) => Connection::Postgres(pool.begin().await?),
        };
        Ok(Transaction { connection })
    }

    /// Closes every connection.
    pub async fn close(&self) {
        match &self.pools {
            Pools::Sqlite { writer, readers } => {
                readers.close().await;
                writer.close().await;
            }
            Pools::Postgres(pool) => pool.close().await,
        }
    }
}

async fn open_sqlite(url: &str) -> Result<Pools, OpenStoreError> {
    let options = SqliteConnectOptions::from_str(url)
        .map_err(|error| OpenStoreError::Url(error.to_string()))?
        .create_if_missing(true)
        .foreign_keys(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .busy_timeout(SQLITE_PATIENCE);
    let writer = SqlitePoolOptions::new()
        .max_connections(1)
        .acquire_timeout(POOL_PATIENCE)
        .connect_with(options.clone())
        .await
        .map_err(OpenStoreError::Connect)?;
    migrations::sqlite().run(&writer).await.map_err(OpenStoreError::Migrate)?;
    let readers = SqlitePoolOptions::new()
        .max_connections(SQLITE_READERS)
        .acquire_timeout(POOL_PATIENCE)
        .connect_lazy_with(options);
    Ok(Pools::Sqlite { writer, readers })
}

/// Waits for a server that may be starting, and says so at once. (A pool asks again and again, and then knows no cause.)
#[expect(clippy::disallowed_methods, reason = "nothing tells when somebody else has started")]
async fn wait_for(options: &PgConnectOptions) -> Result<(), sqlx::Error> {
    let mut left = POOL_PATIENCE.as_secs();
    loop {
        let first = tokio::time::timeout(POOL_PATIENCE, PgConnection::connect_with(options)).await;
        match first.unwrap_or_else(|_| Err(std::io::Error::from(std::io::ErrorKind::TimedOut).into())) {
            Ok(connection) => return connection.close().await.or(Ok(())),
            Err(sqlx::Error::Io(why)) if why.kind() == std::io::ErrorKind::ConnectionRefused && left > 0 => {
                if left == POOL_PATIENCE.as_secs() {
                    let (host, port) = (options.get_host(), options.get_port());
                    tracing::warn!(%why, "PostgreSQL at {host}:{port} does not answer; asked again for {left} s");
                }
                left -= 1;
                tokio::time::sleep(Duration::from_secs(1)).await;
            }
            Err(why) => return Err(why),
        }
    }
}

async fn open_postgres(url: &str, connections: u32) -> Result<Pools, OpenStoreError> {
    let options = PgConnectOptions::from_str(url).map_err(|error| OpenStoreError::Url(error.to_string()))?;
    wait_for(&options).await.map_err(|why| OpenStoreError::Unreachable {
        host: options.get_host().to_owned(),
        port: options.get_port(),
        why,
    })?;
    let pool = PgPoolOptions::new()
        .max_connections(connections)
        .acquire_timeout(POOL_PATIENCE)
        .connect_with(options)
        .await
        .map_err(OpenStoreError::Connect)?;
    let migrator = migrations::postgres();
    if !is_up_to_date(&pool, &migrator).await {
        migrator.run(&pool).await.map_err(OpenStoreError::Migrate)?;
    }
    Ok(Pools::Postgres(pool))
}

/// Whether exactly these migrations were applied. Then there is nothing to do, and no need of the lock under
/// which it would be done: all databases of that name on a PostgreSQL server share it, whatever their schema.
async fn is_up_to_date(pool: &PgPool, migrator: &Migrator) -> bool {
    let query =
        sqlx::query_as("SELECT version, checksum FROM _sqlx_migrations WHERE success ORDER BY version");
    let applied: Result<Vec<(i64, Vec<u8>)>, _> = query.fetch_all(pool).await;
    let wanted = migrator.iter().map(|migration| (migration.version, migration.checksum.to_vec()));
    applied.is_ok_and(|applied| applied.into_iter().eq(wanted))
}

/// One unit of work. Dropped without [`Transaction::commit`], it leaves nothing behind.
#[derive(Debug)]
pub struct Transaction {
    connection: Connection,
}

impl Transaction {
    /// Makes everything that was done in this transaction durable, or nothing of it.
    pub async fn commit(self) -> Result<(), StoreError> {
        self.connection.commit().await
    }

    fn sql(&mut self, text: &'static str) -> Query<'_> {
        Query::new(&mut self.connection, text)
    }
}
