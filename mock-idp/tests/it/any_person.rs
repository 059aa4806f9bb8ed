//! People whom nobody wrote down, where any person is taken, and what they say of themselves.

use mock_idp::{ConfigFormat, MockIdp, MockIdpBuilder, RealmHandle, Target};
use serde_json::{Value, json};

use crate::support::{Answer, Browser, SECRET, authorize_url, decode};

async fn provider() -> MockIdp {
    MockIdp::builder().any_person().on_current_runtime().start().await.expect("a free port")
}

/// The claims of the ID token, of the access token when it is a JWT, and the user information after this answer.
async fn told(browser: &Browser, idp: &RealmHandle, back: &Answer) -> [Value; 3] {
    let code = back.param("code").unwrap_or_else(|| panic!("{back:?}"));
    let tokens = browser.redeem(idp, &code).await.json();
    let access = tokens["access_token"].as_str().expect("an access token");
    let userinfo = browser.userinfo(idp, access).await.json();
    let id_token = decode(tokens["id_token"].as_str().expect("an ID token")).1;
    let access = if access.contains('.') { decode(access).1 } else { Value::Null };
    [id_token, access, userinfo]
}

async fn name(browser: &Browser, idp: &RealmHandle, form: &[(&str, &str)]) -> Answer {
    let page = browser.authorize(idp, &[("prompt", "login")]).await;
    assert_eq!(page.page(), "kaseyaone-people", "{page:?}");
    let interaction = page.interaction();
    let form = [&[("interaction", interaction.as_str())], form].concat();
    browser.post(&idp.url("/account/people"), &form).await
}

#[tokio::test]
async fn whoever_is_named_signs_in_and_says_what_there_is_to_say() {
    let idp = provider().await;
    idp.clients()
        .change("kaseya-mdr", |client| client.access_token_format = fixtures::AccessTokenFormat::Jwt)
        .expect("the client");
    let browser = Browser::new();
    let claims = r#"{"email": "alice@acme.example", "groups": ["staff"], "role": "Pilot", "none": null}"#;
    let back =
        name(&browser, &idp, &[("username", " alice "), ("company", "contoso"), ("claims", claims)]).await;
    let [id_token, access, userinfo] = told(&browser, &idp, &back).await;
    for (place, told) in [("ID token", &id_token), ("access token", &access), ("user information", &userinfo)]
    {
        assert_eq!(told["sub"], "alice", "{place}");
        assert_eq!((&told["groups"], &told["role"]), (&json!(["staff"]), &json!("Pilot")), "{place}");
        assert_eq!(told["email"], "alice@acme.example", "{place}");
    }
    assert_eq!(id_token["preferred_username"], "alice");
    let alice = idp.people().get("alice").expect("she is there now");
    assert!(alice.why.contains("nobody wrote this person down") && alice.company == "contoso", "{alice:?}");
    assert!(alice.claims.is_empty(), "what was said was said in that sign-in");

    // The session goes on with what was said; a new sign-in says something else, or nothing.
    let again = browser.authorize(&idp, &[]).await;
    assert_eq!(told(&browser, &idp, &again).await[0]["role"], "Pilot");
    let anew = name(&browser, &idp, &[("username", "ALICE"), ("claims", "{\"role\": \"Nurse\"}")]).await;
    let [id_token, ..] = told(&browser, &idp, &anew).await;
    assert_eq!((&id_token["role"], &id_token["groups"]), (&json!("Nurse"), &Value::Null));
    let plain = name(&browser, &idp, &[("username", "alice"), ("claims", "")]).await;
    assert_eq!(told(&browser, &idp, &plain).await[0]["role"], "User");
    assert_eq!(idp.people().list().iter().filter(|person| person.subject == "alice").count(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn those_who_come_at_once_under_one_name_are_one_person_and_say_what_they_say() {
    let idp = std::sync::Arc::new(provider().await);
    let mut all = tokio::task::JoinSet::new();
    for number in 0..24 {
        let idp = std::sync::Arc::clone(&idp);
        all.spawn(async move {
            let browser = Browser::new();
            let claims = format!("{{\"number\": {number}}}");
            let form = [("sub", "racer"), ("claims", claims.as_str())];
            let back = browser.post(&authorize_url(&idp, &[]), &form).await;
            for told in told(&browser, &idp, &back).await.iter().filter(|told| !told.is_null()) {
                assert_eq!((&told["sub"], &told["number"]), (&json!("racer"), &json!(number)));
            }
        });
    }
    assert_eq!(all.join_all().await.len(), 24);
    assert_eq!(idp.people().list().iter().filter(|person| person.username == "racer").count(), 1);
}

#[tokio::test]
async fn a_refresh_says_the_same() {
    let idp = provider().await;
    let browser = Browser::new();
    let url = authorize_url(&idp, &[("scope", "openid offline_access"), ("prompt", "consent")]);
    let asked = browser.post(&url, &[("sub", "bob"), ("claims", "{\"groups\": [\"staff\"]}")]).await;
    let code = asked.param("code").unwrap_or_else(|| panic!("{asked:?}"));
    let tokens = browser.redeem(&idp, &code).await.json();
    let refresh = tokens["refresh_token"].as_str().unwrap_or_else(|| panic!("{tokens}"));
    let form = [("grant_type", "refresh_token"), ("refresh_token", refresh)];
    let refreshed = browser.token(&idp, &form).await.json();
    let userinfo = browser.userinfo(&idp, refreshed["access_token"].as_str().expect("a token")).await.json();
    assert_eq!((&userinfo["sub"], &userinfo["groups"]), (&json!("bob"), &json!(["staff"])));
}

#[tokio::test]
async fn who_is_written_down_stays_who_they_are() {
    let idp = provider().await;
    let browser = Browser::new();
    for who in ["dana", "dana@northwind.example", "k1-northwind-dana"] {
        let back = name(&browser, &idp, &[("username", who), ("claims", "{\"groups\": [1]}")]).await;
        let [id_token, ..] = told(&browser, &idp, &back).await;
        assert_eq!(
            (&id_token["sub"], &id_token["groups"]),
            (&json!("k1-northwind-dana"), &json!([1])),
            "{who}"
        );
    }
    idp.people().lock("rui").expect("rui");
    let locked = name(&browser, &idp, &[("username", "rui")]).await;
    assert_eq!((locked.status.as_u16(), locked.page()), (403, "kaseyaone-error"));
    name(&browser, &idp, &[("username", "alice")]).await;
    idp.people().delete("alice").expect("alice");
    let deleted = name(&browser, &idp, &[("username", "alice")]).await;
    assert_eq!(deleted.status, 422);
    assert!(deleted.body.contains("was deleted; restore or recreate"), "{}", deleted.body);
    let subject = idp.people().recreate("alice").expect("alice").subject;
    let back = name(&browser, &idp, &[("username", "alice")]).await;
    assert_eq!(told(&browser, &idp, &back).await[0]["sub"], subject);
}

#[tokio::test]
async fn a_company_tells_people_of_one_name_apart() {
    let idp = provider().await;
    let browser = Browser::new();
    let url = authorize_url(&idp, &[]);
    for (name, company, subject) in [
        ("sam", "", "k1-northwind-sam"),
        ("SAM", "contoso", "k1-contoso-sam"),
        ("sam", "Contoso Managed Services", "k1-contoso-sam"),
        (" sam ", "northwind", "k1-northwind-sam"),
    ] {
        let back = browser.post(&url, &[("sub", name), ("company", company)]).await;
        assert_eq!(told(&browser, &idp, &back).await[0]["sub"], subject, "{name:?} {company}");
    }
    for (name, company, said) in [
        ("dana", "contoso", "belongs to the company northwind; leave company out"),
        ("dana", "contosso", "there is no company"),
        ("  ", "", "nobody is named"),
    ] {
        let refused = browser.post(&url, &[("sub", name), ("company", company)]).await;
        assert_eq!((refused.status.as_u16(), refused.location.as_deref()), (400, None), "{name} {company}");
        assert!(refused.body.contains(said), "{said}: {}", refused.body);
    }
    idp.people().delete("dana").expect("dana");
    for name in ["dana", "DANA", "Dana@northwind.example", "k1-northwind-dana"] {
        let deleted = browser.post(&url, &[("sub", name)]).await;
        assert!(deleted.body.contains("was deleted; restore or recreate"), "{name}: {}", deleted.body);
    }
}

#[tokio::test]
async fn what_cannot_be_is_said_on_the_page_and_what_was_typed_stays() {
    let idp = provider().await;
    let browser = Browser::new();
    let before = idp.people().list().len();
    for (username, claims, said) in [
        ("", "", "Nobody is named; give a user name."),
        ("Zoë", "", "The subject is not 1 to 255 ASCII characters (OIDC Core 2)."),
        ("eve", "{groups}", "The claims are no JSON (key must be a string at line 1 column 2)."),
        ("eve", "[\"<b>\"]", "The claims are no object"),
        ("eve", "{\"iss\": \"<b>\"}", "The claim iss is set by the provider"),
    ] {
        let answer =
            name(&browser, &idp, &[("username", username), ("company", "contoso"), ("claims", claims)]).await;
        assert_eq!((answer.status.as_u16(), answer.page()), (422, "kaseyaone-people"), "{username} {claims}");
        assert!(answer.body.contains(said), "{said}: {}", answer.body);
        assert!(answer.body.contains("value=\"contoso\" selected"), "{}", answer.body);
        assert!(answer.body.contains(&format!("name=\"username\" value=\"{username}\"")), "{}", answer.body);
        assert!(!answer.body.contains("<b>"));
    }
    let company = name(&browser, &idp, &[("username", "eve"), ("company", "contosso")]).await;
    assert!(company.body.contains("There is no company"), "{}", company.body);
    assert_eq!(idp.people().list().len(), before);
    let hinted = browser.authorize(&idp, &[("login_hint", "\"><b>new"), ("prompt", "login")]).await;
    assert!(!hinted.body.contains("<b>") && hinted.body.contains("&#60;b&#62;new"), "{}", hinted.body);
}

#[tokio::test]
async fn it_is_off_unless_it_is_switched_on() {
    let idp = MockIdp::start().await;
    let browser = Browser::new();
    let nobody = browser.post(&authorize_url(&idp, &[]), &[("sub", "alice")]).await;
    assert_eq!((nobody.status.as_u16(), nobody.location.as_deref()), (400, None));
    assert!(nobody.body.contains("--any-person"), "{}", nobody.body);
    let said = browser
        .post(&authorize_url(&idp, &[]), &[("sub", "dana"), ("claims", "{\"role\": \"Pilot\"}")])
        .await;
    assert_eq!((said.status.as_u16(), said.location.as_deref()), (400, None));
    assert!(
        said.body.contains("claims are said at a sign-in only where any person is taken"),
        "{}",
        said.body
    );
    let page = browser.authorize(&idp, &[("prompt", "select_account")]).await;
    assert!(page.page() == "kaseyaone-people" && !page.body.contains("name=\"claims\""), "{}", page.body);
    let form =
        [("interaction", page.interaction()), ("username", "alice".to_owned()), ("claims", String::new())];
    let form: Vec<_> = form.iter().map(|(name, value)| (*name, value.as_str())).collect();
    assert_eq!(browser.post(&idp.url("/account/people"), &form).await.status, 422);
    assert!(idp.people().get("alice").is_none());
    let error = idp.faults().arm("idt-nonce-wrong", Target::person("alice"), 1).map(drop).unwrap_err();
    assert!(error.to_string().contains("alice"), "{error}");
}

#[tokio::test]
async fn without_a_page_a_name_is_enough() {
    let idp =
        MockIdp::builder().any_person().headless().on_current_runtime().start().await.expect("a free port");
    let browser = Browser::new();
    for who in ["alice", "bob@acme.example", "alice"] {
        let back = browser.authorize(&idp, &[("login_hint", who)]).await;
        assert_eq!(
            told(&browser, &idp, &back).await[0]["sub"],
            who,
            "a hint at somebody new is one at somebody else"
        );
    }
    // As mock-oauth2-server has it posted.
    let back =
        browser.post(&authorize_url(&idp, &[]), &[("username", "carol"), ("claims", "{\"acr_x\": 1}")]).await;
    let [id_token, ..] = told(&browser, &idp, &back).await;
    assert_eq!((&id_token["sub"], &id_token["acr_x"]), (&json!("carol"), &json!(1)));
    let twice = browser.post(&authorize_url(&idp, &[]), &[("sub", "a"), ("sub", "b")]).await;
    assert_eq!((twice.status.as_u16(), twice.location.as_deref()), (400, None));
    assert!(idp.people().get("a").is_none());
}

#[tokio::test]
async fn faults_wait_for_somebody_who_comes_later() {
    let text = "any_person = true\n[[faults]]\nfault = \"idt-nonce-wrong\"\ntarget = { person = \"alice\" }\n\
                [[rules]]\nwhen = { operation = \"userinfo\", person = \"alice\" }\nthen = { status = { status = 503 } }\n\
                [[realms]]\npath = \"acme\"\n";
    let strict = text.replace("any_person = true\n", "");
    let refused = MockIdpBuilder::from_config(&strict, ConfigFormat::Toml).map(drop).unwrap_err().to_string();
    assert!(refused.starts_with("configuration:3: there is no person \"alice\""), "{refused}");
    let idp = MockIdpBuilder::from_config(text, ConfigFormat::Toml).unwrap().start().await.unwrap();
    let later = idp.faults().arm("idt-iss-near", Target::person("bob"), 1).expect("he may come");
    let browser = Browser::new();
    for who in ["alice", "bob"] {
        let back = browser.post(&authorize_url(&idp, &[]), &[("sub", who)]).await;
        let code = back.param("code").expect("a code");
        let tokens = browser.redeem(&idp, &code).await.json();
        let status = browser.userinfo(&idp, tokens["access_token"].as_str().expect("one")).await.status;
        assert_eq!(status.as_u16(), if who == "alice" { 503 } else { 200 });
    }
    let nonce = idp.faults().list().into_iter().find(|armed| armed.fault == "idt-nonce-wrong");
    assert_eq!((later.fired(), nonce.map(|armed| armed.fired)), (1, Some(1)));
    let realm = idp.realms().get("acme").expect("the realm");
    let back = browser.post(&authorize_url(&realm, &[]), &[("sub", "yves")]).await;
    assert!(
        back.param("code").is_some()
            && realm.people().get("yves").is_some()
            && idp.people().get("yves").is_none()
    );
    realm.reset();
    assert!(realm.people().get("yves").is_none());
}

#[tokio::test]
async fn there_is_room_for_so_many_and_a_reset_makes_room() {
    let idp = provider().await;
    let browser = Browser::new();
    let url = authorize_url(&idp, &[]);
    let mut full = None;
    for number in 0..4_300 {
        let name = format!("{number:0>255}");
        let answer = browser.post(&url, &[("sub", &name)]).await;
        if answer.status != 303 {
            full = Some((number, answer));
            break;
        }
    }
    let (number, answer) = full.expect("4 MiB are full at last");
    assert!((4_000..4_200).contains(&number), "{number}");
    assert!(
        answer.body.contains("people_on_the_spot") && answer.body.contains("reset the realm"),
        "{}",
        answer.body
    );
    assert_eq!(browser.post(&url, &[("sub", "dana")]).await.status, 303, "who is there signs in");
    idp.reset();
    assert_eq!(browser.post(&url, &[("sub", "alice")]).await.status, 303);
}

#[tokio::test]
async fn a_client_vouches_for_anybody_where_anybody_is_taken() {
    use jsonwebtoken::{EncodingKey, Header, encode};
    for (idp, taken) in [(provider().await, true), (MockIdp::start().await, false)] {
        idp.clients()
            .change("kaseya-mdr", |client| client.grants.push(fixtures::Grant::JwtBearer))
            .expect("the client");
        let now = idp.clock().now().as_second();
        let claims = json!({"iss": "kaseya-mdr", "sub": "alice", "aud": idp.url("/connect/token"), "exp": now + 60, "iat": now, "jti": "1"});
        let assertion =
            encode(&Header::default(), &claims, &EncodingKey::from_secret(SECRET.as_bytes())).expect("a JWT");
        let form = [
            ("grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer"),
            ("assertion", assertion.as_str()),
        ];
        let answer = Browser::new().token(&idp, &form).await;
        assert_eq!(answer.status == 200, taken, "{answer:?}");
        assert_eq!(idp.people().get("alice").is_some(), taken);
    }
}

#[tokio::test]
async fn a_device_is_answered_by_whoever_is_named() {
    let idp = provider().await;
    let mut television = fixtures::Client::new("television");
    television.auth_methods = vec![fixtures::AuthMethod::None];
    television.grants = vec![fixtures::Grant::DeviceCode];
    idp.clients().add(television);
    let browser = Browser::new();
    let request = [("client_id", "television"), ("scope", "openid email")];
    let begun = browser.post(&idp.url("/connect/deviceauthorization"), &request).await.json();
    let code = |name: &str| begun[name].as_str().expect(name).to_owned();
    let page = browser.get(&code("verification_uri_complete")).await;
    assert!(
        page.body.contains("name=\"username\"") && page.body.contains("name=\"claims\""),
        "{}",
        page.body
    );
    let typed = [("user_code", &*code("user_code")), ("username", "alice")];
    let wrong = browser.post(&idp.url("/device"), &[&typed[..], &[("claims", "{x")]].concat()).await;
    assert_eq!(wrong.status, 422);
    for kept in ["value=\"alice\"", ">{x</textarea>", "role=\"alert\">"] {
        assert!(wrong.body.contains(kept), "no {kept} in {}", wrong.body);
    }
    assert!(idp.people().get("alice").is_none(), "nobody is made by what is refused");
    let claims = [("claims", r#"{"email": "alice@acme.example"}"#)];
    let done = browser.post(&idp.url("/device"), &[&typed[..], &claims].concat()).await;
    assert!(done.body.contains("may go on"), "{}", done.body);
    let poll = [
        ("grant_type", "urn:ietf:params:oauth:grant-type:device_code"),
        ("client_id", "television"),
        ("device_code", &*code("device_code")),
    ];
    let tokens = browser.post(&idp.url("/connect/token"), &poll).await.json();
    let told = decode(tokens["id_token"].as_str().unwrap_or_else(|| panic!("{tokens}"))).1;
    assert_eq!((&told["sub"], &told["email"]), (&json!("alice"), &json!("alice@acme.example")));

    // Whoever is chosen says it too, and whoever looks for people loses nothing.
    let begun = browser.post(&idp.url("/connect/deviceauthorization"), &request).await.json();
    let code = |name: &str| begun[name].as_str().expect(name).to_owned();
    let dana =
        [("user_code", &*code("user_code")), ("person", "dana"), ("claims", "{\"email\": \"d@x.example\"}")];
    let done = browser.post(&idp.url("/device"), &dana).await;
    assert!(done.body.contains("may go on"), "{}", done.body);
    let device = code("device_code");
    let poll = [poll[0], poll[1], ("device_code", &*device)];
    let tokens = browser.post(&idp.url("/connect/token"), &poll).await.json();
    let told = decode(tokens["id_token"].as_str().unwrap_or_else(|| panic!("{tokens}"))).1;
    assert_eq!(told["email"], "d@x.example");
    let looked = browser.get(&idp.url("/device?user_code=AAAA&username=eve&claims=%7By&q=dana")).await.body;
    assert!(looked.contains("value=\"eve\"") && looked.contains(">{y</textarea>"), "{looked}");

    let strict = MockIdp::start().await;
    let page = browser.get(&strict.url("/device")).await;
    assert!(!page.body.contains("name=\"username\""), "nobody new is taken there");
}

#[tokio::test]
async fn a_typing_error_in_what_is_posted_uses_no_pushed_request_up() {
    let idp = provider().await;
    let browser = Browser::new();
    let request = url::Url::parse(&authorize_url(&idp, &[("client_secret", SECRET)])).expect("an address");
    let form: Vec<(String, String)> = request.query_pairs().into_owned().collect();
    let form: Vec<_> = form.iter().map(|(name, value)| (&**name, &**value)).collect();
    let pushed = browser.post(&idp.url("/connect/par"), &form).await.json();
    let mut address = idp.url("/connect/authorize?client_id=kaseya-mdr&request_uri=");
    address.push_str(pushed["request_uri"].as_str().unwrap_or_else(|| panic!("{pushed}")));
    let post = async |form: &[(&str, &str)]| browser.post(&address, form).await;
    for (form, sentence) in [
        ([("sub", "alice"), ("claims", "{x")], "the claims are no JSON"),
        ([("sub", "alice"), ("company", "nix")], "there is no company"),
        ([("sub", "olga"), ("claims", "")], "was deleted"),
        ([("sub", "rui"), ("company", "contoso")], "belongs to the company"),
    ] {
        let wrong = post(&form).await;
        assert!(wrong.status == 400 && wrong.body.contains(sentence), "{wrong:?}");
        let entry = idp.journal().entries().pop().expect("an entry");
        assert_eq!(entry.client.as_deref(), Some("kaseya-mdr"), "{sentence}");
    }
    let alice = [("sub", "alice"), ("claims", "{\"role\": \"Pilot\"}")];
    assert!(post(&alice).await.param("code").is_some());
    let again = post(&alice).await;
    assert!(again.body.contains("not known, or was used before"), "{again:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_pushed_request_is_answered_once_however_many_come_at_once() {
    let threads = 4.try_into().expect("a number");
    let idp = MockIdp::builder().any_person().threads(threads).start().await.expect("a free port");
    let browser = Browser::new();
    let request = url::Url::parse(&authorize_url(&idp, &[("client_secret", SECRET)])).expect("an address");
    let form: Vec<(String, String)> = request.query_pairs().into_owned().collect();
    let form: Vec<_> = form.iter().map(|(name, value)| (&**name, &**value)).collect();
    for _ in 0..50 {
        let pushed = browser.post(&idp.url("/connect/par"), &form).await.json();
        let mut address = idp.url("/connect/authorize?client_id=kaseya-mdr&request_uri=");
        address.push_str(pushed["request_uri"].as_str().unwrap_or_else(|| panic!("{pushed}")));
        let wrong = [("sub", "alice"), ("claims", "{x")];
        let right = [("sub", "alice"), ("claims", "")];
        let come = (0..8).map(|number| browser.post(&address, if number % 2 == 0 { &right } else { &wrong }));
        let answers = futures_util::future::join_all(come).await;
        assert_eq!(answers.iter().filter(|answer| answer.location.is_some()).count(), 1, "{answers:?}");
    }
}

#[tokio::test]
async fn something_is_issued_about_anybody_and_for_any_client() {
    let idp = MockIdp::builder().seed(1).any_person().any_client().start().await.expect("a free port");
    let order = mock_idp::Mint::new("zed", "an api").scope("openid orders.read");
    let minted = idp.mint(&order).expect("tokens");
    let claims = decode(&minted.access_token).1;
    assert_eq!((&claims["sub"], &claims["client_id"]), (&json!("zed"), &json!("an api")));
    assert_eq!(minted.id_token_claims()["sub"], "zed");
    assert!(idp.people().get("zed").is_some() && idp.clients().get("an api").is_some());
    assert!(idp.minter().session("yan").is_ok());
    idp.people().delete("zed").expect("deleted");
    let refused = idp.mint(&order).expect_err("nobody").to_string();
    assert!(refused.contains("was deleted"), "{refused}");
    let strict = MockIdp::builder().start().await.expect("a free port");
    assert!(strict.mint(&order).expect_err("nobody").to_string().contains("there is no person"));
}
