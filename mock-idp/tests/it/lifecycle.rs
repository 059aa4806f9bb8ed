//! What happens to accounts: by the library and over HTTP, and what becomes of everything handed out before.

use fixtures::{Person, Status};
use mock_idp::{Mint, MockIdp, People, PersonError};
use serde_json::{Value, json};

use crate::support::{Answer, Browser, decode};

const OFFLINE: (&str, &str) = ("scope", "openid email offline_access");

struct SignedIn {
    browser: Browser,
    refresh_token: String,
    access_token: String,
    subject: Value,
}

async fn signed_in(idp: &MockIdp) -> SignedIn {
    let browser = Browser::new();
    let code = browser.sign_in(idp, "dana", &[OFFLINE]).await.param("code").expect("a code");
    let tokens = browser.redeem(idp, &code).await.json();
    let text = |name: &str| tokens[name].as_str().expect("a token").to_owned();
    let subject = decode(&text("id_token")).1["sub"].clone();
    SignedIn { refresh_token: text("refresh_token"), access_token: text("access_token"), subject, browser }
}

impl SignedIn {
    async fn refresh(&self, idp: &MockIdp) -> Answer {
        let form = [("grant_type", "refresh_token"), ("refresh_token", &*self.refresh_token)];
        self.browser.token(idp, &form).await
    }

    /// Nothing that was handed out is good any more.
    async fn is_over(&self, idp: &MockIdp, why: &str) {
        assert_eq!(self.browser.authorize(idp, &[]).await.page(), "kaseyaone-login", "{why}");
        assert_eq!(self.browser.userinfo(idp, &self.access_token).await.status, 401, "{why}");
        assert_eq!(self.refresh(idp).await.json()["error"], "invalid_grant", "{why}");
    }

    /// Everything that was handed out is as good as ever.
    async fn goes_on(&self, idp: &MockIdp) -> Value {
        assert!(self.browser.authorize(idp, &[]).await.param("code").is_some());
        let refreshed = self.refresh(idp).await.json();
        assert_eq!(decode(refreshed["id_token"].as_str().expect("a token")).1["sub"], self.subject);
        self.browser.userinfo(idp, &self.access_token).await.json()
    }
}

fn dana(idp: &MockIdp) -> Person {
    idp.people().get("dana").expect("dana")
}

#[tokio::test]
async fn another_address_is_the_same_account() {
    let idp = MockIdp::start().await;
    let before = signed_in(&idp).await;
    let old = dana(&idp);
    let changed = idp.people().change_email("dana", Some("dana.new@northwind.example")).unwrap();
    assert_eq!((changed.previous_email, &changed.subject), (old.email, &old.subject));
    let userinfo = before.goes_on(&idp).await;
    assert_eq!(
        (&userinfo["email"], &userinfo["sub"]),
        (&json!("dana.new@northwind.example"), &before.subject)
    );
    idp.people().change_email("dana", None).unwrap();
    assert_eq!(dana(&idp).previous_email.as_deref(), Some("dana.new@northwind.example"));
    assert_eq!(before.browser.userinfo(&idp, &before.access_token).await.json().get("email"), None);
}

#[tokio::test]
async fn another_user_name_is_another_account_with_the_old_address() {
    let idp = MockIdp::start().await;
    let before = signed_in(&idp).await;
    let old = dana(&idp);
    let renamed = idp.people().rename("dana", " Dana.Reyes ").unwrap();
    assert_eq!(
        (renamed.key.as_str(), renamed.username.as_str(), &renamed.email),
        ("dana", "Dana.Reyes", &old.email)
    );
    assert_ne!(renamed.subject, old.subject);
    before.is_over(&idp, "renamed").await;
    let after = signed_in(&idp).await;
    assert_eq!(after.subject, json!(renamed.subject));
    for (wrong, sentence) in [
        ("RUI", "rui of company \"northwind\" has the user name \"RUI\" already"),
        ("  ", "a user name is empty"),
    ] {
        let error = idp.people().rename("dana", wrong).unwrap_err().to_string();
        assert!(error.starts_with(sentence), "{error}");
    }
    assert_eq!(dana(&idp), renamed, "a refusal changes nothing");
    after.goes_on(&idp).await;
}

#[tokio::test]
async fn a_deleted_account_that_is_made_again_inherits_nothing() {
    let idp = MockIdp::start().await;
    let before = signed_in(&idp).await;
    let code = before.browser.authorize(&idp, &[]).await.param("code").expect("a code");
    let old = dana(&idp);
    idp.people().delete("dana").unwrap();
    let again = idp.people().recreate("dana").unwrap();
    assert_ne!(again.subject, old.subject);
    assert_eq!(Person { subject: old.subject.clone(), ..again.clone() }, old, "only the subject is new");
    assert_eq!(again.status, Status::Active);
    before.is_over(&idp, "recreated").await;
    assert_eq!(before.browser.redeem(&idp, &code).await.json()["error"], "invalid_grant");
    let third = idp.people().recreate("dana").unwrap();
    assert!(![&old.subject, &again.subject].contains(&&third.subject), "no subject comes back");
    let minted = idp.mint(&Mint::new("dana", "kaseya-mdr")).unwrap();
    assert_eq!(minted.id_token_claims()["sub"], json!(third.subject));
}

#[tokio::test]
async fn a_user_name_that_somebody_took_meanwhile_stays_theirs() {
    let idp = MockIdp::start().await;
    idp.people().delete("dana").unwrap();
    idp.people().rename("rui", "dana").unwrap();
    let error = idp.people().recreate("dana").unwrap_err();
    assert!(matches!(error, PersonError::UsernameTaken { ref owner, .. } if owner == "rui"), "{error}");
    let people = idp.people();
    let back: [fn(&People, &str) -> _; 3] = [People::restore, People::deactivate, People::lock];
    for come_back in back {
        let error = come_back(&people, "dana").unwrap_err();
        assert!(matches!(error, PersonError::UsernameTaken { ref owner, .. } if owner == "rui"), "{error}");
        assert_eq!(dana(&idp).status, Status::Deleted);
    }
    people.rename("rui", "rui").unwrap();
    people.restore("dana").unwrap();
    assert_eq!(dana(&idp).status, Status::Active);
}

#[tokio::test]
async fn an_account_moves_to_another_company_with_its_sessions() {
    let idp = MockIdp::start().await;
    let before = signed_in(&idp).await;
    let there = idp.people().get("sam-contoso").expect("somebody of another company").company;
    assert_ne!(there, dana(&idp).company);
    let moved = idp.people().move_to("dana", &there).unwrap();
    assert_eq!(moved.company, there);
    before.goes_on(&idp).await;
    let claims = idp.mint(&Mint::new("dana", "kaseya-mdr")).unwrap().id_token_claims();
    assert_eq!(claims["company_name"], "Contoso Managed Services");
    let error = idp.people().move_to("dana", "nortwind").unwrap_err().to_string();
    assert_eq!(error, "there is no company \"nortwind\"; did you mean \"northwind\"?");
}

#[tokio::test]
async fn every_verb_is_there_over_http_with_errors_that_help() {
    let idp = MockIdp::start().await;
    let browser = Browser::new();
    let post = |path: &str, body: Value| {
        let request =
            browser.http().post(idp.url(&format!("/_control/people/{path}"))).body(body.to_string());
        browser.send(request)
    };
    let old = dana(&idp);
    let changed = post("dana/change-email", json!({"email": "d@northwind.example"})).await;
    assert_eq!((changed.status.as_u16(), &changed.json()["email"]), (200, &json!("d@northwind.example")));
    let renamed = post("dana/rename", json!({"username": "dd"})).await.json();
    assert_eq!((&renamed["username"], &renamed["email"]), (&json!("dd"), &json!("d@northwind.example")));
    assert_ne!(renamed["subject"], json!(old.subject));
    let again = post("dana/recreate", Value::Null).await.json();
    assert_ne!(again["subject"], renamed["subject"]);
    for (path, body, status, code) in [
        ("dana/rename", json!({"username": "rui"}), 409, "name_taken"),
        ("dana/rename", json!({"username": ""}), 422, "wrong_body"),
        ("dana/rename", json!({"user": "x"}), 422, "wrong_body"),
        ("dana/change-email", json!({}), 422, "wrong_body"),
        ("dana/move", json!({"company": "nowhere"}), 422, "wrong_body"),
        ("nobody/rename", json!({"username": "x"}), 404, "not_found"),
        ("nobody/recreate", Value::Null, 404, "not_found"),
        ("nobody/move", json!({"company": "northwind"}), 404, "not_found"),
        ("nobody/change-email", json!({"email": null}), 404, "not_found"),
    ] {
        let answer = post(path, body.clone()).await;
        let (found, document) = (answer.status.as_u16(), answer.json());
        assert_eq!((found, &document["code"]), (status, &json!(code)), "{path} {body} {document}");
    }
    let company = idp.people().get("sam-contoso").expect("eve").company;
    assert_eq!(post("dana/move", json!({"company": company})).await.json()["company"], json!(company));
}

/// A browser before the consent of Dana, with the form that gives it.
async fn before_consent(idp: &MockIdp) -> (Browser, String) {
    let browser = Browser::new();
    let asked = browser.sign_in(idp, "dana", &[("prompt", "login consent")]).await;
    let page = browser.get(&idp.url(asked.location.as_deref().expect("a page"))).await;
    assert_eq!(page.page(), "kaseyaone-consent");
    (browser, page.interaction())
}

#[tokio::test]
async fn a_consent_that_waits_is_worth_nothing_when_the_account_or_the_session_is_over() {
    type End = fn(&MockIdp);
    let ends: [(&str, End); 4] = [
        ("deleted", |idp| idp.people().delete("dana").expect("dana")),
        ("recreated", |idp| drop(idp.people().recreate("dana").expect("dana"))),
        ("deactivated", |idp| idp.people().deactivate("dana").expect("dana")),
        ("signed out", |idp| assert_eq!(idp.expire_sessions("dana"), 1)),
    ];
    for (how, end) in ends {
        let idp = MockIdp::start().await;
        let (browser, interaction) = before_consent(&idp).await;
        end(&idp);
        let form = [("interaction", &*interaction), ("allow", "allow")];
        let answer = browser.post(&idp.url("/account/consent"), &form).await;
        assert!(
            (400..500).contains(&answer.status.as_u16()) && answer.location.is_none(),
            "{how}: {answer:?}"
        );
    }
    let idp = MockIdp::start().await;
    let (browser, interaction) = before_consent(&idp).await;
    let form = [("interaction", &*interaction), ("allow", "allow")];
    let answer = browser.post(&idp.url("/account/consent"), &form).await;
    assert!(answer.param("code").is_some(), "otherwise it is: {answer:?}");
}

#[tokio::test]
async fn a_launch_ends_with_the_account_it_is_about() {
    let idp = MockIdp::start().await;
    let address = idp.people().launch("dana", mock_idp::Launch::of("kaseya-mdr")).unwrap();
    idp.people().recreate("dana").unwrap();
    assert_eq!(Browser::new().get(&address).await.status, 400);
}
