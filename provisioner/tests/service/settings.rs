//! Who may change what, what stays, and what the audit trail says of it.

use std::collections::BTreeSet;

use provisioner::domain::audit::Action;
use provisioner::domain::settings::Change;
use provisioner::usecase::{
    Actor, AddUserError, BindingError, ChangeSingleSignOnError, CompleteSignInError, Denied, MspAdmin,
    NewUser, OrganizationsError, UserError, UserQuery, UserView, add_organization, add_user,
    assign_organizations, begin_binding, change_single_sign_on, confirm_binding, deactivate_user,
    find_binding, get_organization, get_single_sign_on, get_user, list_organizations, list_users,
    remove_user, review_user, set_msp_admin,
};
use secrecy::SecretString;

use crate::database::Database;
use crate::stage::{Browser, MONAS_PASSWORD, Stage};

#[tokio::test]
async fn nobody_but_an_msp_admin_changes_the_settings_and_every_refusal_is_audited() {
    for database in Database::every().await {
        let stage = Stage::in_effect(&database).await;
        let app = stage.server.app();
        let rui = Actor::Account(stage.sign_in(&mut Browser::default(), "rui").await.unwrap().account.id);
        let before = stage.server.census().await.unwrap();
        for (actor, denied) in [(Actor::Anonymous, Denied::NotSignedIn), (rui, Denied::MspAdminRequired)] {
            let outcome = change_single_sign_on(app, &actor, Change::Create(false)).await;
            assert!(matches!(outcome, Err(ChangeSingleSignOnError::Denied(found)) if found == denied));
        }
        let after = stage.server.census().await.unwrap();
        assert_eq!(after.single_sign_on, before.single_sign_on);
        for _ in 0..3 {
            let outcome = change_single_sign_on(app, &Actor::Anonymous, Change::Create(false)).await;
            outcome.expect_err("nobody is signed in");
        }
        let after_more = stage.server.census().await.unwrap();
        assert_eq!(after_more.audit.len(), after.audit.len(), "anonymous attempts do not fill the trail");
        let refused = &after.audit[before.audit.len()..];
        assert_eq!(refused.len(), 2);
        assert!(refused.iter().all(|entry| entry.action == Action::ChangeRefused));
    }
}

#[tokio::test]
async fn a_demoted_admin_is_refused_at_the_next_request() {
    let database = Database::sqlite();
    let stage = Stage::in_effect(&database).await;
    let app = stage.server.app();
    let (mona, _) = stage.mona().await;
    let lee = stage.sign_in(&mut Browser::default(), "lee").await.unwrap().account.id;
    set_msp_admin(app, &mona, lee, MspAdmin::Granted).await.expect("Mona may");
    get_single_sign_on(app, &Actor::Account(lee)).await.expect("Lee is an MSP Admin");
    set_msp_admin(app, &mona, lee, MspAdmin::Withdrawn).await.expect("Mona may");
    get_single_sign_on(app, &Actor::Account(lee)).await.expect_err("Lee is one no longer");
}

#[tokio::test]
async fn creation_cannot_be_turned_on_without_kaseyaone_and_stays_stored_without_effect() {
    for database in Database::every().await {
        let stage = Stage::set(&database).await;
        let app = stage.server.app();
        let (mona, _) = stage.mona().await;
        let outcome = change_single_sign_on(app, &mona, Change::Create(true)).await;
        assert!(matches!(outcome, Err(ChangeSingleSignOnError::Refused(_))));
        stage.bring_into_effect().await;
        let after = change_single_sign_on(app, &mona, Change::AllowOff).await.unwrap();
        assert!(after.create && !after.in_effect());
        stage.idp.expire_sessions("mona");
        let (actor, mut browser) = stage.mona().await;
        let begun = begin_binding(app, &actor, None).await.expect("Allow is off");
        browser.token = Some(begun.browser);
        let callback = stage.log_in(&mut browser, begun.to, "mona").await;
        stage.complete(&browser, &callback).await.expect("Mona authenticates");
        assert!(confirm_binding(app, &actor).await.unwrap().in_effect());
        let audit = stage.server.census().await.unwrap().audit;
        assert_eq!(audit.last().unwrap().action, Action::CreationInEffect);
    }
}

#[tokio::test]
async fn the_last_msp_admin_cannot_be_locked_out() {
    for database in Database::every().await {
        let stage = Stage::in_effect(&database).await;
        let app = stage.server.app();
        let (mona, _) = stage.mona().await;
        let Actor::Account(monas) = mona else { panic!("Mona is signed in") };
        let outcome = change_single_sign_on(app, &mona, Change::Require(true)).await;
        assert!(matches!(outcome, Err(ChangeSingleSignOnError::WouldLockOut)));
        let exceptions = Change::Exceptions(BTreeSet::from([monas]));
        change_single_sign_on(app, &mona, exceptions).await.expect("Mona may");
        change_single_sign_on(app, &mona, Change::Require(true)).await.expect("Mona is excepted");
        let outcome = change_single_sign_on(app, &mona, Change::Exceptions(BTreeSet::new())).await;
        assert!(matches!(outcome, Err(ChangeSingleSignOnError::WouldLockOut)));
        let demoted = set_msp_admin(app, &mona, monas, MspAdmin::Withdrawn).await;
        assert!(matches!(demoted, Err(UserError::LastAdministrator)));
        assert!(matches!(deactivate_user(app, &mona, monas).await, Err(UserError::LastAdministrator)));
        assert!(matches!(remove_user(app, &mona, monas).await, Err(UserError::NotPossible(_))));
    }
}

#[tokio::test]
async fn requiring_kaseyaone_closes_local_sign_in_to_all_but_the_exceptions() {
    let database = Database::sqlite();
    let stage = Stage::in_effect(&database).await;
    let app = stage.server.app();
    let (mona, _) = stage.mona().await;
    let Actor::Account(monas) = mona else { panic!("Mona is signed in") };
    let password = SecretString::from("local-dana-password");
    let dana = NewUser { email: "dana@northwind.example", name: "Dana", password: Some(&password) };
    let dana = add_user(app, &mona, dana).await.expect("Mona may").account.id;
    change_single_sign_on(app, &mona, Change::Exceptions([monas].into())).await.unwrap();
    change_single_sign_on(app, &mona, Change::Require(true)).await.unwrap();
    let mut browser = Browser::default();
    let address = "dana@northwind.example";
    stage
        .sign_in_locally(&mut browser, address, "local-dana-password")
        .await
        .expect_err("KaseyaOne is required");
    change_single_sign_on(app, &mona, Change::Exceptions([monas, dana].into())).await.unwrap();
    stage.sign_in_locally(&mut browser, address, "local-dana-password").await.expect("Dana is excepted");
    stage.sign_in(&mut Browser::default(), "dana").await.expect("and may use KaseyaOne as well");
}

#[tokio::test]
async fn allow_stays_off_unless_a_kaseyaone_master_or_admin_completes_and_confirms() {
    for database in Database::every().await {
        let stage = Stage::set(&database).await;
        let app = stage.server.app();
        let (mona, mut browser) = stage.mona().await;
        let begun = begin_binding(app, &mona, None).await.expect("Mona may");
        browser.token = Some(begun.browser);
        let callback = stage.log_in(&mut browser, begun.to, "dana").await;
        let outcome = stage.complete(&browser, &callback).await.expect_err("Dana is no Master in KaseyaOne");
        assert!(matches!(outcome, CompleteSignInError::BindingFailed(_)), "{outcome}");
        assert!(find_binding(app, &mona).await.unwrap().is_none());
        assert!(matches!(confirm_binding(app, &mona).await, Err(BindingError::NothingToConfirm)));

        let begun = begin_binding(app, &mona, browser.token.as_ref()).await.expect("Mona may");
        let callback = stage.log_in(&mut browser, begun.to, "mona").await;
        stage.complete(&browser, &callback).await.expect("Mona is a Master");
        let proposal = find_binding(app, &mona).await.unwrap().expect("a company to confirm");
        assert_eq!(
            (proposal.company.id.as_str(), proposal.company.name.as_str()),
            ("k1-co-1001", "Northwind MSP")
        );
        assert!(!get_single_sign_on(app, &mona).await.unwrap().allow, "not before it is confirmed");
        assert!(confirm_binding(app, &mona).await.unwrap().allow);
    }
}

#[tokio::test]
async fn what_is_not_assigned_is_not_there() {
    for database in Database::every().await {
        let stage = Stage::in_effect(&database).await;
        let app = stage.server.app();
        let (mona, _) = stage.mona().await;
        let acme = add_organization(app, &mona, "Acme").await.expect("Mona may").id;
        let rui = stage.sign_in(&mut Browser::default(), "rui").await.unwrap().account.id;
        let actor = Actor::Account(rui);
        assert!(list_organizations(app, &actor).await.unwrap().is_empty());
        assert!(matches!(get_organization(app, &actor, acme).await, Err(OrganizationsError::NotFound)));
        let user = assign_organizations(app, &mona, rui, [acme].into()).await.expect("Mona may");
        assert!(user.access.capabilities.is_empty() && user.access.groups.is_empty());
        assert_eq!(get_organization(app, &actor, acme).await.unwrap().name, "Acme");
    }
}

#[tokio::test]
async fn the_list_says_how_many_it_hides() {
    for database in Database::every().await {
        let stage = Stage::in_effect(&database).await;
        let app = stage.server.app();
        let (mona, _) = stage.mona().await;
        let dana = stage.sign_in(&mut Browser::default(), "dana").await.unwrap().account.id;
        let list = async |view, search: Option<&str>| {
            let query = UserQuery { view, search: search.map(str::to_owned), ..UserQuery::default() };
            let page = list_users(app, &mona, &query).await.expect("Mona may");
            (page.total, page.hidden)
        };
        assert_eq!(list(UserView::All, None).await, (2, 0));
        assert_eq!(list(UserView::All, Some("mona")).await, (1, 1));
        assert_eq!(list(UserView::New, None).await, (1, 1));
        assert_eq!(list(UserView::Deactivated, None).await, (0, 2));
        let reviewed = review_user(app, &mona, dana).await.expect("Mona may");
        assert_eq!(reviewed.reviewed_by.as_deref(), Some("mona@northwind.example"));
        let admin = reviewed.account.reviewed_by.expect("somebody reviewed it");
        assert_eq!(
            get_user(app, &mona, admin).await.unwrap().account.email.as_str(),
            "mona@northwind.example"
        );
        assert_eq!(list(UserView::New, None).await, (0, 2));
        let since = async |moment| {
            let query = UserQuery { created_since: Some(moment), ..UserQuery::default() };
            let page = list_users(app, &mona, &query).await.expect("Mona may");
            (page.total, page.hidden)
        };
        let created = reviewed.account.created_at;
        assert_eq!(since(created).await, (2, 0), "the moment itself counts");
        assert_eq!(since(created + jiff::SignedDuration::from_millis(1)).await, (0, 2));
    }
}

#[tokio::test]
async fn a_user_is_added_once() {
    let database = Database::sqlite();
    let stage = Stage::set(&database).await;
    let app = stage.server.app();
    let (mona, _) = stage.mona().await;
    let dana = NewUser { email: "dana@northwind.example", name: "Dana", password: None };
    add_user(app, &mona, dana).await.expect("Mona may");
    assert!(matches!(add_user(app, &mona, dana).await, Err(AddUserError::EmailTaken)));
    let nameless = NewUser { email: "rui@northwind.example", name: " ", password: None };
    assert!(matches!(add_user(app, &mona, nameless).await, Err(AddUserError::Name(_))));
    assert!(
        stage
            .sign_in_locally(&mut Browser::default(), "mona@northwind.example", MONAS_PASSWORD)
            .await
            .is_ok()
    );
}
