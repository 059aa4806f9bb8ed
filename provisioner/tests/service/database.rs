//! Databases for tests: a SQLite file, and a schema of its own on the PostgreSQL server of the environment.

use std::io::Write as _;
use std::sync::Once;
use std::sync::atomic::{AtomicU64, Ordering};

use sqlx::{AssertSqlSafe, Connection as _, Executor as _, PgConnection, SqliteConnection};
use tempfile::TempDir;
use url::Url;

/// Names the PostgreSQL server for tests.
const POSTGRES_URL: &str = "PROVISIONER_TEST_POSTGRES_URL";
/// Makes its absence a failure.
const POSTGRES_REQUIRED: &str = "REQUIRE_POSTGRES";

static NEXT_SCHEMA: AtomicU64 = AtomicU64::new(0);

/// Once, and not by `eprintln!`: what a test that passes prints that way nobody sees.
fn say_that_postgres_is_left_out() {
    static SAID: Once = Once::new();
    SAID.call_once(|| {
        let text = "\nNOT RUN: nothing here runs on PostgreSQL, because PROVISIONER_TEST_POSTGRES_URL names no server; \
                    cargo xtask test finds or installs one\n";
        // Without a standard error there is nobody to tell.
        let _ = std::io::stderr().write_all(text.as_bytes());
    });
}

/// A fresh and empty database.
pub(crate) struct Database {
    /// Which kind.
    pub(crate) name: &'static str,
    /// What the service is configured with.
    pub(crate) url: String,
    _folder: Option<TempDir>,
}

impl Database {
    /// A SQLite file.
    pub(crate) fn sqlite() -> Self {
        let folder = tempfile::tempdir().expect("a folder for a database");
        let url = format!("sqlite://{}", folder.path().join("test.db").display());
        Self { name: "SQLite", url, _folder: Some(folder) }
    }

    /// A schema on the PostgreSQL server, if the environment names one.
    pub(crate) async fn postgres() -> Option<Self> {
        let Ok(server) = std::env::var(POSTGRES_URL) else {
            let required = std::env::var(POSTGRES_REQUIRED).is_ok_and(|value| value == "1");
            assert!(!required, "{POSTGRES_REQUIRED}=1, and {POSTGRES_URL} does not name a server");
            say_that_postgres_is_left_out();
            return None;
        };
        let number = NEXT_SCHEMA.fetch_add(1, Ordering::Relaxed);
        let schema = format!("provisioner_test_{}_{number}", std::process::id());
        let mut connection = PgConnection::connect(&server).await.expect("the PostgreSQL server answers");
        let text = format!("DROP SCHEMA IF EXISTS {schema} CASCADE; CREATE SCHEMA {schema}");
        connection.execute(AssertSqlSafe(text)).await.expect("a schema of its own");
        let mut url = Url::parse(&server).expect("the PostgreSQL URL is a URL");
        url.query_pairs_mut().append_pair("options", &format!("-csearch_path={schema}"));
        Some(Self { name: "PostgreSQL", url: url.into(), _folder: None })
    }

    /// Every kind of database there is.
    pub(crate) async fn every() -> Vec<Self> {
        let mut databases = vec![Self::sqlite()];
        databases.extend(Self::postgres().await);
        databases
    }

    /// Runs a statement behind the back of the service.
    pub(crate) async fn execute(&self, text: &str) {
        self.try_execute(text).await.expect("the statement runs");
    }

    /// Runs a statement that the database may refuse.
    pub(crate) async fn try_execute(&self, text: &str) -> Result<(), sqlx::Error> {
        if self.name == "SQLite" {
            SqliteConnection::connect(&self.url).await?.execute(AssertSqlSafe(text)).await?;
        } else {
            PgConnection::connect(&self.url).await?.execute(AssertSqlSafe(text)).await?;
        }
        Ok(())
    }

    /// Comes back when this many changes wait for the settings to be free. SQLite has one writer, for whom
    /// everybody waits before there is anything to see.
    pub(crate) async fn until_waiting(&self, changes: i64) {
        if self.name == "SQLite" {
            return;
        }
        let mut connection = PgConnection::connect(&self.url).await.expect("the PostgreSQL server answers");
        let text = "SELECT COUNT(DISTINCT held.pid) FROM pg_locks held JOIN pg_locks waiting USING (pid) \
                    WHERE held.relation = 'single_sign_on'::regclass AND NOT waiting.granted";
        let mut waiting = 0;
        while waiting < changes {
            waiting = sqlx::query_scalar(text).fetch_one(&mut connection).await.expect("a number");
        }
    }

    /// From now on the database refuses to insert accounts.
    pub(crate) async fn refuse_accounts(&self) {
        let text = if self.name == "SQLite" {
            "CREATE TRIGGER staged BEFORE INSERT ON account BEGIN SELECT RAISE(ABORT, 'staged'); END"
        } else {
            "CREATE FUNCTION staged() RETURNS trigger LANGUAGE plpgsql AS \
             $$ BEGIN RAISE EXCEPTION 'staged'; END $$; \
             CREATE TRIGGER staged BEFORE INSERT ON account FOR EACH ROW EXECUTE FUNCTION staged()"
        };
        self.execute(text).await;
    }
}
