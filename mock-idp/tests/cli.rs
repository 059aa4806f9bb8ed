//! The command line: what it prints, how it ends, what it refuses.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, Command, Output, Stdio};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

fn mock_idp() -> Command {
    Command::new(env!("CARGO_BIN_EXE_mock-idp"))
}

fn run(arguments: &[&str]) -> Output {
    mock_idp().args(arguments).output().expect("the binary runs")
}

/// A served provider that ends with the test.
struct Served(Child);

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn serve(arguments: &[&str]) -> (Served, String) {
    let mut child = mock_idp()
        .args(["serve"])
        .args(arguments)
        .args(if arguments.contains(&"--listen") { &[][..] } else { &["--listen", "127.0.0.1:0"] })
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("the binary runs");
    let line = first_line(&mut child);
    (Served(child), line)
}

/// Byte by byte: what comes after it is for others to read.
fn first_line(child: &mut Child) -> String {
    let output = child.stdout.as_mut().expect("a pipe");
    let (mut line, mut byte) = (Vec::new(), [0]);
    while output.read(&mut byte).expect("a byte") == 1 && byte[0] != b'\n' {
        line.extend(byte);
    }
    String::from_utf8(line).expect("text")
}

fn issuer_in(line: &str) -> String {
    line.split("issuer ").nth(1).and_then(|rest| rest.split(' ').next()).expect("an issuer").to_owned()
}

/// What is there, by a request without a client.
fn get(url: &str) -> String {
    ask("GET", url, "")
}

/// The answer to a form.
fn post(url: &str, form: &str) -> String {
    let length = form.len();
    let kind = "application/x-www-form-urlencoded";
    ask("POST", url, &format!("content-type: {kind}\r\ncontent-length: {length}\r\n\r\n{form}"))
}

fn ask(method: &str, url: &str, rest: &str) -> String {
    let (host, path) = url.strip_prefix("http://").and_then(|rest| rest.split_once('/')).expect("an address");
    let mut connection = TcpStream::connect(host).expect("it listens");
    let rest = if rest.is_empty() { "\r\n" } else { rest };
    let request = format!("{method} /{path} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n{rest}");
    connection.write_all(request.as_bytes()).expect("sent");
    let mut answer = String::new();
    connection.read_to_string(&mut answer).expect("an answer");
    answer
}

#[cfg(unix)]
fn signal(child: &Child, name: &str) {
    let sent = Command::new("kill").args([&format!("-{name}"), &child.id().to_string()]).status();
    assert!(sent.expect("kill runs").success());
}

#[test]
fn what_an_option_says_the_environment_says_too() {
    let mut command = mock_idp();
    command.args(["serve", "--listen", "127.0.0.1:0"]).stdout(Stdio::piped()).stderr(Stdio::null()).envs([
        ("MOCK_IDP_ANY_CLIENT", "TRUE"),
        ("MOCK_IDP_ANY_PERSON", "0"),
        ("MOCK_IDP_CLIENT_REDIRECT_URI", "http://127.0.0.1:1/a http://127.0.0.1:1/b"),
        ("MOCK_IDP_CLIENT_INITIATE_LOGIN_URI", "http://127.0.0.1:1/launch"),
    ]);
    let mut child = command.spawn().expect("the binary runs");
    let issuer = issuer_in(&first_line(&mut child));
    let lines: Vec<String> = (0..5).map(|_| first_line(&mut child)).collect();
    let _served = Served(child);
    assert!(lines[4].contains("and any other") && !lines[3].contains("and any other"), "{lines:?}");
    let client = get(&format!("{issuer}/_control/clients/kaseya-mdr"));
    for address in ["a", "b", "launch"] {
        assert!(client.contains(&format!("\"http://127.0.0.1:1/{address}\"")), "{address}: {client}");
    }
}

#[test]
fn a_switch_in_the_environment_is_on_or_off_and_nothing_else() {
    for name in [
        "MOCK_IDP_ALLOW_OTHER_MACHINES",
        "MOCK_IDP_TLS",
        "MOCK_IDP_HEADLESS",
        "MOCK_IDP_ANY_PERSON",
        "MOCK_IDP_ANY_CLIENT",
        "MOCK_IDP_WITHOUT_KASEYA_CLAIMS",
    ] {
        let refused = mock_idp().args(["serve", "--listen", "127.0.0.1:0"]).env(name, "maybe").output();
        let refused = refused.expect("the binary runs");
        let said = String::from_utf8_lossy(&refused.stderr);
        assert_eq!(refused.status.code(), Some(2), "{name}: {said}");
        let sentence = format!("error: {name} is \"maybe\", which is neither on nor off; write 1 or true");
        assert!(said.starts_with(&sentence), "{name}: {said}");
    }
}

#[test]
fn a_number_that_is_none_is_refused_with_those_that_are_taken() {
    for (arguments, words) in [
        (&["serve", "--seed", "abc"][..], "a whole number from 0 to 18446744073709551615"),
        (&["keys", "--seed", "1.5"], "a whole number from 0 to"),
        (&["matrix", "--at-once", "0", "--", "true"], "a whole number from 1 to"),
        (&["matrix", "--patience", "x", "--", "true"], "a whole number from 1 to 86400"),
    ] {
        let refused = run(arguments);
        let said = String::from_utf8_lossy(&refused.stderr);
        assert!(refused.status.code() == Some(2) && said.contains(words), "{arguments:?}: {said}");
    }
}

#[test]
fn a_variable_that_is_empty_is_one_that_nobody_has_set() {
    let help = String::from_utf8(run(&["serve", "--help"]).stdout).expect("text");
    let names: Vec<&str> =
        help.split("[env: ").skip(1).filter_map(|rest| rest.split(['=', ']']).next()).collect();
    assert!(names.len() > 15 && names.contains(&"MOCK_IDP_SEED"), "{names:?}");
    let (keys, others): (Vec<_>, Vec<_>) = names.into_iter().partition(|name| name.ends_with("_KEY"));
    let mut command = mock_idp();
    command.args(["serve", "--listen", "127.0.0.1:0"]).envs(others.iter().map(|name| (name, "")));
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("the binary runs");
    let line = first_line(&mut child);
    let _served = Served(child);
    assert!(line.starts_with("mock-idp: issuer http://127.0.0.1:"), "{line}");
    for key in keys {
        let refused =
            mock_idp().args(["serve", "--listen", "127.0.0.1:0"]).env(key, "").output().expect("it runs");
        assert_eq!(refused.status.code(), Some(2), "{key}");
    }
    let empty = [("MOCK_IDP_LISTEN", ""), ("MOCK_IDP_CONFIG", "")];
    let unasked = mock_idp().arg("healthcheck").envs(empty).output().expect("it runs");
    let said = String::from_utf8_lossy(&[unasked.stdout, unasked.stderr].concat()).into_owned();
    assert!(said.contains("http://127.0.0.1:9400/"), "{said}");
}

#[test]
fn serve_says_how_it_is_reached_where_that_is_not_plain() {
    for (arguments, sentence) in [
        (&["--issuer", "http://proxy.example/base"][..], "/base/ is for a proxy in front to take away"),
        (
            &["--listen", "0.0.0.0:0", "--allow-other-machines"],
            "each request finds its own address as the issuer",
        ),
    ] {
        let (mut served, _) = serve(arguments);
        let lines: Vec<String> = (0..4).map(|_| first_line(&mut served.0)).collect();
        assert!(lines[3].contains(sentence), "{lines:?}");
    }
}

#[test]
fn serve_says_the_issuer_and_answers() {
    let (_served, line) = serve(&["--seed", "1", "--client-redirect-uri", "http://127.0.0.1:1/callback"]);
    let client = get(&format!("{}/_control/clients/kaseya-mdr", issuer_in(&line)));
    assert!(client.contains("http://127.0.0.1:1/callback"), "{client}");
}

#[test]
fn the_catalogue_is_printed_as_text_and_as_json() {
    let text = run(&["faults"]);
    let said = String::from_utf8_lossy(&text.stdout);
    assert!(text.status.success() && said.contains("\n[idt]\nidt-iss-wrong "), "{said}");
    assert!(
        said.contains("seen in authlib CVE-2026-28498") && said.contains("(staged by browser)"),
        "{said}"
    );
    let json: serde_json::Value = serde_json::from_slice(&run(&["faults", "--json"]).stdout).expect("JSON");
    assert_eq!(json.as_array().map(Vec::len), Some(mock_idp::catalogue().count()));
    assert_eq!(json[6]["id"], "disc-alg-downgrade");
    assert_eq!(json[6]["seen_in"][0], "MinIO CVE-2026-33322");
}

#[test]
fn the_keys_of_a_seed_are_those_that_a_provider_with_it_serves() {
    let (_served, line) = serve(&["--seed", "7"]);
    let answer = get(&format!("{}/.well-known/openid-configuration/jwks", issuer_in(&line)));
    let (_, served) = answer.split_once("\r\n\r\n").expect("a body");
    let served: serde_json::Value = serde_json::from_str(served).expect("JSON");
    let printed: serde_json::Value =
        serde_json::from_slice(&run(&["keys", "--seed", "7"]).stdout).expect("JSON");
    assert_eq!(printed, served);
    let nameless = run(&["keys", "--config", "no-such-file.toml"]);
    assert_eq!(nameless.status.code(), Some(2), "{nameless:?}");
}

#[test]
fn keys_are_printed_without_their_private_half() {
    let keys: serde_json::Value = serde_json::from_slice(&run(&["keys"]).stdout).expect("JSON");
    let keys = keys["keys"].as_array().expect("keys");
    assert_eq!(keys.len(), 4);
    assert!(keys.iter().all(|key| key.get("d").is_none()));
}

#[test]
fn wrong_configuration_is_one_sentence_and_starts_nothing() {
    let dir = tempfile::tempdir().unwrap();
    for folder in ["companies", "people", "clients", "keys"] {
        std::fs::create_dir(dir.path().join(folder)).unwrap();
    }
    std::fs::write(dir.path().join("companies/acme.toml"), "key = \"acme\"\nwhy = \"x\"\nidd = \"1\"\n")
        .unwrap();
    let dir = dir.path().to_str().unwrap();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let taken = taken.local_addr().unwrap().to_string();
    let cases: [(&[&str], &str); 15] = [
        (
            &["serve", "--listen", "127.0.0.1:0", "--tls", "--tls-name", "a b"],
            "\"a b\" is no host name and no IP address; write one, as in \"idp.test\", under names or with --tls-name",
        ),
        (
            &["serve", "--claim", "company_id=a", "--claim", "company_id=b"],
            "--claim: company_id is called \"a\" already; give it one name",
        ),
        (&["serve", "--listen", "0.0.0.0:0"], "add --allow-other-machines"),
        (&["serve", "--listen", "0.0.0.0:0", "--any-client"], "add --allow-other-machines"),
        (
            &["serve", "--listen", "127.0.0.1:0", "--claim", "rolle=x"],
            "--claim: \"rolle\" is none of company_id",
        ),
        (&["serve", "--fixtures", dir], "companies/acme.toml:3: unknown field \"idd\"; did you mean \"id\"?"),
        (&["serve", "--fixtures", "no-such-folder"], "no-such-folder/companies: cannot be read"),
        (&["serve", "--listen", &taken], "choose another one with --listen"),
        (&["serve", "--listen", "127.0.0.1:0", "--issuer", "http://x/"], "change --issuer"),
        (&["serve", "--listen", "127.0.0.1:0", "--back-channel", "foo"], "back channel \"foo\" must be"),
        (
            &["serve", "--listen", "127.0.0.1"],
            "it names no port, as 127.0.0.1:9400 does; choose another one with --listen",
        ),
        (
            &["serve", "--listen", "127.0.0.1:0", "--control-listen", &taken],
            "choose another one with --control-listen",
        ),
        (
            &["serve", "--listen", "127.0.0.1:0", "--client-redirect-uri", "foo"],
            "--client-redirect-uri: \"foo\" is not an absolute address",
        ),
        (
            &["serve", "--listen", "127.0.0.1:0", "--client-initiate-login-uri", "foo"],
            "--client-initiate-login-uri: \"foo\" is not an absolute address",
        ),
        (
            &[
                "serve",
                "--listen",
                "127.0.0.1:0",
                "--tls-certificate",
                "Cargo.toml",
                "--tls-key",
                "Cargo.toml",
            ],
            "Cargo.toml: is no certificate in PEM (",
        ),
    ];
    for (arguments, sentence) in cases {
        let output = run(arguments);
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {stderr}");
        assert!(stderr.contains(sentence), "{arguments:?}: {stderr}");
        assert_eq!(stderr.trim().lines().count(), 1, "{stderr}");
        assert!(output.stdout.is_empty());
    }
}

#[test]
fn a_configuration_file_is_served_and_options_override_it() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("idp.toml");
    let text = "listen = \"127.0.0.1:1\"\nissuer = \"http://file.example\"\n[[realms]]\npath = \"acme\"\n";
    std::fs::write(&file, text).unwrap();
    let file = file.to_str().unwrap();
    let (_served, line) = serve(&["--config", file]);
    assert!(line.contains("issuer http://file.example on 127.0.0.1:"), "{line}");
    let (_served, line) = serve(&["--config", file, "--issuer", "http://option.example"]);
    assert!(line.contains("issuer http://option.example on"), "{line}");

    std::fs::write(file, "# a comment\n[[faults]]\nfault = \"idt-nonce-wrng\"\n").unwrap();
    let output = run(&["serve", "--config", file]);
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{stderr}");
    let expected = format!(
        "mock-idp: {file}:3: there is no fault \"idt-nonce-wrng\"; did you mean \"idt-nonce-wrong\"?"
    );
    assert!(stderr.starts_with(&expected) && stderr.trim().lines().count() == 1, "{stderr}");

    std::fs::write(file, "listen = \"0.0.0.0:0\"\n").unwrap();
    let output = run(&["serve", "--config", file]);
    assert!(String::from_utf8_lossy(&output.stderr).contains("add --allow-other-machines"));
}

#[test]
fn any_client_is_taken_when_an_option_says_so() {
    for (arguments, status) in [(&["--any-client"][..], "200 OK"), (&[], "401 Unauthorized")] {
        let (_served, line) = serve(arguments);
        let form = "grant_type=client_credentials&client_id=whoever&client_secret=whatever";
        let answer = post(&format!("{}/connect/token", issuer_in(&line)), form);
        assert!(answer.starts_with(&format!("HTTP/1.1 {status}")), "{arguments:?} {answer}");
    }
}

#[test]
fn any_person_is_taken_when_an_option_says_so() {
    for (arguments, status) in [(&["--any-person"][..], "303 See Other"), (&[], "400 Bad Request")] {
        let (mut served, line) = serve(arguments);
        let told: Vec<_> = (0..5).map(|_| first_line(&mut served.0)).collect();
        assert_eq!(told[3].contains("17 more, and any other"), !arguments.is_empty(), "{told:?}");
        assert!(told[4].starts_with("  clients    ") && !told[4].contains("any other"), "{told:?}");
        let query = "client_id=kaseya-mdr&redirect_uri=http%3A%2F%2F127.0.0.1%3A8400%2Fsso%2Fcallback&response_type=code\
                     &scope=openid&code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&code_challenge_method=S256";
        let answer = post(&format!("{}/connect/authorize?{query}", issuer_in(&line)), "sub=alice");
        assert!(answer.starts_with(&format!("HTTP/1.1 {status}")), "{arguments:?} {answer}");
    }
}

#[test]
fn what_only_kaseyaone_has_is_left_out_when_an_option_says_so() {
    for (arguments, expected) in [(&["--without-kaseya-claims"][..], false), (&[], true)] {
        let (_served, line) = serve(arguments);
        let document = get(&format!("{}/.well-known/openid-configuration", issuer_in(&line)));
        assert_eq!(document.contains("company_id"), expected, "{arguments:?} {document}");
    }
}

#[test]
fn on_every_address_the_issuer_is_where_the_request_was_sent_to() {
    let (_served, line) = serve(&["--listen", "0.0.0.0:0", "--allow-other-machines"]);
    let issuer = issuer_in(&line);
    assert!(issuer.starts_with("http://127.0.0.1:"), "{line}");
    let elsewhere = issuer.replace("127.0.0.1", "127.0.0.2");
    let discovery = get(&format!("{elsewhere}/.well-known/openid-configuration"));
    assert!(discovery.contains(&format!("\"issuer\":\"{elsewhere}\"")), "{discovery}");
}

#[test]
fn the_configuration_of_the_readme_is_right() {
    let readme = include_str!("../README.md");
    for (format, fence) in [("toml", "```toml\n"), ("yaml", "```yaml\n")] {
        let text = readme.split(fence).nth(1).and_then(|rest| rest.split("```").next()).expect("an example");
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join(format!("idp.{format}"));
        std::fs::write(&file, text).unwrap();
        let (_served, line) = serve(&["--config", file.to_str().unwrap()]);
        assert!(line.contains("issuer http"), "{format}");
    }
}

#[test]
fn what_is_commented_out_in_the_readme_may_stand_where_it_stands() {
    let readme = include_str!("../README.md");
    let text = readme.split("```toml\n").nth(1).and_then(|rest| rest.split("[[companies]]").next());
    let said = text.expect("an example").lines().map(|line| line.strip_prefix("# ").unwrap_or(line));
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("idp.toml");
    let fixtures = concat!(env!("CARGO_MANIFEST_DIR"), "/../fixtures/keys");
    let said = said.map(|line| match line.split_once(" = ") {
        Some(("keys", _)) => format!("keys = {fixtures:?}\n"),
        Some(("headless_as", _)) => "headless_as = \"dana\"\n".to_owned(),
        _ => format!("{line}\n"),
    });
    std::fs::write(&file, said.collect::<String>()).unwrap();
    let (_served, line) = serve(&["--config", file.to_str().unwrap()]);
    assert!(line.contains("issuer https://login.example on"), "{line}");
}

#[cfg(unix)]
#[test]
fn serve_says_how_to_go_on_and_stops_on_either_signal() {
    for name in ["TERM", "INT"] {
        let (mut served, line) = serve(&[]);
        let issuer = issuer_in(&line);
        signal(&served.0, name);
        let status = served.0.wait().expect("it ends");
        assert!(status.success(), "{name}: {status}");
        let mut rest = String::new();
        served.0.stdout.take().expect("a pipe").read_to_string(&mut rest).expect("text");
        assert!(rest.contains(&format!("{issuer}/.well-known/openid-configuration")), "{rest}");
        assert!(
            rest.contains(&format!("{issuer}/_control")) && rest.ends_with("mock-idp: stopped\n"),
            "{rest}"
        );
    }
}

#[cfg(unix)]
#[test]
fn exec_gives_the_command_a_provider_and_takes_over_its_end() {
    let script = "echo $MOCK_IDP_ISSUER $MOCK_IDP_CONTROL $OIDC_ISSUER $OIDC_CLIENT_ID $OIDC_CLIENT_SECRET \
        && exec \"$0\" healthcheck --url $MOCK_IDP_ISSUER";
    let binary = env!("CARGO_BIN_EXE_mock-idp");
    let output = run(&["exec", "--seed", "1", "--", "sh", "-c", script, binary]);
    let stdout = String::from_utf8_lossy(&output.stdout);
    let [issuer, control, same, client, secret] =
        stdout.lines().next().expect("a line").split(' ').collect::<Vec<_>>()[..]
    else {
        panic!("{stdout}");
    };
    assert!(issuer.starts_with("http://127.0.0.1:") && same == issuer, "{stdout}");
    assert_eq!(control, format!("{issuer}/_control"));
    assert_eq!((client, secret), ("kaseya-mdr", "kaseya-mdr-test-secret-not-a-secret"));
    assert!(stdout.contains("is up") && output.status.success(), "{stdout}");
    assert!(TcpStream::connect(issuer.trim_start_matches("http://")).is_err(), "it stops with the command");

    // By TLS the command is told whom to trust, and whether control takes a key.
    let script = "echo $MOCK_IDP_CA_FILE $NODE_EXTRA_CA_CERTS && cat $MOCK_IDP_CA_FILE && echo key $MOCK_IDP_CONTROL_KEY";
    let secured =
        ["exec", "--tls", "--tls-name", "idp.test", "--control-key", "k-1", "--", "sh", "-c", script];
    let output =
        mock_idp().args(secured).env_remove("NODE_EXTRA_CA_CERTS").output().expect("the binary runs");
    let stdout = String::from_utf8_lossy(&output.stdout);
    let (file, same) = stdout.lines().next().and_then(|line| line.split_once(' ')).expect("two files");
    assert!(file == same && stdout.contains("-----BEGIN CERTIFICATE-----"), "{stdout}");
    assert!(stdout.contains("key k-1") && !std::path::Path::new(file).exists(), "{stdout}");

    // Whoever has said already whom to trust goes on trusting them, and this provider too.
    let others = std::env::temp_dir().join(format!("mock-idp-others-{}.pem", std::process::id()));
    std::fs::write(&others, "of others").expect("a file");
    let script = "cat $NODE_EXTRA_CA_CERTS $SSL_CERT_FILE; echo \"$CURL_CA_BUNDLE\"; echo $SSL_CERT_FILE";
    let output = mock_idp()
        .args(["exec", "--tls", "--", "sh", "-c", script])
        .envs([("NODE_EXTRA_CA_CERTS", &others), ("SSL_CERT_FILE", &others)])
        .env_remove("CURL_CA_BUNDLE")
        .output()
        .expect("the binary runs");
    std::fs::remove_file(&others).expect("the file");
    let stdout = String::from_utf8_lossy(&output.stdout);
    assert_eq!(stdout.matches("of others\n-----BEGIN CERTIFICATE-----").count(), 2, "{stdout}");
    let mut last = stdout.lines().rev();
    let (bundle, none) = (last.next().expect("a file"), last.next().expect("a line"));
    assert!(none.is_empty() && !std::path::Path::new(bundle).exists(), "{stdout}");

    assert_eq!(run(&["exec", "--", "sh", "-c", "exit 7"]).status.code(), Some(7));
    assert_eq!(run(&["exec", "--", "sh", "-c", "kill -9 $$"]).status.code(), Some(137));
    let output = run(&["exec", "--", "no-such-command-here"]);
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(127));
    assert!(stderr.starts_with("mock-idp: \"no-such-command-here\" cannot be started: "), "{stderr}");
    assert_eq!(run(&["exec", "--issuer", "x", "--", "true"]).status.code(), Some(2));
    assert_eq!(run(&["exec"]).status.code(), Some(2), "a command is needed");
}

#[cfg(unix)]
#[test]
fn exec_hands_signals_on() {
    for (name, code) in [("INT", 4), ("TERM", 5)] {
        let script =
            "trap 'exit 4' INT; trap 'exit 5' TERM; echo ready; while :; do read line || exit 6; done";
        let mut child = mock_idp()
            .args(["exec", "--", "sh", "-c", script])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("the binary runs");
        assert_eq!(first_line(&mut child), "ready");
        signal(&child, name);
        // The shell reads on until something comes, and sees the signal before it reads again.
        let mut input = child.stdin.take().expect("a pipe");
        let _ = input.write_all(b"\n");
        assert_eq!(child.wait().expect("it ends").code(), Some(code), "{name}");
    }
}

#[test]
fn a_taken_address_is_told_once() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = taken.local_addr().expect("an address").to_string();
    let refused = run(&["serve", "--listen", &address]);
    let stderr = String::from_utf8_lossy(&refused.stderr);
    assert_eq!(refused.status.code(), Some(2), "{stderr}");
    assert!(stderr.contains(&address) && stderr.contains("--listen"), "{stderr}");
    assert_eq!(stderr.matches("in use").count(), 1, "{stderr}");
}

#[test]
fn healthcheck_tells_up_from_down() {
    let (_served, line) = serve(&[]);
    let url = issuer_in(&line);
    let up = run(&["healthcheck", "--url", &url]);
    assert!(up.status.success() && String::from_utf8_lossy(&up.stdout).contains("is up"));
    let listen = url.replace("http://127.0.0.1", "0.0.0.0");
    let up = mock_idp().arg("healthcheck").env("MOCK_IDP_LISTEN", listen).output().unwrap();
    assert!(up.status.success(), "the port of MOCK_IDP_LISTEN on this machine");

    let (_served, line) = serve(&["--tls", "--control-listen", "127.0.0.1:0"]);
    let listen = issuer_in(&line).replace("https://127.0.0.1", "0.0.0.0");
    let up = mock_idp().arg("healthcheck").env("MOCK_IDP_LISTEN", &listen).output().unwrap();
    assert!(up.status.success(), "by TLS, and where control is elsewhere");

    let free = std::net::TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).unwrap();
    let folder = tempfile::tempdir().expect("a folder");
    let config = folder.path().join("idp.toml");
    std::fs::write(&config, format!("listen = \"{listen}\"\n")).expect("a file");
    let up = mock_idp().arg("healthcheck").env("MOCK_IDP_CONFIG", &config).output().unwrap();
    assert_eq!(up.status.code(), Some(0), "{up:?}");
    let down = run(&["healthcheck", "--url", &format!("http://{free}")]);
    let stderr = String::from_utf8_lossy(&down.stderr);
    assert_eq!(down.status.code(), Some(1), "{stderr}");
    assert!(stderr.contains("does not answer (") && stderr.trim().lines().count() == 1, "{stderr}");
    let other = run(&["healthcheck", "--url", &format!("{url}/nowhere")]);
    assert_eq!(other.status.code(), Some(1), "something else answers there");
    let other = run(&["healthcheck", "--url", &format!("{url}/nowhere/v2.0")]);
    assert_eq!(other.status.code(), Some(1), "no issuer, whatever it ends with");
    for layout in mock_idp::Layout::ALL {
        let (_served, line) = serve(&["--layout", layout.as_str()]);
        let issuer = issuer_in(&line);
        let up = run(&["healthcheck", "--url", &issuer]);
        assert_eq!(up.status.code(), Some(0), "{issuer}: {up:?}");
    }
}

#[test]
fn what_import_prints_is_served() {
    let dir = tempfile::tempdir().unwrap();
    let users = dir.path().join("users.yaml");
    std::fs::write(&users, "- sub: alice\n  email: alice@acme.example\n").unwrap();
    let printed = run(&["import", "oidc-provider-mock", users.to_str().unwrap()]);
    assert!(printed.status.success());
    let config = dir.path().join("idp.toml");
    std::fs::write(&config, printed.stdout).unwrap();
    let (_served, line) = serve(&["--config", config.to_str().unwrap()]);
    assert!(get(&format!("{}/_control/people/alice", issuer_in(&line))).contains("alice@acme.example"));
    for (from, text, sentence) in [
        ("keycloak", "[]", "no realm is in the file; export one, with its users and clients"),
        ("keycloak", "", "1: the file ends before it has said everything; the file is the export"),
        ("navikt", "[]", "invalid type: sequence, expected an object; the file is what"),
        ("oidc-provider-mock", "[]", "no person is in the file; the file is a list of claims"),
    ] {
        let file = dir.path().join("empty.json");
        std::fs::write(&file, text).unwrap();
        let refused = run(&["import", from, file.to_str().unwrap()]);
        let said = String::from_utf8_lossy(&refused.stderr);
        assert!(refused.status.code() == Some(2) && refused.stdout.is_empty(), "{from}");
        assert!(said.contains(sentence), "{from}: {said}");
    }
    let output = run(&["import", "keycloak", users.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("users.yaml:1: "));
}

/// The relying party of the test below, which runs it as a command: it checks the nonce and no signature.
#[test]
#[ignore = "it is run as a command"]
fn careless_relying_party() {
    let of = |name| std::env::var(name).expect(name);
    let (issuer, client, secret) = (of("OIDC_ISSUER"), of("OIDC_CLIENT_ID"), of("OIDC_CLIENT_SECRET"));
    println!("signing in with {}", std::env::var("MOCK_IDP_FAULT").unwrap_or_else(|_| "no fault".to_owned()));
    let callback = "http%3A%2F%2F127.0.0.1%3A8400%2Fsso%2Fcallback";
    let request =
        format!("response_type=code&client_id={client}&redirect_uri={callback}&scope=openid&nonce=n-1");
    let answer = post(&format!("{issuer}/connect/authorize?{request}"), "sub=dana");
    let code = answer.split("code=").nth(1).and_then(|rest| rest.split(['&', '\r']).next()).expect("a code");
    let form = format!(
        "grant_type=authorization_code&code={code}&redirect_uri={callback}&client_id={client}&client_secret={secret}"
    );
    let answer = post(&format!("{issuer}/connect/token"), &form);
    let tokens: serde_json::Value =
        serde_json::from_str(answer.split("\r\n\r\n").nth(1).expect("a body")).expect("JSON");
    let payload = tokens["id_token"].as_str().and_then(|token| token.split('.').nth(1)).expect("an ID token");
    let claims: serde_json::Value =
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).expect("base64url")).expect("claims");
    assert_eq!(claims["nonce"], "n-1", "the nonce is another");
}

#[test]
fn the_matrix_runs_a_command_for_each_fault_and_says_where_it_was_wrong() {
    let report = tempfile::tempdir().unwrap();
    let report = report.path().join("new");
    let this = std::env::current_exe().unwrap();
    let folder = report.to_str().unwrap();
    let matrix = |faults: &[&str]| {
        let mut command = mock_idp();
        command.args(["matrix", "--report", folder, "--at-once", "2"]);
        command.args(faults.iter().flat_map(|fault| ["--fault", fault])).arg("--").arg(&this);
        command.args(["--exact", "careless_relying_party", "--ignored", "--nocapture"]);
        command.output().expect("the binary runs")
    };
    let output = matrix(&["idt-nonce-*", "sig-none-lower", "ui-hang"]);
    let said = String::from_utf8_lossy(&output.stdout);
    assert_eq!(output.status.code(), Some(1), "{said}{}", String::from_utf8_lossy(&output.stderr));
    assert!(said.starts_with("4 faults, and an honest sign-in before and after\n"), "{said}");
    for line in [
        "idt-nonce-wrong                            refused      right\n",
        "ui-hang                                    signed in    not reached\n",
        "sig-none-lower                             signed in    WRONG\n    the algorithm is none",
        "    | signing in with sig-none-lower\n",
        "5 sign-ins: 3 right, 1 WRONG, 0 where both is right, 1 whose fault was not reached\n",
    ] {
        assert!(said.contains(line), "{line}: {said}");
    }
    let file = |name: &str| std::fs::read_to_string(report.join(name)).expect("a file");
    let json: serde_json::Value = serde_json::from_str(&file("matrix.json")).expect("JSON");
    assert_eq!(json["rows"].as_array().map(Vec::len), Some(5));
    let refused = json["rows"][0]["said"].as_str().expect("what it said");
    assert!(refused.contains("the nonce is another") && refused.contains("exit status: 101"), "{refused}");
    assert!(file("matrix.xml").contains("failures=\"1\""));
    assert!(file("sig-none-lower.html").contains("sig-none-lower"));

    let output = matrix(&["idt-nonce-wrong"]);
    assert!(!report.join("sig-none-lower.html").exists(), "the story of a run before is gone");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
}

#[test]
fn a_matrix_of_a_command_that_signs_nobody_in_is_refused() {
    for (command, sentence) in [
        ("exit 4", "without any fault it did not succeed"),
        ("exit 4", "(exit status: 4)"),
        ("exit 0", "the provider gave nobody tokens"),
        ("echo so far; sleep 60 & sleep 60", "did not end in time"),
        ("echo so far; sleep 60 & sleep 60", "It said:\nso far"),
    ] {
        let output = run(&["matrix", "--patience", "1", "--", "sh", "-c", command]);
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{stderr}");
        assert!(stderr.contains(sentence), "{command}: {stderr}");
    }
    let missing = run(&["matrix", "--", "no-such-program"]);
    assert!(String::from_utf8_lossy(&missing.stderr).contains("name a program that is there, after --"));
    let misspelt = run(&["matrix", "--fault", "idt-nonse-*", "--", "true"]);
    assert!(String::from_utf8_lossy(&misspelt.stderr).contains("there is no fault \"idt-nonse-*\""));
}

#[cfg(unix)]
#[test]
fn a_matrix_does_not_wait_for_what_left_the_command() {
    let this = std::env::current_exe().unwrap();
    let this = this.to_str().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("pid");
    let leaves = format!("setsid sh -c 'echo $$ >> {}; exec sleep 60'", file.display());
    // The sign-in begins when it has left: whoever is still on the way is of the command's group, and ends with it.
    let left = format!("$(cat {} 2>/dev/null | wc -l)", file.display());
    let script = format!(
        "before={left}; {leaves} & until [ {left} -gt $before ]; do sleep 0.02; done; \
         {this} --exact careless_relying_party --ignored --nocapture"
    );
    let output = run(&["matrix", "--fault", "idt-nonce-wrong", "--", "sh", "-c", &script]);
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}{}", String::from_utf8_lossy(&output.stderr));
    assert!(said.contains("2 sign-ins: 2 right"), "{said}");
    // They are still there: nobody waited for their end.
    let left = std::fs::read_to_string(&file).expect("they have left");
    for process in left.split_whitespace() {
        let ended = Command::new("kill").args(["-9", process]).status().expect("kill runs");
        assert!(ended.success(), "{process}");
    }
    assert_eq!(left.lines().count(), 3, "one of each sign-in");
    let never = run(&["matrix", "--patience", "18446744073709551615", "--", "true"]);
    assert!(String::from_utf8_lossy(&never.stderr).contains("86400"), "{never:?}");
}
