//! The straight way, and what may go wrong on it, on both databases.

use jiff::SignedDuration;
use provisioner::domain::access::Capability;
use provisioner::domain::account::{Origin, Status};
use provisioner::domain::audit::Action;
use provisioner::domain::checks::{Check, Finding};
use provisioner::domain::identity::Freshness;
use provisioner::domain::record::{CauseCode, Outcome, SignInRecord};
use provisioner::domain::settings::Change;
use provisioner::usecase::{
    AddUserError, BeginSignIn, Begun, CompleteSignInError, Completed, NewUser, Refusal, SignOutFrom,
    add_user, allow_user_again, assign_capabilities, begin_sign_in, change_single_sign_on, deactivate_user,
    find_session, get_sign_in, remove_user, sign_in_options, sign_out,
};

use crate::database::Database;
use crate::stage::{Browser, MONAS_PASSWORD, Stage};

/// The record an administrator finds by the reference of a refusal.
async fn record_of(stage: &Stage, refusal: &Refusal) -> SignInRecord {
    let (mona, _) = stage.mona().await;
    get_sign_in(stage.server.app(), &mona, refusal.reference.as_str()).await.expect("the reference finds it")
}

async fn account_count(stage: &Stage) -> usize {
    stage.server.census().await.expect("the store answers").accounts.len()
}

#[tokio::test]
async fn a_first_sign_in_creates_one_account_with_nothing_assigned() {
    for database in Database::every().await {
        let stage = Stage::in_effect(&database).await;
        let before = stage.server.census().await.unwrap();
        let mut browser = Browser::default();
        let signed = stage.sign_in(&mut browser, "dana").await.expect("Dana signs in");
        assert!(signed.created);
        let session = find_session(stage.server.app(), browser.session.as_ref()).await.unwrap().unwrap();
        assert!(session.access.is_empty());
        assert_eq!(session.account.origin, Origin::Automatic);
        assert_eq!(session.account.email.as_str(), "dana@northwind.example");
        assert_eq!(session.account.name, "Dana Reyes");
        assert_eq!(session.freshness, Some(Freshness::Fresh));
        assert!(!session.account.msp_admin);
        let after = stage.server.census().await.unwrap();
        assert_eq!(after.accounts.len(), before.accounts.len() + 1);
        assert_eq!(after.identities.len(), before.identities.len() + 1);
        let added: Vec<_> = after.audit[before.audit.len()..].iter().map(|entry| entry.action).collect();
        assert_eq!(added, [Action::AccountCreated, Action::IdentityLinked, Action::SignIn]);
        let record = after.sign_ins.last().unwrap();
        assert_eq!(record.outcome, Some(Outcome::CreatedAndSignedIn));
        assert!(Check::ALL.iter().all(|check| record.checks.finding(*check) == Finding::Pass));
    }
}

#[tokio::test]
async fn later_sign_ins_use_the_same_account_and_leave_its_access() {
    for database in Database::every().await {
        let stage = Stage::in_effect(&database).await;
        let first = stage.sign_in(&mut Browser::default(), "rui").await.expect("Rui signs in");
        let (mona, _) = stage.mona().await;
        let wanted = [Capability::SeeReports].into();
        assign_capabilities(stage.server.app(), &mona, first.account.id, wanted).await.expect("Mona may");
        change_single_sign_on(stage.server.app(), &mona, Change::Create(false)).await.expect("Mona may");
        let mut browser = Browser::default();
        let second = stage.sign_in(&mut browser, "rui").await.expect("Rui signs in again");
        assert_eq!((second.account.id, second.created), (first.account.id, false));
        let session = find_session(stage.server.app(), browser.session.as_ref()).await.unwrap().unwrap();
        assert_eq!(session.access.capabilities, [Capability::SeeReports].into());
    }
}

#[tokio::test]
async fn a_cached_session_creates_only_after_one_fresh_sign_in() {
    for database in Database::every().await {
        let stage = Stage::in_effect(&database).await;
        let (mona, _) = stage.mona().await;
        change_single_sign_on(stage.server.app(), &mona, Change::Create(false)).await.expect("Mona may");
        let mut browser = Browser::default();
        stage.sign_in(&mut browser, "dana").await.expect_err("creation is off");
        change_single_sign_on(stage.server.app(), &mona, Change::Create(true)).await.expect("Mona may");
        stage.clock.advance(SignedDuration::from_hours(1));

        let to = stage.begin(&mut browser, None).await.unwrap();
        let callback = stage.log_in(&mut browser, to, "dana").await;
        let Completed::Reauthenticate { to, .. } = stage.complete(&browser, &callback).await.unwrap() else {
            panic!("an hour-old session creates nothing")
        };
        assert_eq!(account_count(&stage).await, 1);
        let asked: Vec<_> =
            to.query_pairs().filter(|(name, _)| name == "prompt" || name == "max_age").collect();
        assert_eq!(asked.len(), 2, "{to}");
        let callback = stage.log_in(&mut browser, to, "dana").await;
        let completed = stage.complete(&browser, &callback).await.unwrap();
        assert!(matches!(completed, Completed::SignedIn(signed) if signed.created));
    }
}

#[tokio::test]
async fn an_existing_account_signs_in_from_a_cached_session() {
    let database = Database::sqlite();
    let stage = Stage::in_effect(&database).await;
    let mut browser = Browser::default();
    stage.sign_in(&mut browser, "rui").await.expect("Rui signs in");
    sign_out(stage.server.app(), browser.session.take().as_ref(), browser.token.as_ref(), SignOutFrom::Here)
        .await
        .unwrap();
    stage.clock.advance(SignedDuration::from_hours(2));
    let signed = stage.sign_in(&mut browser, "rui").await.expect("Rui signs in again");
    let session = find_session(stage.server.app(), Some(&signed.session)).await.unwrap().unwrap();
    assert_eq!(session.freshness, Some(Freshness::Cached));
}

#[tokio::test]
async fn an_invited_user_is_recognised_and_not_doubled() {
    for database in Database::every().await {
        let stage = Stage::in_effect(&database).await;
        let (mona, _) = stage.mona().await;
        let new = NewUser { email: " DANA@northwind.example ", name: "Dana", password: None };
        let invited = add_user(stage.server.app(), &mona, new).await.expect("Mona may");
        let signed = stage.sign_in(&mut Browser::default(), "dana").await.expect("Dana signs in");
        assert_eq!(signed.account.id, invited.account.id);
        assert!(!signed.created);
        let census = stage.server.census().await.unwrap();
        assert_eq!(census.accounts.len(), 2);
        let dana = &census.accounts[0].account;
        assert_eq!((dana.status, dana.origin), (Status::Active, Origin::Manual));
    }
}

#[tokio::test]
async fn every_other_cause_is_named_and_makes_no_account() {
    for database in Database::every().await {
        let stage = Stage::in_effect(&database).await;
        let cases = [
            ("carl", CauseCode::OtherCompany),
            ("mia", CauseCode::ModuleNotAssigned),
            ("noel", CauseCode::EmailMissing),
            ("una", CauseCode::EmailUnverified),
            ("mona", CauseCode::AdminLinkUnconfirmed),
        ];
        for (person, expected) in cases {
            let refusal = stage.sign_in(&mut Browser::default(), person).await.expect_err(person);
            let record = record_of(&stage, &refusal).await;
            assert_eq!(record.other_cause(), Some(expected), "{person}");
            assert_eq!(record.first_failing(), None, "{person}: all five pass");
        }
        assert_eq!(account_count(&stage).await, 1);
    }
}

#[tokio::test]
async fn deactivated_and_removed_people_are_refused_until_they_are_allowed() {
    for database in Database::every().await {
        let stage = Stage::in_effect(&database).await;
        let app = stage.server.app();
        let first = stage.sign_in(&mut Browser::default(), "rui").await.expect("Rui signs in");
        let (mona, _) = stage.mona().await;
        deactivate_user(app, &mona, first.account.id).await.expect("Mona may");
        assert!(find_session(app, Some(&first.session)).await.unwrap().is_none(), "the session is over");
        let refusal = stage.sign_in(&mut Browser::default(), "rui").await.expect_err("deactivated");
        assert_eq!(refusal.code, CauseCode::AccountDeactivated);
        remove_user(app, &mona, first.account.id).await.expect("Mona may");
        let refusal = stage.sign_in(&mut Browser::default(), "rui").await.expect_err("removed");
        assert_eq!(refusal.code, CauseCode::AccountRemoved);
        allow_user_again(app, &mona, first.account.id).await.expect("Mona may");
        let again = stage.sign_in(&mut Browser::default(), "rui").await.expect("Rui is new");
        assert!(again.created && again.account.id != first.account.id);
    }
}

#[tokio::test]
async fn nobody_who_is_kept_out_is_added_by_hand() {
    for database in Database::every().await {
        let stage = Stage::in_effect(&database).await;
        let app = stage.server.app();
        let (mona, _) = stage.mona().await;
        let by_identity = stage.sign_in(&mut Browser::default(), "rui").await.expect("Rui signs in").account;
        let dana = NewUser { email: "dana@northwind.example", name: "Dana", password: None };
        let by_address = add_user(app, &mona, dana).await.expect("Mona may").account;
        for (account, person) in [(by_identity, "rui"), (by_address, "dana")] {
            let address = account.email.as_str().to_uppercase();
            let new = NewUser { email: &address, name: "Again", password: None };
            assert!(matches!(add_user(app, &mona, new).await, Err(AddUserError::EmailTaken)));
            remove_user(app, &mona, account.id).await.expect("Mona may");
            let refused = add_user(app, &mona, new).await.expect_err("the person is kept out");
            assert!(refused.to_string().contains("Allow again"), "{refused}");
            allow_user_again(app, &mona, account.id).await.expect("Mona may");
            let added = add_user(app, &mona, new).await.expect("the person is allowed again").account;
            let signed = stage.sign_in(&mut Browser::default(), person).await.expect("the promise is kept");
            assert!(!signed.created && signed.account.id == added.id, "{person}");
        }
    }
}

#[tokio::test]
async fn an_address_that_another_person_had_opens_nothing() {
    for database in Database::every().await {
        let stage = Stage::in_effect(&database).await;
        stage.idp.people().restore("olga").expect("Olga is in the fixtures");
        let olga = stage.sign_in(&mut Browser::default(), "olga").await.expect("Olga signs in");
        let refusal =
            stage.sign_in(&mut Browser::default(), "nils").await.expect_err("the address is Olga's");
        assert_eq!(refusal.code, CauseCode::EmailConflict);
        assert_eq!(record_of(&stage, &refusal).await.account, Some(olga.account.id));
    }
}

#[tokio::test]
async fn a_changed_address_keeps_the_account_and_a_taken_one_is_not_taken_over() {
    let database = Database::sqlite();
    let stage = Stage::in_effect(&database).await;
    let rui = stage.sign_in(&mut Browser::default(), "rui").await.expect("Rui signs in").account;
    let dana = stage.sign_in(&mut Browser::default(), "dana").await.expect("Dana signs in").account;
    stage.idp.people().change("rui", |rui| rui.email = Some("rui.new@northwind.example".into())).unwrap();
    let after = stage.sign_in(&mut Browser::default(), "rui").await.expect("the same person").account;
    assert_eq!((after.id, after.email.as_str()), (rui.id, "rui.new@northwind.example"));
    stage.idp.people().change("rui", |rui| rui.email = Some("dana@northwind.example".into())).unwrap();
    let after = stage.sign_in(&mut Browser::default(), "rui").await.expect("the same person").account;
    assert_eq!((after.id, after.email.as_str()), (rui.id, "rui.new@northwind.example"));
    let last = stage.server.census().await.unwrap().audit;
    assert!(last.iter().any(|entry| entry.action == Action::EmailKept && entry.account == Some(rui.id)));
    assert_ne!(dana.id, rui.id);
}

#[tokio::test]
async fn switching_off_on_the_way_creates_nothing_and_lets_existing_people_in() {
    for database in Database::every().await {
        let stage = Stage::in_effect(&database).await;
        let app = stage.server.app();
        let (mona, _) = stage.mona().await;
        let mut browser = Browser::default();
        let to = stage.begin(&mut browser, None).await.unwrap();
        let callback = stage.log_in(&mut browser, to, "dana").await;
        change_single_sign_on(app, &mona, Change::Create(false)).await.expect("Mona may");
        let Err(CompleteSignInError::Refused(refusal)) = stage.complete(&browser, &callback).await else {
            panic!("creation went off on the way")
        };
        assert_eq!(record_of(&stage, &refusal).await.first_failing(), Some(Check::CreateOn));

        let to = stage.begin(&mut browser, None).await.unwrap();
        let callback = stage.log_in(&mut browser, to, "dana").await;
        change_single_sign_on(app, &mona, Change::AllowOff).await.expect("Mona may");
        let Err(CompleteSignInError::Refused(refusal)) = stage.complete(&browser, &callback).await else {
            panic!("KaseyaOne login went off on the way")
        };
        let record = record_of(&stage, &refusal).await;
        assert_eq!(record.first_failing(), Some(Check::AllowOn));
        assert_eq!(record.checks.create_on, Finding::Fail, "both are reported");
        let refusal = stage.begin(&mut browser, Some("dana")).await.expect_err("refused at the start");
        let record = record_of(&stage, &refusal).await;
        assert_eq!(record.checks.used_kaseyaone, Finding::NotReached, "nobody was sent to KaseyaOne");
        assert_eq!(record.checks.authentication_completed, Finding::NotReached);
        assert_eq!(record.checks.exists_in_kaseyaone, Finding::Pass, "the directory knows Dana");
        assert_eq!(account_count(&stage).await, 1);
    }
}

#[tokio::test]
async fn a_storage_failure_leaves_a_record_and_no_account() {
    for database in Database::every().await {
        let stage = Stage::in_effect(&database).await;
        database.refuse_accounts().await;
        let refusal =
            stage.sign_in(&mut Browser::default(), "dana").await.expect_err("nothing can be stored");
        let record = record_of(&stage, &refusal).await;
        assert_eq!(record.other_cause(), Some(CauseCode::StorageFailure));
        assert_eq!(record.first_failing(), None);
        let census = stage.server.census().await.unwrap();
        assert_eq!((census.accounts.len(), census.identities.len()), (1, 0));
    }
}

#[tokio::test]
async fn a_callback_is_good_once_and_only_in_its_own_browser() {
    for database in Database::every().await {
        let stage = Stage::in_effect(&database).await;
        let mut browser = Browser::default();
        let to = stage.begin(&mut browser, None).await.unwrap();
        let callback = stage.log_in(&mut browser, to, "dana").await;
        let mut thief = Browser::default();
        stage.begin(&mut thief, None).await.unwrap();
        let stolen = stage.complete(&thief, &callback).await.expect_err("another browser");
        let CompleteSignInError::Refused(refusal) = stolen else { panic!("{stolen}") };
        assert_eq!(refusal.code, CauseCode::OtherBrowser);

        let Completed::SignedIn(signed) = stage.complete(&browser, &callback).await.unwrap() else {
            panic!("the thief consumed nothing")
        };
        let tokens = |stage: &Stage| {
            let entries = stage.idp.journal().entries();
            entries.iter().filter(|entry| entry.path == "/connect/token").count()
        };
        let asked = tokens(&stage);
        browser.session = Some(signed.session);
        let reloaded = stage.complete(&browser, &callback).await.unwrap();
        assert!(
            matches!(reloaded, Completed::AlreadySignedIn { account, .. } if account.id == signed.account.id)
        );
        browser.session = None;
        let replayed = stage.complete(&browser, &callback).await.expect_err("nobody is signed in");
        let CompleteSignInError::Refused(refusal) = replayed else { panic!("{replayed}") };
        assert_eq!(refusal.code, CauseCode::CallbackReplayed);
        assert_eq!(tokens(&stage), asked, "no code was traded again");
        let sessions = stage.server.census().await.unwrap().sessions;
        assert_eq!(sessions.iter().filter(|session| session.account == signed.account.id).count(), 1);
    }
}

#[tokio::test]
async fn a_late_callback_is_expired_and_an_absent_one_abandoned() {
    for database in Database::every().await {
        let stage = Stage::in_effect(&database).await;
        let mut browser = Browser::default();
        stage.begin(&mut browser, Some("nobody")).await.unwrap();
        let to = stage.begin(&mut browser, Some("dana")).await.unwrap();
        let callback = stage.log_in(&mut browser, to, "dana").await;
        stage.clock.advance(SignedDuration::from_mins(11));
        let late = stage.complete(&browser, &callback).await.expect_err("too late");
        let CompleteSignInError::Refused(refusal) = late else { panic!("{late}") };
        let record = record_of(&stage, &refusal).await;
        assert_eq!(record.outcome, Some(Outcome::Expired));
        assert_eq!(record.checks.exists_in_kaseyaone, Finding::Pass);
        let census = stage.server.census().await.unwrap();
        let abandoned =
            census.sign_ins.iter().find(|record| record.outcome == Some(Outcome::Abandoned)).unwrap();
        assert_eq!(abandoned.first_failing(), Some(Check::ExistsInKaseyaOne));
        assert_eq!(abandoned.person.hint.as_deref(), Some("nobody"));
        let signed = stage.sign_in(&mut browser, "dana").await.expect("the next clean sign-in works");
        assert!(signed.created);
    }
}

#[tokio::test]
async fn garbage_at_the_callback_is_refused_and_recorded() {
    let database = Database::sqlite();
    let stage = Stage::in_effect(&database).await;
    let mut browser = Browser::default();
    stage.begin(&mut browser, None).await.unwrap();
    let huge = format!("state={}", "x".repeat(64 * 1024));
    let cases = [
        ("", CauseCode::StateMismatch),
        ("code=x", CauseCode::StateMismatch),
        ("state=nobody&code=x", CauseCode::StateMismatch),
        ("state=a&state=b&code=x", CauseCode::CallbackMalformed),
        ("state=%00&code=x", CauseCode::CallbackMalformed),
        ("state=%ff&code=x", CauseCode::CallbackMalformed),
        (huge.as_str(), CauseCode::CallbackMalformed),
    ];
    for (query, expected) in cases {
        let mut callback = stage.server.base_url().clone();
        callback.set_query(Some(query));
        let outcome = stage.complete(&browser, &callback).await.expect_err("garbage");
        let CompleteSignInError::Refused(refusal) = outcome else { panic!("{outcome}") };
        let shown = &query[..query.len().min(40)];
        // An empty query has neither state nor answer; it is malformed before it is anything else.
        let expected = if query.is_empty() { CauseCode::CallbackMalformed } else { expected };
        assert_eq!(refusal.code, expected, "{shown}");
    }
    assert!(stage.sign_in(&mut browser, "dana").await.expect("the next clean sign-in works").created);
}

#[tokio::test]
async fn an_open_session_makes_a_new_sign_in_say_that_nothing_happened() {
    let database = Database::sqlite();
    let stage = Stage::in_effect(&database).await;
    let mut browser = Browser::default();
    let rui = stage.sign_in(&mut browser, "rui").await.expect("Rui signs in");
    let input =
        BeginSignIn { browser: browser.token.as_ref(), session: browser.session.as_ref(), hint: None };
    let Begun::AlreadySignedIn { account, reference } =
        begin_sign_in(stage.server.app(), input).await.unwrap()
    else {
        panic!("Rui's session is open")
    };
    assert_eq!(account.id, rui.account.id);
    let (mona, _) = stage.mona().await;
    let record = get_sign_in(stage.server.app(), &mona, reference.as_str()).await.unwrap();
    assert_eq!(record.outcome, Some(Outcome::NoNewSignIn));
    assert_eq!(record.person.email.as_deref(), Some("rui@northwind.example"));
}

#[tokio::test]
async fn two_tabs_of_one_browser_both_come_home() {
    let database = Database::sqlite();
    let stage = Stage::in_effect(&database).await;
    let mut browser = Browser::default();
    let first = stage.begin(&mut browser, None).await.unwrap();
    let second = stage.begin(&mut browser, None).await.unwrap();
    let first = stage.log_in(&mut browser, first, "dana").await;
    let second = stage.log_in(&mut browser, second, "dana").await;
    for callback in [second, first] {
        assert!(matches!(stage.complete(&browser, &callback).await.unwrap(), Completed::SignedIn(_)));
    }
    assert_eq!(account_count(&stage).await, 2);
}

#[tokio::test]
async fn a_provider_that_is_down_is_found_again_by_the_next_sign_in() {
    let database = Database::sqlite();
    let stage = Stage::set(&database).await;
    let fault = stage.idp.faults().arm("disc-flap", mock_idp::Target::next(), 2).expect("a known fault");
    let options = sign_in_options(stage.server.app()).await.unwrap();
    assert_eq!(options.provider, provisioner::oidc::ProviderStatus::Unreachable);
    assert!(fault.fired() > 0);
    fault.disarm();
    stage.bring_into_effect().await;
    assert!(stage.sign_in(&mut Browser::default(), "dana").await.expect("KaseyaOne is back").created);
}

#[tokio::test]
async fn local_refusals_tell_nobody_who_has_an_account() {
    let database = Database::sqlite();
    let stage = Stage::in_effect(&database).await;
    let mut browser = Browser::default();
    let wrong = stage.sign_in_locally(&mut browser, "mona@northwind.example", "wrong").await.unwrap_err();
    let unknown = stage.sign_in_locally(&mut browser, "dana@northwind.example", "wrong").await.unwrap_err();
    let unreadable = stage.sign_in_locally(&mut browser, "not an address", "wrong").await.unwrap_err();
    assert_eq!(wrong.category, unknown.category);
    assert_eq!(wrong.category, unreadable.category);
    assert_eq!(record_of(&stage, &unknown).await.first_failing(), Some(Check::UsedKaseyaOne));
    for _ in 0..10 {
        stage.sign_in_locally(&mut browser, "mona@northwind.example", "wrong").await.unwrap_err();
    }
    let locked =
        stage.sign_in_locally(&mut browser, "mona@northwind.example", MONAS_PASSWORD).await.unwrap_err();
    assert_eq!((locked.code, locked.category), (CauseCode::LocalLocked, wrong.category));
    stage.clock.advance(SignedDuration::from_mins(16));
    stage
        .sign_in_locally(&mut browser, "mona@northwind.example", MONAS_PASSWORD)
        .await
        .expect("time has passed");
}

#[tokio::test]
async fn what_strangers_fail_locks_no_browser_out_in_which_the_person_signed_in_before() {
    for database in Database::every().await {
        let stage = Stage::set(&database).await;
        let (mona, (_, mut own)) = ("mona@northwind.example", stage.mona().await);
        let mut stranger = Browser::default();
        for _ in 0..10 {
            stage.sign_in_locally(&mut stranger, mona, "wrong").await.unwrap_err();
        }
        let elsewhere = stage.sign_in_locally(&mut Browser::default(), mona, MONAS_PASSWORD).await;
        assert_eq!(elsewhere.unwrap_err().code, CauseCode::LocalLocked, "an unknown browser");
        stage.sign_in_locally(&mut own, mona, MONAS_PASSWORD).await.expect("Mona's own browser");
        let still = stage.sign_in_locally(&mut stranger, mona, MONAS_PASSWORD).await;
        assert_eq!(still.unwrap_err().code, CauseCode::LocalLocked, "Mona's sign-in frees no stranger");
        for _ in 0..10 {
            stage.sign_in_locally(&mut own, mona, "wrong").await.unwrap_err();
        }
        let own = stage.sign_in_locally(&mut own, mona, MONAS_PASSWORD).await;
        assert_eq!(own.unwrap_err().code, CauseCode::LocalLocked, "a known browser is no way around");
    }
}

#[tokio::test]
async fn a_browser_is_known_for_the_account_that_signed_in_there_and_for_no_other() {
    let database = Database::sqlite();
    let stage = Stage::set(&database).await;
    let password = secrecy::SecretString::from("local-lee-password");
    provisioner::bootstrap_admin(&stage.config, &stage.runtime, "lee@northwind.example", "Lee", &password)
        .await
        .expect("a second MSP Admin");
    let (_, mut monas) = stage.mona().await;
    for _ in 0..10 {
        let lee = "lee@northwind.example";
        stage.sign_in_locally(&mut Browser::default(), lee, "wrong").await.unwrap_err();
    }
    let lee = stage.sign_in_locally(&mut monas, "lee@northwind.example", "local-lee-password").await;
    assert_eq!(lee.unwrap_err().code, CauseCode::LocalLocked);
    // And not for ever.
    stage.clock.advance(SignedDuration::from_hours(181 * 24));
    for _ in 0..10 {
        let mona = "mona@northwind.example";
        stage.sign_in_locally(&mut Browser::default(), mona, "wrong").await.unwrap_err();
    }
    let mona = stage.sign_in_locally(&mut monas, "mona@northwind.example", MONAS_PASSWORD).await;
    assert_eq!(mona.unwrap_err().code, CauseCode::LocalLocked);
}

#[tokio::test]
async fn signing_out_ends_the_session_and_offers_the_way_out_of_kaseyaone() {
    let database = Database::sqlite();
    let stage = Stage::in_effect(&database).await;
    let mut browser = Browser::default();
    let signed = stage.sign_in(&mut browser, "dana").await.expect("Dana signs in");
    let out =
        sign_out(stage.server.app(), Some(&signed.session), None, SignOutFrom::KaseyaOneToo).await.unwrap();
    let to = out.to.expect("KaseyaOne offers it");
    assert!(to.query_pairs().any(|(name, _)| name == "id_token_hint"));
    assert!(find_session(stage.server.app(), Some(&signed.session)).await.unwrap().is_none());
}
