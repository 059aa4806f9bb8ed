//! One sign-in that a fault strikes, and all that could be seen of it.

use std::time::Duration;

use jiff::SignedDuration;
use mock_idp::{JournalQuery, Mint, MockIdp, Target};
use serde_json::{Value, json};

use crate::support::{Answer, Browser, decode};

/// How the sign-in that is struck goes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Way {
    /// Dana logs in by one click in a fresh browser.
    Login,
    /// The same, at a client that takes userinfo signed.
    SignedUserinfo,
    /// The same, with a refresh afterwards: its answer is the token response.
    Refresh,
    /// Dana logged in three hours ago in this browser; now the request has these parameters too.
    Later(&'static [(&'static str, &'static str)]),
    /// As `Later`, with an `id_token_hint` and `prompt=none`.
    LaterWithHint,
}

/// Whether the fault did what its sentence says.
pub(crate) type Effect = fn(&Seen) -> bool;

/// A fault, the sign-in it strikes, and its effect.
pub(crate) type Row = (&'static str, Way, Effect);

/// What could be seen of one sign-in.
pub(crate) struct Seen {
    pub(crate) issuer: String,
    pub(crate) now: i64,
    pub(crate) auth_time: i64,
    pub(crate) earlier_id_token: String,
    pub(crate) fired: u64,
    pub(crate) discovery: Answer,
    pub(crate) jwks: Answer,
    pub(crate) back: Answer,
    pub(crate) token: Answer,
    /// How long the first redemption took.
    pub(crate) took: Duration,
    /// A second redemption of the same code.
    pub(crate) token_again: Answer,
    pub(crate) userinfo: Answer,
    pub(crate) logout: Answer,
    pub(crate) jwks_after: Answer,
    /// How often somebody came to an address that only a fault names.
    pub(crate) strangers: usize,
    /// The key set of a stranger under the name of the key of the ID token.
    pub(crate) stranger: Answer,
    /// The ID token of a sign-in right afterwards.
    pub(crate) next: (Value, Value),
}

impl Seen {
    pub(crate) fn id_token(&self) -> String {
        self.token.json()["id_token"].as_str().unwrap_or_default().to_owned()
    }

    pub(crate) fn header(&self, name: &str) -> Value {
        decode(&self.id_token()).0[name].clone()
    }

    pub(crate) fn claim(&self, name: &str) -> Value {
        decode(&self.id_token()).1[name].clone()
    }

    pub(crate) fn is(&self, name: &str, value: impl Into<Value>) -> bool {
        self.claim(name) == value.into()
    }

    /// Whether ID token and userinfo both say so.
    pub(crate) fn both_say(&self, name: &str, value: impl Into<Value>) -> bool {
        let value = value.into();
        self.claim(name) == value && self.userinfo_says(name) == value
    }

    pub(crate) fn has_no(&self, name: &str) -> bool {
        self.claim(name).is_null()
    }

    pub(crate) fn signature(&self) -> String {
        self.id_token().rsplit('.').next().unwrap_or_default().to_owned()
    }

    /// Whether another implementation takes the signature for genuine.
    pub(crate) fn verifies(&self) -> bool {
        self.verifies_by(&self.jwks_after)
    }

    pub(crate) fn verifies_by(&self, jwks: &Answer) -> bool {
        Self::is_genuine(&self.id_token(), jwks)
    }

    /// Whether another implementation takes a signature for genuine, by these keys.
    pub(crate) fn is_genuine(token: &str, jwks: &Answer) -> bool {
        let keys: jsonwebtoken::jwk::JwkSet = serde_json::from_str(&jwks.body).expect("a key set");
        let header = jsonwebtoken::decode_header(token).expect("a header");
        let mut validation = jsonwebtoken::Validation::new(header.alg);
        validation.validate_aud = false;
        validation.validate_exp = false;
        validation.required_spec_claims.clear();
        header.kid.as_deref().and_then(|kid| keys.find(kid)).is_some_and(|key| {
            let key = jsonwebtoken::DecodingKey::from_jwk(key).expect("a usable key");
            jsonwebtoken::decode::<Value>(token, &key, &validation).is_ok()
        })
    }

    pub(crate) fn keys(answer: &Answer) -> Vec<Value> {
        answer.json()["keys"].as_array().expect("keys").clone()
    }

    pub(crate) fn kids(answer: &Answer) -> Vec<Value> {
        Self::keys(answer).iter().map(|key| key["kid"].clone()).collect()
    }

    pub(crate) fn error(&self) -> Option<String> {
        self.back.param("error")
    }

    pub(crate) fn token_error(&self) -> (u16, Value) {
        (self.token.status.as_u16(), self.token.json()["error"].clone())
    }

    pub(crate) fn userinfo_says(&self, name: &str) -> Value {
        self.userinfo.json()[name].clone()
    }

    /// The same address at an origin that is not the issuer's.
    pub(crate) fn elsewhere(&self, path: &str) -> String {
        format!("{}{path}", self.issuer.replace("127.0.0.1", "localhost"))
    }
}

/// Sees one sign-in of Dana that a fault strikes, if it is meant for her, and an honest one afterwards.
pub(crate) async fn see(fault: &str, target: Target, way: Way) -> Seen {
    let idp = MockIdp::builder().seed(1).slow_answers(Duration::from_millis(40)).on_current_runtime();
    let idp = idp.start().await.expect("a free port");
    idp.clock().freeze();
    let later = matches!(way, Way::Later(_) | Way::LaterWithHint);
    if way == Way::SignedUserinfo {
        let signed = |client: &mut fixtures::Client| {
            client.userinfo_signed_response_alg = Some(fixtures::SigningAlgorithm::RS256);
        };
        idp.clients().change(crate::support::CLIENT, signed).expect("the client");
    }
    let browser = Browser::new();
    let mut hint = String::new();
    if later {
        let code = browser.sign_in(&idp, "dana", &[]).await.param("code").expect("a code");
        let tokens = browser.redeem(&idp, &code).await.json();
        hint.push_str(tokens["id_token"].as_str().expect("an ID token"));
    }
    let auth_time = idp.clock().now().as_second();
    if later {
        idp.clock().advance(SignedDuration::from_hours(3));
    }
    let earlier = idp.mint(&Mint::new("dana", "kaseya-mdr").nonce("earlier")).expect("dana").id_token;
    let armed = idp.faults().arm(fault, target, 1).expect("staged by the provider");

    let discovery =
        browser.reach(browser.http().get(idp.url("/.well-known/openid-configuration")), &armed).await;
    let key_set = idp.url("/.well-known/openid-configuration/jwks");
    let jwks = browser.reach(browser.http().get(&key_set), &armed).await;
    let back = match way {
        Way::Later(more) => browser.authorize(&idp, more).await,
        Way::LaterWithHint => browser.authorize(&idp, &[("prompt", "none"), ("id_token_hint", &hint)]).await,
        Way::Refresh => {
            browser.sign_in(&idp, "dana", &[("scope", "openid profile email offline_access")]).await
        }
        Way::Login | Way::SignedUserinfo => browser.sign_in(&idp, "dana", &[]).await,
    };
    let code = if back.location.is_some() { back.param("code").unwrap_or_default() } else { String::new() };
    let asked = std::time::Instant::now();
    let mut token = if fault == "tok-basic-only" {
        redeem_by_post(&browser, &idp, &code).await
    } else {
        browser.reach(browser.redemption(&idp, &code), &armed).await
    };
    let took = asked.elapsed();
    if way == Way::Refresh {
        let refresh_token = token.json()["refresh_token"].as_str().expect("a refresh token").to_owned();
        let form = [("grant_type", "refresh_token"), ("refresh_token", refresh_token.as_str())];
        token = browser.token(&idp, &form).await;
    }
    let access_token = serde_json::from_str::<Value>(&token.body).unwrap_or_default()["access_token"].clone();
    // What no header can hold no client can send.
    let access_token = access_token.as_str().filter(|token| !token.contains('\r')).unwrap_or_default();
    let userinfo = browser.reach(browser.userinfo_request(&idp, access_token), &armed).await;
    let jwks_after = browser.get(&key_set).await;
    let token_again = browser.reach(browser.redemption(&idp, &code), &armed).await;
    let logout = logout(&browser, &idp).await;
    let fired = armed.fired();
    let strangers = idp.journal().find(&JournalQuery::operation("stranger")).len();
    let id_token = serde_json::from_str::<Value>(&token.body).unwrap_or_default()["id_token"].clone();
    let kid = id_token.as_str().and_then(kid).unwrap_or_else(|| "none".to_owned());
    let stranger = browser.get(&idp.url(&format!("/strangers/{kid}"))).await;
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
        strangers,
        stranger,
        next,
    }
}

/// The name of the key of a token, if it has a short one.
fn kid(token: &str) -> Option<String> {
    let header = raw(token.split('.').next()?)?;
    let kid = serde_json::from_str::<Value>(&header).ok()?["kid"].as_str()?.to_owned();
    kid.bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        .then_some(kid)
        .filter(|kid| kid.len() < 100)
}

/// A part of a token, decoded.
pub(crate) fn raw(part: &str) -> Option<String> {
    use base64::Engine as _;
    let bytes = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(part).ok()?;
    String::from_utf8(bytes).ok()
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
    browser.sign_out(idp, query).await
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

/// The fault fires once and does what it says.
pub(crate) async fn fires(fault: &str, way: Way, effect: Effect) {
    let seen = see(fault, Target::person("dana"), way).await;
    assert_eq!(seen.fired, 1, "{fault} fired {} times", seen.fired);
    assert!(effect(&seen), "{fault} does not do what it says: {:.2000?} {:.2000?}", seen.back, seen.token);
    assert_eq!(seen.strangers, 0, "{fault}: nobody went where it leads");
}
