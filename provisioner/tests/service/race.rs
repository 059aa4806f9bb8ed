//! Many first sign-ins of one person at the same time: one account, and everybody is in (S-43).

use provisioner::usecase::find_session;

use crate::database::Database;
use crate::process::{Process, configuration};
use crate::stage::{Browser, Stage, TestClock};
use crate::web_browser::WebBrowser;

const AT_ONCE: usize = 50;

/// Everybody has been at KaseyaOne and comes back at the same moment, to one server or the other.
async fn come_back_at_once(stage: &Stage, servers: &[&provisioner::Server]) {
    let mut arrivals = Vec::new();
    for _ in 0..AT_ONCE {
        let mut browser = Browser::default();
        let to = stage.begin(&mut browser, None).await.expect("the sign-in begins");
        let callback = stage.log_in(&mut browser, to, "dana").await;
        arrivals.push((browser, callback));
    }
    let returning = arrivals.iter().enumerate().map(|(number, (browser, callback))| {
        stage.complete_at(servers[number % servers.len()], browser, callback)
    });
    let mut created = 0;
    for outcome in futures_util::future::join_all(returning).await {
        let provisioner::usecase::Completed::SignedIn(signed) = outcome.expect("everybody is in") else {
            panic!("everybody signed in afresh")
        };
        created += usize::from(signed.created);
        let session =
            find_session(stage.server.app(), Some(&signed.session)).await.expect("the store answers");
        assert_eq!(session.expect("the session lives").account.email.as_str(), "dana@northwind.example");
    }
    assert_eq!(created, 1, "one of them created the account");
    let census = stage.server.census().await.expect("the store answers");
    let danas =
        census.accounts.iter().filter(|entry| entry.account.email.as_str().starts_with("dana")).count();
    assert_eq!(danas, 1);
    assert_eq!(census.identities.len(), 1);
    let dana = census.identities[0].account;
    assert_eq!(census.sessions.iter().filter(|session| session.account == dana).count(), AT_ONCE);
}

#[tokio::test(flavor = "multi_thread")]
async fn fifty_first_sign_ins_at_once_make_one_account_and_fifty_sessions() {
    for database in Database::every().await {
        let stage = Stage::in_effect(&database).await;
        come_back_at_once(&stage, &[&stage.server]).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_servers_on_one_database_make_one_account_too() {
    for database in Database::every().await {
        let stage = Stage::in_effect(&database).await;
        // Both accept the callbacks of both, as behind one address.
        let mut config = stage.config.clone();
        config.base_url = Some(stage.server.base_url().clone());
        let second = provisioner::serve(config, stage.runtime.clone()).await.expect("a second server");
        come_back_at_once(&stage, &[&stage.server, &second]).await;
        second.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_processes_on_one_database_make_one_account_and_fifty_sessions() {
    for database in Database::every().await {
        let stage = Stage::in_effect_at(&database, TestClock::Running).await;
        let config = configuration(&stage);
        let processes = [Process::start(config.path()), Process::start(config.path())];
        let mut arrivals = Vec::new();
        for number in 0..AT_ONCE {
            let base_url = &processes[number % processes.len()].base_url;
            stage.register(base_url);
            let mut browser = WebBrowser::new(base_url, stage.idp.issuer());
            let callback = browser.go_to_kaseyaone_and_back("dana").await;
            arrivals.push((browser, callback));
        }
        let returning = arrivals.into_iter().map(async |(mut browser, callback)| {
            let answer = browser.try_get(callback.as_str()).await.expect("the service answers");
            assert!(answer.status().is_redirection(), "{}", answer.status());
            assert!(browser.is_signed_in().await);
        });
        futures_util::future::join_all(returning).await;
        let census = stage.server.census().await.expect("the store answers");
        let dana = census.identities[0].account;
        assert_eq!((census.accounts.len(), census.identities.len()), (2, 1), "on {}", database.name);
        assert_eq!(census.sessions.iter().filter(|session| session.account == dana).count(), AT_ONCE);
        for process in processes {
            process.kill();
        }
    }
}
