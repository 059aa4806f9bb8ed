//! One query layer over two databases: a statement, its arguments, and rows read by column name.
//!
//! Every statement is written once, with `$1` placeholders and types both databases have: text, 64-bit
//! integer, boolean, bytes and UUID. Nothing outside this file knows which database is behind it.

use std::str::FromStr;

use jiff::Timestamp;
use sqlx::postgres::{PgArguments, PgRow};
use sqlx::sqlite::{SqliteArguments, SqliteRow};
use sqlx::{Arguments as _, Decode, Encode, Postgres, Row as _, Sqlite, Type};
use uuid::Uuid;

use crate::domain::id::Id;

/// SHA-256 of a secret.
pub(crate) type Hash = [u8; 32];

/// Why the store could not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database refused or could not be reached; trying again later may help.
    #[error("the database did not answer as expected: {0}")]
    Database(#[from] sqlx::Error),
    /// A value was read that the service never writes; an operator has to look.
    #[error("the column `{column}` holds a value that means nothing here")]
    Inconsistent {
        /// The column that was read.
        column: &'static str,
    },
    /// Others changed the same account again and again; trying again later may help.
    #[error("the account kept changing")]
    Contended,
}

/// A connection with an open transaction.
#[derive(Debug)]
pub(super) enum Connection {
    Sqlite(sqlx::Transaction<'static, Sqlite>),
    Postgres(sqlx::Transaction<'static, Postgres>),
}

impl Connection {
    pub(super) async fn commit(self) -> Result<(), StoreError> {
        match self {
            Self::Sqlite(transaction) => transaction.commit().await?,
            Self::Postgres(transaction) => transaction.commit().await?,
        }
        Ok(())
    }
}

/// A statement that is being put together.
pub(super) struct Query<'t> {
    text: &'static str,
    target: Target<'t>,
    fault: Option<sqlx::Error>,
}

enum Target<'t> {
    Sqlite(&'t mut sqlx::Transaction<'static, Sqlite>, SqliteArguments),
    Postgres(&'t mut sqlx::Transaction<'static, Postgres>, PgArguments),
}

impl<'t> Query<'t> {
    pub(super) fn new(connection: &'t mut Connection, text: &'static str) -> Self {
        let target = match connection {
            Connection::Sqlite(transaction) => Target::Sqlite(transaction, SqliteArguments::default()),
            Connection::Postgres(transaction) => Target::Postgres(transaction, PgArguments::default()),
        };
        Self { text, target, fault: None }
    }

    /// Adds the value of the next placeholder.
    pub(super) fn bind<'v, T>(mut self, value: T) -> Self
    where
        T: Encode<'v, Sqlite> + Type<Sqlite> + Encode<'v, Postgres> + Type<Postgres>,
    {
        let added = match &mut self.target {
            Target::Sqlite(_, arguments) => arguments.add(value),
            Target::Postgres(_, arguments) => arguments.add(value),
        };
        if let Err(error) = added {
            self.fault.get_or_insert(sqlx::Error::Encode(error));
        }
        self
    }

    /// Adds an id.
    pub(super) fn id<T>(self, id: Id<T>) -> Self {
        self.bind(id.uuid())
    }

    /// Adds an id that may be absent.
    pub(super) fn id_if<T>(self, id: Option<Id<T>>) -> Self {
        self.bind(id.map(Id::uuid))
    }

    /// Adds a hash.
    pub(super) fn hash(self, hash: &Hash) -> Self {
        self.bind(hash.to_vec())
    }

    /// Adds a hash that may be absent.
    pub(super) fn hash_if(self, hash: Option<&Hash>) -> Self {
        self.bind(hash.map(|hash| hash.to_vec()))
    }

    /// Adds a time, in milliseconds.
    pub(super) fn time(self, time: Timestamp) -> Self {
        self.bind(time.as_millisecond())
    }

    /// Adds a time that may be absent.
    pub(super) fn time_if(self, time: Option<Timestamp>) -> Self {
        self.bind(time.map(Timestamp::as_millisecond))
    }

    /// Runs the statement; the number of rows it touched.
    pub(super) async fn run(self) -> Result<u64, StoreError> {
        if let Some(fault) = self.fault {
            return Err(fault.into());
        }
        Ok(match self.target {
            Target::Sqlite(transaction, arguments) => {
                sqlx::query_with(self.text, arguments).execute(&mut **transaction).await?.rows_affected()
            }
            Target::Postgres(transaction, arguments) => {
                sqlx::query_with(self.text, arguments).execute(&mut **transaction).await?.rows_affected()
            }
        })
    }

    /// Runs the statement; every row.
    pub(super) async fn rows(self) -> Result<Vec<Row>, StoreError> {
        if let Some(fault) = self.fault {
            return Err(fault.into());
        }
        Ok(match self.target {
            Target::Sqlite(transaction, arguments) => {
                let rows = sqlx::query_with(self.text, arguments).fetch_all(&mut **transaction).await?;
                rows.into_iter().map(Row::Sqlite).collect()
            }
            Target::Postgres(transaction, arguments) => {
                let rows = sqlx::query_with(self.text, arguments).fetch_all(&mut **transaction).await?;
                rows.into_iter().map(Row::Postgres).collect()
            }
        })
    }

    /// Runs the statement; the first row, if there is one.
    pub(super) async fn row(self) -> Result<Option<Row>, StoreError> {
        Ok(self.rows().await?.into_iter().next())
    }

    /// Runs the statement; every row, read by `read`.
    pub(super) async fn read<T>(
        self,
        read: impl Fn(&Row) -> Result<T, StoreError>,
    ) -> Result<Vec<T>, StoreError> {
        self.rows().await?.iter().map(read).collect()
    }

    /// Runs the statement; the first row, read by `read`, if there is one.
    pub(super) async fn find<T>(
        self,
        read: impl Fn(&Row) -> Result<T, StoreError>,
    ) -> Result<Option<T>, StoreError> {
        self.row().await?.as_ref().map(read).transpose()
    }

    /// Runs a statement that counts into the column `count`.
    pub(super) async fn count(self) -> Result<u64, StoreError> {
        let counted = self.find(|row| row.get::<i64>("count")).await?.unwrap_or_default();
        u64::try_from(counted).map_err(|_| StoreError::Inconsistent { column: "count" })
    }
}

/// One row of an answer.
pub(super) enum Row {
    Sqlite(SqliteRow),
    Postgres(PgRow),
}

impl Row {
    /// The value of a column.
    pub(super) fn get<T>(&self, column: &'static str) -> Result<T, StoreError>
    where
        T: for<'r> Decode<'r, Sqlite> + Type<Sqlite> + for<'r> Decode<'r, Postgres> + Type<Postgres>,
    {
        Ok(match self {
            Self::Sqlite(row) => row.try_get(column)?,
            Self::Postgres(row) => row.try_get(column)?,
        })
    }

    /// The text of a column.
    pub(super) fn text(&self, column: &'static str) -> Result<String, StoreError> {
        self.get(column)
    }

    /// The id in a column.
    pub(super) fn id<T>(&self, column: &'static str) -> Result<Id<T>, StoreError> {
        Ok(Id::from_uuid(self.get::<Uuid>(column)?))
    }

    /// The id in a column that may be null.
    pub(super) fn id_if<T>(&self, column: &'static str) -> Result<Option<Id<T>>, StoreError> {
        Ok(self.get::<Option<Uuid>>(column)?.map(Id::from_uuid))
    }

    /// The hash in a column.
    pub(super) fn hash(&self, column: &'static str) -> Result<Hash, StoreError> {
        self.hash_if(column)?.ok_or(StoreError::Inconsistent { column })
    }

    /// The hash in a column that may be null.
    pub(super) fn hash_if(&self, column: &'static str) -> Result<Option<Hash>, StoreError> {
        self.get::<Option<Vec<u8>>>(column)?
            .map(|bytes| bytes.try_into().map_err(|_| StoreError::Inconsistent { column }))
            .transpose()
    }

    /// The time in a column.
    pub(super) fn time(&self, column: &'static str) -> Result<Timestamp, StoreError> {
        self.time_if(column)?.ok_or(StoreError::Inconsistent { column })
    }

    /// The time in a column that may be null.
    pub(super) fn time_if(&self, column: &'static str) -> Result<Option<Timestamp>, StoreError> {
        self.get::<Option<i64>>(column)?
            .map(|milliseconds| {
                Timestamp::from_millisecond(milliseconds).map_err(|_| StoreError::Inconsistent { column })
            })
            .transpose()
    }

    /// A column whose text names a value of `T`.
    pub(super) fn parse<T: FromStr>(&self, column: &'static str) -> Result<T, StoreError> {
        self.parse_if(column)?.ok_or(StoreError::Inconsistent { column })
    }

    /// A column that may be null, whose text names a value of `T`.
    pub(super) fn parse_if<T: FromStr>(&self, column: &'static str) -> Result<Option<T>, StoreError> {
        self.get::<Option<String>>(column)?
            .map(|text| text.parse().map_err(|_| StoreError::Inconsistent { column }))
            .transpose()
    }
}
