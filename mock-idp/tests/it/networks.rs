//! TLS by an authority of the provider's own, certificates that are wrong on request, who may control the provider, and
//! which pages may call it.

use crate::support::Browser;
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use mock_idp::{JournalQuery, MockIdp};

/// A client that trusts what the provider says it may.
pub(crate) fn client(authority: Option<&str>) -> reqwest::Client {
    let builder = reqwest::Client::builder().no_proxy();
    let builder = match authority {
        Some(pem) => builder.tls_certs_only([reqwest::Certificate::from_pem(pem.as_bytes()).expect("PEM")]),
        None => builder,
    };
    builder.build().expect("a client")
}

#[tokio::test]
async fn a_client_that_trusts_the_authority_connects_and_no_other_does() {
    let idp = MockIdp::builder().tls(["idp.test"]).start().await.expect("a free port");
    assert!(idp.issuer().starts_with("https://127.0.0.1:"), "{}", idp.issuer());
    let url = idp.url("/.well-known/openid-configuration");
    let trusting = client(idp.authority_pem());
    let document: serde_json::Value = trusting.get(&url).send().await.expect("trusted").json().await.unwrap();
    assert_eq!(document["issuer"], idp.issuer());
    let pem =
        trusting.get(idp.url("/_control/tls/authority.pem")).send().await.unwrap().text().await.unwrap();
    assert_eq!(Some(pem.as_str()), idp.authority_pem());
    assert!(client(None).get(&url).send().await.is_err(), "nobody else vouches for it");
}

#[tokio::test]
async fn a_derived_issuer_has_the_scheme_by_which_it_was_asked() {
    let idp = MockIdp::builder().tls(["idp.test"]).derived_issuer().start().await.expect("a free port");
    let port = idp.address().port();
    let url = format!("https://localhost:{port}/.well-known/openid-configuration");
    for (proto, expected) in [(None, "https"), (Some("http"), "http")] {
        let request = client(idp.authority_pem()).get(&url);
        let request =
            proto.into_iter().fold(request, |request, proto| request.header("x-forwarded-proto", proto));
        let document: serde_json::Value =
            request.send().await.expect("an answer").json().await.expect("JSON");
        assert_eq!(document["issuer"], format!("{expected}://localhost:{port}"));
    }
}

#[tokio::test]
async fn files_are_used_as_they_are_and_what_is_none_is_refused_with_a_sentence() {
    let error = MockIdp::builder().tls_pem("no certificate", "no key").start().await.unwrap_err();
    assert!(error.to_string().contains("both are PEM"), "{error}");
    // Files as an administrator has them: a certificate for a name, signed by an authority of one's own.
    let (authority, chain, key) = certificate_for("idp.test");
    let served =
        MockIdp::builder().tls_pem(chain, key).issuer("https://idp.test").start().await.expect("good files");
    assert_eq!(served.authority_pem(), None, "there is none to download");
    let port = served.address().port();
    let trusting = reqwest::Client::builder()
        .no_proxy()
        .tls_certs_only([reqwest::Certificate::from_pem(authority.as_bytes()).expect("PEM")])
        .resolve("idp.test", served.address())
        .build()
        .expect("a client");
    let url = |host: &str| format!("https://{host}:{port}/.well-known/openid-configuration");
    let document: serde_json::Value =
        trusting.get(url("idp.test")).send().await.expect("trusted").json().await.unwrap();
    assert_eq!(document["issuer"], "https://idp.test");
    assert!(trusting.get(url("127.0.0.1")).send().await.is_err(), "the certificate is for the name alone");
    let plain = MockIdp::start().await;
    let answer = reqwest::get(plain.url("/_control/tls/authority.pem")).await.unwrap();
    assert_eq!(answer.status(), 404);
}

/// An authority, and a certificate and key for a name, all PEM.
fn certificate_for(name: &str) -> (String, String, String) {
    let key = rcgen::KeyPair::generate().expect("a key");
    let mut parameters = rcgen::CertificateParams::new([]).expect("no names");
    parameters.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    let authority = parameters.self_signed(&key).expect("a certificate");
    let issuer = rcgen::Issuer::new(parameters, key);
    let key = rcgen::KeyPair::generate().expect("a key");
    let parameters = rcgen::CertificateParams::new([name.to_owned()]).expect("a name");
    let certificate = parameters.signed_by(&key, &issuer).expect("a certificate");
    (authority.pem(), certificate.pem(), key.serialize_pem())
}

#[tokio::test]
async fn the_authority_vouches_for_the_names_that_were_given_and_for_this_machine() {
    let idp = MockIdp::builder().tls(["idp.test"]).start().await.expect("a free port");
    let port = idp.address().port();
    let by_name = |name: &str| {
        let certificate =
            reqwest::Certificate::from_pem(idp.authority_pem().expect("PEM").as_bytes()).expect("PEM");
        let builder = reqwest::Client::builder().no_proxy().tls_certs_only([certificate]);
        let client = builder.resolve(name, idp.address()).build().expect("a client");
        client.get(format!("https://{name}:{port}/_control/health")).send()
    };
    assert!(by_name("idp.test").await.is_ok() && by_name("localhost").await.is_ok());
    assert!(by_name("other.test").await.is_err());
}

/// The control API as somebody asks for it.
async fn control(url: &str, headers: &[(&str, &str)]) -> u16 {
    let request = client(None).get(url);
    let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
    request.send().await.expect("an answer").status().as_u16()
}

#[tokio::test]
async fn control_takes_the_key_and_nothing_else() {
    let idp = MockIdp::builder().control_key("open sesame").start().await.expect("a free port");
    let people = format!("{}/people", idp.control_url());
    let basic = |password: &str| format!("Basic {}", STANDARD.encode(format!("anybody:{password}")));
    for (name, headers, status) in [
        ("nothing", vec![], 401),
        ("a wrong key", vec![("authorization", "Bearer open".to_owned())], 401),
        ("another scheme", vec![("authorization", "Digest open sesame".to_owned())], 401),
        ("the key", vec![("authorization", "Bearer open sesame".to_owned())], 200),
        (
            "the key by a service name",
            vec![("authorization", "Bearer open sesame".to_owned()), ("host", "mock-idp:9400".to_owned())],
            200,
        ),
        ("the key as a password", vec![("authorization", basic("open sesame"))], 200),
        ("a wrong password", vec![("authorization", basic("sesame"))], 401),
        (
            "a password from a foreign page",
            vec![("authorization", basic("open sesame")), ("sec-fetch-site", "cross-site".to_owned())],
            403,
        ),
    ] {
        let headers: Vec<_> = headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
        assert_eq!(control(&people, &headers).await, status, "{name}");
    }
    assert_eq!(
        control(&format!("{}/health", idp.control_url()), &[]).await,
        200,
        "anybody may ask whether it is up"
    );
}

#[tokio::test]
async fn a_key_is_made_where_other_machines_listen() {
    let exposed = MockIdp::builder().bind("0.0.0.0:0").start().await.expect("a free port");
    let key = exposed.control_key().expect("a key").to_owned();
    let other = MockIdp::builder().bind("0.0.0.0:0").seed(1).start().await.expect("a free port");
    assert!(key.len() >= 43 && other.control_key() != Some(&key));
    let url = format!("http://127.0.0.1:{}/_control/people", exposed.address().port());
    assert_eq!(control(&url, &[]).await, 401);
    assert_eq!(control(&url, &[("authorization", &format!("Bearer {key}"))]).await, 200);
    assert!(MockIdp::start().await.control_key().is_none());
}

#[tokio::test]
async fn control_can_have_an_address_of_its_own() {
    let idp = MockIdp::builder().control_bind("127.0.0.1:0").start().await.expect("two free ports");
    let europe = idp.realms().create("acme/eu").expect("a realm");
    for realm in [&*idp, &europe] {
        assert!(!realm.control_url().starts_with(realm.issuer()), "{}", realm.control_url());
        assert_eq!(control(&format!("{}/people", realm.control_url()), &[]).await, 200);
        assert_eq!(control(&realm.url("/_control/people"), &[]).await, 404);
        assert_eq!(
            control(&realm.url("/_control/health"), &[]).await,
            200,
            "whoever watches knows one address"
        );
        let elsewhere = realm.control_url().replace("/_control", "/.well-known/openid-configuration");
        assert_eq!(control(&elsewhere, &[]).await, 404, "the protocol is not there");
        assert_eq!(control(&realm.url("/.well-known/openid-configuration"), &[]).await, 200);
    }
    let home = client(None).get(idp.url("/")).send().await.unwrap().text().await.unwrap();
    assert!(home.contains(&format!("{}/openapi.json", idp.control_url())), "{home}");
    assert!(!idp.journal().is_empty(), "it is the same provider");
}

#[tokio::test]
async fn any_page_may_call_what_servers_call_and_nothing_else() {
    let idp = MockIdp::start().await;
    let preflight = |path: &str| {
        let request = client(None).request(reqwest::Method::OPTIONS, idp.url(path));
        let request = request.header("origin", "https://spa.example");
        request
            .header("access-control-request-method", "POST")
            .header("access-control-request-headers", "dpop")
            .send()
    };
    for path in
        ["/connect/token", "/connect/userinfo", "/connect/revocation", "/.well-known/openid-configuration"]
    {
        let answer = preflight(path).await.expect("an answer");
        assert_eq!(answer.headers()["access-control-allow-origin"], "*", "{path}");
        assert!(!answer.headers().contains_key("access-control-allow-credentials"), "{path}");
    }
    for path in ["/connect/authorize", "/connect/endsession", "/account/people", "/_control/people"] {
        let answer = preflight(path).await.expect("an answer");
        assert!(!answer.headers().contains_key("access-control-allow-origin"), "{path}");
    }
    let answer =
        client(None).get(idp.url("/connect/userinfo")).header("origin", "https://spa.example").send().await;
    let answer = answer.expect("an answer");
    assert_eq!(
        answer.headers()["access-control-expose-headers"],
        "www-authenticate,dpop-nonce,x-mock-idp-check"
    );
}

/// A request of one frame over HTTP/2 (RFC 9113), with nothing compressed: whether it was answered 200, and the body.
async fn over_http_2(address: SocketAddr, method: &str, path: &str, authority: &str) -> (bool, String) {
    let mut fields = Vec::new();
    // Names as numbers in the table of RFC 7541, appendix A.
    for (name, value) in [(2, method), (6, "http"), (4, path), (1, authority)] {
        fields.extend([name, u8::try_from(value.len()).expect("short")]);
        fields.extend(value.as_bytes());
    }
    let frame = |kind: u8, flags: u8, stream: u8, payload: &[u8]| {
        let length = u8::try_from(payload.len()).expect("short");
        [&[0, 0, length, kind, flags, 0, 0, 0, stream], payload].concat()
    };
    let sent =
        [&b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"[..], &frame(4, 0, 0, &[]), &frame(1, 5, 1, &fields)].concat();
    let talk = move || {
        let mut stream = TcpStream::connect(address).expect("a connection");
        stream.write_all(&sent).expect("it is open");
        let (mut is_ok, mut body) = (false, Vec::new());
        loop {
            let mut head = [0; 9];
            stream.read_exact(&mut head).expect("a frame");
            let [_, high, low, kind, flags, ..] = head;
            let mut payload = vec![0; usize::from(high) << 8 | usize::from(low)];
            stream.read_exact(&mut payload).expect("the whole frame");
            match kind {
                0 => body.extend(payload),
                // 8 is `:status: 200` in the table.
                1 => is_ok = payload.first() == Some(&0x88),
                _ => continue,
            }
            if flags & 1 == 1 {
                return (is_ok, String::from_utf8_lossy(&body).into_owned());
            }
        }
    };
    tokio::task::spawn_blocking(talk).await.expect("no panic")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_names_one_host_unless_it_is_older_than_that() {
    let idp = MockIdp::start().await;
    let address = idp.address();
    let host = format!("Host: {address}\r\n");
    for (version, hosts, status) in [
        ("1.1", host.as_str(), "200"),
        ("1.1", "", "400"),
        ("1.1", &*format!("{host}Host: evil.example\r\n"), "400"),
        ("1.1", &*host.repeat(2), "400"),
        ("1.0", "", "200"),
    ] {
        let asked = format!(
            "GET /.well-known/openid-configuration HTTP/{version}\r\n{hosts}Connection: close\r\n\r\n"
        );
        let talk = move || {
            let mut stream = TcpStream::connect(address).expect("a connection");
            stream.write_all(asked.as_bytes()).expect("it is open");
            let mut heard = String::new();
            stream.read_to_string(&mut heard).expect("an answer");
            heard
        };
        let heard = tokio::task::spawn_blocking(talk).await.expect("no panic");
        assert_eq!(heard.split(' ').nth(1), Some(status), "{version} {hosts:?}: {heard}");
        assert!(heard.contains("x-mock-idp: testing-only"), "{heard}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_is_for_the_host_in_its_target_whatever_its_version() {
    let idp = MockIdp::builder().derived_issuer().start().await.expect("a free port");
    let address = idp.address();
    let document = "/.well-known/openid-configuration";
    let (_, body) = over_http_2(address, "GET", document, "idp.test:9400").await;
    assert!(body.contains(r#""issuer":"http://idp.test:9400""#), "{body}");
    let entry = idp.journal().find(&JournalQuery::operation("discovery")).pop().expect("an entry");
    let raw = String::from_utf8(entry.raw_request).expect("text");
    assert!(raw.starts_with(&format!("GET {document} HTTP/2\r\n:authority: idp.test:9400\r\n")), "{raw}");
    assert!(entry.raw_response.starts_with(b"HTTP/2 200 \r\n"));
    for (authority, is_ours) in [(address.to_string().as_str(), true), ("evil.example", false)] {
        for (method, path) in [("GET", "/_control/clock"), ("DELETE", "/_control/journal")] {
            let (is_ok, body) = over_http_2(address, method, path, authority).await;
            let is_strange = body.contains("strange_host");
            assert_eq!(is_strange, !is_ours, "{method} {authority}: {body}");
            assert_eq!(is_ok, is_ours && method == "GET", "{method} {authority}: {body}");
        }
    }
    // RFC 9112 3.2.2: what a proxy is asked for.
    let asked =
        format!("GET http://other.test{document} HTTP/1.1\r\nhost: idp.test\r\nconnection: close\r\n\r\n");
    let sent = asked.clone();
    let talk = move || {
        let mut stream = TcpStream::connect(address).expect("a connection");
        stream.write_all(sent.as_bytes()).expect("it is open");
        let mut heard = String::new();
        stream.read_to_string(&mut heard).expect("an answer");
        heard
    };
    let heard = tokio::task::spawn_blocking(talk).await.expect("no panic");
    assert!(heard.contains(r#""issuer":"http://other.test""#), "{heard}");
    let entry = idp.journal().find(&JournalQuery::operation("discovery")).pop().expect("an entry");
    assert_eq!(String::from_utf8_lossy(&entry.raw_request), asked);
}

#[tokio::test]
async fn an_issuer_is_called_as_it_was_asked_to_listen() {
    for (bind, host) in [("localhost:0", "localhost"), ("127.0.0.1:0", "127.0.0.1")] {
        let idp = MockIdp::builder().bind(bind).start().await.expect("a free port");
        assert_eq!(idp.issuer(), format!("http://{host}:{}", idp.address().port()));
        let document = Browser::new().get(&idp.discovery_url()).await.json();
        assert_eq!(document["issuer"], idp.issuer());
    }
}
