//! The command line: what it prints, how it ends, what it refuses.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

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
        .args(["serve", "--listen", "127.0.0.1:0"])
        .args(arguments)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("the binary runs");
    let mut line = String::new();
    BufReader::new(child.stdout.take().expect("a pipe")).read_line(&mut line).expect("a line");
    (Served(child), line)
}

#[test]
fn serve_says_the_issuer_and_answers() {
    let (_served, line) = serve(&["--seed", "1", "--client-redirect-uri", "http://127.0.0.1:1/callback"]);
    let issuer =
        line.split("issuer ").nth(1).and_then(|rest| rest.split(' ').next()).expect("an issuer").to_owned();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let client = runtime.block_on(async {
        reqwest::get(format!("{issuer}/_control/clients/kaseya-mdr")).await.unwrap().text().await.unwrap()
    });
    assert!(client.contains("http://127.0.0.1:1/callback"), "{client}");
}

#[test]
fn the_catalogue_is_printed_as_text_and_as_json() {
    let text = run(&["faults"]);
    assert!(text.status.success() && String::from_utf8_lossy(&text.stdout).contains("idt-nonce-wrong"));
    let json: serde_json::Value = serde_json::from_slice(&run(&["faults", "--json"]).stdout).expect("JSON");
    assert_eq!(json.as_array().map(Vec::len), Some(mock_idp::catalogue().count()));
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
    let cases: [(&[&str], &str); 6] = [
        (&["serve", "--listen", "0.0.0.0:0"], "add --allow-other-machines"),
        (
            &["serve", "--listen", "127.0.0.1:0", "--claim", "rolle=x"],
            "--claim: \"rolle\" is none of company_id",
        ),
        (&["serve", "--fixtures", dir], "companies/acme.toml:3: unknown field \"idd\"; did you mean \"id\"?"),
        (&["serve", "--fixtures", "no-such-folder"], "no-such-folder/companies: cannot be read"),
        (&["serve", "--listen", &taken], "choose another one with --listen"),
        (&["serve", "--listen", "127.0.0.1:0", "--issuer", "http://x/"], "change --issuer"),
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

/// Launches the binary and measures until it has answered one request.
fn first_answer() -> Duration {
    let free = std::net::TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr());
    let address = free.expect("a free port").to_string();
    let launched = Instant::now();
    let child =
        mock_idp().args(["serve", "--listen", &address]).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
    let _served = Served(child.expect("the binary runs"));
    loop {
        let Ok(mut connection) = TcpStream::connect(&address) else {
            std::thread::yield_now();
            continue;
        };
        let request =
            "GET /.well-known/openid-configuration HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";
        connection.write_all(request.as_bytes()).expect("sent");
        let mut answer = String::new();
        connection.read_to_string(&mut answer).expect("an answer");
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
        return launched.elapsed();
    }
}

#[test]
fn the_first_answer_comes_right_after_launch() {
    let best = (0..5).map(|_| first_answer()).min().expect("five launches");
    println!("first answer {best:?} after launch (best of five)");
    let limit = if cfg!(debug_assertions) { 200 } else { 20 };
    assert!(best < Duration::from_millis(limit), "{best:?}");
}
