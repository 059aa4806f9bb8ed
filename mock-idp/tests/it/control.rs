//! The control interface: every operation of its document, and what it does.

use mock_idp::MockIdp;
use serde_json::{Value, json};

use crate::support::{Answer, Browser};

struct Control<'a> {
    browser: Browser,
    idp: &'a MockIdp,
}

impl Control<'_> {
    /// Each of these is refused in these words.
    async fn refuses(&self, rows: &[(&str, &str, Value, &str)]) {
        for (method, path, body, words) in rows {
            let refused = self.send(method, path, body.clone()).await;
            let detail = refused.json()["detail"].as_str().expect("a sentence").to_owned();
            assert!(refused.status == 422 && detail.contains(words), "{method} {path} {body}: {detail}");
        }
    }

    async fn send(&self, method: &str, path: &str, body: Value) -> Answer {
        let method = reqwest::Method::from_bytes(method.as_bytes()).expect("a method");
        let request = self.browser.http().request(method, self.idp.url(&format!("/_control{path}")));
        self.browser.send(request.body(body.to_string())).await
    }

    async fn get(&self, path: &str) -> Value {
        self.send("GET", path, Value::Null).await.json()
    }
}

#[tokio::test]
async fn people_are_added_changed_deactivated_and_deleted() {
    let idp = MockIdp::start().await;
    let control = Control { browser: Browser::new(), idp: &idp };
    let mut nora = control.get("/people/dana").await;
    nora["key"] = json!("nora");
    nora["username"] = json!("nora");
    nora["subject"] = json!("k1-northwind-nora");
    assert_eq!(control.send("POST", "/people", nora.clone()).await.status, 201);
    assert_eq!(control.send("POST", "/people", nora.clone()).await.status, 409);
    nora["companny"] = json!("x");
    assert!(
        control.send("POST", "/people", nora).await.json()["detail"].as_str().unwrap().contains("companny")
    );
    let changed =
        control.send("PATCH", "/people/nora", json!({"email": null, "given_name": "Eleonora"})).await.json();
    assert_eq!((changed.get("email"), &changed["given_name"]), (None, &json!("Eleonora")));
    assert_eq!(control.send("PATCH", "/people/nora", json!({"company": "acme"})).await.status, 422);
    for claims in [json!({"a": 1, "z": {"x": 1, "y": 2}}), json!({"b": 2, "a": null, "z": {"x": null}})] {
        assert_eq!(control.send("PATCH", "/people/nora", json!({"claims": claims})).await.status, 200);
    }
    assert_eq!(control.get("/people/nora").await["claims"], json!({"b": 2, "z": {"y": 2}}), "RFC 7396 2");
    for (method, path, status) in [
        ("POST", "/people/nora/lock", "locked"),
        ("POST", "/people/nora/deactivate", "deactivated"),
        ("DELETE", "/people/nora", "deleted"),
        ("POST", "/people/nora/restore", "active"),
    ] {
        assert_eq!(control.send(method, path, Value::Null).await.status, 204, "{path}");
        assert_eq!(control.get("/people/nora").await["status"], status);
    }
    assert_eq!(control.send("DELETE", "/people/nobody", Value::Null).await.json()["code"], "not_found");
    assert!(control.get("/people").await.as_array().unwrap().len() > 20);
}

#[tokio::test]
async fn only_what_differs_has_to_be_said() {
    let idp = MockIdp::start().await;
    let control = Control { browser: Browser::new(), idp: &idp };
    let homeless = control.send("POST", "/people", json!({"key": "nora"})).await;
    assert_eq!(homeless.status, 422, "there are several companies");
    assert!(
        homeless.json()["detail"]
            .as_str()
            .unwrap()
            .contains("\"company\" is missing; known are: contoso, northwind"),
        "{}",
        homeless.body
    );
    let nora = json!({"key": "nora", "company": "northwind", "email": null, "claims": {"groups": ["staff"]}});
    let added = control.send("POST", "/people", nora).await;
    assert_eq!(
        (added.status.as_u16(), &added.json()["password"]),
        (201, &json!("password")),
        "{}",
        added.body
    );
    let shop = control.send("POST", "/clients", json!({"id": "shop", "secret": "s"})).await.json();
    assert_eq!(shop["auth_methods"], json!(["client_secret_basic", "client_secret_post"]));
    let spa = control.send("POST", "/clients", json!({"id": "tablet"})).await.json();
    assert_eq!(spa["auth_methods"], json!(["none"]));
    let minted = idp.mint(&mock_idp::Mint::new("nora", "shop")).expect("both can be used");
    assert_eq!(minted.id_token_claims()["groups"], json!(["staff"]));
    for (path, wrong, told) in [
        (
            "/people",
            json!({"key": "x", "company": "acme", "email": 5}),
            "email: invalid type: integer \"5\"; expected a string",
        ),
        ("/clients", json!({"id": "x", "grants": ["code"]}), "grants[0]: unknown variant \"code\""),
        ("/clients", json!([]), "a list stands here; expected an object"),
    ] {
        let refused = control.send("POST", path, wrong).await;
        assert_eq!(refused.status, 422);
        assert!(refused.json()["detail"].as_str().unwrap().contains(told), "{told}: {}", refused.body);
    }
    let twice = control.browser.http().post(idp.url("/_control/people")).body(r#"{"key": "a", "key": "b"}"#);
    assert!(control.browser.send(twice).await.body.contains("duplicate field"));
}

#[tokio::test]
async fn people_are_made_up_and_a_seed_fixes_who_they_are() {
    let crowd = async |seed: u64| {
        let idp = MockIdp::builder().seed(seed).start().await.unwrap();
        let control = Control { browser: Browser::new(), idp: &idp };
        let invented = control.send("POST", "/people/invent", json!({"count": 300})).await.json();
        let minted = idp.mint(&mock_idp::Mint::new("dana", "kaseya-mdr")).unwrap();
        (invented, minted.refresh_token)
    };
    let (first, token) = crowd(5).await;
    assert_eq!((&first, &token), (&crowd(5).await.0, &crowd(5).await.1));
    assert_ne!(first, crowd(6).await.0);
    let idp = MockIdp::builder().seed(5).start().await.unwrap();
    let control = Control { browser: Browser::new(), idp: &idp };
    let before = idp.people().list().len();
    for count in [300, 20] {
        assert_eq!(control.send("POST", "/people/invent", json!({"count": count})).await.status, 201);
    }
    assert_eq!(idp.people().list().len(), before + 320, "nobody replaces anybody");
    let minted = idp.mint(&mock_idp::Mint::new("dana", "kaseya-mdr")).unwrap();
    assert_eq!(minted.refresh_token, token, "and codes and tokens are what they were without them");
    let members = |member: &str| -> std::collections::BTreeSet<String> {
        first.as_array().unwrap().iter().map(|person| person[member].to_string()).collect()
    };
    for unique in ["key", "username", "subject", "email"] {
        assert_eq!(members(unique).len(), 300, "{unique}");
    }
    assert!(members("company").len() > 1 && members("given_name").len() > 30 && members("role").len() == 3);
    let one = control.send("POST", "/people/invent", json!({"count": 1, "company": "contoso"})).await.json();
    let key = one[0]["key"].as_str().expect("a key");
    assert_eq!(one[0]["company"], "contoso");
    let back = Browser::new().sign_in(&idp, key, &[]).await;
    assert!(back.param("code").is_some(), "{key} signs in");
    let text = control.send("POST", "/people/invent", json!({"count": "5"})).await.json();
    let detail = text["detail"].as_str().unwrap();
    assert!(
        detail.contains("count: invalid type: string \"5\"; expected a whole number that is not negative"),
        "{detail}"
    );
    let mistyped = control.send("POST", "/people/dana/laumch", Value::Null).await.json();
    let detail = mistyped["detail"].as_str().unwrap();
    assert!(detail.starts_with("there is no operation /_control/people/dana/laumch; http://"), "{detail}");
    for wrong in [json!({"count": 100_001}), json!({"count": 1, "company": "acne"}), json!({"count": -1})] {
        assert_eq!(control.send("POST", "/people/invent", wrong).await.status, 422);
    }
}

#[tokio::test]
async fn a_client_that_is_removed_has_nothing_left() {
    let idp = MockIdp::start().await;
    let control = Control { browser: Browser::new(), idp: &idp };
    let minted = idp.mint(&mock_idp::Mint::new("dana", "kaseya-mdr")).unwrap();
    assert_eq!(Browser::new().userinfo(&idp, &minted.access_token).await.status, 200);
    assert_eq!(control.send("DELETE", "/clients/kaseya-mdr", Value::Null).await.status, 204);
    assert_eq!(control.send("DELETE", "/clients/kaseya-mdr", Value::Null).await.status, 404);
    assert_eq!(Browser::new().userinfo(&idp, &minted.access_token).await.status, 401);
    assert!(!idp.clients().remove("kaseya-mdr") && idp.clients().remove("spa"));
}

#[tokio::test]
async fn the_document_says_what_is_sent_and_what_comes_back() {
    let idp = MockIdp::start().await;
    let control = Control { browser: Browser::new(), idp: &idp };
    let document = control.get("/openapi.json").await;
    let schemas = document["components"]["schemas"].as_object().expect("schemas");
    let text = document.to_string();
    for name in text.split("#/components/schemas/").skip(1).map(|rest| rest.split('"').next().unwrap()) {
        assert!(schemas.contains_key(name), "{name} is nowhere");
    }
    assert_eq!(schemas["NewPerson"]["required"], json!(["key"]));
    assert_eq!(schemas["PersonChange"]["required"], json!([]));
    // What the control interface sends has the members of its schema and no others.
    let dana = control.get("/people/dana").await;
    Browser::new().get(&idp.url("/.well-known/openid-configuration/jwks")).await;
    let entry = control.get("/journal?raw=true").await[0].clone();
    let rule = json!({"when": {"operation": "token", "nth": 9}, "then": "hang"});
    let rule = control.send("POST", "/rules", rule).await.json();
    let client = control.get("/clients/spa").await;
    assert_eq!(document["servers"], json!([{ "url": idp.issuer() }]));
    assert_eq!(schemas["Move"]["required"], json!(["company"]));
    for (schema, sent) in [("RuleRecord", rule), ("Person", dana), ("Client", client), ("Entry", entry)] {
        let properties = schemas[schema]["properties"].as_object().expect("properties");
        for member in sent.as_object().expect("members").keys() {
            assert!(properties.contains_key(member), "{schema} has no {member}");
        }
    }
    for (path, operations) in document["paths"].as_object().expect("paths") {
        assert!(!path.contains('*'), "{path}");
        for (method, operation) in operations.as_object().expect("operations") {
            let is_open = ["/_control/health", "/_control/tls/authority.pem"].contains(&path.as_str());
            assert_eq!(operation.get("security").is_none(), is_open, "{method} {path}");
            assert_eq!(operation["responses"].get("401").is_none(), is_open, "{method} {path}");
            for (status, answer) in operation["responses"].as_object().expect("answers") {
                let described = answer["description"].as_str().is_some_and(|text| !text.is_empty());
                let plain = answer["content"].get("application/json").is_some();
                // A red verdict is what was asked for, and no refusal.
                let is_red = path == "/_control/verdict" && status == "409";
                assert!(described, "{method} {path} {status}");
                assert_eq!(status.starts_with('4') && plain, is_red, "{method} {path} {status}");
            }
            assert!(
                !operation.to_string().contains("\"type\":\"object\""),
                "{method} {path} says no more than object"
            );
        }
    }
}

#[tokio::test]
async fn clients_are_listed_added_and_changed() {
    let idp = MockIdp::start().await;
    let control = Control { browser: Browser::new(), idp: &idp };
    let uris = json!({"redirect_uris": ["http://127.0.0.1:1/callback"]});
    let changed = control.send("PATCH", "/clients/kaseya-mdr", uris).await.json();
    assert_eq!(changed["redirect_uris"], json!(["http://127.0.0.1:1/callback"]));
    let mut another = control.get("/clients/spa").await;
    another["id"] = json!("another");
    assert_eq!(control.send("POST", "/clients", another).await.status, 201);
    let ids: Vec<_> = idp.clients().list().into_iter().map(|client| client.id).collect();
    assert!(
        ids.contains(&"another".to_owned())
            && control.get("/clients").await.as_array().unwrap().len() == ids.len()
    );
    assert_eq!(control.send("GET", "/clients/nobody", Value::Null).await.status, 404);
}

#[tokio::test]
async fn faults_are_armed_counted_and_disarmed() {
    let idp = MockIdp::start().await;
    let control = Control { browser: Browser::new(), idp: &idp };
    let armed = control
        .send(
            "POST",
            "/faults",
            json!({"fault": "authz-state-wrong", "target": {"person": "dana"}, "times": 2}),
        )
        .await;
    assert_eq!(armed.status, 201);
    let id = armed.json()["id"].as_u64().unwrap();
    Browser::new().sign_in(&idp, "dana", &[]).await;
    let record = control.get(&format!("/faults/{id}")).await;
    assert_eq!((&record["fired"], &record["left"]), (&json!(1), &json!(1)));
    assert_eq!(control.send("DELETE", &format!("/faults/{id}"), Value::Null).await.status, 204);
    Browser::new().sign_in(&idp, "dana", &[]).await;
    assert_eq!(control.get("/faults").await[0]["fired"], 1);
    let unknown = control.send("POST", "/faults", json!({"fault": "authz-state-wrogn"})).await.json();
    assert_eq!(unknown["code"], "unknown_fault");
    assert!(unknown["detail"].as_str().unwrap().contains("authz-state-wrong"));
    let browser = control.send("POST", "/faults", json!({"fault": "id-jit-race"})).await.json();
    assert_eq!(browser["code"], "fault_not_staged_here");
    let next = control.send("POST", "/faults", json!({"fault": "authz-iss-missing"})).await.json();
    assert_eq!(next["target"], "next");
    assert_eq!(control.send("DELETE", "/faults", Value::Null).await.status, 204);
    assert!(Browser::new().sign_in(&idp, "dana", &[]).await.param("iss").is_some());
    assert!(control.get("/faults/catalogue").await.as_array().unwrap().len() > 150);
}

#[tokio::test]
async fn a_fault_that_could_never_strike_is_not_armed() {
    let idp = MockIdp::start().await;
    let control = Control { browser: Browser::new(), idp: &idp };
    let arm = |target: Value| {
        let control = &control;
        async move { control.send("POST", "/faults", json!({"fault": "ok-typ", "target": target})).await }
    };
    for (target, detail) in [
        (json!({"person": "dnaa"}), "there is no person \"dnaa\"; did you mean \"dana\"?"),
        (json!({"client": "kaseya-mrd"}), "there is no client \"kaseya-mrd\"; did you mean \"kaseya-mdr\"?"),
    ] {
        let refused = arm(target).await;
        assert_eq!(refused.status, 422);
        assert_eq!(
            (&refused.json()["code"], &refused.json()["detail"]),
            (&json!("no_such_target"), &json!(detail))
        );
    }
    assert_eq!(control.get("/faults").await, json!([]), "nothing was armed");
    idp.people().delete("dana").unwrap();
    for target in [json!({"person": "dana"}), json!({"client": "spa"}), json!({"state": "not yet"})] {
        assert_eq!(arm(target).await.status, 201);
    }
}

#[tokio::test]
async fn the_clock_is_frozen_moved_and_falsified() {
    let idp = MockIdp::start().await;
    let control = Control { browser: Browser::new(), idp: &idp };
    let frozen = control.send("POST", "/clock", json!({"frozen": true})).await.json();
    let change = json!({"advance_seconds": 60, "skew_seconds": -5});
    let moved = control.send("POST", "/clock", change).await.json();
    let seconds =
        |reading: &Value| reading["now"].as_str().unwrap().parse::<jiff::Timestamp>().unwrap().as_second();
    assert_eq!(seconds(&moved) - seconds(&frozen), 55);
    assert_eq!(control.get("/clock").await, moved);
    let set =
        control.send("POST", "/clock", json!({"at": "2027-05-01T00:00:00Z", "skew_seconds": 0})).await.json();
    assert_eq!((&set["now"], &set["frozen"]), (&json!("2027-05-01T00:00:00Z"), &json!(true)));
    assert_eq!(control.send("POST", "/clock", json!({"at": "noon"})).await.status, 422);
    assert_eq!(control.send("POST", "/clock", json!({"froozen": true})).await.status, 422);
    assert_eq!(control.send("POST", "/clock", json!({"advance_seconds": i64::MAX})).await.status, 200);
    let real = control.browser.send(control.browser.http().delete(idp.url("/_control/clock"))).await.json();
    assert_eq!(
        (&real["frozen"], &real["advanced_seconds"], &real["skew_seconds"]),
        (&json!(false), &json!(0), &json!(0))
    );
    assert_eq!(control.get("/health").await["status"], "ok");
}

#[tokio::test]
async fn the_journal_masks_secrets_unless_asked_not_to() {
    let idp = MockIdp::start().await;
    let control = Control { browser: Browser::new(), idp: &idp };
    let browser = Browser::new();
    let code = browser.sign_in(&idp, "dana", &[]).await.param("code").unwrap();
    browser.redeem(&idp, &code).await;
    let masked = control.get("/journal").await;
    assert!(!masked.to_string().contains(&code));
    let token = &control.get("/journal?operation=token&person=dana").await[0];
    assert_eq!(token["client_authentication"], "client_secret_basic");
    assert_eq!(token["response"]["id_token_claims"]["sub"], "k1-northwind-dana");
    assert_eq!(token["form"][1], json!(["code", "(secret)"]));
    assert!(control.get("/journal?raw=true").await.to_string().contains(&code));
    let after = token["seq"].as_u64().unwrap();
    assert_eq!(control.get(&format!("/journal?after={after}")).await, json!([]));
    assert_eq!(control.send("DELETE", "/journal", Value::Null).await.status, 204);
    assert_eq!(control.get("/journal").await[0]["channel"], "control");
}

#[tokio::test]
async fn tokens_are_minted_expired_and_found_again() {
    let idp = MockIdp::start().await;
    let control = Control { browser: Browser::new(), idp: &idp };
    let minted = control.send("POST", "/tokens", json!({"person": "dana", "client": "kaseya-mdr"})).await;
    assert_eq!(minted.status, 201);
    let minted = minted.json();
    assert_eq!(
        control.send("POST", "/tokens", json!({"person": "nobody", "client": "kaseya-mdr"})).await.status,
        404
    );
    let expire = |body: Value| {
        let control = &control;
        async move { control.send("POST", "/expire", body).await }
    };
    assert_eq!(expire(json!({"token": minted["access_token"]})).await.json()["expired"], 1);
    assert_eq!(control.browser.userinfo(&idp, minted["access_token"].as_str().unwrap()).await.status, 401);
    Browser::new().sign_in(&idp, "dana", &[]).await;
    assert_eq!(expire(json!("all_codes")).await.json()["expired"], 1);
    assert_eq!(expire(json!({"sessions": "dana"})).await.json()["expired"], 1);
    assert_eq!(expire(json!({"code": "unknown"})).await.status, 404);
    assert_eq!(expire(json!({"coed": "x"})).await.status, 422);
    let replay = control.get("/replay?person=dana").await;
    assert_eq!(replay["id_tokens"][0]["token"], minted["id_token"]);
    assert!(replay["responses"][0]["location"].as_str().unwrap().contains("code="));
}

#[tokio::test]
async fn a_page_of_another_site_may_not_steer() {
    let idp = MockIdp::start().await;
    let browser = Browser::new();
    let request =
        browser.http().delete(idp.url("/_control/people/dana")).header("sec-fetch-site", "cross-site");
    assert_eq!(browser.send(request).await.status, 403);
    assert_eq!(idp.people().get("dana").unwrap().status, fixtures::Status::Active);
}

#[tokio::test]
async fn every_operation_of_the_document_is_there_and_survives_nonsense() {
    let idp = MockIdp::start().await;
    let control = Control { browser: Browser::new(), idp: &idp };
    let document = control.get("/openapi.json").await;
    let mut operations = 0;
    for (path, methods) in document["paths"].as_object().expect("paths") {
        for (method, operation) in methods.as_object().expect("methods") {
            let documented = |status: u16| operation["responses"].get(status.to_string()).is_some();
            if path.contains('{') {
                let (start, _) =
                    path.strip_prefix("/_control").expect("under /_control").split_once('{').expect("a name");
                let end = path.rsplit_once('}').expect("a name").1;
                let unreadable =
                    control.send(&method.to_uppercase(), &format!("{start}%FF{end}"), json!({})).await;
                assert!(unreadable.status == 400 && documented(400), "{method} {path}: {}", unreadable.body);
            }
            let path = path.replace("{key}", "nobody").replace("{id}", "999").replace("{state}", "x");
            let path = path.replace("{name}", "nothing").replace("{path}", "no/realm");
            let path = path.strip_prefix("/_control").expect("under /_control");
            let answer = control.send(&method.to_uppercase(), path, json!({"nonsense": [1]})).await;
            assert!(
                answer.status.as_u16() < 500 && answer.status != 405,
                "{method} {path}: {}",
                answer.status
            );
            assert!(
                documented(answer.status.as_u16()),
                "{method} {path}: {} is not documented",
                answer.status
            );
            // What is not found is a person, a fault, a snapshot: never the operation.
            if answer.status == 404 {
                assert_ne!(answer.json()["code"], "nothing_here", "{method} {path}");
            }
            operations += 1;
        }
    }
    assert!(operations >= 50, "only {operations} operations");
}

#[tokio::test]
async fn a_client_that_no_page_could_show_is_refused() {
    let idp = MockIdp::start().await;
    let control = Control { browser: Browser::new(), idp: &idp };
    for (member, value) in [
        ("policy_uri", "javascript:alert(1)"),
        ("logo_uri", "data:image/png;base64,"),
        ("initiate_login_uri", "http://x/\r\nlocation: y"),
        ("backchannel_logout_uri", "ftp://x/"),
    ] {
        let refused = control.send("PATCH", "/clients/kaseya-mdr", json!({member: value})).await;
        assert_eq!(
            (refused.status.as_u16(), &refused.json()["code"]),
            (422, &json!("wrong_body")),
            "{member}"
        );
    }
}

#[tokio::test]
async fn what_cannot_be_is_told_by_its_name_with_what_to_do_and_nothing_changes() {
    let idp = MockIdp::start().await;
    let control = Control { browser: Browser::new(), idp: &idp };
    let before = (control.get("/people").await, control.get("/clients").await, control.get("/rules").await);
    let named = |key: &str| json!({"key": key, "company": "northwind"});
    let rows = [
        ("PATCH", "/people/dana", json!({"key": "nora"}), "key \"dana\" stays what it is; leave key out"),
        ("PATCH", "/clients/spa", json!({"id": "shop"}), "id \"spa\" stays what it is; leave id out"),
        ("PATCH", "/people/dana", json!({"emial": "x"}), "unknown field \"emial\"; did you mean \"email\"?"),
        ("PATCH", "/people/dana", json!([]), "a change is an object"),
        ("PATCH", "/people/dana", json!({"status": "gone"}), "known are: active"),
        (
            "PATCH",
            "/people/dana",
            json!({"email": true}),
            "email: invalid type: boolean \"true\"; expected a string",
        ),
        (
            "POST",
            "/people",
            json!({"key": "nora", "company": "northwind", "given_name": null}),
            "given_name: null is no value here",
        ),
        ("POST", "/people", named("no\r\nra"), "has a control character"),
        ("POST", "/people", named("no\0ra"), "has a control character"),
        (
            "PATCH",
            "/people/dana",
            json!({"withheld_claims": ["sub"]}),
            "the claim sub cannot be withheld: a person always has a subject; leave it out",
        ),
        ("PATCH", "/people/dana", json!({"subject": "é"}), "the subject is not 1 to 255 ASCII characters"),
        ("PATCH", "/people/dana", json!({"role": "Boss"}), "there is no KaseyaOne role \"Boss\""),
        (
            "PATCH",
            "/people/dana",
            json!({"password": null}),
            "password cannot be removed; send another value",
        ),
        ("POST", "/people", json!("nora"), "a text stands here; expected an object"),
        ("POST", "/clients", json!({"id": "sh\u{f6}p"}), "cannot be a client_id; write visible ASCII"),
        (
            "POST",
            "/clients",
            json!({"id": "shop", "request_uris": ["javascript:alert(1)"]}),
            "\"javascript:alert(1)\" is not an absolute address",
        ),
        (
            "POST",
            "/clients",
            json!({"id": "shop", "access_token_seconds": 5_000_000_000_u64}),
            "expected a whole number from 0 to 4294967295",
        ),
        ("POST", "/faults", json!({"fault": "tok-503", "target": "dana"}), "or one of { person = … }"),
        ("POST", "/faults", json!({"fault": "net-tls-expired"}), "that serves by TLS (--tls)"),
    ];
    control.refuses(&rows).await;
    let twice = control
        .browser
        .http()
        .patch(idp.url("/_control/people/dana"))
        .body(r#"{"email": "a@b", "email": null}"#);
    assert!(control.browser.send(twice).await.body.contains("duplicate field `email` at line 1 column"));
    let same = control.send("PATCH", "/people/dana", json!({"key": "dana"})).await;
    assert_eq!(same.status, 200, "whoever sends all of it back changes nothing");
    let after = (control.get("/people").await, control.get("/clients").await, control.get("/rules").await);
    assert_eq!(before, after);
}

#[tokio::test]
async fn what_strikes_nobody_is_told_too() {
    let idp = MockIdp::start().await;
    let control = Control { browser: Browser::new(), idp: &idp };
    let before = (control.get("/rules").await, control.get("/faults").await);
    let rows = [
        (
            "POST",
            "/clock",
            json!({"at": null}),
            "at is null, which says nothing; leave it out, or send DELETE",
        ),
        ("POST", "/clock", json!({}), "the object is empty, so nothing changes"),
        ("POST", "/clock", json!({"at": "x"}), "at \"x\" is no time; write it as in"),
        (
            "POST",
            "/clock",
            json!({"skew_seconds": 1.5}),
            "skew_seconds: invalid type: floating point \"1.5\"; expected a whole number",
        ),
        ("POST", "/rules", json!({"then": {"delay_ms": 600_001}}), "write 600000 (10 minutes) at most"),
        (
            "POST",
            "/rules",
            json!({"then": {"hold": {"barrier": "b", "until": 0}}}),
            "holds nobody; write how many",
        ),
        ("POST", "/rules", json!({"then": {"dealy_ms": 5}}), "did you mean \"delay_ms\"?"),
        (
            "POST",
            "/faults",
            json!({"fault": "tok-503", "target": {"persn": "dana"}}),
            "did you mean \"person\"?",
        ),
    ];
    control.refuses(&rows).await;
    let nobody = control.send("POST", "/expire", json!({"grants": "dnaa"})).await;
    let detail = nobody.json()["detail"].clone();
    assert_eq!(
        (nobody.status.as_u16(), &detail),
        (404, &json!("there is no person \"dnaa\"; did you mean \"dana\"?"))
    );
    let story = control.browser.get(&idp.url("/_control/stories/x?format=pdf")).await;
    let detail = story.json()["detail"].as_str().expect("a sentence").to_owned();
    assert!(story.status == 422 && detail == "format takes html or text, not \"pdf\"", "{detail}");
    assert_eq!(before, (control.get("/rules").await, control.get("/faults").await));
}

#[tokio::test]
async fn keys_are_rotated_on_demand_and_the_old_one_stays_published() {
    let idp = MockIdp::start().await;
    let control = Control { browser: Browser::new(), idp: &idp };
    let header = || {
        let minted = idp.mint(&mock_idp::Mint::new("dana", "kaseya-mdr")).expect("tokens");
        crate::support::decode(&minted.id_token).0["kid"].clone()
    };
    let before = control.get("/keys").await;
    assert_eq!(header(), before["signing"]);
    let after = control.send("POST", "/keys/rotate", Value::Null).await.json();
    assert_ne!(after["signing"], before["signing"]);
    assert_eq!(header(), after["signing"]);
    let published = control.browser.get(&idp.url("/.well-known/openid-configuration/jwks")).await.json();
    assert_eq!(published["keys"], after["keys"]);
    let kids: Vec<_> = published["keys"].as_array().expect("keys").iter().map(|key| &key["kid"]).collect();
    assert!(kids.contains(&&before["signing"]), "{kids:?}");
}

#[tokio::test]
async fn a_rule_about_what_is_not_there_is_refused_with_the_name_that_was_meant() {
    let idp = MockIdp::start().await;
    let control = Control { browser: Browser::new(), idp: &idp };
    for (when, words) in [
        (json!({"operation": "tokn"}), "did you mean \"token\"?"),
        (json!({"person": "dnaa"}), "dana"),
        (json!({"client": "kaseya"}), "kaseya-mdr"),
    ] {
        let refused = control.send("POST", "/rules", json!({"when": when, "then": "hang"})).await;
        let detail = refused.json()["detail"].as_str().expect("a sentence").to_owned();
        assert!(refused.status == 422 && detail.contains(words), "{when}: {detail}");
    }
    let right = json!({"when": {"operation": "token", "person": "dana"}, "then": "hang"});
    assert_eq!(control.send("POST", "/rules", right).await.status, 201);
}

#[tokio::test]
async fn a_company_is_added_filled_emptied_and_removed() {
    let idp = MockIdp::start().await;
    let control = Control { browser: Browser::new(), idp: &idp };
    let before = control.get("/companies").await;
    let acme = control.send("POST", "/companies", json!({"key": "acme", "roles": ["Dispatcher"]})).await;
    assert_eq!(
        (acme.status.as_u16(), acme.json()),
        (
            201,
            json!({"key": "acme", "why": "was made by a test", "id": "acme", "name": "acme",
            "directory_token": "acme-directory-token", "roles": ["Dispatcher"]})
        )
    );
    assert_eq!(control.get("/companies/acme").await, acme.json());
    assert_eq!(control.get("/companies").await.as_array().expect("a list").last(), Some(&acme.json()));
    let again = control.send("POST", "/companies", json!({"key": "acme"})).await;
    assert_eq!((again.status.as_u16(), &again.json()["code"]), (409, &json!("name_taken")));
    for (member, value, called) in [
        ("name", "ACME", "name \"ACME\""),
        ("id", "acme", "id \"acme\""),
        ("directory_token", "acme-directory-token", "directory token \"acme-directory-token\""),
    ] {
        let twin = control.send("POST", "/companies", json!({"key": "twin", member: value})).await;
        assert_eq!((twin.status.as_u16(), &twin.json()["code"]), (409, &json!("name_taken")), "{member}");
        let sentence = format!("the {called} is already that of the company acme; write another one");
        assert!(twin.json()["detail"].as_str().expect("a sentence").starts_with(&sentence), "{}", twin.body);
    }
    control
        .refuses(&[
            ("POST", "/companies", json!({"key": ""}), "is empty or has a control character; write one"),
            ("POST", "/companies", json!({"key": "ac\nme"}), "is empty or has a control character"),
            ("POST", "/companies", json!({"name": "Acme"}), "missing field \"key\""),
            (
                "POST",
                "/companies",
                json!({"key": "x", "name": " "}),
                "the name of the company is empty; write one",
            ),
            (
                "POST",
                "/companies",
                json!({"key": "x", "directory_token": ""}),
                "the directory token of the company",
            ),
            ("POST", "/companies", json!({"key": "x", "rolse": []}), "did you mean \"roles\"?"),
            ("POST", "/people", json!({"key": "nora", "company": "amce"}), "did you mean \"acme\"?"),
        ])
        .await;
    // Whoever is in it signs in with its name and a role of its own, and its directory knows nobody else.
    let nora = json!({"key": "nora", "company": "acme", "role": "Dispatcher"});
    assert_eq!(control.send("POST", "/people", nora).await.status, 201);
    let claims = idp.mint(&mock_idp::Mint::new("nora", "kaseya-mdr")).expect("tokens").id_token_claims();
    assert_eq!((&claims["company_name"], &claims["role"]), (&json!("acme"), &json!("Dispatcher")));
    let directory = control.browser.http().get(idp.url("/scim/v2/Users")).bearer_auth("acme-directory-token");
    let directory = control.browser.send(directory).await.json();
    assert_eq!((&directory["totalResults"], &directory["Resources"][0]["id"]), (&json!(1), &json!("nora")));
    control
        .refuses(&[(
            "POST",
            "/people/nora/move",
            json!({"company": "northwind"}),
            "there is no KaseyaOne role \"Dispatcher\"; known are: User",
        )])
        .await;
    assert_eq!(idp.people().get("nora").expect("nora").company, "acme", "nothing is changed");
    let moved = control.send("POST", "/people/dana/move", json!({"company": "acme"})).await;
    assert_eq!(moved.status, 200);
    let refused = async |sentence: &str| {
        let refused = control.send("DELETE", "/companies/acme", Value::Null).await;
        let sentence = format!(
            "{sentence} of the company \"acme\"; move everybody to another one first, the deleted too"
        );
        assert_eq!((refused.status.as_u16(), &refused.json()["detail"]), (409, &json!(sentence)));
    };
    refused("dana and 1 more are members").await;
    control.send("POST", "/people/dana/move", json!({"company": "northwind"})).await;
    control.send("DELETE", "/people/nora", Value::Null).await;
    refused("nora is a member").await;
    let back = json!({"company": "northwind", "role": "User"});
    assert_eq!(control.send("PATCH", "/people/nora", back).await.status, 200);
    assert_eq!(control.send("DELETE", "/companies/acme", Value::Null).await.status, 204);
    let gone = control.send("DELETE", "/companies/acne", Value::Null).await;
    assert_eq!((gone.status.as_u16(), &gone.json()["code"]), (404, &json!("not_found")));
    assert_eq!(control.get("/companies").await, before);
}

#[tokio::test]
async fn companies_come_and_go_with_snapshots_and_resets() {
    let idp = MockIdp::start().await;
    let acme = idp.realms().create("acme").expect("a realm");
    let keys = || acme.companies().list().into_iter().map(|company| company.key).collect::<Vec<_>>();
    let before = keys();
    acme.companies().add(fixtures::Company::new("fabrikam"));
    let snapshot = acme.snapshot();
    assert!(acme.companies().remove("fabrikam").is_ok() && keys() == before);
    acme.restore(&snapshot);
    assert!(acme.companies().get("fabrikam").is_some() && idp.companies().get("fabrikam").is_none());
    acme.reset();
    assert_eq!(keys(), before);
    let renamed = fixtures::Company { name: "Other".to_owned(), ..fixtures::Company::new("contoso") };
    acme.companies().add(renamed);
    assert_eq!(
        (keys(), acme.companies().get("contoso").expect("it is there").name),
        (before, "Other".to_owned())
    );
    let missing = acme.companies().remove("fabrikan").expect_err("there is none");
    assert!(matches!(missing, mock_idp::CompanyError::NotFound(_)), "{missing}");
}

#[tokio::test]
async fn what_is_not_there_is_told_with_what_is() {
    let idp = MockIdp::start().await;
    let control = Control { browser: Browser::new(), idp: &idp };
    let list = format!("{}/journal", idp.control_url());
    let rows = [
        ("DELETE", "/realms/zzz", 404, "there is no realm \"zzz\"; known are: none".to_owned()),
        ("POST", "/snapshots/x/restore", 404, "there is no snapshot \"x\"; known are: none".to_owned()),
        (
            "GET",
            "/companies/nope",
            404,
            "there is no company \"nope\"; known are: contoso, northwind".to_owned(),
        ),
        ("GET", "/people/xy", 404, "there is no person \"xy\"; known are: alan, ".to_owned()),
        (
            "GET",
            "/verdict?client=nobody",
            404,
            "there is no client \"nobody\"; known are: kaseya-mdr, ".to_owned(),
        ),
        (
            "GET",
            "/journal/abc",
            400,
            format!("\"abc\" is no number, and what is here has numbers; {list} lists them"),
        ),
        ("DELETE", "/faults/abc", 400, "\"abc\" is no number, and what is here has numbers".to_owned()),
        ("GET", "/rules/-1", 400, "/_control/rules lists them".to_owned()),
        ("PUT", "/people", 405, "no operation here has this method; this takes GET and POST".to_owned()),
        ("POST", "/health", 405, "this takes GET".to_owned()),
    ];
    for (method, path, status, words) in rows {
        let answer = control.send(method, path, Value::Null).await;
        let detail = answer.json()["detail"].as_str().expect("a sentence").to_owned();
        assert!(answer.status == status && detail.contains(&words), "{method} {path}: {detail}");
    }
    let staged = "bring it about in the test itself, `mock-idp faults` says who stages what";
    control
        .refuses(&[
            ("POST", "/people/dana/move", json!({"company": "nope"}), "; known are: contoso, northwind"),
            ("POST", "/faults", json!({"fault": "id-jit-race"}), staged),
            (
                "POST",
                "/faults",
                json!({"fault": "ok-typ", "target": {"client": "x"}}),
                "; known are: kaseya-mdr, ",
            ),
            ("POST", "/keys/rotate", json!({"x": 1}), "this takes no body, so what it says would go unheard"),
            ("DELETE", "/faults", json!({"fault": "ok-typ"}), "this takes no body"),
        ])
        .await;
    assert_eq!(control.send("POST", "/keys/rotate", json!({})).await.status, 200);
}

#[tokio::test]
async fn nothing_in_an_address_goes_unheard() {
    let idp = MockIdp::start().await;
    let browser = Browser::new();
    let get = async |path: &str| browser.get(&format!("{}{path}", idp.control_url())).await;
    for (path, name) in [
        ("/stories?limit=1", "limit"),
        ("/clock?x=1", "x"),
        ("/people/dana?q=x", "q"),
        ("/snapshots?%22%3C=1", "\"<"),
        ("/clients?a", "a"),
    ] {
        let refused = get(path).await;
        let detail = format!("there is no parameter {name:?}; this takes none");
        assert_eq!(
            (refused.status.as_u16(), &refused.json()["detail"]),
            (422, &serde_json::json!(detail)),
            "{path}"
        );
    }
    let head = browser.http().head(format!("{}/clock?x=1", idp.control_url()));
    assert_eq!(browser.send(head).await.status, 422);
    assert_eq!(get("/clock?x=1").await.json()["code"], "wrong_query");
    let wrong = get("/people?who=dana").await;
    assert!(
        wrong.status == 422 && wrong.body.contains("Known are: q") | wrong.body.contains("known are: q"),
        "{wrong:?}"
    );
    let keys = async |path: &str| -> Vec<String> {
        let found = get(path).await.json();
        let keys = found.as_array().expect("a list").iter();
        keys.map(|person| person["key"].as_str().expect("a key").to_owned()).collect()
    };
    assert_eq!(keys("/people?q=DANA").await, ["dana"]);
    assert_eq!(keys("/people?q=contoso").await, ["carl", "sam-contoso"]);
    assert!(keys("/people?q=nobody").await.is_empty());
    assert_eq!(keys("/people?q=").await.len(), idp.people().list().len());
    for path in [
        "/console?q=x&did=y",
        "/verdict?client=kaseya-mdr",
        "/openapi.json?v=1",
        "/stories",
        "/clock?",
        "/health?x=1",
    ] {
        assert_eq!(get(path).await.status, 200, "{path}");
    }
}

/// So many times a race is tried that is won now and then.
const ROUNDS: usize = 100;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_those_who_come_at_once_nobody_is_overwritten() {
    let threads = 4.try_into().expect("a number");
    let idp = MockIdp::builder().threads(threads).start().await.expect("a free port");
    let browser = Browser::new();
    let send = |method: &str, path: &str, body: Value| {
        let address = format!("{}{path}", idp.control_url());
        let request = browser.http().request(method.parse().expect("a method"), address);
        browser.send(request.body(body.to_string()))
    };
    for (path, key) in [("/people", "key"), ("/clients", "id"), ("/companies", "key")] {
        for round in 0..ROUNDS {
            let add = |number: usize| {
                let mut body = json!({"company": "northwind"});
                if path != "/people" {
                    body = json!({});
                }
                let mark = if path == "/people" { "given_name" } else { "name" };
                body[mark] = json!(format!("number {number} of {round}"));
                body[key] = json!(format!("new-{round}"));
                send("POST", path, body)
            };
            let answers = futures_util::future::join_all((0..8).map(add)).await;
            let made: Vec<_> = answers.iter().filter(|answer| answer.status == 201).collect();
            assert_eq!(made.len(), 1, "{path}: of eight of one name one is there");
            let kept = send("GET", &format!("{path}/new-{round}"), json!({})).await.json();
            assert_eq!(kept, made[0].json(), "{path}: and it is the one that was told so");
        }
    }
    for (path, member) in [("/people/dana", "claims"), ("/clients/spa", "why")] {
        for round in 0..ROUNDS {
            let one = send(
                "PATCH",
                path,
                json!({member: if member == "why" { json!(format!("round {round}")) } else { json!({"round": round}) }}),
            );
            let name = if member == "why" { "name" } else { "given_name" };
            let other = send("PATCH", path, json!({name: format!("round {round}")}));
            let (one, other) = tokio::join!(one, other);
            assert_eq!((one.status.as_u16(), other.status.as_u16()), (200, 200));
            let now = send("GET", path, json!({})).await.json();
            assert!(now[member].to_string().contains(&round.to_string()), "{path} {round}: {now}");
            assert_eq!(now[name], format!("round {round}"), "{path}: {now}");
        }
    }
}
