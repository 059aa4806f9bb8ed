//! The real binary, killed at a named point of a first sign-in: before the commit, within the transaction, and after the
//! commit with nobody told. Every point is proved to have been reached before the kill (S-45).

use mock_idp::Entry;
use sqlx::{Connection as _, Executor as _, PgConnection, Row as _, SqliteConnection};
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;
use tokio::task::JoinHandle;
use url::Url;

use crate::crash::check_invariants;
use crate::database::Database;
use crate::gate::{Held, OpenGate};
use crate::process::{ConfigFile, Process, configuration_with};
use crate::stage::Stage;
use crate::web_browser::WebBrowser;

/// Asked for after the tokens have come and before anything is stored.
const LAST_BEFORE_STORING: &str = "/connect/userinfo";

/// A first sign-in that has come back from KaseyaOne, in a process that can be killed.
struct FirstSignIn<'d> {
    database: &'d Database,
    stage: Stage,
    gate: OpenGate,
    config: ConfigFile,
    process: Process,
    browser: WebBrowser,
    callback: Url,
}

/// The callback on its way, in a task of its own; it ends with whether it was answered.
type Callback = JoinHandle<bool>;

impl<'d> FirstSignIn<'d> {
    async fn come_back(database: &'d Database) -> Self {
        let (stage, gate) = Stage::in_effect_behind_a_gate(database).await;
        let config = configuration_with(&stage, "userinfo = \"always\"\n");
        let process = Process::start(config.path());
        stage.register(&process.base_url);
        let mut browser = WebBrowser::new(&process.base_url, stage.idp.issuer());
        let callback = browser.go_to_kaseyaone_and_back("dana").await;
        Self { database, stage, gate, config, process, browser, callback }
    }

    /// Opens the callback and waits until the process has its tokens and asks for the last thing before storing.
    async fn until_the_tokens_have_come(&self) -> (Held, Callback) {
        let mut held = self.gate.hold(LAST_BEFORE_STORING);
        let (mut browser, callback) = (self.browser.clone(), self.callback.clone());
        let mut answered = tokio::spawn(async move { browser.try_get(callback.as_str()).await.is_ok() });
        tokio::select! {
            reached = &mut held.reached => reached.expect("the gate stands"),
            _ = &mut answered => panic!("the callback was answered before user information was asked for"),
        }
        assert_eq!(self.tokens_given(), 1, "the tokens have been given");
        (held, answered)
    }

    fn tokens_given(&self) -> usize {
        let gives_tokens = |entry: &&Entry| {
            entry.path == "/connect/token" && entry.status == 200 && entry.person.as_deref() == Some("dana")
        };
        self.stage.idp.journal().entries().iter().filter(gives_tokens).count()
    }

    /// `kill -9`, and what is left is whole: so many accounts.
    async fn kill(self, accounts: usize) -> Killed {
        let Self { database, stage, config, process, browser, callback, .. } = self;
        process.kill();
        assert_eq!(check_invariants(database).await, accounts, "on {}", database.name);
        Killed { stage, config, browser, callback }
    }
}

/// What is left of a first sign-in.
struct Killed {
    stage: Stage,
    config: ConfigFile,
    browser: WebBrowser,
    callback: Url,
}

impl Killed {
    /// After a restart the old callback signs nobody in, the next sign-in does, and there is one account.
    async fn start_again(mut self, database: &Database) {
        let process = Process::start(self.config.path());
        self.stage.register(&process.base_url);
        self.browser.move_to(&process.base_url);
        let old = format!("{}sso/callback?{}", process.base_url, self.callback.query().expect("a code"));
        self.browser.try_get(&old).await.expect("the service answers");
        assert!(!self.browser.is_signed_in().await, "a code is good for one attempt");
        self.browser.sign_in("dana").await;
        assert!(self.browser.is_signed_in().await, "Dana comes in after the restart");
        process.kill();
        assert_eq!(check_invariants(database).await, 1, "on {}", database.name);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_kill_between_the_tokens_and_the_commit_leaves_nothing() {
    for database in Database::every().await {
        let sign_in = FirstSignIn::come_back(&database).await;
        let (_held, callback) = sign_in.until_the_tokens_have_come().await;
        let killed = sign_in.kill(0).await;
        assert!(!callback.await.expect("no panic"), "the callback was never answered");
        killed.start_again(&database).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_kill_within_the_transaction_that_creates_the_account_leaves_nothing() {
    for database in Database::every().await {
        let sign_in = FirstSignIn::come_back(&database).await;
        let (held, mut callback) = sign_in.until_the_tokens_have_come().await;
        let mut obstacle = Obstacle::put_into(&database).await;
        held.release.send(()).expect("the request is held");
        tokio::select! {
            () = obstacle.reached() => {}
            _ = &mut callback => panic!("the callback was answered although the transaction cannot end"),
        }
        let killed = sign_in.kill(0).await;
        obstacle.remove(&database).await;
        assert!(!callback.await.expect("no panic"), "the callback was never answered");
        killed.start_again(&database).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_kill_after_the_commit_and_before_anybody_was_told_leaves_one_whole_account() {
    for database in Database::every().await {
        let sign_in = FirstSignIn::come_back(&database).await;
        // The answer has come and stays unread: whatever is answered has been committed.
        let _unread = send_without_reading(&sign_in.browser, &sign_in.callback).await;
        assert_eq!(sign_in.tokens_given(), 1, "the code was traded");
        let killed = sign_in.kill(1).await;
        killed.start_again(&database).await;
    }
}

/// Sends a request and waits for the first byte of its answer, which is not read.
async fn send_without_reading(browser: &WebBrowser, url: &Url) -> TcpStream {
    let (host, port) = (url.host_str().expect("a host"), url.port().expect("a port"));
    let mut stream = TcpStream::connect((host, port)).await.expect("the service listens");
    let target = &url[url::Position::BeforePath..];
    let cookies = browser.cookies_for(url);
    let request = format!("GET {target} HTTP/1.1\r\nHost: {host}:{port}\r\nCookie: {cookies}\r\n\r\n");
    stream.write_all(request.as_bytes()).await.expect("the service reads");
    stream.readable().await.expect("the service answers");
    stream
}

/// What keeps the transaction that creates an account from ending.
enum Obstacle {
    /// Inserting an account takes for ever. The other connection can see that somebody writes.
    Sqlite(SqliteConnection),
    /// The first connection has locked the audit trail; the second can see who waits for it.
    Postgres { lock: PgConnection, watch: PgConnection },
}

impl Obstacle {
    async fn put_into(database: &Database) -> Self {
        if database.name == "SQLite" {
            let endless = "CREATE VIEW endless AS WITH RECURSIVE number(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number) \
                 SELECT n FROM number; \
                 CREATE TRIGGER held AFTER INSERT ON account BEGIN SELECT count(*) FROM endless; END";
            database.execute(endless).await;
            let mut watch = SqliteConnection::connect(&database.url).await.expect("the database opens");
            watch.execute("PRAGMA busy_timeout = 0").await.expect("a setting");
            return Self::Sqlite(watch);
        }
        let mut lock = PgConnection::connect(&database.url).await.expect("the database opens");
        lock.execute("BEGIN; LOCK TABLE audit_entry IN EXCLUSIVE MODE")
            .await
            .expect("nobody else has a lock");
        let watch = PgConnection::connect(&database.url).await.expect("the database opens");
        Self::Postgres { lock, watch }
    }

    /// Asks until the process is within the transaction. Whoever calls it sees to it that this ends.
    async fn reached(&mut self) {
        while !self.is_reached().await {
            tokio::task::yield_now().await;
        }
    }

    async fn is_reached(&mut self) -> bool {
        match self {
            Self::Sqlite(watch) => {
                let somebody_writes = watch.execute("BEGIN IMMEDIATE").await.is_err();
                if !somebody_writes {
                    watch.execute("ROLLBACK").await.expect("a transaction was begun");
                }
                somebody_writes
            }
            // Whoever waits to write the audit entry has inserted the account already. Were that a transaction of its
            // own, the kill would leave an account, and that is what the test counts.
            Self::Postgres { watch, .. } => {
                let waiting = "SELECT count(*) FROM pg_locks \
                     WHERE NOT granted AND relation = 'audit_entry'::regclass";
                let row = watch.fetch_one(waiting).await.expect("the database answers");
                row.get::<i64, _>(0) > 0
            }
        }
    }

    async fn remove(self, database: &Database) {
        match self {
            Self::Sqlite(_) => database.execute("DROP TRIGGER held; DROP VIEW endless").await,
            Self::Postgres { lock, .. } => lock.close().await.expect("the lock ends with its connection"),
        }
    }
}
