//! Signing in, being refused, staying signed in, signing out.

use mock_idp::Launch;
use reqwest::{Method, StatusCode};
use serde_json::json;

use crate::browser::Browser;
use crate::stage::Stage;

#[tokio::test]
async fn a_first_sign_in_through_kaseyaone_ends_on_no_access_yet() {
    let stage = Stage::open_to_everybody().await;
    let mut dana = Browser::new();
    let page = stage.sign_in(&mut dana, "dana").await;
    assert_eq!((page.status, page.name().as_str()), (StatusCode::OK, "no-access"), "{}", page.body);
    assert!(page.text("main").contains("Dana Reyes"), "{}", page.text("main"));
    let session = stage.read(&mut dana, "/api/v1/session").await;
    assert_eq!(session["user"]["origin"], "automatic");
    assert_eq!(session["user"]["access"]["organizations"].as_array().map(Vec::len), Some(0));

    let mut admin = stage.admin().await;
    let users = admin.open(stage.url("/settings/users")).await;
    let row = users.texts("#users tbody tr").into_iter().find(|row| row.contains("dana@")).unwrap();
    for words in ["Created automatically", "None assigned", "Active"] {
        assert!(row.contains(words), "{words} in {row}");
    }
}

#[tokio::test]
async fn a_refused_person_gets_a_reference_that_leads_the_administrator_to_the_reason() {
    let stage = Stage::start().await;
    let mut admin = stage.admin().await;
    stage.allow(&mut admin).await;
    let mut dana = Browser::new();
    let page = stage.sign_in(&mut dana, "dana").await;
    assert_eq!((page.status, page.name().as_str()), (StatusCode::FORBIDDEN, "refused"));
    assert!(!page.body.contains("dana@northwind.example"));
    let reference = page.text("#reference");

    let list = admin.open(stage.url("/settings/users/sign-ins")).await;
    let record = admin.submit(&list, "form[action$=sign-ins]", &[("reference", &reference)]).await;
    assert_eq!(record.name(), "sign-in-record", "{}", record.body);
    assert!(record.text("tr.first-failing").contains("Enable Automatic User Creation is turned on"));
    assert_eq!(record.attribute("#remedy a", "href").unwrap(), "/settings/users#single-sign-on");
}

#[tokio::test]
async fn the_remedies_of_a_closed_account_lead_to_the_list_that_shows_it() {
    let stage = Stage::open_to_everybody().await;
    stage.sign_in(&mut Browser::new(), "dana").await;
    let mut admin = stage.admin().await;
    for action in ["deactivate", "remove"] {
        let users = admin.open(stage.url("/settings/users")).await;
        let forms = format!("tr:not(:has(.tag.admin)) form[action$='/{action}']");
        admin.submit(&users, &forms, &[]).await;
        let reference = stage.sign_in(&mut Browser::new(), "dana").await.text("#reference");
        let record = admin.open(stage.url(&format!("/settings/users/sign-ins/{reference}"))).await;
        let list = admin.click(&record, "#remedy a").await;
        assert!(list.text("#users tbody").contains("dana@northwind.example"), "{action}: {}", list.url);
    }
}

#[tokio::test]
async fn a_living_session_is_named_and_no_new_sign_in_happens() {
    let stage = Stage::open_to_everybody().await;
    let mut browser = Browser::new();
    stage.sign_in(&mut browser, "dana").await;
    let page = browser.open(stage.url("/sign-in")).await;
    assert_eq!(page.name(), "still-signed-in");
    let page = browser.open(stage.url("/sso/start")).await;
    assert_eq!(page.name(), "still-signed-in");
    assert!(page.text("h1").contains("Dana Reyes"));
    let mut admin = stage.admin().await;
    let records = stage.read(&mut admin, "/api/v1/sign-ins?outcome=no_new_sign_in").await;
    assert_eq!(records["sign_ins"][0]["person"]["email"], "dana@northwind.example");
}

#[tokio::test]
async fn a_person_comes_from_the_portal_of_kaseyaone_and_of_no_other() {
    let stage = Stage::open_to_everybody().await;
    let launch = |launch| stage.idp.people().launch("dana", launch).unwrap();
    let mut dana = Browser::new();
    let arrived = dana.open(launch(Launch::of("kaseya-mdr").target("https://evil.example/"))).await;
    assert_eq!(arrived.name(), "no-access", "{}", arrived.body);
    let mut other = Browser::new();
    let refused = other.open(launch(Launch::of("kaseya-mdr").from_issuer("https://evil.example"))).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", refused.body);
    let unsolicited = other.open(launch(Launch::of("kaseya-mdr").unsolicited())).await;
    assert_eq!((unsolicited.status, unsolicited.name().as_str()), (StatusCode::BAD_REQUEST, "refused"));
    let mut admin = stage.admin().await;
    let records = stage.read(&mut admin, "/api/v1/sign-ins").await;
    let created = records["sign_ins"].as_array().unwrap().iter();
    assert_eq!(created.filter(|record| record["outcome"] == "created_and_signed_in").count(), 1, "{records}");
}

#[tokio::test]
async fn looking_at_the_callback_consumes_nothing() {
    let stage = Stage::open_to_everybody().await;
    let mut dana = Browser::new();
    let page = dana.open(stage.url("/sign-in")).await;
    let login = dana.click(&page, "a[href^='/sso/start']").await;
    let people = dana.click(&login, "a[href*='/account/people']").await;
    let answer = dana.submit_once(&people, "form[method=post]", &[("person", "dana")]).await;
    let callback = answer.headers["location"].to_str().unwrap().to_owned();
    assert_eq!(dana.json(Method::HEAD, &callback, None).await.status, StatusCode::OK);
    assert_eq!(dana.prefetch(&callback).await.status, StatusCode::NO_CONTENT);
    assert_eq!(dana.open(&callback).await.name(), "no-access");
    assert_eq!(dana.open(&callback).await.name(), "no-access", "a reload leads to where the person is");
}

#[tokio::test]
async fn a_form_post_is_turned_into_the_same_answer() {
    let stage = Stage::start().await;
    let answer = Browser::new().post(&stage.url("/sso/callback"), &[("code", "a b"), ("state", "s&t")]).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
    assert_eq!(answer.headers["location"], "/sso/callback?code=a+b&state=s%26t");
}

#[tokio::test]
async fn garbage_at_the_callback_is_a_refusal_and_the_next_sign_in_works() {
    let stage = Stage::open_to_everybody().await;
    let mut dana = Browser::new();
    for query in ["", "?", "?code", "?state=%ff", "?code=1&code=2&state=x", "?code=x&state=y", "?error=boom"]
    {
        let page = dana.open(stage.url(&format!("/sso/callback{query}"))).await;
        assert_eq!((page.status, page.name().as_str()), (StatusCode::BAD_REQUEST, "refused"), "{query}");
        assert!(page.has("#reference"), "{query}");
    }
    assert_eq!(stage.sign_in(&mut dana, "dana").await.name(), "no-access");
}

#[tokio::test]
async fn the_sign_in_page_says_that_kaseyaone_is_not_reachable() {
    let stage = Stage::open_to_everybody().await;
    let (server, _folder) = stage.restart_without_kaseyaone().await;
    let mut browser = Browser::new();
    let page = browser.open(server.base_url().join("/sign-in").unwrap()).await;
    assert_eq!((page.status, page.name().as_str()), (StatusCode::OK, "sign-in"));
    assert!(page.text("[role=status]").contains("not reachable right now"), "{}", page.body);
    let refused = browser.open(server.base_url().join("/sso/start").unwrap()).await;
    assert_eq!((refused.status, refused.name().as_str()), (StatusCode::SERVICE_UNAVAILABLE, "refused"));
    assert!(refused.has("#reference"));
}

#[tokio::test]
async fn wrong_credentials_say_the_same_whether_or_not_the_address_is_known() {
    let stage = Stage::start().await;
    let mut told = Vec::new();
    for email in ["mona@northwind.example", "nobody@northwind.example"] {
        let mut browser = Browser::new();
        let page = browser.open(stage.url("/sign-in")).await;
        let fields = [("email", email), ("password", "wrong-wrong-wrong")];
        let page = browser.submit(&page, "form[action='/sign-in'][method=post]", &fields).await;
        assert_eq!((page.status, page.name().as_str()), (StatusCode::FORBIDDEN, "sign-in"));
        assert_eq!(page.attribute("#email", "aria-describedby").as_deref(), Some("sign-in-error"));
        let words = page.text("[role=alert]");
        told.push(words.split("Reference").next().unwrap().to_owned());
    }
    assert_eq!(told[0], told[1]);
}

#[tokio::test]
async fn signing_out_ends_the_session_here_and_in_kaseyaone_if_wanted() {
    let stage = Stage::open_to_everybody().await;
    let mut dana = Browser::new();
    let page = stage.sign_in(&mut dana, "dana").await;
    let page = dana.submit(&page, "header form", &[("also", "nothing")]).await;
    assert_eq!(page.name(), "signed-out");
    assert_eq!(stage.read(&mut dana, "/api/v1/session").await["code"], "not_signed_in");
    assert_eq!(stage.sign_in(&mut dana, "dana").await.name(), "no-access", "KaseyaOne remembered her");

    let page = dana.open(stage.url("/no-access")).await;
    let page = dana.submit_once(&page, "main form", &[("also", "kaseyaone")]).await;
    let to = page.headers["location"].to_str().unwrap();
    assert!(to.starts_with(stage.idp.issuer()) && to.contains("id_token_hint"), "{to}");
}

#[tokio::test]
async fn an_msp_admin_is_asked_after_a_local_sign_in_whether_to_link_the_kaseyaone_user() {
    let stage = Stage::open_to_everybody().await;
    let mut mona = Browser::new();
    let page = stage.ask_about_link(&mut mona).await;
    assert_eq!(page.name(), "kaseyaone-link-confirm", "{}", page.body);
    for words in ["Mona Okafor", "mona", "mona@northwind.example", "Northwind MSP", "2026-11-23 09:00 UTC"] {
        assert!(page.text("main dl").contains(words), "{words}: {}", page.text("main"));
    }
    let users = stage.read(&mut mona, "/api/v1/users").await.to_string();
    assert!(!users.contains("kaseyaone\""), "nothing is linked before the answer");
    let page = mona.submit(&page, "form[action$=kaseyaone-link]", &[("decision", "link")]).await;
    assert_eq!(page.name(), "home");
    assert!(page.text("#notice").contains("connected to this account"), "{}", page.body);
    assert!(stage.read(&mut mona, "/api/v1/users").await.to_string().contains("kaseyaone\""));
}

#[tokio::test]
async fn declining_the_kaseyaone_user_leads_home_and_a_second_answer_finds_nothing() {
    let stage = Stage::open_to_everybody().await;
    let mut mona = Browser::new();
    let asked = stage.ask_about_link(&mut mona).await;
    let page = mona.submit(&asked, "form[action$=kaseyaone-link]", &[("decision", "decline")]).await;
    assert!(page.text("#notice").contains("was not linked"), "{}", page.body);
    let page = mona.submit(&asked, "form[action$=kaseyaone-link]", &[("decision", "link")]).await;
    assert!(page.text("#notice").contains("Nothing was linked"), "{}", page.body);
}

#[tokio::test]
async fn the_question_is_answered_over_the_api_too_and_from_no_other_site() {
    let stage = Stage::open_to_everybody().await;
    let mut mona = Browser::new();
    let url = stage.url("/api/v1/session/kaseyaone-link");
    stage.sign_in(&mut mona, "mona").await;
    assert_eq!(stage.read(&mut mona, "/api/v1/session/kaseyaone-link").await["code"], "not_signed_in");
    let credentials = json!({ "email": "mona@northwind.example", "password": "local-mona-password" });
    mona.json(Method::POST, &stage.url("/api/v1/session"), Some(&credentials)).await;
    let asked = stage.read(&mut mona, "/api/v1/session/kaseyaone-link").await;
    assert_eq!((&asked["username"], &asked["company"]["name"]), (&json!("mona"), &json!("Northwind MSP")));
    for path in ["/api/v1/session/kaseyaone-link", "/sign-in/kaseyaone-link"] {
        let forged = mona.post_from("cross-site", &stage.url(path), &[("decision", "link")]).await;
        assert_eq!(forged.status, StatusCode::FORBIDDEN, "{path}");
    }
    assert_eq!(mona.json(Method::POST, &url, None).await.status, StatusCode::NO_CONTENT);
    assert_eq!(mona.json(Method::DELETE, &url, None).await.status, StatusCode::NOT_FOUND);
}
