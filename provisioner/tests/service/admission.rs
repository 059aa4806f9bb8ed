//! Changes by MSP Admins at the same moment: each is admitted by what is true when it is done.

use std::pin::pin;

use futures_util::future::{Either, join, select};
use provisioner::bootstrap_admin;
use provisioner::domain::account::AccountId;
use provisioner::store::Transaction;
use provisioner::usecase::{Actor, Denied, MspAdmin, OrganizationsError, add_organization, set_msp_admin};
use secrecy::SecretString;

use crate::database::Database;
use crate::stage::Stage;

async fn demote(transaction: &mut Transaction, id: AccountId) {
    transaction.lock_single_sign_on().await.expect("the store answers");
    let mut account = transaction.find_account(id).await.expect("the store answers").expect("the account");
    account.msp_admin = false;
    transaction.update_account(&account).await.expect("the store answers");
}

fn id_of(actor: Actor) -> AccountId {
    let Actor::Account(id) = actor else { panic!("nobody is signed in") };
    id
}

#[tokio::test]
async fn an_admin_who_is_demoted_in_the_same_instant_changes_nothing_any_more() {
    for database in Database::every().await {
        let stage = Stage::set(&database).await;
        let (mona, _) = stage.mona().await;
        let app = stage.server.app();
        let mut demotion = app.store.write().await.unwrap();
        demote(&mut demotion, id_of(mona)).await;
        let adding = pin!(add_organization(app, &mona, "Acme"));
        let waiting = pin!(database.until_waiting(1));
        let Either::Right(((), adding)) = select(adding, waiting).await else {
            panic!("on {}, it did not wait for the demotion", database.name)
        };
        demotion.commit().await.unwrap();
        let added = adding.await;
        assert!(
            matches!(added, Err(OrganizationsError::Denied(Denied::MspAdminRequired))),
            "on {}: {added:?}",
            database.name
        );
    }
}

#[tokio::test]
async fn two_admins_who_demote_each_other_leave_one() {
    for database in Database::every().await {
        let stage = Stage::set(&database).await;
        let (mona, _) = stage.mona().await;
        let password = SecretString::from("local-lee-password");
        let lee =
            bootstrap_admin(&stage.config, &stage.runtime, "lee@northwind.example", "Lee Park", &password)
                .await
                .expect("a second MSP Admin");
        let lee = Actor::Account(lee.id);
        let app = stage.server.app();
        // Both have read that there are two, as far as they read before they wait for this.
        let mut other = app.store.write().await.unwrap();
        other.lock_single_sign_on().await.unwrap();
        let (by_mona, by_lee) = (
            set_msp_admin(app, &mona, id_of(lee), MspAdmin::Withdrawn),
            set_msp_admin(app, &lee, id_of(mona), MspAdmin::Withdrawn),
        );
        let both = pin!(join(by_mona, by_lee));
        let waiting = pin!(database.until_waiting(2));
        let Either::Right(((), both)) = select(both, waiting).await else {
            panic!("on {}, neither waited", database.name)
        };
        other.commit().await.unwrap();
        let (by_mona, by_lee) = both.await;
        assert!(by_mona.is_ok() != by_lee.is_ok(), "on {}: {by_mona:?}, {by_lee:?}", database.name);
        let left = app.store.read().await.unwrap().list_administrators().await.unwrap();
        assert_eq!(left.len(), 1, "on {}", database.name);
    }
}
