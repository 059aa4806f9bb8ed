//! What both databases promise, word for word the same.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};
use provisioner::domain::access::{Access, Capability};
use provisioner::domain::account::{AccountId, Origin, Status};
use provisioner::domain::audit::{Action, AuditActor, AuditEntry};
use provisioner::domain::checks::Finding;
use provisioner::domain::email::Email;
use provisioner::domain::identity::{Company, Freshness, Identity, Subject};
use provisioner::domain::organization::{AccessGroup, Organization};
use provisioner::domain::record::{Cause, CauseCode, Method, Outcome, SignInRecord, Standing};
use provisioner::domain::settings::SingleSignOn;
use provisioner::store::{
    AccountFilter, NewAccount, Purpose, RecordFilter, SignInRequest, Store, StoredLink, StoredSession,
    Transaction, Unreturned,
};
use provisioner::{Clock as _, Generator};

use crate::database::Database;
use crate::stage::TestClock;

struct Contract {
    store: Store,
    generator: Generator,
    now: Timestamp,
    /// Lives as long as its store.
    database: Database,
}

impl Contract {
    async fn on_everydatabase() -> Vec<Self> {
        let mut contracts = Vec::new();
        for database in Database::every().await {
            let store = Store::open(&database.url, 5).await.expect("the database opens");
            let now = TestClock::held().now();
            contracts.push(Self { store, generator: Generator::seeded(3), now, database });
        }
        contracts
    }

    fn account(&self, email: &str) -> NewAccount {
        NewAccount {
            id: self.generator.id(self.now),
            email: Email::parse(email).expect("an address"),
            name: email.to_owned(),
            status: Status::Active,
            origin: Origin::Automatic,
            msp_admin: false,
            password_hash: None,
            created_at: self.now,
            created_by: None,
        }
    }

    async fn insert(&self, email: &str) -> AccountId {
        let new = self.account(email);
        let mut transaction = self.store.write().await.expect("the store answers");
        assert!(transaction.insert_account(&new).await.expect("the store answers"));
        transaction.commit().await.expect("the store answers");
        new.id
    }

    fn record(&self) -> SignInRecord {
        let reference = self.generator.reference();
        let (id, settings) = (self.generator.id(self.now), SingleSignOn::default());
        SignInRecord::begun(id, reference, Method::KaseyaOne, &settings, self.now)
    }

    fn request(&self, state: u8, purpose: Purpose) -> SignInRequest {
        SignInRequest {
            state_hash: [state; 32],
            browser_hash: [9; 32],
            purpose,
            issuer: "https://one.example".to_owned(),
            nonce: "nonce".to_owned(),
            pkce_verifier: "verifier".to_owned(),
            started_at: self.now,
            expires_at: self.now + SignedDuration::from_mins(10),
            consumed_at: None,
            asked_afresh: false,
        }
    }
}

fn identity(subject: &str) -> Identity {
    Identity {
        issuer: "https://one.example".to_owned(),
        company: "k1-co-1001".to_owned(),
        subject: Subject::parse(subject).expect("a subject"),
    }
}

#[tokio::test]
async fn an_account_is_read_as_it_was_written() {
    for contract in Contract::on_everydatabase().await {
        let id = contract.insert("Zoë@Northwind.example").await;
        let mut transaction = contract.store.read().await.unwrap();
        let account = transaction.find_account(id).await.unwrap().unwrap();
        assert_eq!(account.email.as_str(), "Zoë@Northwind.example");
        assert_eq!(account.created_at, contract.now);
        assert_eq!(account.origin, Origin::Automatic);
        assert!(!account.has_password && !account.has_identity && account.last_sign_in_at.is_none());
        let key = Email::parse("zoë@NORTHWIND.example").unwrap();
        let found = transaction.find_account_by_email(key.key()).await.unwrap().unwrap();
        assert_eq!(found.id, id);
    }
}

#[tokio::test]
async fn an_address_is_taken_once_until_its_account_is_removed() {
    for contract in Contract::on_everydatabase().await {
        let id = contract.insert("dana@northwind.example").await;
        let mut transaction = contract.store.write().await.unwrap();
        assert!(!transaction.insert_account(&contract.account("DANA@northwind.example")).await.unwrap());
        let mut account = transaction.find_account(id).await.unwrap().unwrap();
        account.status = Status::Removed;
        account.removed_at = Some(contract.now);
        transaction.update_account(&account).await.unwrap();
        assert!(transaction.insert_account(&contract.account("dana@northwind.example")).await.unwrap());
        let key = account.email.key();
        assert_eq!(transaction.find_barred_account_by_email(key).await.unwrap().unwrap().id, id);
        transaction.commit().await.unwrap();
    }
}

/// What an MSP Admin does to an account while somebody signs in to it.
async fn demote_and_deactivate(transaction: &mut Transaction, id: AccountId, status: Status) {
    transaction.lock_account(id).await.expect("the store answers");
    let mut account = transaction.find_account(id).await.expect("the store answers").expect("the account");
    account.msp_admin = false;
    account.status = status;
    transaction.update_account(&account).await.expect("the store answers");
}

#[tokio::test]
async fn a_sign_in_does_not_take_back_what_was_done_to_its_account_meanwhile() {
    for contract in Contract::on_everydatabase().await {
        for status in [Status::Active, Status::Deactivated, Status::Removed] {
            let mut new = contract.account(&format!("{}@northwind.example", status.as_str()));
            new.msp_admin = true;
            let mut transaction = contract.store.write().await.unwrap();
            assert!(transaction.insert_account(&new).await.unwrap());
            transaction.commit().await.unwrap();
            let seen = contract.store.read().await.unwrap().find_account(new.id).await.unwrap().unwrap();
            if contract.database.name == "SQLite" {
                let mut administrator = contract.store.write().await.unwrap();
                demote_and_deactivate(&mut administrator, new.id, status).await;
                administrator.commit().await.unwrap();
                let mut sign_in = contract.store.write().await.unwrap();
                assert!(!sign_in.record_sign_in(&seen, contract.now).await.unwrap());
                sign_in.commit().await.unwrap();
            } else {
                // Both are under way: the sign-in waits for the row, and meets it changed.
                let mut sign_in = contract.store.write().await.unwrap();
                let seen = sign_in.find_account(new.id).await.unwrap().unwrap();
                let mut administrator = contract.store.write().await.unwrap();
                demote_and_deactivate(&mut administrator, new.id, status).await;
                let (recorded, committed) =
                    tokio::join!(sign_in.record_sign_in(&seen, contract.now), administrator.commit());
                committed.unwrap();
                assert!(!recorded.unwrap());
                sign_in.commit().await.unwrap();
            }
            let found = contract.store.read().await.unwrap().find_account(new.id).await.unwrap().unwrap();
            assert_eq!((found.msp_admin, found.status), (false, status), "on {}", contract.database.name);
            assert_eq!(found.last_sign_in_at, None);
        }
    }
}

#[tokio::test]
async fn a_sign_in_fulfils_an_invitation() {
    for contract in Contract::on_everydatabase().await {
        let mut new = contract.account("dana@northwind.example");
        new.status = Status::Invited;
        let mut transaction = contract.store.write().await.unwrap();
        assert!(transaction.insert_account(&new).await.unwrap());
        let mut account = transaction.find_account(new.id).await.unwrap().unwrap();
        account.name = "Dana".to_owned();
        assert!(transaction.record_sign_in(&account, contract.now).await.unwrap());
        let found = transaction.find_account(new.id).await.unwrap().unwrap();
        assert_eq!((found.status, found.name.as_str()), (Status::Active, "Dana"));
        assert_eq!(found.last_sign_in_at, Some(contract.now));
    }
}

#[tokio::test]
async fn an_identity_is_linked_once_and_compared_byte_by_byte() {
    for contract in Contract::on_everydatabase().await {
        let first = contract.insert("dana@northwind.example").await;
        let second = contract.insert("rui@northwind.example").await;
        let mut transaction = contract.store.write().await.unwrap();
        assert!(transaction.insert_identity(&identity("Abc"), first, contract.now).await.unwrap());
        assert!(!transaction.insert_identity(&identity("Abc"), second, contract.now).await.unwrap());
        assert!(
            !transaction.insert_identity(&identity("Xyz"), first, contract.now).await.unwrap(),
            "one each"
        );
        for other in ["abc", "Abc "] {
            assert_eq!(transaction.find_linked_account(&identity(other)).await.unwrap(), None, "{other:?}");
        }
        let mut elsewhere = identity("Abc");
        elsewhere.company = "k1-co-2002".to_owned();
        assert_eq!(transaction.find_linked_account(&elsewhere).await.unwrap(), None);
        assert_eq!(transaction.find_linked_account(&identity("Abc")).await.unwrap(), Some(first));
        transaction.commit().await.unwrap();
    }
}

#[tokio::test]
async fn an_identity_without_its_account_cannot_be_committed() {
    for contract in Contract::on_everydatabase().await {
        let mut transaction = contract.store.write().await.unwrap();
        let nobody = contract.generator.id(contract.now);
        assert!(transaction.insert_identity(&identity("abc"), nobody, contract.now).await.unwrap());
        assert!(transaction.commit().await.is_err());
        let mut transaction = contract.store.read().await.unwrap();
        assert!(transaction.all_identities().await.unwrap().is_empty());
    }
}

#[tokio::test]
async fn a_transaction_that_is_dropped_leaves_nothing() {
    for contract in Contract::on_everydatabase().await {
        let mut transaction = contract.store.write().await.unwrap();
        transaction.insert_account(&contract.account("dana@northwind.example")).await.unwrap();
        drop(transaction);
        assert!(contract.store.read().await.unwrap().all_accounts().await.unwrap().is_empty());
    }
}

#[tokio::test]
async fn a_request_is_consumed_by_one_of_many() {
    for contract in Contract::on_everydatabase().await {
        let mut record = contract.record();
        record.person.hint = Some("dana".to_owned());
        let request = contract.request(1, Purpose::SignIn(record.id));
        let mut transaction = contract.store.write().await.unwrap();
        transaction.insert_record(&record).await.unwrap();
        transaction.insert_request(&request).await.unwrap();
        transaction.commit().await.unwrap();
        let mut consumed = Vec::new();
        for _ in 0..8 {
            let store = contract.store.clone();
            let now = contract.now;
            consumed.push(tokio::spawn(async move {
                let mut transaction = store.write().await.unwrap();
                let won = transaction.consume_request(&[1; 32], now).await.unwrap();
                transaction.commit().await.unwrap();
                won
            }));
        }
        let mut winners = 0;
        for attempt in consumed {
            winners += u32::from(attempt.await.unwrap());
        }
        assert_eq!(winners, 1, "on {}", contract.database.name);
    }
}

#[tokio::test]
async fn a_browser_that_waits_too_often_loses_its_oldest_request() {
    for contract in Contract::on_everydatabase().await {
        let record = contract.record();
        let mut transaction = contract.store.write().await.unwrap();
        transaction.insert_record(&record).await.unwrap();
        for state in 1..=3 {
            let mut request = contract.request(state, Purpose::SignIn(record.id));
            request.started_at = contract.now + SignedDuration::from_secs(state.into());
            transaction.insert_request(&request).await.unwrap();
        }
        assert_eq!(transaction.count_waiting(&[9; 32], contract.now).await.unwrap(), 3);
        transaction.expire_oldest_waiting(&[9; 32], contract.now).await.unwrap();
        assert_eq!(transaction.count_waiting(&[9; 32], contract.now).await.unwrap(), 2);
        let oldest = transaction.find_request(&[1; 32]).await.unwrap().unwrap();
        assert_eq!(oldest.expires_at, contract.now);
    }
}

#[tokio::test]
async fn settings_and_exceptions_are_replaced_whole() {
    for contract in Contract::on_everydatabase().await {
        let id = contract.insert("dana@northwind.example").await;
        let company = Company { id: "k1-co-1001".to_owned(), name: "Northwind MSP".to_owned() };
        let settings = SingleSignOn {
            allow: true,
            require: true,
            create: true,
            company: Some(company),
            exceptions: BTreeSet::from([id]),
            version: 4,
        };
        let mut transaction = contract.store.write().await.unwrap();
        assert_eq!(transaction.get_single_sign_on().await.unwrap(), SingleSignOn::default());
        transaction.put_single_sign_on(&settings).await.unwrap();
        transaction.commit().await.unwrap();
        let mut transaction = contract.store.write().await.unwrap();
        assert_eq!(transaction.get_single_sign_on().await.unwrap(), settings);
        let impossible = SingleSignOn { allow: false, ..settings };
        assert!(transaction.put_single_sign_on(&impossible).await.is_err(), "require without allow");
    }
}

#[tokio::test]
async fn the_three_assignments_are_separate() {
    for contract in Contract::on_everydatabase().await {
        let id = contract.insert("dana@northwind.example").await;
        let created_at = contract.now;
        let group =
            AccessGroup { id: contract.generator.id(created_at), name: "Tier 1".to_owned(), created_at };
        let organization =
            Organization { id: contract.generator.id(created_at), name: "Acme".to_owned(), created_at };
        let mut transaction = contract.store.write().await.unwrap();
        assert!(transaction.insert_group(&group).await.unwrap());
        assert!(transaction.insert_organization(&organization).await.unwrap());
        assert!(!transaction.insert_organization(&organization).await.unwrap(), "a name is taken once");
        assert!(transaction.get_access(id).await.unwrap().is_empty());
        transaction.put_capabilities(id, &BTreeSet::from([Capability::SeeReports])).await.unwrap();
        let access = transaction.get_access(id).await.unwrap();
        assert!(access.groups.is_empty() && access.organizations.is_empty());
        transaction.put_groups(id, &BTreeSet::from([group.id])).await.unwrap();
        transaction.put_organizations(id, &BTreeSet::from([organization.id])).await.unwrap();
        transaction.put_capabilities(id, &BTreeSet::new()).await.unwrap();
        let expected = Access {
            capabilities: BTreeSet::new(),
            groups: BTreeSet::from([group.id]),
            organizations: BTreeSet::from([organization.id]),
        };
        assert_eq!(transaction.get_access(id).await.unwrap(), expected);
    }
}

#[tokio::test]
async fn a_record_is_read_as_it_was_written() {
    for contract in Contract::on_everydatabase().await {
        let mut record = contract.record();
        record.person.hint = Some("dana".to_owned());
        let mut transaction = contract.store.write().await.unwrap();
        assert!(transaction.insert_record(&record).await.unwrap());
        let mut twin = contract.record();
        twin.reference = record.reference.clone();
        assert!(!transaction.insert_record(&twin).await.unwrap(), "a reference is given once");
        record.auth_time = Some(contract.now);
        record.freshness = Some(Freshness::Cached);
        record.person.email = Some("dana@northwind.example".to_owned());
        record.account = Some(contract.generator.id(contract.now));
        record.fail(Outcome::Refused, Cause::new(CauseCode::EmailConflict, "why"), contract.now);
        transaction.update_record(&record).await.unwrap();
        transaction.commit().await.unwrap();
        let mut transaction = contract.store.read().await.unwrap();
        let found = transaction.find_record_by_reference(&record.reference).await.unwrap();
        assert_eq!(found.as_ref(), Some(&record));
        let filter = RecordFilter { standing: Some(Outcome::SignedIn.into()), ..Default::default() };
        assert_eq!(transaction.list_records(&filter, 1, 10).await.unwrap().1, 0);
        assert_eq!(transaction.list_records(&RecordFilter::default(), 1, 10).await.unwrap().0, vec![record]);
    }
}

#[tokio::test]
async fn records_are_found_by_how_they_stand_and_by_whatever_is_known_of_the_person() {
    for contract in Contract::on_everydatabase().await {
        let account = contract.insert("una@northwind.example").await;
        let mut transaction = contract.store.write().await.unwrap();
        let mut typed = contract.record();
        typed.person.hint = Some("Una_Lo".to_owned());
        transaction.insert_record(&typed).await.unwrap();
        for email in [Some("una@elsewhere.example"), None] {
            let mut record = contract.record();
            transaction.insert_record(&record).await.unwrap();
            record.person.email = email.map(str::to_owned);
            record.account = email.is_none().then_some(account);
            record.fail(Outcome::Refused, Cause::new(CauseCode::CreateOff, "off"), contract.now);
            transaction.update_record(&record).await.unwrap();
        }
        transaction.insert_record(&contract.record()).await.unwrap();
        let mut count = async |standing, person: Option<&str>| {
            let filter = RecordFilter { standing, person: person.map(str::to_owned) };
            transaction.list_records(&filter, 1, 10).await.unwrap().1
        };
        assert_eq!(count(None, None).await, 4);
        assert_eq!(count(Some(Standing::UnderWay), None).await, 2);
        assert_eq!(count(Some(Outcome::Refused.into()), None).await, 2);
        assert_eq!(count(None, Some(" UNA ")).await, 3, "typed, asserted, and by the account");
        assert_eq!(count(Some(Standing::UnderWay), Some("una_lo")).await, 1);
        assert_eq!(count(None, Some("una%lo")).await, 0, "the text is taken literally");
    }
}

#[tokio::test]
async fn a_record_whose_requests_all_ran_out_is_unreturned() {
    for contract in Contract::on_everydatabase().await {
        let record = contract.record();
        let mut again = contract.request(2, Purpose::SignIn(record.id));
        again.expires_at = contract.now + SignedDuration::from_mins(12);
        let mut transaction = contract.store.write().await.unwrap();
        transaction.insert_record(&record).await.unwrap();
        transaction.insert_request(&contract.request(1, Purpose::SignIn(record.id))).await.unwrap();
        transaction.insert_request(&again).await.unwrap();
        let at = |minutes| contract.now + SignedDuration::from_mins(minutes);
        let cause = Cause::new(CauseCode::RequestExpired, "gone");
        let end = Unreturned { cause: cause.clone(), with_hint: Finding::NotReached };
        assert_eq!(transaction.end_unreturned(&end, at(11), 10).await.unwrap(), 0);
        assert_eq!(transaction.end_unreturned(&end, at(12), 10).await.unwrap(), 1);
        let ended = transaction.find_record(record.id).await.unwrap().unwrap();
        assert_eq!((ended.outcome, ended.ended_at), (Some(Outcome::Abandoned), Some(again.expires_at)));
        assert_eq!((ended.cause, ended.checks.authentication_completed), (Some(cause), Finding::Fail));
        assert_eq!(ended.checks.exists_in_kaseyaone, Finding::NotKnowable, "no user name was typed");
        assert_eq!(ended.checks.used_kaseyaone, Finding::NotKnowable, "nobody vouched for the person");
    }
}

#[tokio::test]
async fn a_session_is_found_until_it_runs_out() {
    for contract in Contract::on_everydatabase().await {
        let account = contract.insert("dana@northwind.example").await;
        let session = StoredSession {
            token_hash: [5; 32],
            account,
            reference: contract.generator.reference(),
            method: Method::KaseyaOne,
            started_at: contract.now,
            expires_at: contract.now + SignedDuration::from_hours(1),
            auth_time: Some(contract.now),
            freshness: Some(Freshness::Fresh),
            kaseyaone_session: Some([6; 32]),
            id_token: Some("token".to_owned()),
        };
        let mut transaction = contract.store.write().await.unwrap();
        transaction.insert_session(&session).await.unwrap();
        let late = contract.now + SignedDuration::from_hours(1);
        assert!(transaction.find_session(&[5; 32], late).await.unwrap().is_none());
        let found = transaction.find_session(&[5; 32], contract.now).await.unwrap().unwrap();
        assert_eq!(found.account, account);
        assert_eq!(found.id_token.as_deref(), Some("token"));
        assert_eq!(found.kaseyaone_session, Some([6; 32]));
        transaction.delete_sessions_of(account).await.unwrap();
        assert!(transaction.find_session(&[5; 32], contract.now).await.unwrap().is_none());
    }
}

/// Somebody of KaseyaOne who asks an account.
fn link(contract: &Contract, account: AccountId, subject: &str) -> StoredLink {
    StoredLink {
        account,
        identity: identity(subject),
        company_name: "Northwind MSP".to_owned(),
        name: Some("Lee Park".to_owned()),
        username: None,
        email: "lee@northwind.example".to_owned(),
        reference: contract.generator.reference(),
        asked_at: contract.now,
        expires_at: contract.now + SignedDuration::from_mins(10),
    }
}

#[tokio::test]
async fn a_link_is_taken_once_by_its_account_in_its_browser() {
    for contract in Contract::on_everydatabase().await {
        let lee = contract.insert("lee@northwind.example").await;
        let other = contract.insert("mona@northwind.example").await;
        let asking = link(&contract, lee, "lee");
        let (now, until) = (contract.now, asking.expires_at);
        let mut transaction = contract.store.write().await.unwrap();
        transaction.put_link(&[1; 32], &asking).await.unwrap();
        assert_eq!(transaction.take_link(&[2; 32], lee, now).await.unwrap(), None, "another browser");
        assert_eq!(transaction.take_link(&[1; 32], other, now).await.unwrap(), None, "another account");
        assert_eq!(transaction.take_link(&[1; 32], lee, until).await.unwrap(), None, "too late");
        assert_eq!(transaction.find_link(&[1; 32], lee, now).await.unwrap(), Some(asking.clone()));
        assert_eq!(transaction.take_link(&[1; 32], lee, now).await.unwrap(), Some(asking));
        assert_eq!(transaction.take_link(&[1; 32], lee, now).await.unwrap(), None, "once");
    }
}

#[tokio::test]
async fn a_browser_has_one_link_waiting_and_forgets_it() {
    for contract in Contract::on_everydatabase().await {
        let lee = contract.insert("lee@northwind.example").await;
        let mona = contract.insert("mona@northwind.example").await;
        let mut transaction = contract.store.write().await.unwrap();
        transaction.put_link(&[1; 32], &link(&contract, lee, "lee")).await.unwrap();
        let newer = link(&contract, mona, "mona");
        transaction.put_link(&[1; 32], &newer).await.unwrap();
        assert_eq!(transaction.find_link(&[1; 32], lee, contract.now).await.unwrap(), None);
        assert_eq!(transaction.find_link(&[1; 32], mona, contract.now).await.unwrap(), Some(newer.clone()));
        assert_eq!(transaction.delete_links_before(newer.expires_at).await.unwrap(), 0);
        transaction.delete_link(&[1; 32]).await.unwrap();
        assert_eq!(transaction.find_link(&[1; 32], mona, contract.now).await.unwrap(), None);
    }
}

#[tokio::test]
async fn failures_count_by_address_and_known_browser_and_few_browsers_are_known() {
    for contract in Contract::on_everydatabase().await {
        let (address, now) = ([7; 32], contract.now);
        let before = now - SignedDuration::from_mins(1);
        let mut transaction = contract.store.write().await.unwrap();
        for known in [None, Some(&[1; 32]), None] {
            let id = contract.generator.id::<SignInRecord>(now);
            transaction.insert_local_failure(id, &address, known, now).await.unwrap();
        }
        for (known, expected) in [(None, 2), (Some(&[1; 32]), 1), (Some(&[2; 32]), 0)] {
            let counted = transaction.count_local_failures(&address, known, before).await.unwrap();
            assert_eq!(counted, expected, "{known:?}");
        }
        transaction.delete_local_failures(&address, Some(&[1; 32])).await.unwrap();
        assert_eq!(transaction.count_local_failures(&address, None, before).await.unwrap(), 2);
        assert_eq!(transaction.count_local_failures(&address, Some(&[1; 32]), before).await.unwrap(), 0);
        for number in 0..4_u8 {
            let at = now + SignedDuration::from_secs(number.into());
            transaction.remember_browser(&address, &[number; 32], at, 3).await.unwrap();
        }
        assert!(!transaction.knows_browser(&address, Some(&[0; 32]), before).await.unwrap(), "the oldest");
        assert!(transaction.knows_browser(&address, Some(&[1; 32]), before).await.unwrap());
        assert!(!transaction.knows_browser(&address, None, before).await.unwrap());
        assert!(!transaction.knows_browser(&[8; 32], Some(&[1; 32]), before).await.unwrap());
        transaction.delete_browsers_before(now + SignedDuration::from_secs(3)).await.unwrap();
        assert!(!transaction.knows_browser(&address, Some(&[1; 32]), before).await.unwrap());
    }
}

#[tokio::test]
async fn the_audit_trail_is_only_ever_added_to() {
    for contract in Contract::on_everydatabase().await {
        let entry = AuditEntry {
            id: contract.generator.id(contract.now),
            at: contract.now,
            actor: AuditActor::Operator,
            action: Action::AccountCreated,
            account: None,
            from: None,
            to: Some("dana".to_owned()),
            reference: None,
        };
        let mut transaction = contract.store.write().await.unwrap();
        transaction.append_audit(&entry).await.unwrap();
        transaction.commit().await.unwrap();
        for text in ["UPDATE audit_entry SET value_to = 'rui'", "DELETE FROM audit_entry"] {
            assert!(contract.database.try_execute(text).await.is_err(), "{text}");
        }
        let (entries, total) = contract.store.read().await.unwrap().list_audit(None, 1, 10).await.unwrap();
        assert_eq!((entries, total), (vec![entry], 1));
    }
}

#[tokio::test]
async fn a_list_filters_searches_and_pages_alike() {
    for contract in Contract::on_everydatabase().await {
        for name in ["carl", "anna_b", "bert%", "dora"] {
            contract.insert(&format!("{name}@northwind.example")).await;
        }
        let mut transaction = contract.store.read().await.unwrap();
        let everybody = AccountFilter { statuses: vec![Status::Active], ..AccountFilter::default() };
        let page = transaction.list_accounts(&everybody, 2, 3).await.unwrap();
        assert_eq!((page.total, page.accounts.len()), (4, 1));
        assert_eq!(page.accounts[0].email.as_str(), "dora@northwind.example");
        for (search, expected) in [("ANNA", 1), ("_", 1), ("%", 1), ("northwind", 4), ("zoe", 0)] {
            let filter = AccountFilter { search: Some(search.to_owned()), ..everybody.clone() };
            assert_eq!(transaction.count_accounts(&filter).await.unwrap(), expected, "{search}");
        }
        let nobody = AccountFilter { statuses: vec![Status::Deactivated], ..AccountFilter::default() };
        assert_eq!(transaction.count_accounts(&nobody).await.unwrap(), 0);
    }
}
