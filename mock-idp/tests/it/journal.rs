//! The journal against the wire: what it says was sent was sent, byte by byte, and no more.

use std::io::{Read as _, Write as _};

use std::net::TcpStream;
use std::time::Duration;

use base64::Engine as _;
use mock_idp::{Delivery, JournalQuery, MockIdp, Then, When};
use serde_json::json;

use crate::support::{Browser, CALLBACK, CLIENT, SECRET, VERIFIER, authorize_url};

/// Sends these bytes, and reads until the connection is closed or nothing comes any more.
async fn exchange(idp: &MockIdp, request: String) -> Vec<u8> {
    let address = idp.address();
    let read = move || {
        let mut stream = TcpStream::connect(address).expect("a connection");
        stream.set_read_timeout(Some(Duration::from_millis(300))).expect("a timeout");
        stream.write_all(request.as_bytes()).expect("it is open");
        let mut heard = Vec::new();
        let mut buffer = [0; 4096];
        while let Ok(count) = stream.read(&mut buffer)
            && count > 0
        {
            heard.extend_from_slice(&buffer[..count]);
        }
        heard
    };
    tokio::task::spawn_blocking(read).await.expect("no panic")
}

fn request(idp: &MockIdp, method: &str, path: &str, more: &str, body: &str) -> String {
    let (host, length) = (idp.address(), body.len());
    format!("{method} {path} HTTP/1.1\r\nhost: {host}\r\n{more}content-length: {length}\r\n\r\n{body}")
}

#[tokio::test(flavor = "multi_thread")]
async fn request_and_answer_are_kept_as_they_were_on_the_wire() {
    let idp = MockIdp::builder().seed(1).with_registration().start().await.expect("a free port");
    idp.clock().freeze();
    idp.clock().advance(jiff::SignedDuration::from_hours(24 * 400));
    let browser = Browser::new();
    let metadata = r#"{"redirect_uris": ["http://127.0.0.1/cb"]}"#;
    let made = browser.send(browser.http().post(idp.url("/connect/register")).body(metadata)).await.json();
    let registered = made["registration_client_uri"].as_str().expect("an address").replace(idp.issuer(), "");
    let bearer =
        format!("authorization: Bearer {}\r\n", made["registration_access_token"].as_str().expect("a token"));
    let form = "content-type: application/x-www-form-urlencoded\r\n";
    for (operation, method, path, more, body) in [
        ("discovery", "GET", "/.well-known/openid-configuration", "", ""),
        ("jwks", "GET", "/.well-known/openid-configuration/jwks", "x-odd: \u{7}\t odd\r\n", ""),
        ("authorize", "GET", "/connect/authorize?client_id=nobody", "", ""),
        ("token", "POST", "/connect/token", form, "grant_type=refresh_token&refresh_token=x"),
        ("userinfo", "GET", "/connect/userinfo", "origin: https://page.example\r\n", ""),
        ("login", "GET", "/account/login?interaction=x", "", ""),
        ("scim_list_users", "GET", "/scim/v2/Users", "", ""),
        ("registration", "POST", "/connect/register", "", "{}"),
        ("registration", "DELETE", &registered, &bearer, ""),
        ("discovery", "HEAD", "/.well-known/openid-configuration", "", ""),
    ] {
        let sent = request(&idp, method, path, &more.replace('\u{7}', ""), body);
        let heard = exchange(&idp, sent.clone()).await;
        let entry = idp.journal().find(&JournalQuery::operation(operation)).pop().expect("an entry");
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        assert_eq!(text(&entry.raw_response), text(&heard), "{operation}");
        let unspaced = |text: &str| text.replace(": \t odd", ": odd");
        assert_eq!(unspaced(&text(&entry.raw_request)), unspaced(&sent), "{operation}");
        assert_eq!(entry.delivery, None);
        let date = idp.clock().now().strftime("%a, %d %b %Y %H:%M:%S GMT").to_string();
        assert!(
            text(&heard).contains(&format!("\r\ndate: {date}\r\n")),
            "the realm's clock: {}",
            text(&heard)
        );
        assert!(text(&heard).contains("\r\nx-mock-idp: testing-only\r\n"));
    }
    let sent = format!("GET / HTTP/1.0\r\nhost: {}\r\n\r\n", idp.address());
    let heard = exchange(&idp, sent.clone()).await;
    let entry = idp.journal().find(&JournalQuery::operation("home")).pop().expect("an entry");
    assert_eq!(String::from_utf8_lossy(&entry.raw_response), String::from_utf8_lossy(&heard));
    assert!(heard.starts_with(b"HTTP/1.0 200 OK\r\n") && entry.raw_request == sent.as_bytes());
}

#[tokio::test]
async fn a_secret_is_masked_however_its_name_is_written() {
    let idp = MockIdp::start().await;
    let browser = Browser::new();
    let form = [
        ("Refresh_Token", "r-secret"),
        ("CLIENT_SECRET", "c-secret"),
        ("a;refresh_token", "s-secret"),
        ("state", "shown"),
    ];
    browser.post(&idp.url("/connect/token"), &form).await;
    let shown = browser.get(&idp.url("/_control/journal")).await.body;
    assert!(shown.contains("shown") && shown.matches("(secret)").count() >= 3, "{shown}");
    assert!(!shown.contains("-secret\""), "{shown}");
}

#[tokio::test]
async fn bytes_that_are_no_text_are_in_base64() {
    let idp = MockIdp::builder().seed(1).start().await.expect("a free port");
    let browser = Browser::new();
    browser.send(browser.http().post(idp.url("/connect/token")).body(vec![0xff, 0xfe, 0x00])).await;
    let shown = browser.get(&idp.url("/_control/journal?operation=token&raw=true")).await.json();
    let raw = shown[0]["raw_request"].as_str().expect("a text").strip_prefix("base64:").expect("no UTF-8");
    let kept = base64::engine::general_purpose::STANDARD.decode(raw).expect("base64");
    assert!(kept.starts_with(b"POST /connect/token HTTP/1.1\r\n") && kept.ends_with(b"\r\n\r\n\xff\xfe\0"));
}

#[tokio::test]
async fn a_parameter_that_is_misspelt_is_told_with_those_there_are() {
    let idp = MockIdp::builder().seed(1).start().await.expect("a free port");
    for (path, words) in [
        (
            "journal/wait?operation=token&timeout=10",
            "there is no parameter \"timeout\"; did you mean \"timeout_ms\"? Known are: ",
        ),
        ("journal?cleint=x", "did you mean \"client\"?"),
        ("verdict?clinet=x", "did you mean \"client\"?"),
        ("replay?persn=x", "did you mean \"person\"?"),
    ] {
        let answer = Browser::new().get(&idp.url(&format!("/_control/{path}"))).await;
        let detail = answer.json()["detail"].as_str().expect("a sentence").to_owned();
        assert!(answer.status == 422 && detail.contains(words), "{path}: {detail}");
    }
}

#[tokio::test]
async fn a_value_that_is_none_is_told_by_its_parameter_and_what_that_takes() {
    let idp = MockIdp::builder().seed(1).start().await.expect("a free port");
    for (path, sentence) in [
        ("journal?after=x", "after takes a whole number that is not negative, not \"x\""),
        ("journal?after=-1", "after takes a whole number that is not negative, not \"-1\""),
        ("journal?status=", "status takes a whole number that is not negative, not \"\""),
        ("journal?status=999999", "status takes a smaller number, not \"999999\""),
        ("journal?channel=side", "channel takes front, back or control, not \"side\""),
        ("journal?raw=yes", "raw takes true or false, not \"yes\""),
        ("journal?newest_first=1", "newest_first takes true or false, not \"1\""),
        ("journal?limit=0", "limit takes a number from 1 to 1000, not \"0\""),
        ("journal?limit=1001", "limit takes a number from 1 to 1000, not \"1001\""),
        ("journal?limit=1.5", "limit takes a whole number that is not negative, not \"1.5\""),
        ("journal?after=1&after=2", "after is in the query twice; send it once"),
        ("journal?limit=1&limit=2", "limit is in the query twice; send it once"),
        ("journal/wait?count=two", "count takes a whole number that is not negative, not \"two\""),
        ("journal/wait?timeout_ms=60001", "timeout_ms takes a number from 0 to 60000, not \"60001\""),
        ("journal/wait?limit=0&timeout_ms=1", "limit takes a number from 1 to 1000, not \"0\""),
        ("journal/1?raw=%22", "raw takes true or false, not \"\\\"\""),
        ("replay?person=rui&person=dana", "person is in the query twice; send it once"),
        ("verdict?format=pdf", "format takes json, text, junit or html, not \"pdf\""),
        ("faults/catalogue?format=pdf", "format takes json or html, not \"pdf\""),
    ] {
        let answer = Browser::new().get(&idp.url(&format!("/_control/{path}"))).await;
        assert_eq!((answer.status.as_u16(), &answer.json()["detail"]), (422, &json!(sentence)), "{path}");
    }
    for path in ["journal/count?limit=2", "faults/catalogue?Q=nonce"] {
        let answer = Browser::new().get(&idp.url(&format!("/_control/{path}"))).await;
        assert!(answer.status == 422 && answer.body.contains("there is no parameter"), "{}", answer.body);
    }
}

#[tokio::test]
async fn the_newest_are_given_and_all_are_counted_and_waited_for() {
    let idp = MockIdp::builder().seed(1).start().await.expect("a free port");
    let browser = Browser::new();
    for _ in 0..3 {
        browser.get(&idp.discovery_url()).await;
        browser.get(&idp.url("/.well-known/openid-configuration/jwks")).await;
    }
    let wanted = JournalQuery::operation("discovery");
    let numbers = |found: Vec<mock_idp::Entry>| found.iter().map(|entry| entry.seq).collect::<Vec<_>>();
    let found = |query: &JournalQuery| numbers(idp.journal().find(query));
    assert_eq!(found(&wanted), [1, 3, 5]);
    assert_eq!(found(&wanted.clone().limit(2)), [1, 3]);
    let newest = wanted.clone().limit(2).newest_first();
    assert_eq!(found(&newest), [5, 3]);
    assert_eq!(found(&newest.clone().after(3)), [5]);
    idp.journal().assert_count(&newest, 3);
    let soon = Duration::from_millis(10);
    let seen = idp.journal().wait_for(&newest, 3, soon).await.expect("there are three");
    assert_eq!(numbers(seen), [5, 3]);
    let missed = idp.journal().wait_for(&newest, 4, soon).await.expect_err("there are three").to_string();
    assert_eq!(missed.lines().next(), Some("wanted 4 of [operation discovery], there are 3"));
    assert!(missed.contains("near: #6 jwks"), "{missed}");
    for (path, numbers) in [
        ("journal?operation=discovery&limit=2", json!([1, 3])),
        ("journal?after=1&limit=2", json!([2, 3])),
        ("journal?operation=discovery&newest_first=true", json!([5, 3, 1])),
        ("journal?limit=1&newest_first=true&raw=true", json!([6])),
        ("journal/wait?operation=discovery&count=3&limit=1", json!([1])),
    ] {
        let found = browser.get(&idp.url(&format!("/_control/{path}"))).await.json();
        let found: Vec<_> = found.as_array().expect("a list").iter().map(|entry| &entry["seq"]).collect();
        assert_eq!(json!(found), numbers, "{path}");
    }
    let document = browser.get(&idp.url("/_control/openapi.json")).await.json();
    for (path, count) in [("journal", 1), ("journal/wait", 1), ("journal/count", 0)] {
        let parameters = document["paths"][format!("/_control/{path}")]["get"]["parameters"].as_array();
        for name in ["limit", "newest_first"] {
            let there = parameters.expect("a list").iter().filter(|parameter| parameter["name"] == name);
            assert_eq!(there.count(), count, "{path} {name}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_breaks_is_kept_as_far_as_it_went() {
    for (then, delivery, status) in [
        (Then::Close, Delivery::Closed, 0),
        (Then::Reset, Delivery::Reset, 0),
        (Then::Hang, Delivery::Hung, 0),
        (Then::Garbage, Delivery::Garbage, 0),
        (Then::Truncate, Delivery::Cut, 200),
        (Then::MalformedChunk, Delivery::BrokenChunk, 200),
    ] {
        let idp = MockIdp::builder().seed(1).start().await.expect("a free port");
        let browser = Browser::new();
        let code = browser.sign_in(&idp, "dana", &[("state", "broken")]).await.param("code").expect("a code");
        idp.when(When::operation("token")).then(then.clone()).expect("a rule");
        let body = format!(
            "grant_type=authorization_code&code={code}&redirect_uri={CALLBACK}&code_verifier={VERIFIER}"
        );
        let more = "content-type: application/x-www-form-urlencoded\r\nauthorization: Basic \
                    a2FzZXlhLW1kcjprYXNleWEtbWRyLXRlc3Qtc2VjcmV0LW5vdC1hLXNlY3JldA==\r\n";
        let heard = exchange(&idp, request(&idp, "POST", "/connect/token", more, &body)).await;
        let entry = idp.journal().find(&JournalQuery::operation("token")).pop().expect("an entry");
        assert_eq!((entry.delivery, entry.status), (Some(delivery), status), "{then:?}: {entry:?}");
        assert_eq!(entry.refusal, None, "{then:?}: it was carried out");
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        assert_eq!(text(&entry.raw_response), text(&heard), "{then:?}");
        let story = idp.stories().list().pop().expect("a story");
        assert!(!story.sentence.contains("tokens were given"), "{then:?}: {}", story.sentence);
        let told = idp.stories().text("broken").expect("a story");
        assert!(told.contains(delivery.words()), "{then:?}: {told}");
    }
}

/// What one run sends, byte by byte. It is at another port each time, and says nothing of it.
async fn sent_in_one_run() -> Vec<String> {
    let idp =
        MockIdp::builder().seed(7).issuer("http://idp.test").headless().start().await.expect("a free port");
    idp.clock().freeze();
    idp.clock().set("2027-01-01T00:00:00Z".parse().expect("a time"));
    let browser = Browser::new();
    let here = |url: String| url.replace("http://idp.test", &format!("http://{}", idp.address()));
    for path in ["/.well-known/openid-configuration", "/.well-known/openid-configuration/jwks"] {
        browser.get(&here(idp.url(path))).await;
    }
    let more = [("login_hint", "dana"), ("scope", "openid profile email offline_access")];
    let code = browser.get(&here(authorize_url(&idp, &more))).await.param("code").expect("a code");
    let redeem =
        format!("grant_type=authorization_code&code={code}&redirect_uri={CALLBACK}&code_verifier={VERIFIER}");
    let token = |body: String| {
        let request = browser.http().post(here(idp.url("/connect/token"))).basic_auth(CLIENT, Some(SECRET));
        browser.send(request.header("content-type", "application/x-www-form-urlencoded").body(body))
    };
    let tokens = token(redeem).await.json();
    let text = |name: &str| tokens[name].as_str().expect("a token").to_owned();
    token(format!("grant_type=refresh_token&refresh_token={}", text("refresh_token"))).await;
    let userinfo = browser.http().get(here(idp.url("/connect/userinfo")));
    browser.send(userinfo.bearer_auth(text("access_token"))).await;
    browser.get(&here(idp.url(&format!("/connect/endsession?id_token_hint={}", text("id_token"))))).await;
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("text");
    // A client that is told of the logout and is not there answers nothing.
    let answers = idp.journal().entries().into_iter().filter(|entry| entry.operation != "backchannel_logout");
    answers.map(|entry| text(entry.raw_response)).collect()
}

#[tokio::test]
async fn two_runs_with_one_seed_and_one_time_send_the_same_bytes() {
    let (first, second) = (sent_in_one_run().await, sent_in_one_run().await);
    assert_eq!(first.len(), 7);
    assert!(
        first.iter().all(|answer| answer.contains("\r\ndate: Fri, 01 Jan 2027 00:00:00 GMT\r\n")),
        "{first:?}"
    );
    assert_eq!(first, second);
}

#[tokio::test]
async fn what_no_operation_takes_is_in_the_journal() {
    let idp = MockIdp::start().await;
    let browser = Browser::new();
    let form = [("grant_type", "authorization_code")];
    assert_eq!(browser.post(&idp.url("/connect/tokn?x=1"), &form).await.status, 404);
    let get = browser.get(&idp.url("/connect/token")).await;
    assert_eq!((get.status.as_u16(), get.headers["allow"].to_str().expect("text")), (405, "POST"));
    assert!(get.json()["detail"].as_str().expect("a sentence").ends_with("/connect/token takes no GET"));
    let head = browser.send(browser.http().head(idp.url("/connect/authorize"))).await;
    assert_eq!(head.status, 405);
    let long = browser.post(&idp.url("/connect/token"), &[("code", &*"x".repeat(70_000))]).await;
    assert_eq!(long.status, 413);
    let entries = idp.journal().entries();
    let seen: Vec<_> =
        entries.iter().map(|entry| (entry.operation, &*entry.method, &*entry.path, entry.status)).collect();
    assert_eq!(
        seen,
        [
            ("unknown", "POST", "/connect/tokn", 404),
            ("unknown", "GET", "/connect/token", 405),
            ("unknown", "HEAD", "/connect/authorize", 405),
            ("token", "POST", "/connect/token", 413),
        ]
    );
    assert_eq!(entries[0].query.first("x"), Some("1"));
    assert!(entries[0].raw_request.starts_with(b"POST /connect/tokn?x=1 HTTP/1.1\r\n"));
    let checks: Vec<_> =
        entries.iter().map(|entry| entry.refusal.as_ref().expect("a refusal").check.clone()).collect();
    assert_eq!(checks, ["nothing_here", "method", "method", "body_length"]);
    // Whoever waits for a token request is shown what came instead.
    let wanted = JournalQuery::operation("token").status(200);
    let missed = idp.journal().wait_for(&wanted, 1, Duration::from_millis(10)).await.unwrap_err();
    assert!(missed.to_string().contains("unknown GET /connect/token"), "{missed}");
    assert_eq!(browser.get(&idp.url("/_control/jornal")).await.status, 404);
    let address = idp.url("/_control/journal?operation=unknown");
    assert_eq!(browser.get(&address).await.json().as_array().map(Vec::len), Some(4));
    // A rule about anything is not spent on it.
    let rule = idp.when(When::any()).times(1).then(Then::status(503)).expect("a rule");
    assert_eq!(browser.get(&idp.url("/favicon.ico")).await.status, 404);
    assert_eq!((rule.fired(), browser.get(&idp.discovery_url()).await.status.as_u16()), (0, 503));
}

#[tokio::test]
async fn a_body_that_breaks_off_is_no_long_one() {
    let idp = MockIdp::start().await;
    let head =
        "POST /connect/token HTTP/1.1\r\nhost: x\r\ncontent-type: application/x-www-form-urlencoded\r\n";
    let chunks = format!("{head}transfer-encoding: chunked\r\n\r\nzz\r\n");
    let answer = exchange(&idp, chunks).await;
    let said = String::from_utf8_lossy(&answer);
    assert!(said.starts_with("HTTP/1.1 400 "), "{said}");
    assert!(said.contains("the body broke off, or is not as the headers say"), "{said}");
    assert!(said.contains("x-mock-idp-check: body_whole"), "{said}");
    let long = Browser::new().post(&idp.url("/connect/token"), &[("code", &*"x".repeat(70_000))]).await;
    assert_eq!((long.status.as_u16(), &*long.body), (413, "the body is longer than 64 KiB"));
    assert_eq!(long.headers["x-mock-idp-check"], "body_length");
    let entries = idp.journal().entries();
    assert_eq!(
        entries.iter().map(|entry| (entry.operation, entry.status)).collect::<Vec<_>>(),
        [("token", 400), ("token", 413)]
    );
    assert!(entries[1].raw_response.ends_with(&long.bytes));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_launch_that_waits_stands_nowhere_by_its_name() {
    let idp = MockIdp::start().await;
    let launch = idp.people().launch("dana", mock_idp::Launch::of(CLIENT)).expect("a launch");
    let browser = Browser::new();
    let head = browser.send(browser.http().head(&launch)).await;
    let post = browser.post(&launch, &[]).await;
    assert_eq!((head.status.as_u16(), post.status.as_u16()), (405, 405));
    let secret = launch.rsplit('/').next().expect("a name");
    let shown: Vec<_> = idp.journal().entries().iter().map(mock_idp::Entry::masked).collect();
    assert_eq!(shown.iter().map(|entry| &*entry.path).collect::<Vec<_>>(), ["/portal/launch/(secret)"; 2]);
    // An address that is nearly right, as somebody copies it, is as good to whoever reads it.
    for (begin, end) in [
        ("/portal/launch/", "/"),
        ("/portal/launch/", "/x"),
        ("/moved/portal/launch/", ""),
        ("//portal/launch/", ""),
        ("/portal//launch/", ""),
        ("/portal/launch//", ""),
        ("/Portal/l%61unch/", ""),
        ("/portal%2flaunch%2F", ""),
        ("/acme/portal/launch/", ""),
    ] {
        let answer = exchange(&idp, request(&idp, "GET", &format!("{begin}{secret}{end}"), "", "")).await;
        let said = String::from_utf8_lossy(&answer);
        assert!(said.starts_with("HTTP/1.1 404 ") && !said.contains(secret), "{begin}: {said}");
    }
    let shown: Vec<_> = idp.journal().entries().iter().map(mock_idp::Entry::masked).collect();
    assert_eq!(shown.len(), 2 + 9);
    let shown = serde_json::to_string(&shown).expect("JSON");
    assert!(!shown.contains(secret), "{shown}");
    assert_eq!(browser.get(&launch).await.status, 303, "it waits still");
}

#[tokio::test]
async fn a_parameter_is_found_wherever_and_however_often_it_stands() {
    let idp = MockIdp::start().await;
    let form = [("resource", "https://a.example"), ("resource", "https://b.example")];
    Browser::new().post(&idp.url("/connect/token?resource=https://c.example"), &form).await;
    let count = |parameter: &str| {
        let query =
            JournalQuery { parameter: Some(parameter.to_owned()), ..JournalQuery::operation("token") };
        idp.journal().find(&query).len()
    };
    for value in ["https://a.example", "https://b.example", "https://c.example"] {
        assert_eq!(count(&format!("resource={value}")), 1, "{value}");
    }
    assert_eq!((count("resource=https://d.example"), count("audience=https://a.example")), (0, 0));
}

#[tokio::test]
async fn no_number_is_given_twice_whatever_is_put_back() {
    let idp = MockIdp::builder().seed(1).start().await.expect("a free port");
    let browser = Browser::new();
    let last = async || {
        assert_eq!(browser.get(&idp.discovery_url()).await.status, 200);
        idp.journal().entries().last().expect("an entry").seq
    };
    assert_eq!((last().await, last().await), (1, 2));
    let snapshot = browser.http().put(idp.url("/_control/snapshots/two"));
    assert_eq!(browser.send(snapshot).await.status, 204);
    let gone = last().await;
    idp.reset();
    assert!(idp.journal().entries().is_empty());
    let newest = last().await;
    assert!(newest > gone, "{newest}");
    let restored = browser.http().post(idp.url("/_control/snapshots/two/restore"));
    assert_eq!(browser.send(restored).await.status, 204);
    let numbers: Vec<_> = idp.journal().entries().iter().map(|entry| entry.seq).collect();
    assert!(numbers.starts_with(&[1, 2]) && !numbers.contains(&gone), "{numbers:?}");
    let later = JournalQuery::operation("discovery").after(newest);
    assert!(idp.journal().find(&later).is_empty());
    let next = last().await;
    assert_eq!(
        idp.journal().wait_for(&later, 1, Duration::from_secs(5)).await.map(|found| found[0].seq),
        Ok(next)
    );
}

#[tokio::test]
async fn whatever_method_an_address_does_not_take_it_says_which_it_takes() {
    let idp = MockIdp::start().await;
    let browser = Browser::new();
    for (path, taken) in [
        ("/connect/authorize", "GET, POST"),
        ("/account/login", "GET, POST"),
        ("/account/logout", "POST"),
        ("/portal", "GET, POST"),
        ("/", "GET"),
        ("/connect/token", "POST"),
        ("/connect/userinfo", "GET, HEAD, POST"),
        ("/moved/connect/userinfo", "GET, HEAD, POST"),
        ("/connect/register/x", "GET, HEAD, PUT, DELETE"),
        ("/.well-known/openid-configuration", "GET, HEAD"),
        ("/scim/v2/Users", "GET, HEAD"),
    ] {
        for method in ["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH"] {
            let before = idp.journal().len();
            let verb = reqwest::Method::from_bytes(method.as_bytes()).expect("a method");
            let answer = browser.send(browser.http().request(verb, idp.url(path))).await;
            let is_taken = taken.split(", ").any(|it| it == method);
            assert_eq!(answer.status != 405, is_taken, "{method} {path}: {}", answer.status);
            let entry = idp.journal().entries().pop().expect("an entry");
            assert_eq!((idp.journal().len(), &*entry.method), (before + 1, method), "{path}");
            let allow = answer.headers.get("allow").map(|value| value.to_str().expect("text"));
            assert_eq!(allow, Some(taken).filter(|_| !is_taken), "{method} {path}");
            let raw = String::from_utf8_lossy(&entry.raw_response).into_owned();
            assert_eq!(raw.contains(&format!("\r\nallow: {taken}\r\n")), !is_taken, "{raw}");
        }
    }
}
