//! The console without its script: what it shows, what its forms do, and what it refuses.

use fixtures::Status;
use mock_idp::{MockIdp, Target, TokenKind};

use crate::support::{Answer, Browser};

pub(crate) const CONSOLE: &str = "/_control/console";

pub(crate) struct Console {
    pub(crate) idp: MockIdp,
    pub(crate) browser: Browser,
}

impl Console {
    pub(crate) async fn open() -> Self {
        let idp = MockIdp::builder().seed(1).on_current_runtime().start().await.expect("a free port");
        Self { idp, browser: Browser::new() }
    }

    pub(crate) async fn show(&self, query: &str) -> String {
        let page = self.browser.get(&self.idp.url(&format!("{CONSOLE}?{query}"))).await;
        assert_eq!((page.status.as_u16(), page.page()), (200, "console"));
        page.body
    }

    async fn post(&self, form: &str, fields: &[(&str, &str)]) -> Answer {
        self.browser.post(&self.idp.url(&format!("{CONSOLE}/{form}")), fields).await
    }

    /// What went right leads back to the page as it was.
    pub(crate) async fn done(&self, form: &str, fields: &[(&str, &str)], back: &str) {
        let answer = self.post(form, fields).await;
        let location = answer.location.as_deref();
        assert_eq!((answer.status.as_u16(), location), (303, Some(back)), "{}", answer.body);
    }

    async fn wrong(&self, form: &str, fields: &[(&str, &str)], sentence: &str) {
        let answer = self.post(form, fields).await;
        assert_eq!(answer.status, 422);
        let alert = format!("role=\"alert\">{sentence}");
        assert!(answer.body.contains(&alert), "no {sentence:?} in {}", answer.body);
    }

    fn status(&self, person: &str) -> Status {
        self.idp.people().get(person).expect("a person").status
    }
}

#[tokio::test]
async fn people_are_changed_by_its_forms() {
    let console = Console::open().await;
    let back = ("back", "q=dana&evil=1");
    for (verb, status) in [
        ("deactivate", Status::Deactivated),
        ("restore", Status::Active),
        ("lock", Status::Locked),
        ("delete", Status::Deleted),
        ("restore", Status::Active),
        ("sign-out", Status::Active),
    ] {
        let address = format!("/_control/console?q=dana&did={verb}#people");
        console.done("person", &[back, ("person", "dana"), ("do", verb)], &address).await;
        assert_eq!(console.status("dana"), status);
    }
    let change = [back, ("person", "dana"), ("email", "new@northwind.example"), ("role", "Admin")];
    console.done("change", &change, "/_control/console?q=dana&did=changed#people").await;
    let dana = console.idp.people().get("dana").expect("dana");
    assert_eq!((dana.email.as_deref(), dana.role.as_str()), (Some("new@northwind.example"), "Admin"));
    console
        .done("change", &[("person", "dana"), ("email", "")], "/_control/console?did=changed#people")
        .await;
    assert_eq!(console.idp.people().get("dana").expect("dana").email, None);
    let boss = [("person", "dana"), ("email", "boss@northwind.example"), ("role", "Boss")];
    console.wrong("change", &boss, "there is no KaseyaOne role &#34;Boss&#34;; known are: User").await;
    assert_eq!(console.idp.people().get("dana").expect("dana").email, None, "nothing is changed");
    console.wrong("person", &[("person", "nobody"), ("do", "lock")], "there is no person").await;
    console.wrong("person", &[("person", "dana"), ("do", "praise")], "nobody can").await;
    assert!(console.show("did=lock").await.contains("class=\"done\" role=\"status\">The person was locked"));
    let card = |page: &str, sentence: &str| {
        let before = &page[..page.find(sentence).expect("it is said")];
        before.rsplit("<section id=\"").next().and_then(|rest| rest.split('"').next()).map(str::to_owned)
    };
    assert_eq!(card(&console.show("did=lock").await, "The person was locked").as_deref(), Some("people"));
    let wrong = console.post("clock", &[("advance", "soon")]).await.body;
    assert_eq!(card(&wrong, "is not a number").as_deref(), Some("clock"), "where it was asked");
    assert!(!console.show("did=Call+this+number").await.contains("Call this number"));
}

#[tokio::test]
async fn somebody_new_is_added() {
    let console = Console::open().await;
    let alice = [
        ("key", "alice"),
        ("given_name", "Alice"),
        ("family_name", ""),
        ("email", "alice@contoso.example"),
        ("company", "contoso"),
        ("role", ""),
        ("back", "q=alice"),
    ];
    console.done("add", &alice, "/_control/console?q=alice&did=added#people").await;
    let made = console.idp.people().get("alice").expect("she is there");
    assert_eq!((&*made.given_name, &*made.role, &*made.company), ("Alice", "User", "contoso"));
    assert_eq!((made.email.as_deref(), made.email_verified), (Some("alice@contoso.example"), Some(true)));
    let zed = [
        ("key", "zed"),
        ("email", "zed@contoso.example"),
        ("unverified", "unverified"),
        ("company", "contoso"),
    ];
    console.done("add", &zed, "/_control/console?did=added#people").await;
    assert_eq!(console.idp.people().get("zed").expect("there").email_verified, Some(false));
    let back = console.browser.sign_in(&console.idp, "alice", &[]).await;
    assert!(back.param("code").is_some(), "{back:?}");
    for (key, role, sentence) in [
        ("alice", "User", "there is a person &#34;alice&#34; already"),
        ("", "User", "key"),
        ("bob", "Boss", "there is no KaseyaOne role &#34;Boss&#34;"),
    ] {
        let form = [("key", key), ("email", "typed@x.example"), ("company", "contoso"), ("role", role)];
        let refused = console.post("add", &form).await;
        assert_eq!(refused.status, 422, "{key:?}");
        assert!(refused.body.contains(sentence), "no {sentence} in {}", refused.body);
        assert!(
            tag(&refused.body, "new-person").contains(" open") && refused.body.contains("typed@x.example")
        );
    }
    assert!(!tag(&console.show("").await, "new-person").contains(" open"));
}

#[tokio::test]
async fn accounts_are_renamed_moved_and_made_again_by_its_forms() {
    let console = Console::open().await;
    let dana = || console.idp.people().get("dana").expect("dana");
    let old = dana();
    let recreated = "/_control/console?did=recreate#people";
    console.done("person", &[("person", "dana"), ("do", "recreate")], recreated).await;
    let again = dana();
    assert_ne!(again.subject, old.subject);
    let rename = [("person", "dana"), ("what", "username"), ("username", "dana.reyes")];
    console.done("change", &rename, "/_control/console?did=rename#people").await;
    assert_eq!(dana().username, "dana.reyes");
    assert_ne!(dana().subject, again.subject);
    let moves = [("person", "dana"), ("what", "company"), ("company", "contoso")];
    console.done("change", &moves, "/_control/console?did=move#people").await;
    assert_eq!(dana().company, "contoso");
    let page = console.show("q=dana&did=move").await;
    assert!(page.contains("role=\"status\">The person is in another company now."));
    assert!(page.contains("<option value=\"contoso\" selected>Contoso Managed Services</option>"), "{page}");
    assert!(page.contains(&format!("href=\"{}/portal?login_hint=dana\"", console.idp.issuer())));
    let taken = [("person", "dana"), ("what", "username"), ("username", "")];
    console.wrong("change", &taken, "a user name is empty").await;
    let nowhere = [("person", "dana"), ("what", "company"), ("company", "contso")];
    console
        .wrong("change", &nowhere, "there is no company &#34;contso&#34;; did you mean &#34;contoso&#34;?")
        .await;
}

#[tokio::test]
async fn tokens_are_issued_expired_and_replayed_by_its_forms() {
    let console = Console::open().await;
    let idp = &console.idp;
    let issue = async |what: &str, ago: &str| {
        let fields = [("what", what), ("person", "dana"), ("client", "kaseya-mdr"), ("ago", ago)];
        console.post("issue", &fields).await
    };
    let tokens = issue("tokens", "0").await;
    assert_eq!(
        (tokens.status.as_u16(), tokens.location.as_deref()),
        (200, None),
        "secrets stay out of addresses"
    );
    let refresh_token = idp.replay().last_token(TokenKind::RefreshToken, "dana").expect("a token").token;
    assert!(tokens.body.contains(&refresh_token) && tokens.body.contains("Access token"));
    assert!(tokens.body.contains("<p>About Dana Reyes (dana), for kaseya-mdr.</p>"), "{}", tokens.body);
    assert!(tokens.body.contains("&#34;sub&#34;: &#34;k1-northwind-dana&#34;"), "claims are decoded");
    assert!(tokens.body.contains("name=\"person\" value=\"dana\" list"), "the form stays as it was");
    assert!(!console.show("").await.contains(&refresh_token), "it is shown once");
    assert!(issue("session", "0").await.body.contains(">mock_idp_"));
    assert!(issue("answer", "0").await.body.contains("http://127.0.0.1:8400/sso/callback?code="));
    let public = [("what", "answer"), ("person", "dana"), ("client", "spa"), ("ago", "0")];
    let answered = console.post("issue", &public).await;
    assert!(answered.body.contains("?code=") && answered.body.contains("code_verifier"), "{}", answered.body);
    let request = "http://idp/connect/authorize?client_id=kaseya-mdr&response_type=code&scope=openid&state=s-9\
                   &redirect_uri=http%3A%2F%2F127.0.0.1%3A8400%2Fsso%2Fcallback";
    let pasted = [("what", "answer"), ("person", "dana"), ("client", ""), ("ago", "0"), ("request", request)];
    let answered = console.post("issue", &pasted).await;
    let location = idp.replay().last_response("dana").expect("an answer").location;
    assert!(location.contains("state=s-9"), "{location}");
    assert!(answered.body.contains(&location.replace('&', "&#38;")), "{}", answered.body);
    let nowhere = [("what", "answer"), ("person", "dana"), ("client", ""), ("ago", "0"), ("request", "a=b")];
    console.wrong("issue", &nowhere, "client_id").await;
    let logout = issue("logout-token", "600").await;
    let logout_token = idp.replay().last_token(TokenKind::LogoutToken, "dana").expect("a token").token;
    assert!(logout.body.contains(&logout_token));
    console
        .wrong("issue", &[("what", "tokens"), ("person", "dnaa"), ("ago", "0")], "there is no person")
        .await;
    console
        .wrong("issue", &[("what", "tokens"), ("person", "dana"), ("ago", "long")], "&#34;long&#34; is not")
        .await;
    let back = "/_control/console?did=expired#tokens";
    console.done("expire", &[("person", "dana"), ("do", "grants")], back).await;
    console.done("expire", &[("person", "dana"), ("do", "sessions")], back).await;
    console.done("expire", &[("person", ""), ("do", "codes")], back).await;
    assert_eq!((idp.minter().expire_grants("dana"), idp.expire_sessions("dana")), (0, 0), "nothing was left");
    console.wrong("expire", &[("person", ""), ("do", "sessions")], "say whose").await;
    console
        .wrong("expire", &[("person", "nobody"), ("do", "grants")], "there is no person &#34;nobody&#34;")
        .await;
    let answered = Browser::new().sign_in(idp, "rui", &[]).await.location.expect("an answer");
    let page = console.show("").await;
    assert!(page.contains("href=\"/_control/console/answers/4\"") && !page.contains(&answered));
    let again = console.browser.get(&idp.url("/_control/console/answers/4")).await;
    assert_eq!((again.status.as_u16(), again.location), (303, Some(answered)));
    assert_eq!(console.browser.get(&idp.url("/_control/console/answers/5")).await.status, 404);
    let dead = "kaseya-mdr was not reached: ";
    assert!(page.contains("value=\"person=dana&#38;client=kaseya-mdr\""), "names may have blanks");
    console.wrong("replay", &[("about", "person=dana&client=kaseya-mdr")], dead).await;
    console
        .wrong("replay", &[("about", "person=rui&client=kaseya-mdr")], "there is no logout token about")
        .await;
    let aged = [("what", "session"), ("person", "dana"), ("client", "kaseya-mdr"), ("ago", "60")];
    console.wrong("issue", &aged, "a session is issued now").await;
}

#[tokio::test]
async fn faults_are_found_armed_and_disarmed_by_its_forms() {
    let console = Console::open().await;
    let found = console.show("fault=RFC+9207").await;
    assert!(found.contains("value=\"authz-iss-wrong\"") && !found.contains("value=\"tok-503\""));
    assert!(console.show("fault=no+such+thing").await.contains("No fault says that."));
    let back = ("back", "fault=nonce");
    let dana = [back, ("arm", "idt-nonce-wrong"), ("target", "person"), ("whom", "dana"), ("times", "2")];
    console.done("arm", &dana, "/_control/console?fault=nonce&did=armed#faults").await;
    let next = [("arm", "tok-503"), ("target", "next"), ("times", "1")];
    console.done("arm", &next, "/_control/console?did=armed#faults").await;
    let listed = console.idp.faults().list();
    assert_eq!(
        (listed[0].fault, &listed[0].target, listed[0].left),
        ("idt-nonce-wrong", &Target::person("dana"), 2)
    );
    assert!(console.show("").await.contains("<td>person dana</td><td>2</td><td>0</td>"));
    console.done("disarm", &[("id", "1")], "/_control/console?did=disarmed#faults").await;
    console.wrong("disarm", &[("id", "99")], "there is no armed fault &#34;99&#34;").await;
    console.done("disarm", &[("id", "all")], "/_control/console?did=disarmed#faults").await;
    assert!(console.idp.faults().list().iter().all(|record| !record.armed));
    let wrong =
        |fields: &'static [(&'static str, &'static str)], sentence| console.wrong("arm", fields, sentence);
    wrong(&[("times", "1")], "choose a fault first").await;
    wrong(&[("arm", "tok-503"), ("target", "person"), ("times", "1")], "say which person").await;
    wrong(
        &[("arm", "tok-503"), ("target", "person"), ("whom", "dnaa"), ("times", "1")],
        "there is no person",
    )
    .await;
    wrong(&[("arm", "tok-503"), ("times", "often")], "&#34;often&#34; is not a number").await;
    wrong(&[("arm", "tok-503"), ("times", "1001")], "times takes a number from 1 to 1000, not 1001").await;
    wrong(&[("arm", "id-jit-race"), ("times", "1")], "the provider does not stage id-jit-race").await;
}

#[tokio::test]
async fn the_clock_is_set_by_its_forms() {
    let console = Console::open().await;
    let back = "/_control/console?did=clock#clock";
    console.done("clock", &[("do", "freeze")], back).await;
    console.done("clock", &[("advance", "3600")], back).await;
    console.done("clock", &[("do", "skew"), ("skew", "-90")], back).await;
    let reading = console.idp.clock().reading();
    assert_eq!((reading.frozen, reading.advanced_seconds, reading.skew_seconds), (true, 3_600, -90));
    let page = console.show("").await;
    assert!(page.contains("stands still, moved by 3600 s, wrong by -90 s"), "{page}");
    console.done("clock", &[("do", "resume")], back).await;
    assert!(!console.idp.clock().reading().frozen);
    assert!(page.contains(">Real time</button>"), "{page}");
    console.done("clock", &[("do", "restore")], "/_control/console?did=real-time#clock").await;
    let reading = console.idp.clock().reading();
    assert_eq!((reading.frozen, reading.advanced_seconds, reading.skew_seconds), (false, 0, 0));
    assert!(!console.show("").await.contains(">Real time</button>"), "there is nothing to take back");
    for (at, set) in [
        ("2030-01-31T08:00", "2030-01-31 08:00:00 UTC"),
        ("2031-02-01T09:10:11", "2031-02-01 09:10:11 UTC"),
        ("2032-03-04T00:00:00Z", "2032-03-04 00:00:00 UTC"),
    ] {
        console.done("clock", &[("do", "freeze")], back).await;
        console.done("clock", &[("do", "set"), ("at", at)], back).await;
        let page = console.show("").await;
        assert!(page.contains(&format!("<p class=\"now\">{set}</p>")), "{at}: {page}");
    }
    console.done("clock", &[("do", "skew"), ("skew", "100")], back).await;
    let page = console.show("").await;
    assert!(
        page.contains("name=\"at\" type=\"datetime-local\" step=\"1\" value=\"2032-03-04T00:00:00\""),
        "{page}"
    );
    let zoned = [("do", "set"), ("at", "2026-01-31T08:00[Europe/Berlin]")];
    console.wrong("clock", &zoned, "&#34;2026-01-31T08:00[Europe/Berlin]&#34; is no time").await;
    console.wrong("clock", &[("do", "set"), ("at", "noon")], "&#34;noon&#34; is no time").await;
    console.wrong("clock", &[("advance", "soon")], "&#34;soon&#34; is not a number").await;
}

#[tokio::test]
async fn the_journal_is_masked_narrowed_and_newest_first() {
    let console = Console::open().await;
    let browser = Browser::new();
    let code =
        browser.sign_in(&console.idp, "dana", &[("state", "a/b<c")]).await.param("code").expect("a code");
    browser.redeem(&console.idp, &code).await;
    browser.redeem(&console.idp, &code).await;
    let page = console.show("").await;
    assert!(!page.contains(&code) && page.contains("code_single_use: the code was used before"), "{page}");
    assert!(page.find("<strong>token</strong>") < page.find("<strong>authorize</strong>"));
    assert!(page.contains("href=\"/_control/stories/a%2Fb%3Cc#entry-1\""), "{page}");
    let story = browser.get(&console.idp.url("/_control/stories/a%2Fb%3Cc")).await;
    assert_eq!((story.status.as_u16(), story.page()), (200, "story"));
    let tokens = console.show("operation=token&person=dana").await;
    assert!(tokens.contains("<strong>token</strong>") && !tokens.contains("<strong>authorize</strong>"));
    assert!(console.show("person=nobody").await.contains("Nothing like that was asked yet."));
    assert!(Console::open().await.show("").await.contains("Nothing was asked yet."));
}

#[tokio::test]
async fn a_hundred_thousand_people_make_no_long_page() {
    let console = Console::open().await;
    let dana = console.idp.people().get("dana").expect("dana");
    for number in 0..100_000 {
        let key = format!("crowd-{number:06}");
        let person = fixtures::Person { username: key.clone(), subject: key.clone(), key, ..dana.clone() };
        console.idp.people().add(person);
    }
    let page = console.show("").await;
    assert_eq!(
        page.matches("name=\"do\" value=\"lock\"").count() + page.matches("value=\"restore\"").count(),
        50
    );
    assert!(page.contains("50 of 100023 are shown") && page.len() < 250_000, "{} bytes", page.len());
    let found = console.show("q=CROWD-09999").await;
    assert!(found.contains("10 found") && found.contains("id=\"person-crowd-099999\""));
    assert!(console.show("q=nobody+is+called+that").await.contains("Nobody is called that."));
}

#[tokio::test]
async fn rules_are_added_and_taken_back() {
    let console = Console::open().await;
    let busy = r#"{"status": {"status": 503, "retry_after": 5}}"#;
    let form = [("operation", "discovery"), ("person", ""), ("then", busy), ("times", "1")];
    console.done("rule", &form, "/_control/console?did=rule#rules").await;
    let page = console.show("did=rule").await;
    assert!(
        page.contains("role=\"status\">The rule is there.")
            && page.contains("<td>answer 503</td><td>0 of 1</td>")
    );
    let asked = async || console.browser.get(&console.idp.discovery_url()).await.status.as_u16();
    assert_eq!((asked().await, asked().await), (503, 200));
    let always = [("operation", "token"), ("person", "dana"), ("then", "\"hang\""), ("times", "")];
    console.done("rule", &always, "/_control/console?did=rule#rules").await;
    let page = console.show("").await;
    assert!(page.contains("<td>token of dana</td><td>never answer</td><td>0</td>"), "{page}");
    assert!(page.contains("id=\"take-back-2\"") && !page.contains("id=\"take-back-1\""), "the first is over");
    console.done("take-back", &[("id", "2")], "/_control/console?did=taken-back#rules").await;
    assert!(console.idp.rules().list().iter().all(|rule| !rule.active || rule.fired == 1));
    let spare = [("operation", "token"), ("client", "spa"), ("after", "2"), ("then", busy), ("times", "1")];
    console.done("rule", &spare, "/_control/console?did=rule#rules").await;
    let page = console.show("").await;
    assert!(page.contains("<td>token at spa, 2 spared</td>"), "{page}");
    let unspared = [("after", "x"), ("then", busy), ("times", "1")];
    console.wrong("rule", &unspared, "&#34;x&#34; is not a number that fits after").await;
    console.done("take-back", &[("id", "all")], "/_control/console?did=taken-back#rules").await;
    for (form, sentence) in [
        ([("operation", "tokn"), ("then", busy), ("times", "1")], "there is no operation"),
        ([("operation", "token"), ("then", "nothing"), ("times", "1")], "then is nothing that a rule does"),
        (
            [("operation", "token"), ("then", busy), ("times", "0")],
            "a rule that strikes no time does nothing",
        ),
        ([("operation", "token"), ("then", busy), ("times", "x")], "&#34;x&#34; is not a number"),
        ([("person", "nobody"), ("then", busy), ("times", "1")], "there is no person"),
    ] {
        console.wrong("rule", &form, sentence).await;
    }
    console.wrong("take-back", &[("id", "99")], "there is no rule &#34;99&#34;").await;
    console.done("rule", &always, "/_control/console?did=rule#rules").await;
    console.done("take-back", &[("id", "all")], "/_control/console?did=taken-back#rules").await;
    assert!(console.idp.rules().list().iter().all(|rule| !rule.active));
}

#[tokio::test]
async fn an_address_is_registered_for_a_client() {
    let console = Console::open().await;
    let uri = "http://localhost:5173/<callback>";
    let known = console.idp.clients().get("spa").expect("a client").redirect_uris;
    let form = |uri: &'static str, what: &'static str| [("client", "spa"), ("uri", uri), ("what", what)];
    for _ in 0..2 {
        let done = "/_control/console?did=registered#clients";
        console.done("register", &form(uri, "redirect_uri"), done).await;
    }
    let out = "http://localhost:5173/out";
    let done = "/_control/console?did=registered#clients";
    console.done("register", &form(out, "post_logout_redirect_uri"), done).await;
    let spa = console.idp.clients().get("spa").expect("a client");
    assert_eq!(spa.redirect_uris, [known, vec![uri.to_owned()]].concat(), "once, however often it is sent");
    assert!(spa.post_logout_redirect_uris.contains(&out.to_owned()));
    let page = console.show("").await;
    assert!(page.contains("http://localhost:5173/&#60;callback&#62;") && !page.contains("<callback>"));
    for (form, sentence) in [
        (form("", "redirect_uri"), "write the address that is to be registered"),
        (form("javascript:alert(1)", "redirect_uri"), "&#34;javascript:alert(1)&#34; is a script"),
        ([("client", "sap"), ("uri", out), ("what", "redirect_uri")], "there is no client &#34;sap&#34;"),
    ] {
        console.wrong("register", &form, sentence).await;
    }
    let spa_now = console.idp.clients().get("spa").expect("a client");
    assert_eq!(spa_now, spa, "nothing changed by what was wrong");
    for number in 0..40 {
        console.idp.clients().add(fixtures::Client::new(format!("crowd-{number}")));
    }
    assert!(console.show("").await.contains("and 15 more, at"));
}

type Pairs<'a> = &'a [(&'a str, &'a str)];

/// The tag with this id, up to the end of the line it stands in.
fn tag<'a>(page: &'a str, id: &str) -> &'a str {
    let from = page.find(&format!("id=\"{id}\"")).unwrap_or_else(|| panic!("no {id}"));
    page[from..].lines().next().unwrap_or_default()
}

#[tokio::test]
async fn what_was_typed_into_a_form_that_is_refused_stands_there_again() {
    let console = Console::open().await;
    let late = "{\"delay_ms\": 5000}";
    let arm = [
        ("arm", "tok-503"),
        ("target", "person"),
        ("whom", "dna\"<a"),
        ("times", "7"),
        ("back", "fault=503"),
    ];
    let rule = [("operation", ""), ("person", "dnaa"), ("then", late), ("times", "9")];
    let change = [("person", "dana"), ("email", "new@x.example"), ("role", "Rooot")];
    let rename = [("person", "dana"), ("what", "username"), ("username", "rui")];
    let uri = [("client", "spa"), ("uri", "javascript:1"), ("what", "redirect_uri")];
    let skew = [("do", "skew"), ("skew", "99999999999999999999")];
    let cases: [(&str, Pairs<'_>, Pairs<'_>); 7] = [
        (
            "arm",
            &arm,
            &[
                ("whom", "value=\"dna&#34;&#60;a\""),
                ("times", "value=\"7\""),
                ("target", "value=\"person\" selected"),
            ],
        ),
        (
            "rule",
            &rule,
            &[
                ("rule-person", "value=\"dnaa\""),
                ("rule-times", "value=\"9\""),
                ("rule-then", "5000}\" selected>answer 5s late"),
            ],
        ),
        ("change", &change, &[("email-dana", "value=\"new@x.example\""), ("role-dana", "value=\"Rooot\"")]),
        ("change", &rename, &[("username-dana", "value=\"rui\"")]),
        ("register", &uri, &[("uri-spa", "value=\"javascript:1\"")]),
        ("expire", &[("person", "dnaa")], &[("expire-person", "value=\"dnaa\"")]),
        ("clock", &skew, &[("skew", "value=\"99999999999999999999\"")]),
    ];
    let untouched = console.show("fault=503").await;
    for (form, fields, stand) in cases {
        let refused = console.post(form, fields).await;
        assert_eq!(refused.status, 422, "{form} {fields:?}");
        for (id, what) in stand {
            let line = tag(&refused.body, id);
            assert!(line.contains(what) && !tag(&untouched, id).contains(what), "{form}: {line}");
        }
        let opened = refused.body.matches("<details open>").count();
        assert_eq!(opened, usize::from(["change", "register"].contains(&form)), "{form}: what it is about");
    }
    let refused = console.post("arm", &arm).await.body;
    assert!(refused.contains("value=\"tok-503\" required checked"), "the fault is chosen still");
    assert!(!tag(&refused, "rule-person").contains("dna"), "other forms say nothing of it");
}

#[tokio::test]
async fn it_is_found_from_everywhere_and_belongs_to_its_realm() {
    let console = Console::open().await;
    for address in ["/_control", "/_control/"] {
        let answer = console.browser.get(&console.idp.url(address)).await;
        assert_eq!((answer.status.as_u16(), answer.location.as_deref()), (303, Some(CONSOLE)));
    }
    let home = console.browser.get(&console.idp.url("/")).await;
    assert!(home.body.contains("href=\"/_control/console\""));
    let acme = console.idp.realms().create("acme").expect("a realm");
    let page = console.browser.get(&acme.url(CONSOLE)).await;
    assert!(page.body.contains("action=\"/acme/_control/console/arm#faults\""), "{}", page.body);
    let form = [("person", "dana"), ("do", "lock")];
    let answer = console.browser.post(&acme.url("/_control/console/person"), &form).await;
    assert_eq!(answer.location.as_deref(), Some("/acme/_control/console?did=lock#people"));
    assert_eq!(console.status("dana"), Status::Active, "realms share nothing");
    assert_eq!(acme.people().get("dana").expect("dana").status, Status::Locked);
}

#[tokio::test]
async fn a_link_elsewhere_leads_to_pages_and_does_nothing() {
    let idp = MockIdp::start().await;
    let browser = Browser::new();
    let send = async |method: &str, path: &str, mode: &str, dest: &str| {
        let request = browser.http().request(method.parse().expect("a method"), idp.url(path));
        let request = request.header("sec-fetch-site", "cross-site").header("origin", "http://wiki.example");
        browser
            .send(request.header("sec-fetch-mode", mode).header("sec-fetch-dest", dest))
            .await
            .status
            .as_u16()
    };
    for path in [
        "/_control/console",
        "/_control/verdict?format=html",
        "/_control/faults/catalogue",
        "/_control/journal",
    ] {
        assert_eq!(send("GET", path, "navigate", "document").await, 200, "{path}");
        for (mode, dest) in
            [("navigate", "iframe"), ("no-cors", "image"), ("cors", "empty"), ("navigate", "")]
        {
            assert_eq!(send("GET", path, mode, dest).await, 403, "{path} {mode} {dest}");
        }
    }
    assert_eq!(send("GET", "/_control/console/answers/1", "navigate", "document").await, 403, "it goes on");
    for path in ["/_control/reset", "/_control/console/reset", "/_control/people/dana/lock"] {
        assert_eq!(send("POST", path, "navigate", "document").await, 403, "{path}");
    }
}

#[tokio::test]
async fn no_foreign_page_and_no_hostile_name_gets_anything_done() {
    let console = Console::open().await;
    let foreign = console
        .browser
        .http()
        .post(console.idp.url("/_control/console/person"))
        .header("origin", "https://evil.example")
        .header("content-type", "application/x-www-form-urlencoded")
        .body("person=dana&do=delete");
    assert_eq!(console.browser.send(foreign).await.status, 403);
    assert_eq!(console.status("dana"), Status::Active);
    let hostile = "\"><img src=x onerror=alert(1)>";
    console.idp.people().change("dana", |dana| dana.given_name = hostile.to_owned()).expect("dana");
    Browser::new().sign_in(&console.idp, "rui", &[("state", hostile)]).await;
    let answer =
        console.browser.get(&console.idp.url(&format!("{CONSOLE}?q=%22%3E%3Cimg&fault=%3Cimg"))).await;
    let page = console.show("").await;
    for page in [&answer.body, &page] {
        assert!(!page.contains("<img") && !page.contains("javascript:"), "{page}");
    }
    let policy = answer.headers["content-security-policy"].to_str().expect("ASCII");
    assert!(policy.contains("script-src 'self'") && !policy.contains("unsafe"), "{policy}");
    assert_eq!(
        page.matches("<script").count(),
        page.matches("<script src=").count(),
        "no script stands in the page"
    );
    for (file, kind) in [("console.js", "text/javascript"), ("console.css", "text/css")] {
        let answer = console.browser.get(&console.idp.url(&format!("{CONSOLE}/{file}"))).await;
        assert!(answer.headers["content-type"].to_str().expect("ASCII").starts_with(kind));
    }
}
