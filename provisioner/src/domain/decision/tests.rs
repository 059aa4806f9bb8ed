//! The table of decisions, and what holds for every situation there can be.

use jiff::Timestamp;
use proptest::prelude::*;

use super::*;
use crate::domain::account::Origin;
use crate::domain::id::Id;
use crate::domain::identity::{Company, Freshness, Subject};

const FRESH: Recency = Recency { freshness: Freshness::Fresh, may_sign_in: true, may_create: true };
const CACHED: Recency = Recency { freshness: Freshness::Cached, may_sign_in: true, may_create: false };
const STALE: Recency = Recency { freshness: Freshness::Cached, may_sign_in: false, may_create: false };

fn company(id: &str) -> Company {
    Company { id: id.to_owned(), name: id.to_owned() }
}

fn settings(allow: bool, create: bool) -> SingleSignOn {
    SingleSignOn { allow, create, company: Some(company("ours")), ..SingleSignOn::default() }
}

fn assertion() -> VerifiedAssertion {
    VerifiedAssertion {
        issuer: "https://one.example".to_owned(),
        subject: Subject::parse("k1-dana").unwrap(),
        company: Some(company("ours")),
        email: Some("dana@northwind.example".to_owned()),
        email_verified: true,
        name: Some("Dana Reyes".to_owned()),
        username: Some("dana".to_owned()),
        role: Some("Master".to_owned()),
        modules: Some(vec!["mdr".to_owned()]),
        auth_time: None,
        session: None,
    }
}

fn account(status: Status, has_identity: bool, msp_admin: bool) -> Account {
    Account {
        id: Id::from_uuid(uuid::Uuid::from_u128(7)),
        email: Email::parse("dana@northwind.example").unwrap(),
        name: "Dana".to_owned(),
        status,
        origin: Origin::Manual,
        msp_admin,
        created_at: Timestamp::UNIX_EPOCH,
        created_by: None,
        last_sign_in_at: None,
        reviewed_at: None,
        reviewed_by: None,
        removed_at: None,
        allowed_again_at: None,
        has_password: false,
        has_identity,
    }
}

fn linked(status: Status) -> Known {
    Known { linked: Some(account(status, true, false)), same_email: None }
}

fn same_email(account: Account) -> Known {
    Known { linked: None, same_email: Some(account) }
}

/// One word for a decision.
fn word(settings: &SingleSignOn, known: &Known, assertion: &VerifiedAssertion, recency: Recency) -> String {
    let situation = Situation {
        settings,
        tenant_active: true,
        module: Some("mdr"),
        known,
        assertion,
        recency,
        asked_afresh: false,
    };
    match decide(&situation) {
        Decision::SignIn { .. } => "sign in".to_owned(),
        Decision::Link { .. } => "link".to_owned(),
        Decision::ConfirmAdminLink { .. } => "confirm".to_owned(),
        Decision::Create { .. } => "create".to_owned(),
        Decision::Reauthenticate => "afresh".to_owned(),
        Decision::Refuse { cause, .. } => cause.code.to_string(),
    }
}

#[test]
fn the_toggles_decide_who_comes_in() {
    let rows = [
        // allow, create, stranger, linked, invited
        (false, false, "allow_off", "allow_off", "allow_off"),
        (false, true, "allow_off", "allow_off", "allow_off"),
        (true, false, "create_off", "sign in", "link"),
        (true, true, "create", "sign in", "link"),
    ];
    for (allow, create, stranger, known, invited) in rows {
        let settings = settings(allow, create);
        let of = |known: &Known| word(&settings, known, &assertion(), FRESH);
        assert_eq!(of(&Known::default()), stranger, "{allow} {create}");
        assert_eq!(of(&linked(Status::Active)), known, "{allow} {create}");
        assert_eq!(of(&same_email(account(Status::Invited, false, false))), invited, "{allow} {create}");
    }
}

#[test]
fn what_is_known_here_decides_before_anything_is_created() {
    let on = settings(true, true);
    let rows = [
        (linked(Status::Deactivated), "account_deactivated"),
        (linked(Status::Removed), "account_removed"),
        (same_email(account(Status::Active, true, false)), "email_conflict"),
        (same_email(account(Status::Active, false, true)), "confirm"),
        (same_email(account(Status::Deactivated, false, true)), "account_deactivated"),
        (same_email(account(Status::Removed, false, false)), "account_removed"),
    ];
    for (known, expected) in rows {
        assert_eq!(word(&on, &known, &assertion(), FRESH), expected);
    }
}

#[test]
fn what_kaseyaone_leaves_out_or_says_otherwise_is_named() {
    type Change = fn(&mut VerifiedAssertion);
    let rows: [(Change, &str, &str); 8] = [
        (|a| a.company = None, "other_company", "other_company"),
        (|a| a.company = Some(company("theirs")), "other_company", "other_company"),
        (|a| a.modules = Some(vec!["edr".to_owned()]), "module_not_assigned", "module_not_assigned"),
        (|a| a.modules = None, "create", "sign in"),
        (|a| a.email = None, "email_missing", "sign in"),
        (|a| a.email = Some("a@b@c.example".to_owned()), "email_missing", "sign in"),
        (|a| a.email_verified = false, "email_unverified", "sign in"),
        (|a| a.name = None, "create", "sign in"),
    ];
    for (number, (change, stranger, known)) in rows.into_iter().enumerate() {
        let mut assertion = assertion();
        change(&mut assertion);
        let on = settings(true, true);
        assert_eq!(word(&on, &Known::default(), &assertion, FRESH), stranger, "row {number}");
        assert_eq!(word(&on, &linked(Status::Active), &assertion, FRESH), known, "row {number}");
    }
}

#[test]
fn an_unverified_address_never_links() {
    let mut unverified = assertion();
    unverified.email_verified = false;
    let invited = same_email(account(Status::Invited, false, false));
    assert_eq!(word(&settings(true, true), &invited, &unverified, FRESH), "email_unverified");
    assert_eq!(word(&settings(true, false), &invited, &unverified, FRESH), "create_off");
}

#[test]
fn freshness_is_asked_for_once() {
    let on = settings(true, true);
    assert_eq!(word(&on, &Known::default(), &assertion(), CACHED), "afresh");
    assert_eq!(word(&on, &linked(Status::Active), &assertion(), CACHED), "sign in");
    assert_eq!(word(&on, &linked(Status::Active), &assertion(), STALE), "afresh");
    let known = Known::default();
    let asked = Situation {
        settings: &on,
        tenant_active: true,
        module: None,
        known: &known,
        assertion: &assertion(),
        recency: CACHED,
        asked_afresh: true,
    };
    let Decision::Refuse { cause, .. } = decide(&asked) else { panic!("asked before") };
    assert_eq!(cause.code, CauseCode::SessionReused);
}

#[test]
fn a_taken_address_is_not_taken_over() {
    let mut other = account(Status::Active, true, false);
    other.id = Id::from_uuid(uuid::Uuid::from_u128(8));
    let known = Known { linked: Some(account(Status::Active, true, false)), same_email: Some(other) };
    let mut changed = assertion();
    changed.email = Some("taken@northwind.example".to_owned());
    let situation = Situation {
        settings: &settings(true, true),
        tenant_active: true,
        module: None,
        known: &known,
        assertion: &changed,
        recency: FRESH,
        asked_afresh: false,
    };
    let Decision::SignIn { profile, .. } = decide(&situation) else { panic!("the identity is linked") };
    assert_eq!(profile.email, None);
}

prop_compose! {
    fn any_account()(status in prop::sample::select(Status::ALL), identity: bool, admin: bool) -> Account {
        account(status, identity, admin)
    }
}

prop_compose! {
    fn any_situation()(
        (allow, create, bound, active) in any::<(bool, bool, bool, bool)>(),
        linked in prop::option::of(any_account()),
        same_email in prop::option::of(any_account()),
        email in prop::option::of(prop::sample::select(vec!["dana@northwind.example", "x", "Ä@b.example"])),
        (verified, module, asked_afresh, has_company) in any::<(bool, bool, bool, bool)>(),
        recency in prop::sample::select(vec![FRESH, CACHED, STALE]),
    ) -> (SingleSignOn, Known, VerifiedAssertion, Recency, bool, bool) {
        let mut settings = settings(allow, create);
        settings.company = bound.then(|| company("ours"));
        let mut assertion = assertion();
        assertion.email = email.map(str::to_owned);
        assertion.email_verified = verified;
        assertion.modules = Some(if module { vec!["mdr".to_owned()] } else { Vec::new() });
        assertion.company = has_company.then(|| company("ours"));
        (settings, Known { linked, same_email }, assertion, recency, active, asked_afresh)
    }
}

proptest! {
    #[test]
    fn an_account_comes_to_be_only_when_everything_holds(
        (settings, known, assertion, recency, tenant_active, asked_afresh) in any_situation()
    ) {
        let situation = Situation {
            settings: &settings,
            tenant_active,
            module: Some("mdr"),
            known: &known,
            assertion: &assertion,
            recency,
            asked_afresh,
        };
        match decide(&situation) {
            Decision::Create { .. } => {
                prop_assert!(settings.in_effect() && tenant_active && recency.may_create);
                prop_assert!(known.linked.is_none() && known.same_email.is_none());
                prop_assert!(assertion.email_verified && assertion.company.is_some());
            }
            Decision::Link { account, .. } => {
                let same = known.same_email.as_ref().unwrap();
                prop_assert!(settings.allow && same.id == account && !same.msp_admin && !same.has_identity);
                prop_assert!(known.linked.is_none() && assertion.email_verified);
            }
            Decision::SignIn { account, .. } => {
                let linked = known.linked.as_ref().unwrap();
                prop_assert!(settings.allow && tenant_active && linked.id == account);
                prop_assert!(matches!(linked.status, Status::Active | Status::Invited));
            }
            Decision::ConfirmAdminLink { .. } => prop_assert!(known.same_email.as_ref().unwrap().msp_admin),
            Decision::Reauthenticate => prop_assert!(!asked_afresh && settings.allow),
            Decision::Refuse { cause, .. } => prop_assert!(!cause.reason.is_empty()),
        }
    }
}
