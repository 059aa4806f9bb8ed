//! Who may log in, by the three steps and by one click alike, and what nobody learns.

use mock_idp::{ConfigFormat, MockIdp, MockIdpBuilder};

use crate::support::{Answer, Browser, NORTHWIND};

const WRONG: &str = "The user name, the company or the password is not right.";

async fn type_in(
    browser: &Browser,
    idp: &MockIdp,
    username: &str,
    company: &str,
    password: &str,
) -> (String, Answer) {
    let interaction = browser.authorize(idp, &[]).await.interaction();
    let fields = [("interaction", interaction.as_str()), ("username", username), ("company", company)];
    let step = browser.post(&idp.url("/account/login"), &fields).await;
    assert_eq!(step.status, 303, "whoever it is, the password is asked: {step:?}");
    let fields = [("interaction", interaction.as_str()), ("password", password)];
    let answer = browser.post(&idp.url("/account/password"), &fields).await;
    (interaction, answer)
}

#[tokio::test]
async fn a_wrong_user_name_company_or_password_reads_the_same() {
    let idp = MockIdp::start().await;
    for (username, company, password) in [
        ("dana", NORTHWIND, "wrong"),
        ("nobody", NORTHWIND, "kaseya-nobody"),
        ("dana", "No Such Company", "kaseya-dana"),
        ("carl", NORTHWIND, "kaseya-carl"),
        ("olga", NORTHWIND, "kaseya-olga"),
    ] {
        let (_, answer) = type_in(&Browser::new(), &idp, username, company, password).await;
        assert_eq!(
            (answer.status.as_u16(), answer.page()),
            (422, "kaseyaone-password"),
            "{username} {company}"
        );
        assert!(answer.body.contains(&format!("role=\"alert\">{WRONG}")), "{username} {company}");
    }
}

#[tokio::test]
async fn whoever_may_not_sign_in_is_told_so_by_either_way_and_can_go_back() {
    let idp = MockIdp::start().await;
    for (person, sentence) in [
        ("ivan", "not accepted your invitation"),
        ("dirk", "deactivated"),
        ("lola", "locked"),
        ("tom", "second factor"),
        ("paul", "network address"),
    ] {
        let browser = Browser::new();
        let (interaction, typed) =
            type_in(&browser, &idp, person, NORTHWIND, &format!("kaseya-{person}")).await;
        let fields = [("interaction", interaction.as_str()), ("person", person)];
        let clicked = browser.post(&idp.url("/account/people"), &fields).await;
        for answer in [&typed, &clicked] {
            assert_eq!((answer.status.as_u16(), answer.page()), (403, "kaseyaone-error"), "{person}");
            assert!(answer.body.contains(sentence), "{person}: {}", answer.body);
        }
        let fields = [("interaction", interaction.as_str()), ("cancel", "cancel")];
        let back = browser.post(&idp.url("/account/login"), &fields).await;
        assert_eq!(back.param("error").as_deref(), Some("access_denied"), "{person}");
    }
}

#[tokio::test]
async fn where_there_is_one_company_nobody_is_asked_for_it() {
    let text = "companies = [{ key = \"acme\", name = \"Acme & Sons\" }]\npeople = [{ key = \"alice\" }]\n";
    let builder = MockIdpBuilder::from_config(text, ConfigFormat::Toml).unwrap();
    let idp = builder.start().await.unwrap();
    let browser = Browser::new();
    let page = browser.authorize(&idp, &[("login_hint", "alice")]).await;
    assert!(page.body.contains("name=\"username\" value=\"alice\"") && !page.body.contains("ompany"));
    for company in ["", "  ", "acme & sons"] {
        let browser = Browser::new();
        let (interaction, step) = type_in(&browser, &idp, "alice", company, "password").await;
        assert!(step.location.as_deref().is_some_and(|to| to.starts_with("/account/code")), "{step:?}");
        let shown = browser.get(&idp.url(step.location.as_deref().expect("an address"))).await;
        assert!(shown.body.contains(">alice</p>") && !shown.body.contains("Acme"), "{}", shown.body);
        let fields = [("interaction", interaction.as_str()), ("code", "123456")];
        let back = browser.post(&idp.url("/account/code"), &fields).await;
        assert!(back.param("code").is_some(), "{company:?}");
    }
    for (company, password) in [("Other", "password"), ("", "wrong")] {
        let (_, wrong) = type_in(&Browser::new(), &idp, "alice", company, password).await;
        assert!(wrong.body.contains("The user name or the password is not right."), "{}", wrong.body);
    }
    let interaction = browser.authorize(&idp, &[]).await.interaction();
    let empty = [("interaction", interaction.as_str()), ("username", " ")];
    let again = browser.post(&idp.url("/account/login"), &empty).await;
    assert!(again.status == 422 && again.body.contains("Enter your user name."), "{}", again.body);
    // Failures count alike, whether the company was typed or not.
    for company in ["", "Acme & Sons", ""] {
        type_in(&Browser::new(), &idp, "alice", company, "wrong").await;
    }
    let (_, fifth) = type_in(&Browser::new(), &idp, "alice", "", "wrong").await;
    assert!(fifth.body.contains("locked after too many"), "{}", fifth.body);
}

#[tokio::test]
async fn where_there_are_several_companies_one_has_to_be_typed() {
    let idp = MockIdp::start().await;
    let browser = Browser::new();
    let page = browser.authorize(&idp, &[]).await;
    assert!(page.body.contains("<label for=\"company\">Company name</label>"), "{}", page.body);
    let interaction = page.interaction();
    let fields = [("interaction", interaction.as_str()), ("username", "dana"), ("company", "")];
    let again = browser.post(&idp.url("/account/login"), &fields).await;
    assert!(again.status == 422 && again.body.contains("Enter your user name and your company name."));
}

#[tokio::test]
async fn five_wrong_passwords_lock_the_account_and_an_unknown_one_alike() {
    let idp = MockIdp::start().await;
    let browser = Browser::new();
    for username in ["dana", "nobody"] {
        for _ in 0..4 {
            let (_, answer) = type_in(&browser, &idp, username, NORTHWIND, "wrong").await;
            assert!(answer.body.contains(WRONG));
        }
        let (_, fifth) = type_in(&browser, &idp, username, NORTHWIND, "wrong").await;
        assert!(fifth.body.contains("locked after too many"), "{username}: {}", fifth.body);
    }
    let (_, right) = type_in(&browser, &idp, "dana", NORTHWIND, "kaseya-dana").await;
    assert_eq!(right.page(), "kaseyaone-error");
    idp.people().restore("dana").unwrap();
    let (_, right) = type_in(&browser, &idp, "dana", NORTHWIND, "kaseya-dana").await;
    assert_eq!(right.location.as_deref().map(|location| location.starts_with("/account/code")), Some(true));
}

#[tokio::test]
async fn a_wrong_code_is_asked_again_and_cancel_goes_back() {
    let idp = MockIdp::start().await;
    let browser = Browser::new();
    let (interaction, _) =
        type_in(&browser, &idp, "sam", "contoso managed services", "kaseya-sam-contoso").await;
    let fields = [("interaction", interaction.as_str()), ("code", "000000")];
    let again = browser.post(&idp.url("/account/code"), &fields).await;
    assert_eq!((again.status.as_u16(), again.page()), (422, "kaseyaone-code"));
    let fields = [("interaction", interaction.as_str()), ("cancel", "cancel")];
    let back = browser.post(&idp.url("/account/code"), &fields).await;
    assert_eq!(back.param("error").as_deref(), Some("access_denied"));
    let gone =
        browser.post(&idp.url("/account/code"), &[("interaction", &interaction), ("code", "123456")]).await;
    assert_eq!((gone.status.as_u16(), gone.page()), (400, "kaseyaone-error"));
}

#[tokio::test]
async fn a_step_cannot_be_skipped() {
    let idp = MockIdp::start().await;
    let browser = Browser::new();
    let interaction = browser.authorize(&idp, &[]).await.interaction();
    for (path, field) in [("/account/password", "password"), ("/account/code", "code")] {
        let answer = browser.post(&idp.url(path), &[("interaction", &interaction), (field, "123456")]).await;
        assert_eq!(answer.page(), "kaseyaone-error", "{path}");
        let page = browser.get(&idp.url(&format!("{path}?interaction={interaction}"))).await;
        assert_eq!(page.page(), "kaseyaone-login", "{path}");
    }
}

#[tokio::test]
async fn a_login_hint_fills_the_form_in_and_logs_nobody_in() {
    let idp = MockIdp::start().await;
    let page = Browser::new().authorize(&idp, &[("login_hint", "dana")]).await;
    assert_eq!(page.page(), "kaseyaone-login");
    assert!(page.body.contains("name=\"username\" value=\"dana\""));
    assert!(page.body.contains(&format!("name=\"company\" value=\"{NORTHWIND}\"")));
}

#[tokio::test]
async fn deactivating_and_deleting_ends_the_provider_session() {
    let idp = MockIdp::start().await;
    let browser = Browser::new();
    browser.sign_in(&idp, "dana", &[]).await;
    idp.people().deactivate("dana").unwrap();
    idp.people().restore("dana").unwrap();
    assert_eq!(browser.authorize(&idp, &[]).await.page(), "kaseyaone-login");
    let code = browser.sign_in(&idp, "dana", &[]).await.param("code").unwrap();
    idp.people().delete("dana").unwrap();
    assert_eq!(browser.redeem(&idp, &code).await.json()["error"], "invalid_grant");
    let people = browser.authorize(&idp, &[("prompt", "select_account")]).await;
    assert!(people.page() == "kaseyaone-people" && !people.body.contains("value=\"dana\""));
}
