//! A sample of every page, filled with values that hurt.

use crate::web::views::access::{
    Choice, HomePage, Named, NoAccessPage, OrganizationPage, OrganizationsPage, PrivilegesListPage,
    PrivilegesPage, PrivilegesPart, PrivilegesRow,
};
use crate::web::views::link::LinkConfirmPage;
use crate::web::views::outside::{
    HelpPage, KaseyaOneState, MessagePage, RefusedPage, SignInPage, StillSignedInPage,
};
use crate::web::views::record::{
    AuditPage, AuditRow, CheckRow, OutcomeOption, Remedy, SignInRecordPage, SignInRow, SignInsPage,
};
use crate::web::views::shell::{Notice, Place, Shell, ShellPerson};
use crate::web::views::users::{
    AddUser, BindConfirmPage, Company, ExceptionChoice, Review, SingleSignOnSection, Tab, UserAction,
    UserList, UserRow, UsersPage,
};
use crate::web::views::{AccessWords, Fact, Link, Pager, Tag, Tone, When, access_counts};

const EVIL: &str = "<script>alert('Zoë & \"Co\"')</script>";

fn when() -> When {
    When::at("2026-11-23T06:10:30Z".parse().unwrap())
}

fn shell(admin: bool, current: Place) -> Shell {
    Shell {
        person: Some(ShellPerson {
            name: EVIL.to_owned(),
            email: "mona@northwind.example".to_owned(),
            admin,
        }),
        current,
        notice: Some(Notice { tone: Tone::Bad, text: EVIL.to_owned() }),
    }
}

fn pager() -> Pager {
    Pager::new("Pages", ["Newer", "Older"], (2, 3), |page| format!("/settings/users?page={page}"))
}

fn access() -> AccessWords {
    AccessWords::from_names(&[], &[EVIL.to_owned()], &["Acme".to_owned(), "Globex".to_owned()])
}

fn company() -> Company {
    Company { id: "k1-co-1001".to_owned(), name: EVIL.to_owned() }
}

fn sign_in(kaseyaone: KaseyaOneState, error: Option<&str>, signed_out: bool) -> SignInPage {
    SignInPage {
        shell: Shell::outside(),
        signed_out,
        kaseyaone,
        start_href: "/sso/start?hint=dana".to_owned(),
        hint: EVIL.to_owned(),
        email: EVIL.to_owned(),
        error: error.map(str::to_owned),
    }
}

pub(super) fn users(require: bool, allow: bool, create: bool, rows: usize) -> UsersPage {
    let row = |n: usize| UserRow {
        id: format!("u{n}"),
        name: EVIL.to_owned(),
        email: format!("person{n}@northwind.example"),
        admin: n == 0,
        origin: "Created automatically",
        created: Some(when()),
        last_sign_in: (n > 0).then(when),
        access: access_counts(0, n, 1),
        reviewed: (n > 0).then(|| Review { when: when(), by: EVIL.to_owned() }),
        needs_review: n == 0,
        status: Tag::new("Active", Tone::Good),
        actions: vec![UserAction::Deactivate, UserAction::MakeAdmin, UserAction::Review],
    };
    UsersPage {
        shell: shell(true, Place::Users),
        list: UserList {
            caption: format!("{rows} users"),
            view: "new",
            query: EVIL.to_owned(),
            since: EVIL.to_owned(),
            tabs: vec![
                Tab { href: "/settings/users?view=all".to_owned(), text: "All users", current: false },
                Tab { href: "/settings/users?view=new".to_owned(), text: "New users", current: true },
            ],
            users: (0..rows).map(row).collect(),
            hidden: rows as u64,
            pager: pager(),
            title: EVIL.to_owned(),
            here: EVIL.to_owned(),
        },
        sso: SingleSignOnSection {
            allow,
            require,
            create,
            company: allow.then(company),
            exceptions: vec![ExceptionChoice {
                id: "u1".to_owned(),
                name: EVIL.to_owned(),
                email: "lee@northwind.example".to_owned(),
                excepted: true,
            }],
        },
        add: AddUser {
            name: EVIL.to_owned(),
            email: "x".to_owned(),
            error: Some(EVIL.to_owned()),
            remedy: Some(Link::new("/settings/users?view=removed", EVIL)),
        },
    }
}

fn record() -> SignInRecordPage {
    SignInRecordPage {
        shell: shell(true, Place::SignIns),
        reference: "K7QX2M".to_owned(),
        outcome: Tag::new("Refused", Tone::Bad),
        conclusion: EVIL.to_owned(),
        remedy: Some(Remedy {
            sentence: "Turn on Enable Automatic User Creation.",
            link: Some(Link::new("/settings/users#single-sign-on", "Single Sign-On")),
        }),
        checks: vec![CheckRow {
            key: "create_on",
            question: "Enable Automatic User Creation is turned on.",
            result: Tag::new("No", Tone::Bad),
            detail: EVIL.to_owned(),
            first_failing: true,
        }],
        other_cause: Some(EVIL.to_owned()),
        reason: Some(EVIL.to_owned()),
        started: when(),
        ended: Some(when()),
        method: "KaseyaOne",
        freshness: "authenticated 3 h ago in KaseyaOne, reused".to_owned(),
        person: vec![Fact::new("Subject", EVIL)],
        account: Some(Link::new("/settings/user-privileges/u1", EVIL)),
        settings: vec![Fact::new("Allow Users to Log in with KaseyaOne", "On")],
    }
}

fn part(path: &'static str) -> PrivilegesPart {
    PrivilegesPart {
        path,
        title: "Group Access",
        legend: "Access groups of this user",
        nothing: "There is no access group yet.",
        make: Some(Link::new("/settings/user-privileges#access-groups", "Add an access group")),
        button: "Save Group Access",
        choices: vec![Choice { id: "g1".to_owned(), label: EVIL.to_owned(), assigned: false }],
    }
}

/// Name of the sample and its HTML.
pub(super) fn samples() -> Vec<(&'static str, String)> {
    [outside_samples(), inside_samples(), access_samples(), record_samples()].concat()
}

fn html(template: &dyn askama::DynTemplate) -> String {
    template.dyn_render().unwrap()
}

fn outside_samples() -> Vec<(&'static str, String)> {
    let text = EVIL.to_owned();
    vec![
        ("sign_in", html(&sign_in(KaseyaOneState::Ready, None, false))),
        ("sign_in error", html(&sign_in(KaseyaOneState::Off, Some(EVIL), false))),
        ("sign_in down", html(&sign_in(KaseyaOneState::Unreachable, None, true))),
        ("sign_in, signed out", html(&sign_in(KaseyaOneState::Ready, None, true))),
        (
            "still_signed_in",
            html(&StillSignedInPage {
                shell: Shell::outside(),
                name: text.clone(),
                email: text.clone(),
                reference: Some("K7QX2M".to_owned()),
                by_kaseyaone: true,
            }),
        ),
        (
            "refused",
            html(&RefusedPage {
                shell: Shell::outside(),
                title: text.clone(),
                sentence: text.clone(),
                next_step: text.clone(),
                reference: Some("K7QX2M".to_owned()),
            }),
        ),
        (
            "message",
            html(&MessagePage { shell: Shell::outside(), title: text.clone(), sentence: text.clone() }),
        ),
        (
            "help",
            html(&HelpPage {
                shell: Shell::outside(),
                title: "Unified Login with KaseyaOne",
                paragraphs: &["One.", "Two."],
            }),
        ),
    ]
}

fn inside_samples() -> Vec<(&'static str, String)> {
    let text = EVIL.to_owned();
    vec![
        (
            "no_access",
            html(&NoAccessPage {
                shell: shell(false, Place::Elsewhere),
                name: text.clone(),
                email: text.clone(),
                whom_to_ask: text.clone(),
                by_kaseyaone: true,
            }),
        ),
        (
            "home",
            html(&HomePage {
                shell: shell(true, Place::Home),
                name: text.clone(),
                email: text.clone(),
                admin: true,
                access: access(),
                by_kaseyaone: true,
            }),
        ),
        ("users", html(&users(true, true, true, 2))),
        ("users, off", html(&users(false, false, true, 1))),
        ("users, empty", html(&users(false, false, false, 0))),
        (
            "bind_confirm",
            html(&BindConfirmPage {
                shell: shell(true, Place::Users),
                company: company(),
                authenticated_as: text.clone(),
            }),
        ),
        (
            "link_confirm",
            html(&LinkConfirmPage {
                shell: shell(true, Place::Elsewhere),
                account_email: text.clone(),
                name: text.clone(),
                username: text.clone(),
                email: text.clone(),
                company: text.clone(),
                company_id: text.clone(),
                asked: when(),
                until: when(),
                reference: "K7QX2M".to_owned(),
            }),
        ),
    ]
}

fn access_samples() -> Vec<(&'static str, String)> {
    let text = EVIL.to_owned();
    vec![
        (
            "privileges_list",
            html(&PrivilegesListPage {
                shell: shell(true, Place::UserPrivileges),
                rows: vec![PrivilegesRow {
                    id: "u1".to_owned(),
                    name: text.clone(),
                    email: text.clone(),
                    access: access(),
                }],
                title: text.clone(),
                pager: pager(),
                groups: vec![text.clone()],
            }),
        ),
        (
            "privileges",
            html(&PrivilegesPage {
                shell: shell(true, Place::UserPrivileges),
                id: "u1".to_owned(),
                name: text.clone(),
                email: text.clone(),
                origin: text.clone(),
                status: text.clone(),
                needs_review: true,
                parts: vec![part("groups"), part("organizations")],
            }),
        ),
        (
            "organizations",
            html(&OrganizationsPage {
                shell: shell(false, Place::Organizations),
                organizations: vec![Named { id: "o1".to_owned(), name: text.clone() }],
                may_add: true,
            }),
        ),
        (
            "organizations, none",
            html(&OrganizationsPage {
                shell: shell(false, Place::Organizations),
                organizations: Vec::new(),
                may_add: false,
            }),
        ),
        (
            "organization",
            html(&OrganizationPage {
                shell: shell(false, Place::Organizations),
                id: "o1".to_owned(),
                name: text.clone(),
            }),
        ),
    ]
}

fn record_samples() -> Vec<(&'static str, String)> {
    let text = EVIL.to_owned();
    vec![
        (
            "sign_ins",
            html(&SignInsPage {
                shell: shell(true, Place::SignIns),
                reference: text.clone(),
                outcomes: vec![OutcomeOption { value: "refused", words: "Refused".to_owned(), chosen: true }],
                caption: "Attempts".to_owned(),
                title: text.clone(),
                person: text.clone(),
                pager: pager(),
                rows: vec![SignInRow {
                    reference: "K7QX2M".to_owned(),
                    started: when(),
                    person: text.clone(),
                    method: "KaseyaOne",
                    outcome: Tag::new("Refused", Tone::Bad),
                    reason: text.clone(),
                }],
            }),
        ),
        ("sign_in_record", html(&record())),
        (
            "audit",
            html(&AuditPage {
                shell: shell(true, Place::Audit),
                caption: "Entries".to_owned(),
                entries: vec![AuditRow {
                    when: when(),
                    who: text.clone(),
                    what: text.clone(),
                    about: Some(Link::new("/settings/audit?account=u1", EVIL)),
                    change: text.clone(),
                }],
                about: Some(Link::new("/settings/user-privileges/u1", EVIL)),
                title: text,
                pager: pager(),
            }),
        ),
    ]
}
