//! Rules: when a request looks like this, then this goes wrong; and barriers.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use mock_idp::{Delivery, JournalQuery, MockIdp, Target, Then, When};
use serde_json::{Value, json};

use crate::support::{Browser, CALLBACK, CLIENT, SECRET, authorize_url, encode};

const DISCOVERY: &str = "/.well-known/openid-configuration";

async fn provider() -> MockIdp {
    MockIdp::builder().seed(1).start().await.expect("a free port")
}

/// What comes over the wire, and whether the connection ended in a reset.
fn bytes_of(idp: &MockIdp, path: &str) -> (Vec<u8>, Option<std::io::ErrorKind>) {
    let mut connection = TcpStream::connect(idp.address()).expect("a connection");
    connection.set_read_timeout(Some(Duration::from_secs(5))).expect("a time-out");
    let request = format!("GET {path} HTTP/1.1\r\nhost: {}\r\n\r\n", idp.address());
    connection.write_all(request.as_bytes()).expect("sent");
    let mut bytes = Vec::new();
    let ended = connection.read_to_end(&mut bytes).err().map(|error| error.kind());
    (bytes, ended)
}

#[tokio::test]
async fn an_error_comes_for_the_person_and_the_call_that_were_named() {
    let idp = provider().await;
    let rule = idp
        .when(When::operation("token").person("dana").nth(2))
        .then(Then::oauth_error("invalid_grant"))
        .expect("a rule");
    let browser = Browser::new();
    let mut statuses = Vec::new();
    for person in ["dana", "zoe", "dana", "dana"] {
        let code = Browser::new().sign_in(&idp, person, &[]).await.param("code").unwrap();
        let answer = browser.redeem(&idp, &code).await;
        statuses.push(answer.status.as_u16());
        if answer.status == 400 {
            assert_eq!(answer.json()["error"], "invalid_grant");
            assert_eq!(browser.redeem(&idp, &code).await.status, 200, "the code was not spent");
        }
    }
    assert_eq!((statuses, rule.fired()), (vec![200, 200, 400, 200], 1));
    idp.journal().assert_count(&JournalQuery::operation("token").status(400), 1);
}

#[tokio::test]
async fn parallel_sign_ins_do_not_steal_each_others_rules() {
    let idp = provider().await;
    let rules: Vec<_> = ["a", "b"]
        .into_iter()
        .map(|state| {
            idp.when(When::operation("token").state(state)).times(1).then(Then::status(503)).unwrap()
        })
        .collect();
    for (state, expected) in [("c", 200), ("b", 503), ("a", 503)] {
        let code = Browser::new().sign_in(&idp, "dana", &[("state", state)]).await.param("code").unwrap();
        assert_eq!(Browser::new().redeem(&idp, &code).await.status, expected, "{state}");
    }
    assert!(rules.iter().all(|rule| rule.fired() == 1));
}

#[tokio::test]
async fn a_status_has_a_body_and_says_when_to_come_again() {
    let idp = provider().await;
    let then = Then::Status {
        status: 429,
        body: "slowly".to_owned(),
        content_type: "text/html".to_owned(),
        retry_after: Some(7),
    };
    let rule = idp.when(When::operation("userinfo")).after(1).times(1).then(then).unwrap();
    let browser = Browser::new();
    let mut answers = Vec::new();
    for _ in 0..3 {
        answers.push(browser.get(&idp.url("/connect/userinfo")).await);
    }
    let statuses: Vec<_> = answers.iter().map(|answer| answer.status.as_u16()).collect();
    assert_eq!((statuses, rule.fired()), (vec![401, 429, 401], 1));
    assert_eq!((answers[1].headers["retry-after"].to_str().unwrap(), &*answers[1].body), ("7", "slowly"));
    assert_eq!(answers[1].headers["content-type"], "text/html");
}

#[tokio::test]
async fn a_fault_of_the_catalogue_strikes_the_sign_in_of_the_request() {
    let idp = provider().await;
    idp.when(When::operation("authorize").login_hint("zoe")).then(Then::fault("idt-nonce-wrong")).unwrap();
    for (person, nonce) in [("dana", "nonce-1"), ("zoe", "nonce-11")] {
        let more = [("login_hint", person), ("state", person)];
        let code = Browser::new().sign_in(&idp, person, &more).await.param("code").unwrap();
        let tokens = Browser::new().redeem(&idp, &code).await.json();
        let claims = crate::support::decode(tokens["id_token"].as_str().unwrap()).1;
        assert_eq!(claims["nonce"], nonce, "{person}");
    }
    let error = idp.when(When::any()).then(Then::fault("idt-nonse-wrong")).unwrap_err();
    assert!(error.to_string().contains("did you mean \"idt-nonce-wrong\""));
}

/// Whether bytes and end of a connection are as they should be.
type Check = fn(&[u8], Option<std::io::ErrorKind>) -> bool;

#[tokio::test]
async fn answers_break_on_the_wire_in_every_way() {
    let idp = provider().await;
    let (honest, _) = bytes_of(&idp, "/nowhere?close");
    assert!(honest.starts_with(b"HTTP/1.1 404"));
    let cases: [(Then, Check); 5] = [
        (Then::Reset, |bytes, ended| bytes.is_empty() && ended == Some(std::io::ErrorKind::ConnectionReset)),
        (Then::Close, |bytes, ended| bytes.is_empty() && ended.is_none()),
        (Then::Truncate, |bytes, ended| {
            let text = String::from_utf8_lossy(bytes);
            let (head, body) = text.split_once("\r\n\r\n").expect("a head");
            let length =
                head.lines().find_map(|line| line.strip_prefix("content-length: ")).expect("a length");
            ended.is_none()
                && body.starts_with("{\"issuer\"")
                && body.len() < length.parse().expect("a number")
        }),
        (Then::MalformedChunk, |bytes, _| {
            let text = String::from_utf8_lossy(bytes).into_owned();
            text.contains("transfer-encoding: chunked\r\n\r\nnonsense\r\n")
        }),
        (Then::Garbage, |bytes, _| bytes.starts_with(b"\x16\x03\x01")),
    ];
    for (then, check) in cases {
        let rule = idp.when(When::operation("discovery")).times(1).then(then.clone()).unwrap();
        let (bytes, ended) = bytes_of(&idp, DISCOVERY);
        assert!(check(&bytes, ended), "{then:?}: {} {ended:?}", String::from_utf8_lossy(&bytes));
        assert_eq!(rule.fired(), 1, "{then:?}");
        assert_eq!(Browser::new().get(&idp.url(DISCOVERY)).await.status, 200, "{then:?} is over");
    }
}

#[tokio::test]
async fn answers_come_late_large_and_in_drops() {
    let idp = provider().await;
    let began = Instant::now();
    let delay = idp.when(When::operation("jwks")).times(1).then(Then::DelayMs(50)).unwrap();
    let keys = "/.well-known/openid-configuration/jwks";
    assert_eq!(Browser::new().get(&idp.url(keys)).await.status, 200);
    assert!(began.elapsed() >= Duration::from_millis(50) && delay.fired() == 1);
    idp.when(When::operation("jwks")).times(1).then(Then::Padding(1_000_000)).unwrap();
    let large = Browser::new().get(&idp.url(keys)).await;
    assert!(large.body.len() > 1_000_000 && large.json()["keys"].is_array(), "blanks leave JSON what it is");
    idp.when(When::operation("jwks")).times(1).then(Then::Trickle).unwrap();
    let mut slow = Browser::new().http().get(idp.url(keys)).send().await.expect("a head");
    let first = slow.chunk().await.expect("a drop").expect("a byte");
    assert_eq!(&first[..], b"{");
    let more = tokio::time::timeout(Duration::from_millis(100), slow.chunk()).await;
    assert!(more.is_err(), "the second byte takes a second");
    idp.when(When::operation("jwks")).times(1).then(Then::Hang).unwrap();
    let hanging = tokio::time::timeout(Duration::from_millis(100), Browser::new().get(&idp.url(keys))).await;
    assert!(hanging.is_err());
}

#[tokio::test]
async fn a_barrier_holds_until_enough_are_there_or_it_is_released() {
    let idp = provider().await;
    idp.when(When::operation("userinfo")).then(Then::hold("race", 3)).unwrap();
    let url = idp.url("/connect/userinfo");
    let ask = || {
        let url = url.clone();
        tokio::spawn(async move { Browser::new().get(&url).await.status.as_u16() })
    };
    let (first, second) = (ask(), ask());
    while idp.rules().waiting("race") < 2 {
        tokio::task::yield_now().await;
    }
    assert!(!first.is_finished() && !second.is_finished());
    let third = ask();
    for asked in [first, second, third] {
        assert_eq!(asked.await.unwrap(), 401);
    }
    let fourth = ask();
    while idp.rules().waiting("race") < 1 {
        tokio::task::yield_now().await;
    }
    assert_eq!(idp.rules().release("race"), 1);
    assert_eq!(fourth.await.unwrap(), 401);
    let leaver = ask();
    while idp.rules().waiting("race") < 1 {
        tokio::task::yield_now().await;
    }
    leaver.abort();
    while idp.rules().waiting("race") > 0 {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn a_rule_that_did_not_strike_as_expected_fails_when_it_is_dropped() {
    let idp = provider().await;
    let rule = idp.when(When::operation("discovery")).then(Then::status(503)).unwrap().expect(1);
    assert_eq!(Browser::new().get(&idp.url(DISCOVERY)).await.status, 503);
    drop(rule);
    assert_eq!(Browser::new().get(&idp.url(DISCOVERY)).await.status, 200, "it was scoped");
    let idle = idp.when(When::operation("discovery")).then(Then::status(503)).unwrap().expect(1);
    let panic = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| drop(idle))).unwrap_err();
    let sentence = panic.downcast_ref::<String>().expect("a sentence");
    assert!(sentence.contains("struck 0 times, expected were 1"), "{sentence}");
}

#[tokio::test]
async fn rules_are_kept_over_http() {
    let idp = provider().await;
    let browser = Browser::new();
    let send = |method: reqwest::Method, path: &str, body: Value| {
        let request =
            browser.http().request(method, idp.url(&format!("/_control{path}"))).body(body.to_string());
        browser.send(request)
    };
    let rule = json!({"when": {"operation": "discovery"}, "then": {"status": {"status": 503}}, "times": 1});
    let added = send(reqwest::Method::POST, "/rules", rule).await;
    assert_eq!((added.status.as_u16(), &added.json()["fired"]), (201, &json!(0)), "{}", added.body);
    assert_eq!(browser.get(&idp.url(DISCOVERY)).await.status, 503);
    let id = added.json()["id"].clone();
    let read = send(reqwest::Method::GET, &format!("/rules/{id}"), Value::Null).await.json();
    assert_eq!((&read["fired"], &read["seen"], &read["active"]), (&json!(1), &json!(1), &json!(true)));
    assert_eq!(send(reqwest::Method::DELETE, &format!("/rules/{id}"), Value::Null).await.status, 204);
    assert_eq!(send(reqwest::Method::GET, "/rules/99", Value::Null).await.status, 404);
    for (wrong, word) in [
        (json!({"then": "explode"}), "unknown variant"),
        (json!({"when": {"operatoin": "x"}, "then": "hang"}), "operatoin"),
        (json!({"then": {"fault": "idt-nonse-wrong"}}), "idt-nonce-wrong"),
    ] {
        let answer = send(reqwest::Method::POST, "/rules", wrong).await;
        assert!(answer.status == 422 && answer.body.contains(word), "{}", answer.body);
    }
    assert_eq!(send(reqwest::Method::POST, "/barriers/x/release", Value::Null).await.json()["waiting"], 0);
}

#[tokio::test]
async fn whoever_leaves_before_an_answer_is_in_the_journal() {
    let idp = MockIdp::start().await;
    let rule = idp.when(When::operation("token")).then(Then::DelayMs(5_000)).expect("a rule");
    let browser = Browser::new();
    let request =
        browser.redemption(&idp, "a code").timeout(Duration::from_millis(200)).build().expect("a request");
    assert!(browser.http().execute(request).await.is_err(), "it does not wait so long");
    let token = JournalQuery::operation("token");
    let seen = idp.journal().wait_for(&token, 1, Duration::from_secs(10)).await.expect("an entry");
    assert_eq!((seen[0].delivery, seen[0].status, rule.fired()), (Some(Delivery::Left), 0, 1));
    assert_eq!(seen[0].form.first("code"), Some("a code"));
    assert_eq!((seen[0].faults.as_slice(), seen[0].raw_response.len()), (&["rule-delay"][..], 0));
    assert!(
        seen[0].line().ends_with("whoever asked had left before there was an answer"),
        "{}",
        seen[0].line()
    );
    // What is answered is written down once.
    rule.take_back();
    browser.redeem(&idp, "a code").await;
    assert_eq!(idp.journal().find(&token).len(), 2);
}

#[tokio::test]
async fn a_reset_lets_go_whoever_waits_behind_a_barrier() {
    let idp = std::sync::Arc::new(MockIdp::start().await);
    let hold = Then::Hold { barrier: "b".to_owned(), until: 9 };
    let snapshot = idp.snapshot();
    for restore in [false, true] {
        idp.when(When::operation("discovery")).then(hold.clone()).expect("a rule");
        let address = idp.url("/.well-known/openid-configuration");
        let waits = tokio::spawn(async move { Browser::new().get(&address).await.status });
        while idp.rules().waiting("b") == 0 {
            tokio::task::yield_now().await;
        }
        if restore {
            idp.restore(&snapshot);
        } else {
            idp.reset();
        }
        let status = tokio::time::timeout(Duration::from_secs(10), waits).await.expect("an answer");
        assert_eq!((status.expect("an answer").as_u16(), idp.rules().waiting("b")), (200, 0));
    }
}

#[tokio::test]
async fn an_error_comes_as_the_endpoint_gives_it() {
    let idp = provider().await;
    let browser = Browser::new();
    let error = |operation: &str, error: &str| {
        idp.when(When::operation(operation)).then(Then::oauth_error(error)).expect("a rule")
    };
    error("authorize", "temporarily_unavailable");
    let answer = browser.authorize(&idp, &[("state", "the state")]).await;
    let of = |name: &str| answer.param(name);
    assert_eq!(of("error").as_deref(), Some("temporarily_unavailable"));
    assert_eq!((of("state").as_deref(), of("iss").as_deref()), (Some("the state"), Some(idp.issuer())));
    let mode = [("response_mode", "fragment")];
    assert!(browser.authorize(&idp, &mode).await.location.expect("a redirect").contains("/callback#error="));
    let url = crate::support::authorize_url(&idp, &[("state", "without a page")]);
    let answer = browser.post(&url, &[("sub", "dana")]).await;
    assert_eq!(answer.param("state").as_deref(), Some("without a page"));
    let form = url.split_once('?').expect("a query").1;
    let request = browser.http().post(idp.url("/connect/par")).basic_auth(CLIENT, Some(SECRET));
    let request = request.header("content-type", "application/x-www-form-urlencoded").body(form.to_owned());
    let pushed = browser.send(request).await.json();
    let uri = pushed["request_uri"].as_str().expect("a name");
    let url = idp.url(&format!("/connect/authorize?client_id={CLIENT}&request_uri={uri}"));
    let answer = browser.get(&url).await;
    assert_eq!(answer.param("error").as_deref(), Some("temporarily_unavailable"));
    assert_eq!(answer.param("state").as_deref(), Some("without a page"));
    let unproven = browser.authorize(&idp, &[("redirect_uri", "http://evil.example/")]).await;
    assert_eq!((unproven.status.as_u16(), unproven.location.as_deref()), (400, None));
    assert_eq!(unproven.page(), "kaseyaone-error");
    error("userinfo", "invalid_token");
    let answer = browser.userinfo(&idp, "x").await;
    let challenge = answer.headers["www-authenticate"].to_str().expect("text");
    assert_eq!(
        (answer.status.as_u16(), challenge),
        (401, "Bearer realm=\"mock-idp\", error=\"invalid_token\"")
    );
    error("login", "access_denied");
    let page = browser.get(&idp.url("/account/login?interaction=x")).await;
    assert_eq!((page.status.as_u16(), page.page()), (400, "kaseyaone-error"));
}

#[tokio::test]
async fn refusals_tell_applications_which_check_it_was_and_people_nothing() {
    let idp = provider().await;
    let browser = Browser::new();
    let check = |answer: &crate::support::Answer| {
        answer.headers.get("x-mock-idp-check").map(|check| check.to_str().expect("text").to_owned())
    };
    assert_eq!(check(&browser.redeem(&idp, "x").await).as_deref(), Some("code_known"));
    assert_eq!(check(&browser.userinfo(&idp, "x").await).as_deref(), Some("access_token_known"));
    let answer = browser.authorize(&idp, &[("scope", "email")]).await;
    assert_eq!(check(&answer).as_deref(), Some("scope_openid"));
    assert_eq!(check(&browser.get(&idp.discovery_url()).await), None);
    let page = browser.authorize(&idp, &[]).await;
    let form = [("interaction", &*page.interaction()), ("username", "dana"), ("company", "Northwind MSP")];
    let page = browser.post(&idp.url("/account/login"), &form).await;
    let next = browser.get(&idp.url(page.location.as_deref().expect("the next page"))).await;
    let form = [("interaction", &*next.interaction()), ("password", "wrong")];
    let refused = browser.post(&idp.url("/account/password"), &form).await;
    assert_eq!((refused.status.as_u16(), check(&refused)), (422, None), "nobody learns who has an account");
}

#[tokio::test]
async fn a_rule_names_a_fault_that_the_provider_stages() {
    let idp = provider().await;
    for (fault, sentence) in [
        ("sess-callback-reload", "staged by browser"),
        ("idt-nonse-wrong", "did you mean \"idt-nonce-wrong\""),
    ] {
        let error = idp.when(When::any()).then(Then::Fault(fault.to_owned())).map(|_| ()).unwrap_err();
        assert!(error.to_string().contains(sentence), "{error}");
    }
}

#[tokio::test]
async fn a_rule_finds_a_sign_in_by_what_was_pushed_signed_or_shown() {
    let idp = provider().await;
    let browser = Browser::new();
    let pushed = [
        ("client_id", CLIENT),
        ("client_secret", SECRET),
        ("response_type", "code"),
        ("redirect_uri", CALLBACK),
        ("scope", "openid"),
        ("state", "pushed"),
        ("login_hint", "dana"),
    ];
    let name = browser.post(&idp.url("/connect/par"), &pushed).await.json()["request_uri"].clone();
    let by_state = When::operation("authorize").state("pushed").login_hint("dana");
    let rule = idp.when(by_state).then(Then::oauth_error("server_error")).expect("a rule");
    let query =
        encode(&[("client_id", CLIENT), ("request_uri", name.as_str().unwrap())].into_iter().collect());
    let answer = browser.get(&idp.url(&format!("/connect/authorize?{query}"))).await;
    assert_eq!((answer.param("error").as_deref(), rule.fired()), (Some("server_error"), 1));

    let object = crate::assertions::Signer::secret(SECRET).sign(&json!({"iss": CLIENT, "state": "signed"}));
    let rule = idp.when(When::any().state("signed")).then(Then::oauth_error("server_error")).expect("a rule");
    browser.get(&authorize_url(&idp, &[("request", &object)])).await;
    assert_eq!(rule.fired(), 1);

    let minted =
        idp.mint(&mock_idp::Mint::new("zoe", CLIENT).scope("openid offline_access")).expect("tokens");
    let rule = idp.when(When::any().person("zoe")).then(Then::status(503)).expect("a rule");
    let refresh = minted.refresh_token.as_deref().expect("a refresh token");
    for (path, form) in [
        ("/connect/introspect", [("token", refresh), ("token_type_hint", "refresh_token")]),
        ("/connect/revocation", [("token", &*minted.access_token), ("token_type_hint", "access_token")]),
        (
            "/connect/token",
            [
                ("grant_type", "urn:ietf:params:oauth:grant-type:token-exchange"),
                ("subject_token", &*minted.access_token),
            ],
        ),
    ] {
        assert_eq!(browser.post(&idp.url(path), &form).await.status, 503, "{path}");
    }
    assert_eq!(rule.fired(), 3);
}

#[tokio::test]
async fn a_rule_cannot_have_a_fault_that_nothing_can_strike_here() {
    let idp = provider().await;
    let refused = idp.when(When::any()).then(Then::fault("net-tls-expired"));
    assert!(refused.is_err_and(|error| error.to_string().contains("serves by TLS")));
}

#[tokio::test]
async fn a_rule_or_a_fault_is_found_and_ended_by_its_number() {
    let idp = provider().await;
    let rule = idp.when(When::operation("token")).then(Then::status(503)).expect("a rule");
    let fault = idp.faults().arm("tok-503", Target::next(), 1).expect("armed");
    let number = fault.id();
    assert!(idp.rules().get(rule.id()).expect("the rule").active);
    assert!(idp.faults().get(number).expect("the fault").armed);
    idp.rules().take_back(rule.id()).expect("taken back");
    idp.faults().disarm(number).expect("disarmed");
    assert!(!idp.rules().get(rule.id()).expect("the rule").active);
    assert!(!idp.faults().get(number).expect("the fault").armed);
    let browser = Browser::new();
    let code = browser.sign_in(&idp, "dana", &[]).await.param("code").expect("a code");
    assert_eq!(browser.redeem(&idp, &code).await.status, 200, "neither struck");
    for refused in [
        idp.rules().take_back(99).expect_err("no such rule").to_string(),
        idp.faults().disarm(99).expect_err("no such fault").to_string(),
    ] {
        assert!(refused.starts_with("there is no") && refused.contains("99"), "{refused}");
    }
}
