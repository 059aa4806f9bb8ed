//! Every fault the provider stages: armed, seen to fire once, and seen to do what its sentence says.
//! A fault without a row here fails `every_fault_the_provider_stages_has_a_row`.

use std::collections::BTreeSet;
use std::time::Duration;

use jiff::SignedDuration;
use mock_idp::{Mint, MockIdp, StagedBy, Target};
use serde_json::{Value, json};

use crate::support::{Answer, Browser, decode};

/// How the sign-in that is struck goes.
#[derive(Clone, Copy)]
enum Way {
    /// Dana logs in by one click in a fresh browser.
    Login,
    /// Dana logged in three hours ago in this browser; now the request has these parameters too.
    Later(&'static [(&'static str, &'static str)]),
    /// As `Later`, with an `id_token_hint` and `prompt=none`.
    LaterWithHint,
}

/// What could be seen of one sign-in.
struct Seen {
    issuer: String,
    now: i64,
    auth_time: i64,
    earlier_id_token: String,
    fired: u64,
    discovery: Answer,
    jwks: Answer,
    back: Answer,
    token: Answer,
    /// How long the first redemption took.
    took: Duration,
    /// A second redemption of the same code.
    token_again: Answer,
    userinfo: Answer,
    logout: Answer,
    jwks_after: Answer,
    /// The ID token of a sign-in right afterwards.
    next: (Value, Value),
}

impl Seen {
    fn id_token(&self) -> String {
        self.token.json()["id_token"].as_str().unwrap_or_default().to_owned()
    }

    fn header(&self, name: &str) -> Value {
        decode(&self.id_token()).0[name].clone()
    }

    fn claim(&self, name: &str) -> Value {
        decode(&self.id_token()).1[name].clone()
    }

    fn is(&self, name: &str, value: impl Into<Value>) -> bool {
        self.claim(name) == value.into()
    }

    fn has_no(&self, name: &str) -> bool {
        self.claim(name).is_null()
    }

    fn signature(&self) -> String {
        self.id_token().rsplit('.').next().unwrap_or_default().to_owned()
    }

    /// Whether another implementation takes the signature for genuine.
    fn verifies(&self) -> bool {
        let token = self.id_token();
        let keys: jsonwebtoken::jwk::JwkSet = serde_json::from_str(&self.jwks_after.body).expect("a key set");
        let header = jsonwebtoken::decode_header(&token).expect("a header");
        let mut validation = jsonwebtoken::Validation::new(header.alg);
        validation.validate_aud = false;
        validation.validate_exp = false;
        header.kid.as_deref().and_then(|kid| keys.find(kid)).is_some_and(|key| {
            let key = jsonwebtoken::DecodingKey::from_jwk(key).expect("a usable key");
            jsonwebtoken::decode::<Value>(&token, &key, &validation).is_ok()
        })
    }

    fn kids(answer: &Answer) -> Vec<Value> {
        answer.json()["keys"].as_array().expect("keys").iter().map(|key| key["kid"].clone()).collect()
    }

    fn error(&self) -> Option<String> {
        self.back.param("error")
    }

    fn token_error(&self) -> (u16, Value) {
        (self.token.status.as_u16(), self.token.json()["error"].clone())
    }

    fn userinfo_says(&self, name: &str) -> Value {
        self.userinfo.json()[name].clone()
    }
}

async fn see(fault: &str, way: Way) -> Seen {
    let idp = MockIdp::builder().seed(1).slow_answers(Duration::from_millis(40)).on_current_runtime();
    let idp = idp.start().await.expect("a free port");
    idp.clock().freeze();
    let browser = Browser::new();
    let mut hint = String::new();
    if !matches!(way, Way::Login) {
        let code = browser.sign_in(&idp, "dana", &[]).await.param("code").expect("a code");
        let tokens = browser.redeem(&idp, &code).await.json();
        hint.push_str(tokens["id_token"].as_str().expect("an ID token"));
    }
    let auth_time = idp.clock().now().as_second();
    if !matches!(way, Way::Login) {
        idp.clock().advance(SignedDuration::from_hours(3));
    }
    let earlier = idp.mint(&Mint::new("dana", "kaseya-mdr").nonce("earlier")).expect("dana").id_token;
    let armed = idp.faults().arm(fault, Target::person("dana"), 1).expect("staged by the provider");

    let discovery = browser.get(&idp.url("/.well-known/openid-configuration")).await;
    let jwks = browser.get(&idp.url("/.well-known/openid-configuration/jwks")).await;
    let back = match way {
        Way::Login => browser.sign_in(&idp, "dana", &[]).await,
        Way::Later(more) => browser.authorize(&idp, more).await,
        Way::LaterWithHint => browser.authorize(&idp, &[("prompt", "none"), ("id_token_hint", &hint)]).await,
    };
    let code = if back.location.is_some() { back.param("code").unwrap_or_default() } else { String::new() };
    let asked = std::time::Instant::now();
    let token = if fault == "tok-basic-only" {
        redeem_by_post(&browser, &idp, &code).await
    } else {
        browser.redeem(&idp, &code).await
    };
    let took = asked.elapsed();
    let access_token = serde_json::from_str::<Value>(&token.body).unwrap_or_default()["access_token"].clone();
    let userinfo = browser.userinfo(&idp, access_token.as_str().unwrap_or_default()).await;
    let jwks_after = browser.get(&idp.url("/.well-known/openid-configuration/jwks")).await;
    let token_again = browser.redeem(&idp, &code).await;
    let logout = logout(&browser, &idp).await;
    let fired = armed.fired();
    let next = clean_sign_in_afterwards(&idp).await;
    assert_eq!(armed.fired(), fired, "{fault} struck a sign-in more than it was armed for");
    Seen {
        issuer: idp.issuer().to_owned(),
        now: idp.clock().now().as_second(),
        auth_time,
        earlier_id_token: earlier,
        fired,
        discovery,
        jwks,
        back,
        token,
        took,
        token_again,
        userinfo,
        logout,
        jwks_after,
        next,
    }
}

async fn redeem_by_post(browser: &Browser, idp: &MockIdp, code: &str) -> Answer {
    let form = [
        ("grant_type", "authorization_code"),
        ("code", code),
        ("redirect_uri", crate::support::CALLBACK),
        ("code_verifier", crate::support::VERIFIER),
        ("client_id", crate::support::CLIENT),
        ("client_secret", crate::support::SECRET),
    ];
    browser.post(&idp.url("/connect/token"), &form).await
}

async fn logout(browser: &Browser, idp: &MockIdp) -> Answer {
    let query =
        "client_id=kaseya-mdr&post_logout_redirect_uri=http%3A%2F%2F127.0.0.1%3A8400%2Fsign-in&state=bye";
    browser.get(&idp.url(&format!("/connect/endsession?{query}"))).await
}

/// A fault leaves no trace: the next sign-in, of another browser, is honest.
async fn clean_sign_in_afterwards(idp: &MockIdp) -> (Value, Value) {
    let browser = Browser::new();
    let code =
        browser.sign_in(idp, "dana", &[("nonce", "next")]).await.param("code").expect("an honest code");
    let token = browser.redeem(idp, &code).await.json();
    let (header, claims) = decode(token["id_token"].as_str().expect("an honest ID token"));
    assert_eq!((&claims["nonce"], &claims["sub"]), (&json!("next"), &json!("k1-northwind-dana")));
    let document = browser.get(&idp.url("/.well-known/openid-configuration")).await.json();
    let keys = browser.get(document["jwks_uri"].as_str().expect("a key set")).await;
    assert!(Seen::kids(&keys).contains(&header["kid"]), "the key set fits the honest token");
    (header, claims)
}

type Row = (&'static str, Way, fn(&Seen) -> bool);

use Way::{Later, LaterWithHint, Login};

const DOCUMENTS: &[Row] = &[
    ("disc-issuer-mismatch", Login, |s| s.discovery.json()["issuer"] == format!("{}INVALID", s.issuer)),
    ("disc-alg-downgrade", Login, |s| {
        s.discovery.json()["id_token_signing_alg_values_supported"] == json!(["RS256", "HS256", "none"])
    }),
    ("disc-flap", Login, |s| s.discovery.status == 503),
    ("jwks-rotate-just-before", Login, |s| {
        !Seen::kids(&s.jwks).contains(&s.header("kid"))
            && Seen::kids(&s.jwks_after).contains(&s.header("kid"))
            && Seen::kids(&s.jwks).iter().all(|old| Seen::kids(&s.jwks_after).contains(old))
            && s.verifies()
    }),
    ("jwks-rotate-between", Login, |s| {
        Seen::kids(&s.jwks).contains(&s.header("kid"))
            && !Seen::kids(&s.jwks).contains(&s.next.0["kid"])
            && Seen::kids(&s.jwks_after).contains(&s.next.0["kid"])
    }),
    ("jwks-kid-unknown", Login, |s| !Seen::kids(&s.jwks_after).contains(&s.header("kid"))),
    ("jwks-kid-absent-single", Login, |s| {
        s.header("kid").is_null() && Seen::kids(&s.jwks_after) == [Value::Null]
    }),
    ("jwks-kid-absent-multi", Login, |s| {
        let kids = Seen::kids(&s.jwks_after);
        s.header("kid").is_null() && kids.len() > 2 && kids.iter().all(Value::is_null)
    }),
    ("jwks-uri-random", Login, |s| {
        let uri = s.discovery.json()["jwks_uri"].as_str().unwrap_or_default().to_owned();
        uri.starts_with(&format!("{}/keys/", s.issuer)) && s.jwks.status == 404
    }),
    ("jwks-outage-500", Login, |s| s.jwks.status == 500),
    ("jwks-outage-html", Login, |s| s.jwks.body.starts_with("<!doctype html>")),
    ("jwks-outage-empty", Login, |s| s.jwks.json()["keys"] == json!([])),
    ("tok-basic-only", Login, |s| {
        s.discovery.json()["token_endpoint_auth_methods_supported"] == json!(["client_secret_basic"])
            && s.token_error() == (401, json!("invalid_client"))
            && s.token_again.status == 200
    }),
    ("ok-rs256", Login, |s| {
        let keys = s.jwks.json()["keys"].clone();
        keys.as_array().is_some_and(|keys| keys.len() == 1) && keys[0]["alg"] == "RS256"
    }),
    ("ok-discovery", Login, |s| {
        let document = s.discovery.json();
        ["authorization_endpoint", "token_endpoint", "userinfo_endpoint", "jwks_uri", "end_session_endpoint"]
            .iter()
            .all(|name| {
                document[name].as_str().is_some_and(|uri| uri.starts_with(&format!("{}/moved/", s.issuer)))
            })
    }),
    ("ok-iss-param", Login, |s| {
        s.discovery.json()["authorization_response_iss_parameter_supported"].is_null()
            && s.back.param("iss").as_ref() == Some(&s.issuer)
    }),
];

const AUTHORIZATION: &[Row] = &[
    ("authz-error-access-denied", Login, |s| s.error().as_deref() == Some("access_denied")),
    ("authz-error-server-error", Login, |s| s.error().as_deref() == Some("server_error")),
    ("authz-error-temp-unavailable", Login, |s| s.error().as_deref() == Some("temporarily_unavailable")),
    ("authz-error-invalid-scope", Login, |s| s.error().as_deref() == Some("invalid_scope")),
    ("authz-error-unknown", Login, |s| s.error().as_deref() == Some("the_stars_are_wrong")),
    ("authz-error-login-required", Login, |s| s.error().as_deref() == Some("login_required")),
    ("authz-error-interaction-required", Login, |s| s.error().as_deref() == Some("interaction_required")),
    ("authz-error-consent-required", Login, |s| s.error().as_deref() == Some("consent_required")),
    ("authz-error-account-selection-required", Login, |s| {
        s.error().as_deref() == Some("account_selection_required")
    }),
    ("authz-error-evil-desc", Login, |s| {
        s.back.param("error_description").is_some_and(|text| text.contains("<script>") && text.len() > 10_000)
    }),
    ("authz-error-plus-code", Login, |s| s.error().is_some() && s.back.param("code").is_some()),
    ("authz-state-missing", Login, |s| s.back.param("state").is_none() && s.back.param("code").is_some()),
    ("authz-state-wrong", Login, |s| s.back.param("state").as_deref() == Some("state-11")),
    ("authz-iss-wrong", Login, |s| s.back.param("iss") == Some(format!("{}1", s.issuer))),
    ("authz-iss-missing", Login, |s| s.back.param("iss").is_none()),
    ("authz-code-injection", Login, |s| s.token_error() == (400, json!("invalid_grant"))),
    ("authz-code-injection-no-pkce", Login, |s| {
        s.token.status == 200 && !s.is("nonce", "nonce-1") && !s.is("sub", "k1-northwind-dana")
    }),
    ("authz-param-dup", Login, |s| s.back.params().0.iter().filter(|(name, _)| name == "code").count() == 2),
    ("authz-param-empty", Login, |s| s.back.param("code").as_deref() == Some("")),
    ("out-rp-no-state", Login, |s| s.logout.location.as_deref() == Some("http://127.0.0.1:8400/sign-in")),
    ("out-rp-other-state", Login, |s| s.logout.param("state").as_deref() == Some("bye1")),
];

const TOKEN: &[Row] = &[
    ("tok-invalid-grant-unknown", Login, |s| s.token_error() == (400, json!("invalid_grant"))),
    ("tok-invalid-grant-expired", Login, |s| s.token_error() == (400, json!("invalid_grant"))),
    ("tok-invalid-grant-reused", Login, |s| s.token_error() == (400, json!("invalid_grant"))),
    ("tok-reuse-lenient", Login, |s| s.token.status == 200 && s.token_again.status == 200),
    ("tok-invalid-client", Login, |s| s.token_error() == (401, json!("invalid_client"))),
    ("tok-500", Login, |s| s.token.status == 500),
    ("tok-503", Login, |s| s.token.status == 503 && s.token.headers.contains_key("retry-after")),
    ("tok-429", Login, |s| s.token.status == 429 && s.token.headers.contains_key("retry-after")),
    ("tok-body-html", Login, |s| s.token.status == 200 && s.token.body.starts_with("<!doctype html>")),
    ("tok-body-truncated", Login, |s| s.token.body.starts_with('{') && !s.token.body.ends_with('}')),
    ("tok-body-empty", Login, |s| s.token.status == 200 && s.token.body.is_empty()),
    ("tok-no-id-token-absent", Login, |s| s.token.json().get("id_token").is_none()),
    ("tok-no-id-token-null", Login, |s| s.token.json().get("id_token") == Some(&Value::Null)),
    ("tok-type-mac", Login, |s| s.token.json()["token_type"] == "mac"),
    ("tok-type-missing", Login, |s| s.token.json().get("token_type").is_none()),
    ("ok-token-case", Login, |s| s.token.json()["token_type"] == "bEARER"),
    ("ok-token-noexpires", Login, |s| s.token.json().get("expires_in").is_none()),
    ("ok-token-noscope", Login, |s| s.token.json().get("scope").is_none()),
    ("ok-slow", Login, |s| s.token.status == 200 && s.took >= Duration::from_millis(40)),
    ("ok-headers", Login, |s| {
        !s.token.headers.contains_key("content-length")
            && s.token.headers["content-type"] == "application/json;charset=UTF-8"
            && s.is("sub", "k1-northwind-dana")
    }),
    ("ok-long", Login, |s| {
        s.back.param("code").is_some_and(|code| code.len() == 2048)
            && s.claim("sub").as_str().is_some_and(|sub| sub.len() == 255)
            && s.token.json()["access_token"].as_str().is_some_and(|token| token.len() == 8192)
            && s.userinfo_says("sub") == s.claim("sub")
    }),
    ("ui-sub-mismatch", Login, |s| s.userinfo_says("sub") == "k1-northwind-danainvalid"),
    ("ui-sub-missing", Login, |s| s.userinfo_says("sub").is_null() && !s.userinfo_says("email").is_null()),
    ("ui-401", Login, |s| s.userinfo.status == 401),
    ("ui-403", Login, |s| s.userinfo.status == 403),
    ("ui-500", Login, |s| s.userinfo.status == 500),
    ("ok-userinfo-jwt", Login, |s| {
        s.userinfo.headers["content-type"] == "application/jwt"
            && decode(&s.userinfo.body).1["sub"] == "k1-northwind-dana"
    }),
];

const CLAIMS: &[Row] = &[
    ("idt-iss-wrong", Login, |s| s.is("iss", format!("{}1", s.issuer))),
    ("idt-iss-missing", Login, |s| s.has_no("iss")),
    ("idt-iss-near", Login, |s| s.is("iss", format!("{}/", s.issuer))),
    ("idt-iss-array", Login, |s| {
        s.claim("iss").as_array().is_some_and(|list| list.contains(&json!(s.issuer)))
    }),
    ("idt-iss-number", Login, |s| s.is("iss", 1)),
    ("idt-aud-wrong", Login, |s| s.is("aud", "other-product")),
    ("idt-aud-missing", Login, |s| s.has_no("aud")),
    ("idt-aud-null", Login, |s| decode(&s.id_token()).1.get("aud") == Some(&Value::Null)),
    ("idt-aud-number", Login, |s| s.is("aud", 1)),
    ("idt-aud-object", Login, |s| s.claim("aud").is_object()),
    ("idt-aud-extra", Login, |s| s.claim("aud") == json!(["kaseya-mdr", "other-product"])),
    ("idt-azp-wrong", Login, |s| s.is("azp", "other-product")),
    ("idt-azp-missing-multi", Login, |s| {
        s.claim("aud") == json!(["kaseya-mdr", "other-product"]) && s.has_no("azp")
    }),
    ("idt-exp-past", Login, |s| s.is("exp", s.now - 360)),
    ("idt-exp-missing", Login, |s| s.has_no("exp")),
    ("idt-exp-absurd", Login, |s| s.is("exp", s.now + 315_360_000)),
    ("idt-time-type-string", Login, |s| s.is("exp", "tomorrow") && s.claim("iat").is_string()),
    ("idt-time-type-1e300", Login, |s| s.is("exp", 1e300)),
    ("idt-time-type-u64max", Login, |s| s.is("exp", u64::MAX)),
    ("idt-time-type-neg", Login, |s| s.is("exp", -1)),
    ("idt-iat-missing", Login, |s| s.has_no("iat")),
    ("idt-iat-stale", Login, |s| s.is("iat", s.now - 604_800)),
    ("idt-iat-future", Login, |s| s.is("iat", s.now + 600)),
    ("idt-nbf-future", Login, |s| s.is("nbf", s.now + 600)),
    ("idt-nonce-wrong", Login, |s| s.is("nonce", "nonce-11")),
    ("idt-nonce-missing", Login, |s| s.has_no("nonce")),
    ("idt-replay", Login, |s| s.id_token() == s.earlier_id_token && s.is("nonce", "earlier")),
    ("idt-sub-missing", Login, |s| s.has_no("sub")),
    ("idt-sub-empty", Login, |s| s.is("sub", "")),
    ("idt-sub-too-long", Login, |s| s.claim("sub").as_str().is_some_and(|sub| sub.len() == 300)),
    ("idt-sub-nonascii", Login, |s| s.claim("sub").as_str().is_some_and(|sub| !sub.is_ascii())),
    ("idt-sub-nul", Login, |s| s.is("sub", "k1-northwind-dana\0")),
    ("idt-sub-number", Login, |s| s.is("sub", 1)),
    ("idt-sub-space", Login, |s| s.is("sub", " ")),
    ("idt-hash-at", Login, |s| {
        !s.is("at_hash", s.next.1["at_hash"].clone()) && s.claim("at_hash").is_string()
    }),
    ("idt-authtime-missing", Login, |s| s.has_no("auth_time")),
    ("idt-authtime-stale", Login, |s| s.is("auth_time", s.now - 2_592_000)),
    ("idt-authtime-future", Login, |s| s.is("auth_time", s.now + 600)),
    ("idt-acr-low", Login, |s| s.is("acr", "0") && s.claim("amr") == json!(["pwd"])),
    ("idt-dup-member", Login, |s| {
        let payload = s.id_token().split('.').nth(1).map(str::to_owned).unwrap_or_default();
        raw(&payload).matches("\"sub\":").count() == 2
    }),
    ("idt-tenant-missing", Login, |s| s.has_no("company_id") && s.userinfo_says("company_id").is_null()),
    ("idt-tenant-other", Login, |s| {
        s.is("company_id", "k1-co-2002") && s.userinfo_says("company_id") == "k1-co-2002"
    }),
    ("idt-tenant-array", Login, |s| s.claim("company_id") == json!(["k1-co-1001"])),
    ("ok-aud-array", Login, |s| s.claim("aud") == json!(["kaseya-mdr"])),
    ("ok-aud-azp", Login, |s| {
        s.claim("aud") == json!(["kaseya-mdr", "other-product"]) && s.is("azp", "kaseya-mdr")
    }),
    ("ok-no-athash", Login, |s| s.has_no("at_hash")),
    ("ok-skew", Login, |s| s.is("iat", s.now + 30) && s.is("nbf", s.now + 30)),
    ("ok-skew-behind", Login, |s| s.is("exp", s.now - 30)),
    ("ok-token-floats", Login, |s| s.claim("exp").is_f64() && s.claim("iat").is_f64()),
];

const SIGNATURES: &[Row] = &[
    ("sig-bad-rs256", Login, |s| s.header("alg") == "RS256" && s.signature().len() == 342 && !s.verifies()),
    ("sig-bad-rs256-other-key", Login, |s| Seen::kids(&s.jwks).contains(&s.header("kid")) && !s.verifies()),
    ("sig-bad-rs256-swapped", Login, |s| s.is("sub", "k1-somebody-else") && !s.verifies()),
    ("sig-bad-es256", Login, |s| s.header("alg") == "ES256" && s.signature().len() == 86 && !s.verifies()),
    ("sig-bad-hs256", Login, |s| {
        s.header("alg") == "HS256"
            && s.signature().len() == 43
            && s.signature() != hs256(s, crate::support::SECRET)
    }),
    ("sig-none-lower", Login, |s| s.header("alg") == "none" && s.signature().is_empty()),
    ("sig-none-mixed-case", Login, |s| s.header("alg") == "nOnE" && s.signature().is_empty()),
    ("sig-none-stripped", Login, |s| s.header("alg") == "RS256" && s.signature().is_empty()),
    ("sig-alg-alternate", Login, |s| s.header("alg") == "ES256" && s.verifies()),
    ("sig-hs-pubkey", Login, |s| s.header("alg") == "HS256" && s.signature().len() == 43),
    ("sig-hs-secret", Login, |s| {
        s.header("alg") == "HS256" && s.signature() == hs256(s, crate::support::SECRET)
    }),
    ("sig-hs-empty", Login, |s| s.header("alg") == "HS256" && s.signature() == hs256(s, "")),
    ("ok-typ", Login, |s| s.header("typ").is_null()),
    ("ok-typ-lower", Login, |s| s.header("typ") == "jwt"),
    ("ok-extra", Login, |s| s.header("x_number") == 7 && s.claim("x_unknown").is_object()),
];

const SESSIONS: &[Row] = &[
    ("sess-sso-silent", Login, |s| s.is("auth_time", s.now - 14_400) && s.is("nonce", "nonce-1")),
    ("sess-sso-other-user", Later(&[("login_hint", "dana")]), |s| {
        !s.is("sub", "k1-northwind-dana") && s.is("nonce", "nonce-1") && s.is("auth_time", s.auth_time)
    }),
    ("sess-force-ignored-prompt", Later(&[("prompt", "login")]), |s| s.is("auth_time", s.auth_time)),
    ("sess-force-ignored-maxage", Later(&[("max_age", "60")]), |s| s.is("auth_time", s.auth_time)),
    ("sess-force-ignored-stripped", Later(&[("prompt", "login"), ("max_age", "0")]), |s| {
        s.is("auth_time", s.auth_time)
    }),
    ("sess-maxage0-edge", Login, |s| s.is("auth_time", s.now - 2)),
    ("sess-authtime-lie", Later(&[]), |s| s.is("auth_time", s.now) && s.now != s.auth_time),
    ("sess-none-other-sub", LaterWithHint, |s| {
        s.claim("sub").is_string() && !s.is("sub", "k1-northwind-dana")
    }),
];

const IDENTITIES: &[Row] = &[
    ("id-email-unverified", Login, |s| {
        s.is("email_verified", false) && s.userinfo_says("email_verified") == false
    }),
    ("id-email-absent-flag", Login, |s| {
        s.has_no("email_verified") && s.userinfo_says("email_verified").is_null()
    }),
    ("id-email-string-true", Login, |s| {
        s.is("email_verified", "true") && s.userinfo_says("email_verified") == "true"
    }),
    ("id-email-changed", Login, |s| {
        s.is("email", "changed.dana@northwind.example") && s.is("sub", "k1-northwind-dana")
    }),
    ("id-email-reassigned", Login, |s| {
        s.is("email", "dana@northwind.example") && s.is("sub", "k1-northwind-dana-successor")
    }),
    ("id-user-recreated", Login, |s| {
        s.is("preferred_username", "dana") && s.is("sub", "k1-northwind-dana-again")
    }),
    ("id-email-fold", Login, |s| s.is("email", "DANA@NORTHWIND.EXAMPLE")),
    ("id-sub-case", Login, |s| {
        s.is("sub", "K1-NORTHWIND-DANA") && s.userinfo_says("sub") == "K1-NORTHWIND-DANA"
    }),
    ("id-sub-space", Login, |s| s.is("sub", "k1-northwind-dana ")),
    ("id-sub-nfc", Login, |s| s.is("sub", "k1-northwind-danae\u{301}")),
    ("id-jit-other-org", Login, |s| {
        s.is("company_id", "k1-co-2002") && s.is("company_name", "Contoso Managed Services")
    }),
    ("ok-sloppy-profile", Login, |s| {
        s.is("email_verified", "true")
            && s.is("amr", "pwd")
            && s.claim("updated_at").is_string()
            && s.token.json()["expires_in"] == "3600"
    }),
];

fn raw(part: &str) -> String {
    use base64::Engine as _;
    let bytes = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(part).expect("base64url");
    String::from_utf8(bytes).expect("UTF-8")
}

fn hs256(seen: &Seen, secret: &str) -> String {
    use base64::Engine as _;
    let token = seen.id_token();
    let message = token.rsplit_once('.').map_or("", |(message, _)| message);
    let key = aws_lc_rs::hmac::Key::new(aws_lc_rs::hmac::HMAC_SHA256, secret.as_bytes());
    let tag = aws_lc_rs::hmac::sign(&key, message.as_bytes());
    base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(tag.as_ref())
}

async fn all_fire(rows: &[Row]) {
    for (fault, way, effect) in rows {
        let seen = see(fault, *way).await;
        assert_eq!(seen.fired, 1, "{fault} fired {} times", seen.fired);
        assert!(effect(&seen), "{fault} does not do what it says: {:?} {:?}", seen.back, seen.token);
    }
}

#[tokio::test]
async fn faults_of_the_documents_fire_and_do_what_they_say() {
    all_fire(DOCUMENTS).await;
}

#[tokio::test]
async fn faults_of_the_front_channel_fire_and_do_what_they_say() {
    all_fire(AUTHORIZATION).await;
}

#[tokio::test]
async fn faults_of_the_token_endpoint_and_userinfo_fire_and_do_what_they_say() {
    all_fire(TOKEN).await;
}

#[tokio::test]
async fn faults_of_the_claims_fire_and_do_what_they_say() {
    all_fire(CLAIMS).await;
}

#[tokio::test]
async fn faults_of_the_signature_fire_and_do_what_they_say() {
    all_fire(SIGNATURES).await;
}

#[tokio::test]
async fn faults_of_the_session_fire_and_do_what_they_say() {
    all_fire(SESSIONS).await;
}

#[tokio::test]
async fn faults_of_the_identity_fire_and_do_what_they_say() {
    all_fire(IDENTITIES).await;
}

#[test]
fn every_fault_the_provider_stages_has_a_row() {
    let tables = [DOCUMENTS, AUTHORIZATION, TOKEN, CLAIMS, SIGNATURES, SESSIONS, IDENTITIES];
    let logout_tokens = crate::logout::LOGOUT_TOKENS.iter().map(|(fault, _)| *fault);
    let logout_frames = crate::logout::LOGOUT_FRAMES.iter().map(|(fault, _)| *fault);
    let rows: BTreeSet<_> = tables
        .into_iter()
        .flatten()
        .map(|(fault, ..)| *fault)
        .chain(logout_tokens)
        .chain(logout_frames)
        .chain(crate::networks::HANDSHAKES)
        .collect();
    let staged = mock_idp::catalogue().filter(|entry| entry.staged_by == StagedBy::Provider);
    let staged: BTreeSet<_> = staged.map(|entry| entry.id).collect();
    assert_eq!(staged.difference(&rows).collect::<Vec<_>>(), Vec::<&&str>::new(), "faults without a row");
    assert_eq!(rows.difference(&staged).collect::<Vec<_>>(), Vec::<&&str>::new(), "rows without a fault");
}

#[test]
fn ids_are_unique() {
    let ids: Vec<_> = mock_idp::catalogue().map(|entry| entry.id).collect();
    let unique: BTreeSet<_> = ids.iter().collect();
    assert_eq!(unique.len(), ids.len());
}

#[tokio::test]
async fn a_fault_for_one_person_spares_the_others() {
    let idp = MockIdp::start().await;
    let armed = idp.faults().arm("idt-nonce-wrong", Target::person("dana"), 1).unwrap();
    let browser = Browser::new();
    let code = browser.sign_in(&idp, "rui", &[]).await.param("code").unwrap();
    let claims = decode(browser.redeem(&idp, &code).await.json()["id_token"].as_str().unwrap()).1;
    assert_eq!((claims["nonce"].as_str(), armed.fired()), (Some("nonce-1"), 0));
}

#[tokio::test]
async fn a_fault_strikes_by_state_and_by_client_and_not_after_it_was_disarmed() {
    let idp = MockIdp::start().await;
    let by_state = idp.faults().arm("authz-iss-missing", Target::state("the-one"), 1).unwrap();
    let by_client = idp.faults().arm("authz-param-dup", Target::client("spa"), 1).unwrap();
    let disarmed = idp.faults().arm("authz-state-missing", Target::next(), 1).unwrap();
    disarmed.disarm();
    let back = Browser::new().sign_in(&idp, "dana", &[("state", "another")]).await;
    assert!(back.param("iss").is_some() && back.param("state").is_some());
    let back = Browser::new().sign_in(&idp, "dana", &[("state", "the-one")]).await;
    assert!(back.param("iss").is_none());
    assert_eq!((by_state.fired(), by_client.fired(), disarmed.fired()), (1, 0, 0));
}

#[tokio::test]
async fn what_the_provider_does_not_stage_cannot_be_armed() {
    let idp = MockIdp::start().await;
    let error = idp.faults().arm("sess-callback-reload", Target::next(), 1).unwrap_err().to_string();
    assert!(error.contains("staged by browser"), "{error}");
}

#[tokio::test]
async fn a_moved_key_set_and_moved_endpoints_really_work() {
    let idp = MockIdp::start().await;
    let browser = Browser::new();
    idp.faults().arm("ok-discovery", Target::next(), 1).unwrap();
    let document = browser.get(&idp.url("/.well-known/openid-configuration")).await.json();
    let page =
        browser.get(&crate::support::authorize_url(&idp, &[]).replace("/connect", "/moved/connect")).await;
    assert_eq!(page.status, 303);
    assert_eq!(browser.get(document["jwks_uri"].as_str().unwrap()).await.status, 200);
    idp.faults().arm("jwks-uri-random", Target::next(), 1).unwrap();
    let document = browser.get(&idp.url("/.well-known/openid-configuration")).await.json();
    assert!(
        !browser.get(document["jwks_uri"].as_str().unwrap()).await.json()["keys"]
            .as_array()
            .unwrap()
            .is_empty()
    );
}
