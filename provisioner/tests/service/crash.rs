//! The real binary, killed while many people sign in: no half account, and afterwards everybody comes in (S-45).
//! At which point of a sign-in it is killed is up to chance here; `crash_points` chooses it.

use std::collections::BTreeSet;

use provisioner::domain::account::Origin;
use provisioner::domain::audit::Action;
use provisioner::domain::record::Outcome;
use provisioner::store::{RecordFilter, Store};

use crate::database::Database;
use crate::process::{Process, configuration};
use crate::stage::{Stage, TestClock};
use crate::web_browser::WebBrowser;

const PEOPLE: [&str; 7] = ["dana", "rui", "zoe", "bill", "alan", "max", "rita"];

/// What must hold whenever the service is not running.
pub(crate) async fn check_invariants(database: &Database) -> usize {
    let store = Store::open(&database.url, 2).await.expect("the database opens");
    let mut transaction = store.read().await.expect("the store answers");
    let accounts = transaction.all_accounts().await.expect("the store answers");
    let identities = transaction.all_identities().await.expect("the store answers");
    let (audit, _) = transaction.list_audit(None, 1, 10_000).await.expect("the store answers");
    let (records, _) =
        transaction.list_records(&RecordFilter::default(), 1, 10_000).await.expect("the store answers");
    let automatic: BTreeSet<_> = accounts
        .iter()
        .filter(|account| account.origin == Origin::Automatic)
        .map(|account| account.id)
        .collect();
    let linked: BTreeSet<_> = identities.iter().map(|linked| linked.account).collect();
    assert_eq!(automatic, linked, "every automatic account has its identity, and every identity its account");
    for id in &automatic {
        let created =
            audit.iter().filter(|entry| entry.action == Action::AccountCreated && entry.account == Some(*id));
        assert_eq!(created.count(), 1, "one audit entry for one creation");
        let recorded = records.iter().filter(|record| {
            record.outcome == Some(Outcome::CreatedAndSignedIn) && record.account == Some(*id)
        });
        assert_eq!(recorded.count(), 1, "one record for one creation");
        assert!(transaction.get_access(*id).await.expect("the store answers").is_empty());
    }
    drop(transaction);
    store.close().await;
    automatic.len()
}

async fn kill_after(answers: usize, database: &Database) {
    let stage = Stage::in_effect_at(database, TestClock::Running).await;
    let config = configuration(&stage);
    let process = Process::start(config.path());
    stage.register(&process.base_url);
    let mut callbacks = Vec::new();
    for person in PEOPLE {
        let mut browser = WebBrowser::new(&process.base_url, stage.idp.issuer());
        let callback = browser.go_to_kaseyaone_and_back(person).await;
        callbacks.push((browser, callback));
    }
    let mut returning: Vec<_> = callbacks
        .into_iter()
        .map(|(mut browser, callback)| tokio::spawn(async move { browser.try_get(callback.as_str()).await }))
        .collect();
    for _ in 0..answers {
        let (_, _, rest) = futures_util::future::select_all(returning).await;
        returning = rest;
    }
    process.kill();
    drop(returning);
    let whole = check_invariants(database).await;
    assert!(whole >= answers, "{whole} accounts, and {answers} people were told that they are in");

    let process = Process::start(config.path());
    stage.register(&process.base_url);
    for person in PEOPLE {
        let mut browser = WebBrowser::new(&process.base_url, stage.idp.issuer());
        browser.sign_in(person).await;
        assert!(browser.is_signed_in().await, "{person} comes in after the restart");
    }
    process.kill();
    assert_eq!(check_invariants(database).await, PEOPLE.len());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_kill_at_any_moment_leaves_whole_accounts_only() {
    for answers in [0, 1, 3, 6] {
        kill_after(answers, &Database::sqlite()).await;
    }
    if let Some(database) = Database::postgres().await {
        kill_after(2, &database).await;
    }
}
