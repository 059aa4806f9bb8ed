//! The story of a sign-in: complete, in order, masked, escaped, and honest about what was refused and falsified.

use mock_idp::{Launch, MockIdp, StoryOutcome, Target};
use serde_json::{Value, json};

use crate::support::{Browser, NORTHWIND, SECRET, VERIFIER};

async fn provider() -> MockIdp {
    let idp = MockIdp::builder().seed(1).on_current_runtime().start().await.expect("a free port");
    idp.clock().freeze();
    idp.clients().change("kaseya-mdr", |client| client.backchannel_logout_uri = None).expect("the client");
    idp
}

/// A whole sign-in of Dana with this state; the browser and the tokens.
async fn signed_in(idp: &MockIdp, state: &str) -> (Browser, Value) {
    let browser = Browser::new();
    let code = browser.sign_in(idp, "dana", &[("state", state)]).await.param("code").expect("a code");
    let tokens = browser.redeem(idp, &code).await.json();
    (browser, tokens)
}

fn in_order(text: &str, words: &[&str]) {
    let mut rest = text;
    for word in words {
        let (_, after) =
            rest.split_once(word).unwrap_or_else(|| panic!("no {word:?} in:\n{rest}\nof:\n{text}"));
        rest = after;
    }
}

#[tokio::test]
async fn a_story_is_told_from_the_request_to_the_logout_and_shows_no_secret() {
    let idp = provider().await;
    let (browser, tokens) = signed_in(&idp, "the-state").await;
    let access_token = tokens["access_token"].as_str().expect("an access token");
    idp.clock().advance(jiff::SignedDuration::from_millis(1_500));
    browser.userinfo(&idp, access_token).await;
    let hint = tokens["id_token"].as_str().expect("an ID token");
    browser.get(&idp.url(&format!("/connect/endsession?id_token_hint={hint}&state=another"))).await;
    let steps = [
        "The application sends the browser to sign in",
        "The login form is shown",
        "A person is chosen",
        "The application redeems the code",
        "k1-northwind-dana",
        "The application asks who that is",
        "+1.500 s",
        "The person signs out",
        "After the answer: it called the token endpoint, it asked userinfo, the person was sent to sign out.",
    ];
    let text = idp.stories().text("the-state").expect("the story");
    in_order(&text, &steps[..4]);
    in_order(
        &text,
        &["client_secret_basic", "ID token: claims", "\"nonce\": \"nonce-1\"", "dana@northwind.example"],
    );
    let html = idp.stories().html("the-state").expect("the story");
    in_order(&html, &steps);
    let code = idp.replay().last_response("dana").expect("a response").location;
    let code = code.split("code=").nth(1).and_then(|rest| rest.split('&').next()).expect("a code");
    let interactions: Vec<String> = idp
        .journal()
        .entries()
        .iter()
        .filter_map(|entry| entry.form.first("interaction").map(str::to_owned))
        .collect();
    assert!(!interactions.is_empty());
    let secrets = [SECRET, VERIFIER, access_token, hint, code, &interactions[0]];
    for secret in secrets {
        assert!(!text.contains(secret) && !html.contains(secret), "{secret} is shown");
    }
    assert_eq!(idp.stories().list()[0].outcome, StoryOutcome::SignedOut);
}

#[tokio::test]
async fn what_a_stranger_sent_is_escaped() {
    let idp = provider().await;
    let state = "<script>alert(1)</script>\"'&/../x";
    idp.people()
        .change("dana", |dana| dana.given_name = "</pre>\u{9b}2J<img src=x onerror=alert(2)>".to_owned())
        .expect("dana");
    signed_in(&idp, state).await;
    let html = idp.stories().html(state).expect("the story");
    assert!(!html.contains("<script") && !html.contains("<img"), "{html}");
    assert!(html.contains("&#60;script&#62;alert(1)") && html.contains("onerror=alert(2)&#62;"), "{html}");
    let text = idp.stories().text(state).expect("the story");
    assert!(!text.contains('\u{9b}') && text.contains("\\u{9b}2J"), "{text}");
    let encoded: String =
        url::form_urlencoded::byte_serialize(state.as_bytes()).collect::<String>().replace('+', "%20");
    let browser = Browser::new();
    let page = browser.get(&idp.url(&format!("/_control/stories/{encoded}?download"))).await;
    assert_eq!((page.status.as_u16(), page.page()), (200, "story"));
    let name = page.headers["content-disposition"].to_str().expect("ASCII");
    assert!(
        name.starts_with("attachment; filename=\"sign-in-_script_alert_1_") && name.ends_with(".html\""),
        "{name}"
    );
    let policy = page.headers["content-security-policy"].to_str().expect("ASCII");
    assert!(
        policy.starts_with("default-src 'none'; style-src 'sha256-") && !policy.contains("script-src"),
        "{policy}"
    );
}

#[tokio::test]
async fn a_fault_is_told_with_what_is_right_about_it() {
    let idp = provider().await;
    idp.faults().arm("idt-nonce-wrong", Target::person("dana"), 1).expect("a fault");
    let (browser, tokens) = signed_in(&idp, "struck").await;
    let text = idp.stories().text("struck").expect("the story");
    let sentence =
        mock_idp::catalogue().find(|fault| fault.id == "idt-nonce-wrong").expect("a fault").sentence;
    in_order(
        &text,
        &[
            "FAULT idt-nonce-wrong",
            sentence,
            "A correct relying party refuses.",
            "It made no use of the tokens",
        ],
    );
    browser.userinfo(&idp, tokens["access_token"].as_str().expect("a token")).await;
    let html = idp.stories().html("struck").expect("the story");
    let entry = idp.journal().find(&mock_idp::JournalQuery::operation("token"))[0].seq;
    in_order(&html, &[&format!("<span class=\"number\">#{entry}</span> The application redeems the code")]);
    in_order(&html, &["class=\"step struck\"", "idt-nonce-wrong", "It used the tokens although"]);
    assert_eq!(idp.stories().list()[0].faults, ["idt-nonce-wrong"]);
}

#[tokio::test]
async fn a_refused_login_is_told_with_its_reason() {
    let idp = provider().await;
    let browser = Browser::new();
    idp.people().deactivate("dana").expect("dana");
    let interaction = browser.authorize(&idp, &[("state", "refused")]).await.interaction();
    assert_eq!(idp.stories().list()[0].outcome, StoryOutcome::Unfinished);
    let form = |name: &'static str, value: &'static str| {
        [("interaction".to_owned(), interaction.clone()), (name.to_owned(), value.to_owned())]
    };
    let post = |path: &'static str, form: Vec<(String, String)>| {
        let (browser, idp) = (&browser, &idp);
        async move {
            let form: Vec<_> = form.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
            browser.post(&idp.url(path), &form).await
        }
    };
    let mut who = form("username", "dana").to_vec();
    who.push(("company".to_owned(), NORTHWIND.to_owned()));
    post("/account/login", who).await;
    post("/account/password", form("password", "wrong-password").to_vec()).await;
    post("/account/password", form("password", "kaseya-dana").to_vec()).await;
    let line = &idp.stories().list()[0];
    assert_eq!((line.outcome, line.person.as_deref()), (StoryOutcome::Refused, Some("dana")), "{line:?}");
    let text = idp.stories().text("refused").expect("the story");
    in_order(&text, &["REFUSED by password: the password is wrong", "A password is typed", "REFUSED by "]);
    assert!(!text.contains("wrong-password") && !text.contains("kaseya-dana"), "{text}");
    let html = idp.stories().html("refused").expect("the story");
    in_order(&html, &["class=\"step refused\"", "said no: the password is wrong"]);
}

#[tokio::test]
async fn stories_are_listed_newest_first_and_kept_as_files() {
    let idp = provider().await;
    let browser = Browser::new();
    signed_in(&idp, "one").await;
    signed_in(&idp, "").await;
    browser.authorize(&idp, &[("redirect_uri", "http://elsewhere.test/")]).await;
    browser.sign_in(&idp, "dana", &[("state", "two")]).await;
    let deny = browser.authorize(&idp, &[("state", "three"), ("prompt", "login")]).await.interaction();
    browser.post(&idp.url("/account/people"), &[("interaction", &deny), ("deny", "deny")]).await;
    let listed = browser.get(&idp.url("/_control/stories")).await.json();
    let said = |index: usize| {
        (listed[index]["outcome"].clone(), listed[index]["sentence"].as_str().expect("one").to_owned())
    };
    assert_eq!(listed[0]["id"], "three");
    assert_eq!(said(0).0, json!("refused"));
    assert!(said(0).1.starts_with("access_denied went back"), "{}", said(0).1);
    assert_eq!((listed[1]["id"].clone(), said(1).0), (json!("two"), json!("code_not_redeemed")));
    assert!(said(2).1.contains("redirect"), "{}", said(2).1);
    let nameless = listed[3]["id"].as_str().expect("an id");
    assert!(nameless.starts_with("without-state-"), "{nameless}");
    assert_eq!((said(3).0, said(4).0), (json!("tokens_given"), json!("tokens_given")));
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("stories/one.html");
    idp.stories().save("one", &file).expect("a file");
    let kept = std::fs::read_to_string(&file).expect("a file");
    assert!(
        kept.contains("The application redeems the code")
            && !kept.contains("<link")
            && !kept.contains("src=")
    );
    assert!(idp.stories().save("nobody", &file).is_err());
    assert_eq!(browser.get(&idp.url("/_control/stories/nobody")).await.status, 404);
    assert_eq!(browser.get(&idp.url("/_control/stories/one?format=pdf")).await.status, 422);
    let text = browser.get(&idp.url("/_control/stories/one?format=text")).await;
    assert!(text.body.starts_with("sign-in one\n"));
    let other = idp.realms().create("acme").expect("a realm");
    assert!(other.stories().list().is_empty(), "realms share nothing");
}

#[tokio::test]
async fn a_launch_from_the_portal_is_where_its_sign_in_begins() {
    let idp = provider().await;
    let launch = |launch: Launch| idp.people().launch("dana", launch).expect("a launch");
    idp.clients()
        .change("kaseya-mdr", |client| {
            client.initiate_login_uri = Some("http://127.0.0.1:8400/sso/start".into());
        })
        .unwrap();
    let browser = Browser::new();
    browser.get(&launch(Launch::of("kaseya-mdr"))).await;
    assert!(idp.stories().list().is_empty(), "the application has asked for nothing yet");
    let code = browser.authorize(&idp, &[("state", "launched")]).await.param("code").expect("a code");
    browser.redeem(&idp, &code).await;
    let text = idp.stories().text("launched").unwrap();
    let first = text.find("The portal asks the application to begin").expect("the launch");
    assert!(
        first < text.find("The application sends the browser to sign in").expect("the request"),
        "{text}"
    );
    let answer = Browser::new().get(&launch(Launch::of("kaseya-mdr").unsolicited())).await;
    let line = &idp.stories().list()[0];
    assert_eq!(line.sentence, "a code went back, and nobody redeemed it");
    let html = idp.stories().html(&line.id).unwrap();
    let code = answer.param("code").expect("a code");
    assert!(html.contains("The portal answers, although nobody asked") && !html.contains(&code), "{html}");
}

#[tokio::test]
async fn an_application_whose_state_is_always_the_same_has_a_story_for_each_sign_in() {
    let idp = provider().await;
    let begin = async |nonce: &str| {
        let asked = [("state", "constant"), ("nonce", nonce)];
        let browser = Browser::new();
        let code = browser.sign_in(&idp, "dana", &asked).await.param("code").expect("a code");
        (browser, code)
    };
    let (first, early) = begin("one").await;
    let (second, late) = begin("two").await;
    assert_eq!(second.redeem(&idp, &late).await.status, 200);
    assert_eq!(first.redeem(&idp, "no such code").await.status, 400);
    let ids = || idp.stories().list().into_iter().map(|line| line.id).collect::<Vec<_>>();
    let outcome = |id: &str| {
        let lines = idp.stories().list();
        lines.into_iter().find(|line| line.id == id).unwrap_or_else(|| panic!("no story {id}")).outcome
    };
    assert_eq!(ids(), ["constant~2", "constant"]);
    assert_eq!(
        (outcome("constant"), outcome("constant~2")),
        (StoryOutcome::CodeNotRedeemed, StoryOutcome::TokensGiven)
    );
    // A code belongs to the sign-in that it came from.
    first.redeem(&idp, &early).await;
    assert_eq!(outcome("constant"), StoryOutcome::TokensGiven);
    let text = idp.stories().text("constant~2").expect("the second story");
    assert!(
        text.contains("sign-in constant~2") && text.contains("nonce = two") && !text.contains("= one"),
        "{text}"
    );

    let about_two = |entry: &&mock_idp::Entry| entry.query.first("nonce") == Some("two");
    let entry = idp.journal().entries().iter().find(about_two).expect("an authorization request").seq;
    for page in ["/_control/console".to_owned(), format!("/_control/journal/{entry}?format=html")] {
        let page = first.get(&idp.url(&page)).await.body;
        let link = format!("/_control/stories/constant~2#entry-{entry}\"");
        assert!(page.contains(&link), "no {link} in {page}");
    }

    // The very same request is a page that was loaded again, until its code was redeemed.
    let (_, _) = begin("three").await;
    let (third, code) = begin("three").await;
    assert_eq!(ids(), ["constant~3", "constant~2", "constant"]);
    third.redeem(&idp, &code).await;
    begin("three").await;
    assert_eq!(ids(), ["constant~4", "constant~3", "constant~2", "constant"]);
}

#[tokio::test]
async fn a_pushed_request_with_a_state_that_was_there_begins_another_story() {
    let idp = provider().await;
    let browser = Browser::new();
    for _ in 0..2 {
        let request = [
            ("client_id", "kaseya-mdr"),
            ("response_type", "code"),
            ("redirect_uri", crate::support::CALLBACK),
            ("scope", "openid"),
            ("state", "constant"),
            ("nonce", "n"),
        ];
        let pushed = crate::requests::push(&idp, &request).await.json();
        let uri = pushed["request_uri"].as_str().expect("a request URI");
        let query = crate::support::encode(
            &[("client_id", "kaseya-mdr"), ("request_uri", uri)].into_iter().collect(),
        );
        let page = browser.get(&idp.url(&format!("/connect/authorize?{query}"))).await;
        assert_eq!(page.status, 303, "the login page follows: {}", page.body);
    }
    let ids: Vec<_> = idp.stories().list().into_iter().map(|line| line.id).collect();
    assert_eq!(ids, ["constant~2", "constant"]);
}

#[tokio::test]
async fn sign_ins_of_two_clients_with_one_state_are_told_apart_and_no_id_is_given_twice() {
    let idp = provider().await;
    let ids = || idp.stories().list().into_iter().map(|line| line.id).collect::<Vec<_>>();
    let asked = [("state", "x"), ("client_id", "spa"), ("redirect_uri", "http://127.0.0.1:8600/callback")];
    let (first, second) = (Browser::new(), Browser::new());
    let login = first.authorize(&idp, &[("state", "x")]).await;
    second.authorize(&idp, &asked).await;
    let interaction = login.interaction();
    let form = [("interaction", interaction.as_str()), ("person", "dana")];
    let code = first.post(&idp.url("/account/people"), &form).await.param("code").expect("a code");
    first.redeem(&idp, &code).await;
    assert_eq!(ids(), ["x~2", "x"]);
    let lines = idp.stories().list();
    assert_eq!((lines[0].client.as_deref(), lines[0].outcome), (Some("spa"), StoryOutcome::Unfinished));
    assert_eq!(
        (lines[1].client.as_deref(), lines[1].outcome),
        (Some("kaseya-mdr"), StoryOutcome::TokensGiven)
    );
    signed_in(&idp, "x~2").await;
    assert_eq!(ids(), ["x~2~2", "x~2", "x"]);
}

#[tokio::test]
async fn tokens_for_a_password_are_no_part_of_a_sign_in_without_state() {
    let idp = provider().await;
    idp.clients()
        .change("kaseya-mdr", |client| client.grants.push(fixtures::Grant::Password))
        .expect("the client");
    let browser = Browser::new();
    browser.sign_in(&idp, "dana", &[("state", "")]).await;
    let form = [("grant_type", "password"), ("username", "rui"), ("password", "kaseya-rui")];
    assert_eq!(browser.token(&idp, &form).await.status, 200);
    let line = idp.stories().list().remove(0);
    assert_eq!((line.outcome, line.person.as_deref()), (StoryOutcome::CodeNotRedeemed, Some("dana")));
}
