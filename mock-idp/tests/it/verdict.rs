//! The verdict on relying parties: an honest one passes every check, and for every check there is one that fails it.

use std::cell::Cell;

use axum::http::StatusCode;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::SignedDuration;
use mock_idp::{Check, ExceptError, JournalQuery, Judgement, Launch, MockIdp, Outcome, Target, Then, When};
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use crate::assertions::Signer;
use crate::logout::Client;
use crate::support::{Answer, Browser, CALLBACK, CLIENT, SECRET, authorize_url};

const SIGNED_OUT: &str = "http://127.0.0.1:8400/sign-in";
type Pairs<'a> = &'a [(&'a str, &'a str)];

/// A relying party that does everything right, unless a parameter is changed.
struct Party {
    idp: MockIdp,
    browser: Browser,
    made: Cell<u32>,
    /// It keeps the documents that it has.
    keeps: Cell<bool>,
    /// Where it is told of logouts.
    told: Client,
}

/// What came of a sign-in up to the authorization response.
struct Begun {
    code: String,
    verifier: String,
}

fn hash(text: &str) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(text))
}

impl Party {
    async fn start() -> Self {
        let idp = MockIdp::builder()
            .seed(1)
            .slow_answers(std::time::Duration::from_millis(5))
            .on_current_runtime()
            .start()
            .await
            .expect("a free port");
        idp.clock().freeze();
        let told = Client::start(StatusCode::OK).await;
        let uri = Some(told.uri.clone());
        idp.clients().change(CLIENT, |client| client.backchannel_logout_uri = uri).expect("the client");
        Self { idp, browser: Browser::new(), made: Cell::new(0), keeps: Cell::new(false), told }
    }

    fn secret(&self) -> String {
        self.made.set(self.made.get() + 1);
        hash(&self.made.get().to_string())
    }

    /// A sign-in of Dana in a browser of her own; an empty value is as good as none.
    async fn begin(&self, changed: Pairs<'_>) -> Begun {
        let (state, nonce, verifier) = (self.secret(), self.secret(), self.secret());
        let challenge = hash(&verifier);
        let scope = "openid profile email offline_access";
        let mut params = vec![
            ("state", state.as_str()),
            ("nonce", &nonce),
            ("code_challenge", &challenge),
            ("scope", scope),
        ];
        params.extend(changed);
        let browser = Browser::new();
        let asked = browser.authorize(&self.idp, &params).await;
        let form = [("interaction", asked.interaction()), ("person", "dana".to_owned())];
        let form = form.each_ref().map(|(name, value)| (*name, value.as_str()));
        let refused = asked.location.is_some();
        let answer =
            if refused { asked } else { browser.post(&self.idp.url("/account/people"), &form).await };
        let code = answer.location.as_ref().and_then(|_| answer.param("code")).unwrap_or_default();
        Begun { code, verifier }
    }

    /// A browser brings a code that nobody asked for.
    async fn unsolicited(&self) -> String {
        let launch = self.idp.people().launch("dana", Launch::of(CLIENT).unsolicited()).expect("a launch");
        Browser::new().get(&launch).await.param("code").expect("a code")
    }

    /// A browser comes from the portal, and an honest sign-in follows.
    async fn launched(&self) {
        let launch = self.idp.people().launch("dana", Launch::of(CLIENT)).expect("a launch");
        Browser::new().get(&launch).await;
        self.honest().await;
    }

    async fn redeem(&self, begun: &Begun, changed: Pairs<'_>) -> Answer {
        self.browser.send(self.redemption(begun, changed)).await
    }

    fn redemption(&self, begun: &Begun, changed: Pairs<'_>) -> reqwest::RequestBuilder {
        let mut form = vec![
            ("grant_type", "authorization_code"),
            ("code", begun.code.as_str()),
            ("redirect_uri", CALLBACK),
            ("code_verifier", &begun.verifier),
        ];
        form.retain(|(name, _)| !changed.iter().any(|(other, _)| other == name));
        form.extend(changed);
        self.browser.token_request(&self.idp, &form)
    }

    async fn tokens(&self) -> Value {
        self.redeem(&self.begin(&[]).await, &[]).await.json()
    }

    async fn userinfo(&self, tokens: &Value) {
        self.browser.userinfo(&self.idp, text(tokens, "access_token")).await;
    }

    async fn refresh(&self, tokens: &Value) -> Answer {
        let form = [("grant_type", "refresh_token"), ("refresh_token", text(tokens, "refresh_token"))];
        self.browser.token(&self.idp, &form).await
    }

    async fn get(&self, path: &str, params: Pairs<'_>) -> Answer {
        let query = crate::support::encode(&params.iter().copied().collect());
        self.browser.get(&self.idp.url(&format!("{path}?{query}"))).await
    }

    async fn fetch(&self, document: &str) {
        if !self.keeps.get() {
            self.get(document, &[]).await;
        }
    }

    async fn honest(&self) {
        self.fetch("/.well-known/openid-configuration").await;
        let tokens = self.tokens().await;
        self.fetch("/.well-known/openid-configuration/jwks").await;
        self.userinfo(&tokens).await;
        let tokens = self.refresh(&tokens).await.json();
        let hint = [
            ("id_token_hint", text(&tokens, "id_token")),
            ("client_id", CLIENT),
            ("post_logout_redirect_uri", SIGNED_OUT),
            ("state", "of the logout"),
        ];
        self.get("/connect/endsession", &hint).await;
    }

    /// Whoever was signed in is not any more, and the relying party answers what it is told of that.
    async fn told(&self, answer: StatusCode) {
        self.told.answers(answer);
        self.idp.people().sign_out_everywhere("dana").await.expect("dana");
    }

    /// What struck has to be refused, and an odd answer taken.
    async fn honest_through_faults(&self) {
        let arm = |fault: &str| self.idp.faults().arm(fault, Target::person("dana"), 1).expect("a fault");
        arm("authz-state-wrong");
        self.begin(&[]).await;
        arm("sig-bad-rs256");
        self.tokens().await;
        arm("ok-aud-array");
        self.userinfo(&self.tokens().await).await;
        arm("tok-503");
        assert_eq!(self.redeem(&self.begin(&[]).await, &[]).await.status, 503);
        self.told(StatusCode::OK).await;
        self.honest().await;
        arm("out-bcl-wrong-aud");
        self.told(StatusCode::BAD_REQUEST).await;
    }

    fn verdict(&self) -> Judgement {
        self.idp.verdict().of(CLIENT)
    }
}

fn text<'a>(tokens: &'a Value, name: &str) -> &'a str {
    tokens[name].as_str().unwrap_or_else(|| panic!("no {name}: {tokens}"))
}

/// What a check of the main client came to.
fn outcome(party: &Party, check: &str) -> Outcome {
    let judgement = party.verdict();
    let found = |outcome| judgement.with(outcome).any(|(_, it)| it.id == check);
    let all = [Outcome::Pass, Outcome::Fail, Outcome::NotSeen];
    all.into_iter().find(|outcome| found(*outcome)).unwrap_or_else(|| panic!("no check {check}"))
}

fn ids(judgement: &Judgement, outcome: Outcome) -> Vec<&str> {
    judgement.with(outcome).map(|(_, check)| check.id).collect()
}

#[tokio::test]
async fn an_honest_relying_party_passes_every_check() {
    let party = Party::start().await;
    for _ in 0..3 {
        party.honest().await;
        party.keeps.set(true);
    }
    party.told(StatusCode::OK).await;
    assert_eq!(ids(&party.verdict(), Outcome::Fail), [""; 0], "{}", party.verdict().text());
    let need_more = [
        "unsolicited-code-refused",
        "errors-not-retried",
        "bad-answer-not-redeemed",
        "bad-token-not-used",
        "honest-token-used",
        "bad-logout-token-refused",
    ];
    assert_eq!(ids(&party.verdict(), Outcome::NotSeen), need_more);
    party.honest_through_faults().await;
    party.unsolicited().await;
    party.launched().await;
    assert_eq!(ids(&party.verdict(), Outcome::NotSeen), [""; 0], "{}", party.verdict().text());
    party.idp.verdict().assert_clean();
}

#[tokio::test]
async fn honest_sign_ins_under_every_fault_stay_clean() {
    let staged = mock_idp::catalogue().filter(|fault| fault.staged_by == mock_idp::StagedBy::Provider);
    // This provider has no handshake to strike.
    let staged = staged.filter(|fault| fault.strikes != [mock_idp::Point::Handshake]);
    // Those would strike the honest refresh afterwards.
    for fault in staged.filter(|fault| !fault.id.starts_with("tok-refresh-")) {
        let party = Party::start().await;
        party.honest().await;
        party.told(StatusCode::OK).await;
        // Two sessions end at last.
        let at_logout = fault.strikes == [mock_idp::Point::LogoutToken];
        let times = if at_logout { 2 } else { 1 };
        let armed = party.idp.faults().arm(fault.id, Target::person("dana"), times).expect("a fault");
        let begun = party.begin(&[]).await;
        let refuse = fault.verdict == mock_idp::Verdict::Refuse;
        let at_answer = fault.strikes == [mock_idp::Point::Authorization];
        if !(begun.code.is_empty() || (refuse && at_answer)) {
            let answer = party.browser.reach(party.redemption(&begun, &[]), &armed).await;
            if let Ok(tokens) = serde_json::from_str::<Value>(&answer.body)
                && !refuse
                && tokens["access_token"].is_string()
            {
                party.userinfo(&tokens).await;
            }
        }
        // Nothing honest can be done with an answer that never comes.
        if fault.id.starts_with("net-") || ["disc-flap-timeout", "ui-hang"].contains(&fault.id) {
            armed.disarm();
        }
        party.honest().await;
        party.told(if refuse && at_logout { StatusCode::BAD_REQUEST } else { StatusCode::OK }).await;
        let verdict = party.verdict();
        assert_eq!(ids(&verdict, Outcome::Fail), [""; 0], "{}: {}", fault.id, verdict.text());
    }
}

/// Does one thing wrong; the check that has to see it, and those that cannot help seeing it too.
async fn misbehave(party: &Party, check: &str) -> &'static [&'static str] {
    let twice = |changed: &'static [(&'static str, &'static str)]| async move {
        for _ in 0..2 {
            let begun = party.begin(changed).await;
            party.redeem(&begun, &[]).await;
        }
    };
    let same = "Fhk2c0zqhXb1mJ9uYk3vTAFhk2c0zqhXb1mJ9uYk3vTA";
    let unbound = [("nonce", ""), ("code_challenge", ""), ("code_challenge_method", "")];
    let another = "a-verifier-that-was-never-hashed-to-this-challenge";
    match check {
        "state-present" => drop(party.begin(&[("state", "")]).await),
        "state-unique" => {
            twice(&[("state", "Fhk2c0zqhXb1mJ9uYk3vTAFhk2c0zqhXb1mJ9uYk3vTA")]).await;
            return &["state-unguessable"];
        }
        "state-unguessable" => drop(party.begin(&[("state", "42")]).await),
        "nonce-present" => {
            party.begin(&unbound).await;
            return &["pkce-present"];
        }
        "nonce-unique" => {
            twice(&[("nonce", "Fhk2c0zqhXb1mJ9uYk3vTAFhk2c0zqhXb1mJ9uYk3vTA")]).await;
            return &["nonce-unguessable"];
        }
        "nonce-unguessable" => {
            for nonce in ["Fhk2c0zqhXb1mJ9uYk3vTA-0001", "Fhk2c0zqhXb1mJ9uYk3vTA-0002"] {
                party.begin(&[("nonce", nonce)]).await;
            }
        }
        "pkce-present" => {
            party.begin(&unbound).await;
            return &["nonce-present"];
        }
        "pkce-s256" => {
            party.begin(&[("code_challenge", same), ("code_challenge_method", "plain")]).await;
        }
        "pkce-unique" => {
            let challenge = hash(another);
            for _ in 0..2 {
                let code = party.begin(&[("code_challenge", &challenge)]).await.code;
                party.redeem(&Begun { code, verifier: another.to_owned() }, &[]).await;
            }
        }
        "pkce-verifier" => drop(party.redeem(&party.begin(&[]).await, &[("code_verifier", another)]).await),
        "unsolicited-code-refused" => {
            let code = party.unsolicited().await;
            party.redeem(&Begun { code, verifier: String::new() }, &[]).await;
        }
        "redirect-uri-sent" => drop(party.redeem(&party.begin(&[]).await, &[("redirect_uri", "")]).await),
        "code-once" => {
            let begun = party.begin(&[]).await;
            for _ in 0..2 {
                party.redeem(&begun, &[]).await;
            }
        }
        "code-only-at-token-endpoint" => {
            let begun = party.begin(&[]).await;
            party.get("/connect/userinfo", &[("code", &begun.code)]).await;
        }
        "code-prompt" => return be_late(party).await,
        "errors-not-retried" => {
            party.idp.faults().arm("tok-invalid-grant-unknown", Target::person("dana"), 2).expect("a fault");
            let begun = party.begin(&[]).await;
            for _ in 0..2 {
                party.redeem(&begun, &[]).await;
            }
        }
        _ => return misbehave_further(party, check).await,
    }
    &[]
}

/// Time runs by itself here, as far as the provider can tell: nobody moved its clock.
async fn be_late(party: &Party) -> &'static [&'static str] {
    for codes in 1..=2 {
        let begun = party.begin(&[]).await;
        party.idp.clock().skew(SignedDuration::from_secs(90 * codes));
        party.redeem(&begun, &[]).await;
    }
    &[]
}

async fn misbehave_further(party: &Party, check: &str) -> &'static [&'static str] {
    let arm = |fault: &str| party.idp.faults().arm(fault, Target::person("dana"), 1).expect("a fault");
    match check {
        "refresh-token-once" => {
            let tokens = party.tokens().await;
            for _ in 0..2 {
                party.refresh(&tokens).await;
            }
        }
        "bad-answer-not-redeemed" => {
            arm("authz-state-wrong");
            party.redeem(&party.begin(&[]).await, &[]).await;
        }
        "bad-token-not-used" => {
            arm("idt-nonce-wrong");
            party.userinfo(&party.tokens().await).await;
        }
        "honest-token-used" => {
            party.userinfo(&party.tokens().await).await;
            arm("ok-aud-array");
            party.tokens().await;
        }
        "no-secret-in-url" => {
            let tokens = party.tokens().await;
            party.get("/connect/userinfo", &[("access_token", text(&tokens, "access_token"))]).await;
        }
        "client-authentication-consistent" => {
            party.tokens().await;
            let begun = party.begin(&[]).await;
            let form = [
                ("grant_type", "authorization_code"),
                ("code", begun.code.as_str()),
                ("redirect_uri", CALLBACK),
                ("code_verifier", &begun.verifier),
                ("client_id", CLIENT),
                ("client_secret", SECRET),
            ];
            party.browser.post(&party.idp.url("/connect/token"), &form).await;
        }
        "logout-hint" => {
            party.tokens().await;
            let form = [("client_id", CLIENT), ("post_logout_redirect_uri", SIGNED_OUT)];
            party.get("/connect/endsession", &form).await;
        }
        "logout-return" => {
            let tokens = party.tokens().await;
            party.get("/connect/endsession", &[("id_token_hint", text(&tokens, "id_token"))]).await;
        }
        "bad-logout-token-refused" => {
            party.tokens().await;
            arm("out-bcl-no-event");
            party.told(StatusCode::OK).await;
        }
        "honest-logout-token-obeyed" => {
            party.userinfo(&party.tokens().await).await;
            party.told(StatusCode::BAD_REQUEST).await;
        }
        "discovery-cached" | "keys-cached" => {
            let path = if check == "keys-cached" {
                "/.well-known/openid-configuration/jwks"
            } else {
                "/.well-known/openid-configuration"
            };
            for _ in 0..8 {
                party.get(path, &[]).await;
                party.tokens().await;
            }
        }
        other => panic!("nobody fails {other}"),
    }
    &[]
}

#[tokio::test]
async fn every_check_is_failed_by_the_one_thing_it_is_about() {
    let party = Party::start().await;
    party.honest().await;
    let all: Vec<&'static str> = party.idp.verdict().clients[0].checks.iter().map(|check| check.id).collect();
    assert_eq!(all.len(), 28);
    for check in all {
        let party = Party::start().await;
        let too = misbehave(&party, check).await;
        let verdict = party.verdict();
        let failed: Vec<_> =
            ids(&verdict, Outcome::Fail).into_iter().filter(|id| !too.contains(id)).collect();
        assert_eq!(failed, [check], "{}", verdict.text());
        let mut all = verdict.with(Outcome::Fail).map(|(_, failed)| failed);
        let failed = all.find(|failed| failed.id == check).expect("a failure");
        assert!(!failed.detail.is_empty() && !failed.entries.is_empty(), "{failed:?}");
    }
}

fn check(party: &Party, id: &str) -> Check {
    let verdict = party.verdict();
    let check = verdict.clients[0].checks.iter().find(|check| check.id == id);
    check.unwrap_or_else(|| panic!("no check {id}")).clone()
}

#[tokio::test]
async fn what_takes_two_sign_ins_is_not_passed_after_one() {
    let party = Party::start().await;
    party.tokens().await;
    let take_two = ["state-unique", "nonce-unique", "pkce-unique", "client-authentication-consistent"];
    for id in take_two {
        let check = check(&party, id);
        assert_eq!(check.outcome, Outcome::NotSeen, "{id}");
        assert!(
            check.detail.contains("takes two") || check.detail.contains("takes twice"),
            "{}",
            check.detail
        );
    }
    party.tokens().await;
    for id in take_two {
        assert_eq!(check(&party, id).outcome, Outcome::Pass, "{id}");
    }
}

#[tokio::test]
async fn a_code_that_nobody_issued_passes_nothing() {
    let party = Party::start().await;
    let made_up = Begun { code: "made-up".to_owned(), verifier: hash("x") };
    assert_eq!(party.redeem(&made_up, &[]).await.status, 400);
    for id in ["code-once", "redirect-uri-sent", "pkce-verifier", "code-only-at-token-endpoint"] {
        assert_eq!(check(&party, id).outcome, Outcome::NotSeen, "{id}");
    }
    assert_eq!(check(&party, "code-once").detail, "no code was taken");
}

#[tokio::test]
async fn whether_documents_are_kept_takes_so_many_sign_ins_that_it_can_be_told() {
    for (document, id) in [
        ("/.well-known/openid-configuration", "discovery-cached"),
        ("/.well-known/openid-configuration/jwks", "keys-cached"),
    ] {
        let party = Party::start().await;
        for _ in 0..5 {
            party.tokens().await;
            party.get(document, &[]).await;
        }
        let few = check(&party, id);
        assert_eq!(few.outcome, Outcome::NotSeen);
        assert!(few.detail.starts_with("too few sign-ins: 5 were seen, and 6 tell"), "{}", few.detail);
        party.tokens().await;
        party.get(document, &[]).await;
        assert_eq!(check(&party, id).outcome, Outcome::Fail);
        // Whoever got along without a fetch is seen to keep it.
        let party = Party::start().await;
        party.tokens().await;
        party.get(document, &[]).await;
        assert_eq!(check(&party, id).outcome, Outcome::NotSeen);
        party.tokens().await;
        assert_eq!(check(&party, id).outcome, Outcome::Pass);
    }
}

#[tokio::test]
async fn a_page_that_is_loaded_again_is_no_second_sign_in() {
    let party = Party::start().await;
    let (state, nonce, verifier) = (party.secret(), party.secret(), party.secret());
    let challenge = hash(&verifier);
    let params = [("state", state.as_str()), ("nonce", &nonce), ("code_challenge", &challenge)];
    party.begin(&params).await;
    let code = party.begin(&params).await.code;
    party.redeem(&Begun { code, verifier: verifier.clone() }, &[]).await;
    party.begin(&params).await;
    assert_eq!(ids(&party.verdict(), Outcome::Fail), [""; 0], "{}", party.verdict().text());
    let code = party.begin(&params).await.code;
    party.redeem(&Begun { code, verifier }, &[]).await;
    let again = ["state-unique", "state-unguessable", "nonce-unique", "nonce-unguessable", "pkce-unique"];
    assert_eq!(ids(&party.verdict(), Outcome::Fail), again);
}

fn promptness(party: &Party) -> Option<String> {
    let verdict = party.verdict();
    let check = verdict.with(Outcome::NotSeen).find(|(_, check)| check.id == "code-prompt");
    check.map(|(_, check)| check.detail.clone())
}

#[tokio::test]
async fn one_slow_browser_and_a_clock_that_a_test_moved_blame_nobody() {
    let party = Party::start().await;
    let slow = || async {
        let begun = party.begin(&[]).await;
        party.idp.clock().advance(SignedDuration::from_mins(4));
        party.redeem(&begun, &[]).await;
    };
    slow().await;
    let kept = "the only code came late, and a browser may have kept it";
    assert_eq!(promptness(&party).as_deref(), Some(kept));
    slow().await;
    assert_eq!(promptness(&party).as_deref(), Some("the clock was moved"));
}

#[tokio::test]
async fn a_code_that_somebody_put_into_another_browser_blames_nobody() {
    let party = Party::start().await;
    party.idp.faults().arm("tok-reuse-lenient", Target::person("dana"), 1).expect("a fault");
    let (stolen, own) = (party.begin(&[]).await, party.begin(&[]).await);
    party.redeem(&stolen, &[]).await;
    let put_in = Begun { code: stolen.code, verifier: own.verifier };
    assert_eq!(party.redeem(&put_in, &[]).await.status, 400);
    party.verdict().assert_clean();
}

#[tokio::test]
async fn a_clean_verdict_needs_somebody_who_was_seen() {
    let party = Party::start().await;
    let nobody = std::panic::catch_unwind(|| Judgement::default().assert_clean());
    assert!(nobody.is_err());
    party.begin(&[("state", "")]).await;
    let verdict = party.verdict();
    let panic = std::panic::catch_unwind(|| verdict.assert_clean()).expect_err("it is not clean");
    let text = panic.downcast_ref::<String>().expect("a sentence");
    assert!(text.contains("FAIL      state-present") && text.contains("RFC 9700 4.7.1"), "{text}");
}

#[tokio::test]
async fn the_verdict_is_there_as_text_json_and_junit_and_shows_no_secret() {
    let party = Party::start().await;
    let tokens = party.tokens().await;
    let access_token = text(&tokens, "access_token").to_owned();
    party.get("/connect/userinfo", &[("access_token", &access_token)]).await;
    party.get("/connect/authorize", &[("client_id", "<other>")]).await;
    let ask = |query: &str| {
        let party = &party;
        let address = party.idp.url(&format!("/_control/verdict?{query}"));
        async move { party.browser.get(&address).await }
    };
    let json = ask("client=kaseya-mdr").await;
    let checks: Vec<(String, String)> = json.json()["clients"][0]["checks"]
        .as_array()
        .expect("checks")
        .iter()
        .map(|check| {
            (
                check["id"].as_str().expect("an id").to_owned(),
                check["outcome"].as_str().expect("one").to_owned(),
            )
        })
        .collect();
    assert!(checks.contains(&("no-secret-in-url".to_owned(), "fail".to_owned())), "{checks:?}");
    assert!(checks.contains(&("logout-hint".to_owned(), "not_seen".to_owned())), "{checks:?}");
    let as_text = ask("format=text").await;
    assert!(as_text.body.contains("access_token stood in an address"), "{}", as_text.body);
    let junit = ask("client=kaseya-mdr&format=junit").await;
    assert_eq!(junit.headers["content-type"], "application/xml");
    assert!(junit.body.contains("failures=\"1\"") && junit.body.contains("<skipped"), "{}", junit.body);
    for answer in [&json, &as_text, &junit] {
        assert!(!answer.body.contains(&access_token));
    }
    let nobody = ask("client=kaseya-mrd&format=junit").await;
    assert!(nobody.status == 404 && nobody.body.contains("kaseya-mdr"), "no green report: {}", nobody.body);
    assert_eq!(
        ask("client=spa").await.json()["clients"],
        serde_json::json!([]),
        "it is there, and was not seen"
    );
    assert_eq!(ask("format=yaml").await.status, 422);
    assert_eq!(ask("clinet=x").await.status, 422);
}

#[tokio::test]
async fn clients_are_judged_each_for_itself() {
    let party = Party::start().await;
    party.honest().await;
    let spa = party.idp.clients().get("spa").expect("a client");
    let guessed = [("client_id", "spa"), ("redirect_uri", spa.redirect_uris[0].as_str()), ("state", "1")];
    party.begin(&guessed).await;
    party.verdict().assert_clean();
    let other = party.idp.verdict().of("spa");
    assert_eq!(ids(&other, Outcome::Fail), ["state-unguessable"]);
    let cached: Option<&Check> = other.clients[0].checks.iter().find(|check| check.id == "keys-cached");
    assert_eq!(cached.map(|check| check.outcome), Some(Outcome::NotSeen), "nobody says who fetched");
}

#[tokio::test]
async fn a_verdict_says_how_much_the_journal_had_forgotten() {
    let idp = MockIdp::start().await;
    let browser = Browser::new();
    let long = "x".repeat(60_000);
    let form = [("grant_type", "authorization_code"), ("client_id", CLIENT), ("code", &*long)];
    for _ in 0..400 {
        browser.post(&idp.url("/connect/token"), &form).await;
    }
    let (judged, kept) = (idp.verdict(), idp.journal().len());
    assert_eq!(judged.forgotten, 400 - kept as u64);
    assert!((200..300).contains(&kept), "32 MiB, each entry twice 60 kB: {kept}");
    let sentence = format!("{} older exchanges gave way to newer ones and are not judged", judged.forgotten);
    assert!(judged.text().contains(&sentence), "{}", judged.text());
    assert!(judged.junit().contains(&format!("name=\"forgotten exchanges\" value=\"{}\"", judged.forgotten)));
    assert_eq!(judged.of(CLIENT).json()["forgotten"], judged.forgotten);
    idp.journal().clear();
    assert_eq!(idp.verdict(), Judgement::default());
}

#[tokio::test]
async fn a_rule_that_lets_the_answer_through_excuses_nothing() {
    for (then, again) in [
        (Then::DelayMs(1), Outcome::Fail),
        (Then::Padding(1_000), Outcome::Fail),
        (Then::Truncate, Outcome::NotSeen),
        (Then::Reset, Outcome::NotSeen),
    ] {
        let party = Party::start().await;
        let begun = party.begin(&[]).await;
        let rule = party.idp.when(When::operation("token").nth(1)).then(then.clone()).expect("a rule");
        let _ = party.redemption(&begun, &[]).send().await;
        assert_eq!(rule.fired(), 1);
        party.redeem(&begun, &[]).await;
        let verdict = party.verdict();
        let once = verdict.clients[0].checks.iter().find(|check| check.id == "code-once").expect("a check");
        assert_eq!(once.outcome, again, "{then:?}: {}", verdict.text());
    }
}

#[tokio::test]
async fn whoever_is_told_a_nonce_may_send_the_same_again() {
    let party = Party::start().await;
    party.idp.clients().change(CLIENT, |client| client.dpop_nonces = true).expect("the client");
    let begun = party.begin(&[]).await;
    let signer = Signer::of("ES256");
    let redeem = async |claims: Value| {
        let proof = signer.proof(&claims);
        party.browser.send(party.redemption(&begun, &[]).header("dpop", proof)).await
    };
    let at = party.idp.clock().now().as_second();
    let address = party.idp.url("/connect/token");
    let mut claims = serde_json::json!({"htm": "POST", "htu": address, "iat": at, "jti": "1"});
    let told = redeem(claims.clone()).await;
    assert_eq!(told.json()["error"], "use_dpop_nonce");
    claims["nonce"] = told.headers["dpop-nonce"].to_str().expect("a nonce").into();
    claims["jti"] = "2".into();
    assert_eq!(redeem(claims).await.status, 200);
    assert_eq!(ids(&party.verdict(), Outcome::Fail), [""; 0], "{}", party.verdict().text());
}

#[tokio::test]
async fn nobody_is_blamed_for_what_another_client_did() {
    let party = Party::start().await;
    let thief = fixtures::Client {
        redirect_uris: vec![CALLBACK.to_owned()],
        ..fixtures::Client::new("thief").with_secret("a secret of the thief")
    };
    party.idp.clients().add(thief);
    let begun = party.begin(&[]).await;
    let tokens = party.redeem(&begun, &[]).await.json();
    let by_thief = [("client_id", "thief"), ("client_secret", "a secret of the thief")];
    let post = async |path: &str, form: Pairs<'_>| {
        let form: Vec<_> = form.iter().chain(&by_thief).copied().collect();
        Browser::new().post(&party.idp.url(path), &form).await
    };
    let code = [("grant_type", "authorization_code"), ("code", &*begun.code)];
    assert_eq!(post("/connect/token", &code).await.json()["error"], "invalid_grant");
    let refresh = [("grant_type", "refresh_token"), ("refresh_token", text(&tokens, "refresh_token"))];
    assert_eq!(post("/connect/token", &refresh).await.json()["error"], "invalid_grant");
    post("/connect/introspect", &[("token", text(&tokens, "refresh_token"))]).await;
    assert_eq!(ids(&party.verdict(), Outcome::Fail), [""; 0], "{}", party.verdict().text());
    let of_thief = party.idp.journal().find(&JournalQuery::default().client("thief"));
    assert_eq!(of_thief.len(), 3);
    assert_eq!(of_thief[0].person.as_deref(), Some("dana"), "whom it was about is known all the same");
    // What the thief tried revoked nothing.
    assert_eq!(party.refresh(&tokens).await.status, 200);
}

#[tokio::test]
async fn a_request_by_reference_has_what_its_object_has() {
    let party = Party::start().await;
    let site = crate::requests::Site::start().await;
    let signer = Signer::of("ES256");
    let uri = format!("{}/request", site.url);
    party
        .idp
        .clients()
        .change(CLIENT, |client| {
            client.request_uris = vec![uri.clone()];
            client.jwks = Some(signer.jwks());
        })
        .expect("the client");
    for _ in 0..2 {
        let (state, nonce, verifier) = (party.secret(), party.secret(), party.secret());
        let object = serde_json::json!({
            "iss": CLIENT, "aud": party.idp.issuer(), "client_id": CLIENT, "response_type": "code",
            "redirect_uri": CALLBACK, "scope": "openid", "state": state, "nonce": nonce,
            "code_challenge": hash(&verifier), "code_challenge_method": "S256", "exp": crate::assertions::soon(),
        });
        site.put("/request", signer.sign(&object));
        let browser = Browser::new();
        let query = format!("client_id={CLIENT}&response_type=code&scope=openid&request_uri={uri}");
        let page = browser.get(&party.idp.url(&format!("/connect/authorize?{query}"))).await;
        let page = browser.get(&party.idp.url(page.location.as_deref().expect("a page"))).await;
        let form = [("interaction", &*page.interaction()), ("person", "dana")];
        let code =
            browser.post(&party.idp.url("/account/people"), &form).await.param("code").expect("a code");
        assert_eq!(party.redeem(&Begun { code, verifier }, &[]).await.status, 200);
    }
    for check in ["state-present", "nonce-present", "pkce-present"] {
        assert_eq!(outcome(&party, check), Outcome::Pass, "{check}");
    }
}

#[tokio::test]
async fn who_signs_in_without_a_page_leaves_the_request_where_it_is() {
    for field in ["sub", "username"] {
        let party = Party::start().await;
        for _ in 0..2 {
            let (state, nonce, verifier) = (party.secret(), party.secret(), party.secret());
            let challenge = hash(&verifier);
            let address = authorize_url(
                &party.idp,
                &[("state", &*state), ("nonce", &nonce), ("code_challenge", &challenge)],
            );
            let code = Browser::new().post(&address, &[(field, "dana")]).await.param("code").expect("a code");
            assert_eq!(party.redeem(&Begun { code, verifier }, &[]).await.status, 200);
        }
        for check in ["state-present", "state-unique", "nonce-present", "pkce-present"] {
            assert_eq!(outcome(&party, check), Outcome::Pass, "{check}, posted {field}");
        }
    }
}

#[tokio::test]
async fn nobody_is_blamed_for_where_others_put_a_code() {
    let party = Party::start().await;
    party.honest().await;
    let begun = party.begin(&[]).await;
    assert_eq!(party.redeem(&begun, &[]).await.status, 200);
    let code = begun.code.as_str();
    let browser = Browser::new();
    browser.get(&party.idp.url(&format!("/favicon.ico?code={code}"))).await;
    browser.post(&party.idp.url("/connect/introspect"), &[("client_id", "worker"), ("token", code)]).await;
    browser.post(&party.idp.url("/connect/par"), &[("client_id", "spa"), ("state", code)]).await;
    assert_eq!(outcome(&party, "code-only-at-token-endpoint"), Outcome::Pass);
    browser.get(&party.idp.url(&format!("/connect/userinfo?client_id={CLIENT}&code={code}"))).await;
    assert_eq!(outcome(&party, "code-only-at-token-endpoint"), Outcome::Fail);
}

#[tokio::test]
async fn who_left_a_slow_answer_may_ask_again() {
    let wait = std::time::Duration::from_secs(30);
    let idp = MockIdp::builder().seed(1).slow_answers(wait).start().await.expect("a free port");
    let browser = Browser::new();
    let code = browser.sign_in(&idp, "dana", &[]).await.param("code").expect("a code");
    let armed = idp.faults().arm("ok-slow", Target::next(), 1).expect("a fault");
    let leaving = browser.redemption(&idp, &code);
    let leaving = tokio::spawn(leaving.send());
    while armed.fired() == 0 {
        tokio::task::yield_now().await;
    }
    leaving.abort();
    let seen = idp.journal().wait_for(&JournalQuery::operation("token"), 1, wait).await.expect("the request");
    assert_eq!(
        (seen[0].delivery, seen[0].faults.as_slice()),
        (Some(mock_idp::Delivery::Left), &["ok-slow"][..])
    );
    assert_eq!(browser.redeem(&idp, &code).await.json()["error"], "invalid_grant");
    let verdict = idp.verdict();
    let check = verdict.of(CLIENT).with(Outcome::Fail).find(|(_, check)| check.id == "code-once").is_none();
    assert!(check, "{}", verdict.text());
}

#[tokio::test]
async fn nobody_is_blamed_for_what_was_sent_without_its_secret() {
    let party = Party::start().await;
    party.honest().await;
    let begun = party.begin(&[]).await;
    let tokens = party.redeem(&begun, &[]).await.json();
    let stranger = Browser::new();
    let code = [("grant_type", "authorization_code"), ("code", &*begun.code), ("redirect_uri", CALLBACK)];
    let refresh = [("grant_type", "refresh_token"), ("refresh_token", text(&tokens, "refresh_token"))];
    for form in [&code[..], &refresh] {
        for secret in [&[][..], &[("client_secret", "guessed")]] {
            let form: Vec<_> = form.iter().chain(&[("client_id", CLIENT)]).chain(secret).copied().collect();
            assert_eq!(stranger.post(&party.idp.url("/connect/token"), &form).await.status, 401);
        }
    }
    assert_eq!(ids(&party.verdict(), Outcome::Fail), [""; 0], "{}", party.verdict().text());
    // Whoever has the secret is the client.
    assert_eq!(party.redeem(&begun, &[]).await.json()["error"], "invalid_grant");
    assert_eq!(outcome(&party, "code-once"), Outcome::Fail);
}

#[tokio::test]
async fn nobody_is_blamed_for_a_value_on_a_page_or_in_the_address_of_a_document() {
    let party = Party::start().await;
    party.honest().await;
    let begun = party.begin(&[]).await;
    let tokens = party.redeem(&begun, &[]).await.json();
    let values =
        [("client_id", CLIENT), ("code", &*begun.code), ("access_token", text(&tokens, "access_token"))];
    for path in ["/portal", "/account/login", "/device", "/", "/.well-known/openid-configuration"] {
        party.get(path, &values).await;
        party.get(path, &values[1..]).await;
    }
    assert_eq!(ids(&party.verdict(), Outcome::Fail), [""; 0], "{}", party.verdict().text());
    // Where there are several clients, one that nobody names proves none.
    let spa = party.idp.clients().get("spa").expect("a client");
    party.begin(&[("client_id", "spa"), ("redirect_uri", spa.redirect_uris[0].as_str())]).await;
    party.get("/connect/authorize", &values[1..]).await;
    assert_eq!(ids(&party.verdict(), Outcome::Fail), [""; 0], "{}", party.verdict().text());
    party.get("/connect/userinfo", &values).await;
    let failed = ["code-only-at-token-endpoint", "no-secret-in-url"];
    assert_eq!(ids(&party.verdict(), Outcome::Fail), failed);
}

#[tokio::test]
async fn a_client_with_a_secret_may_have_a_nonce_in_place_of_pkce_and_pkce_in_place_of_a_nonce() {
    let by_nonce = [("code_challenge", ""), ("code_challenge_method", "")];
    let by_pkce = [("nonce", "")];
    for request in [&by_nonce[..], &by_pkce] {
        let party = Party::start().await;
        for _ in 0..2 {
            let mut begun = party.begin(request).await;
            if request.len() > 1 {
                begun.verifier.clear();
            }
            assert_eq!(party.redeem(&begun, &[]).await.status, 200);
        }
        assert_eq!(ids(&party.verdict(), Outcome::Fail), [""; 0], "{}", party.verdict().text());
        for id in ["nonce-present", "pkce-present"] {
            assert_eq!(check(&party, id).outcome, Outcome::Pass, "{id}");
        }
    }
}

#[tokio::test]
async fn a_verdict_on_nobody_is_red_and_what_is_excepted_is_left_out() {
    let party = Party::start().await;
    let read = async |query: &str| {
        let request = party.browser.http().get(format!("{}/verdict?{query}", party.idp.control_url()));
        party.browser.send(request).await
    };
    let nobody = read("format=junit").await;
    assert!(
        nobody.body.contains("errors=\"1\"") && nobody.body.contains("no relying party was seen"),
        "{}",
        nobody.body
    );
    assert_eq!(read("fail=true").await.status, 409, "nothing is proven");
    party.begin(&[("nonce", ""), ("code_challenge", ""), ("code_challenge_method", "")]).await;
    assert_eq!(read("").await.status, 200);
    let failed = read("fail=true&format=text").await;
    assert_eq!(failed.status, 409);
    assert!(failed.body.contains("FAIL"), "{}", failed.body);
    for format in ["json", "text", "junit", "html"] {
        let (usual, gated) =
            (read(&format!("format={format}")).await, read(&format!("fail=true&format={format}")).await);
        assert_eq!((gated.status.as_u16(), &gated.body), (409, &usual.body), "{format}");
        assert_eq!(gated.headers.get("content-type"), usual.headers.get("content-type"), "{format}");
    }
    let excepted = read("fail=true&format=text&except=nonce-present,%20pkce-present").await;
    assert_eq!(excepted.status, 200, "{}", excepted.body);
    assert!(!excepted.body.contains("nonce-present: ") && excepted.body.contains("state-present: "));
    let misspelt = read("except=nonce-presnt").await;
    assert_eq!(misspelt.status, 422);
    assert!(misspelt.body.contains("nonce-present"), "{}", misspelt.body);
    assert!(excepted.body.contains("left out on request: nonce-present, pkce-present"), "{}", excepted.body);
    for format in ["json", "junit", "html"] {
        let named = read(&format!("format={format}&except=pkce-unique")).await.body.to_lowercase();
        assert!(
            named.contains("pkce-unique")
                && named.contains(if format == "json" { "excepted" } else { "left out on request" }),
            "{named}"
        );
    }
    let verdict = party.idp.verdict();
    verdict.clone().except(&["nonce-present", "pkce-present"]).expect("checks").assert_clean();
    let all: Vec<_> = verdict.clients[0].checks.iter().map(|check| check.id).collect();
    assert_eq!(verdict.except(&all), Err(ExceptError::Everything));
    let unseen = Party::start().await.idp.verdict().except(&["nonce-presnt"]);
    assert!(unseen.unwrap_err().to_string().contains("did you mean \"nonce-present\""));
}

#[tokio::test]
async fn a_nonce_stands_for_pkce_only_where_an_id_token_says_it_again() {
    let party = Party::start().await;
    party.begin(&[("code_challenge", ""), ("code_challenge_method", "")]).await;
    let unjudged = check(&party, "pkce-present");
    assert_eq!(unjudged.outcome, Outcome::NotSeen);
    assert!(unjudged.detail.contains("no code was redeemed"), "{}", unjudged.detail);
    let party = Party::start().await;
    party.begin(&[("scope", "profile"), ("code_challenge", ""), ("code_challenge_method", "")]).await;
    assert_eq!(check(&party, "pkce-present").outcome, Outcome::Fail, "no ID token says the nonce again");
    let party = Party::start().await;
    party.begin(&[("response_type", "code id_token"), ("nonce", "")]).await;
    assert_eq!(
        check(&party, "nonce-present").detail,
        "a request for an ID token through the browser had no nonce"
    );
}

#[tokio::test]
async fn nobody_is_blamed_for_a_logout_token_that_says_little() {
    let (bad, honest) = ("bad-logout-token-refused", "honest-logout-token-obeyed");
    let outcomes = |party: &Party| (outcome(party, bad), outcome(party, honest));
    let nothing = (Outcome::NotSeen, Outcome::NotSeen);

    let party = Party::start().await;
    party.begin(&[]).await;
    party.told(StatusCode::BAD_REQUEST).await;
    assert_eq!(outcomes(&party), nothing, "of this session no ID token said anything");

    party.tokens().await;
    party.told(StatusCode::NOT_FOUND).await;
    assert_eq!(outcomes(&party), nothing, "nobody takes logout tokens there");
    assert_eq!(check(&party, bad).detail, "");

    for fault in ["out-bcl-replay-jti", "out-bcl-typ"] {
        party.tokens().await;
        party.idp.faults().arm(fault, Target::person("dana"), 1).expect("a fault");
        party.told(StatusCode::OK).await;
        assert_eq!(outcomes(&party), nothing, "{fault} is left to the relying party");
    }

    party.tokens().await;
    party.told(StatusCode::NO_CONTENT).await;
    assert_eq!(outcomes(&party), (Outcome::NotSeen, Outcome::Pass));
    party.told.answers(StatusCode::BAD_REQUEST);
    party.idp.replay().send_logout_token("dana", CLIENT).await.expect("a logout token");
    assert_eq!(outcomes(&party), (Outcome::NotSeen, Outcome::Pass), "it came a second time");

    party.tokens().await;
    party.idp.clock().advance(SignedDuration::from_secs(1));
    party.told(StatusCode::BAD_REQUEST).await;
    assert_eq!(outcomes(&party), (Outcome::NotSeen, Outcome::Pass), "the clock was moved");
}

#[tokio::test]
async fn a_relying_party_that_obeys_whatever_it_is_told_is_found_out() {
    for fault in mock_idp::catalogue().filter(|fault| fault.strikes == [mock_idp::Point::LogoutToken]) {
        let party = Party::start().await;
        party.tokens().await;
        party.told(StatusCode::OK).await;
        party.tokens().await;
        party.idp.faults().arm(fault.id, Target::person("dana"), 1).expect("a fault");
        party.told(StatusCode::OK).await;
        let binds = fault.binds == mock_idp::Binds::Everyone && fault.verdict == mock_idp::Verdict::Refuse;
        let expected = if binds { Outcome::Fail } else { Outcome::NotSeen };
        assert_eq!(outcome(&party, "bad-logout-token-refused"), expected, "{}", fault.id);
        assert_eq!(outcome(&party, "honest-logout-token-obeyed"), Outcome::Pass, "{}", fault.id);
    }
}

#[tokio::test]
async fn a_logout_token_is_refused_for_good_reasons_too() {
    let (bad, honest) = ("bad-logout-token-refused", "honest-logout-token-obeyed");
    let not_seen = |party: &Party, why: &str| {
        assert_eq!(outcome(party, bad), Outcome::NotSeen, "{why}");
        assert_eq!(outcome(party, honest), Outcome::NotSeen, "{why}");
    };
    let arm = |party: &Party, fault: &str| {
        party.idp.faults().arm(fault, Target::person("dana"), 1).expect("a fault")
    };
    for fault in ["ui-sub-mismatch", "ui-sub-missing"] {
        let party = Party::start().await;
        let armed = arm(&party, fault);
        party.userinfo(&party.tokens().await).await;
        assert_eq!(armed.fired(), 1);
        party.told(StatusCode::BAD_REQUEST).await;
        not_seen(&party, "user information had to be refused, so there was no session");
    }

    let party = Party::start().await;
    party.idp.when(When::operation("jwks")).then(Then::status(503)).expect("a rule");
    party.userinfo(&party.tokens().await).await;
    party.get("/.well-known/openid-configuration/jwks", &[]).await;
    party.told(StatusCode::BAD_REQUEST).await;
    not_seen(&party, "nobody could see the keys");

    let party = Party::start().await;
    arm(&party, "out-bcl-sub-only");
    arm(&party, "idt-exp-past");
    party.tokens().await;
    party.told(StatusCode::BAD_REQUEST).await;
    party.userinfo(&party.tokens().await).await;
    not_seen(&party, "what came later is no reason");

    let party = Party::start().await;
    party.tokens().await;
    arm(&party, "out-bcl-unknown-sid");
    party.told(StatusCode::OK).await;
    not_seen(&party, "of that session nothing was seen");

    let party = Party::start().await;
    party.tokens().await;
    party.told(StatusCode::OK).await;
    party.tokens().await;
    for fault in ["out-bcl-no-event", "out-bcl-replay-jti"] {
        arm(&party, fault);
    }
    party.told(StatusCode::OK).await;
    assert_eq!(outcome(&party, bad), Outcome::NotSeen, "the earlier token had its event");

    let party = Party::start().await;
    party.idp.clock().advance(SignedDuration::from_secs(3_600));
    party.tokens().await;
    arm(&party, "out-bcl-expired");
    party.told(StatusCode::OK).await;
    assert_eq!(outcome(&party, bad), Outcome::NotSeen, "by another clock it is good for a while");
}
