//! A relying party in another language: a child process that is told one step a line and answers one line, in JSON.

use std::process::Stdio;
use std::time::Duration;

use mock_idp::MockIdp;
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader, Lines};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};

use crate::scenario::{RelyingParty, SCOPES, SIGNED_OUT, SignedIn, completes, provider, refuses};
use crate::support::{CALLBACK, CLIENT, SECRET};
use crate::tools;

/// How long a step may take: a bound for a broken script, not a measurement.
const PATIENCE: Duration = Duration::from_mins(1);

#[tokio::test]
async fn openid_client_signs_in_refreshes_and_logs_out() {
    let Some(mut party) = openid_client() else { return };
    let idp = provider().await;
    party.discover(&idp).await;
    completes(&idp, &mut party).await;
    let faults = [
        ("sig-bad-rs256", "signature verification failed"),
        ("idt-nonce-wrong", "\"nonce\" claim"),
        ("idt-iss-wrong", "\"iss\" (issuer) claim"),
        ("idt-aud-wrong", "\"aud\" (audience) claim"),
        ("idt-exp-past", "\"exp\" (expiration time) claim"),
        ("authz-iss-wrong", "\"iss\" (issuer) response parameter"),
        ("ui-sub-mismatch", "\"sub\""),
    ];
    refuses(&idp, &mut party, &faults).await;
}

#[tokio::test]
async fn authlib_signs_in_refreshes_and_logs_out() {
    let Some(mut party) = authlib() else { return };
    let idp = provider().await;
    party.discover(&idp).await;
    completes(&idp, &mut party).await;
    let faults = [
        ("sig-bad-rs256", "bad_signature"),
        ("idt-nonce-wrong", "invalid claim: 'nonce'"),
        ("idt-iss-wrong", "invalid claim: 'iss'"),
        // It asks for an azp as soon as the audience is another.
        ("idt-aud-wrong", "missing claim: 'azp'"),
        ("idt-exp-past", "expired_token"),
        ("idt-hash-at", "at_hash"),
    ];
    refuses(&idp, &mut party, &faults).await;
}

fn openid_client() -> Option<Script> {
    let [node, folder] =
        tools("openid-client", ["FOREIGN_CLIENT_NODE", "FOREIGN_CLIENT_OPENID_CLIENT_FOLDER"])?;
    // As text and in that folder: modules are looked for beside the program, which is not beside its modules.
    let program = include_str!("openid-client/client.mjs");
    let mut command = Command::new(node);
    command.current_dir(folder).args(["--input-type=module", "--eval", program]);
    Some(Script::start(command))
}

fn authlib() -> Option<Script> {
    let [python] = tools("Authlib", ["FOREIGN_CLIENT_AUTHLIB_PYTHON"])?;
    let mut command = Command::new(python);
    command.arg("-c").arg(include_str!("authlib/client.py"));
    Some(Script::start(command))
}

/// The running process. Its standard error is ours.
struct Script {
    _child: Child,
    steps: ChildStdin,
    answers: Lines<BufReader<ChildStdout>>,
}

impl Script {
    fn start(mut command: Command) -> Self {
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).kill_on_drop(true);
        // The provider is on this machine, whatever leads out of it.
        command.env("NO_PROXY", "127.0.0.1");
        let mut child = command.spawn().expect("the program starts");
        let steps = child.stdin.take().expect("its input is piped");
        let answers = BufReader::new(child.stdout.take().expect("its output is piped")).lines();
        Self { _child: child, steps, answers }
    }

    async fn discover(&mut self, idp: &MockIdp) {
        let known = json!({
            "step": "discover", "issuer": idp.issuer(), "client_id": CLIENT, "client_secret": SECRET,
            "redirect_uri": CALLBACK, "post_logout_redirect_uri": SIGNED_OUT, "scope": SCOPES.join(" "),
        });
        self.take(&known).await.expect("discovery");
    }

    /// Has a step taken; `Err` is what the client library refused it with. A script that fails otherwise ends.
    async fn take(&mut self, step: &Value) -> Result<Value, String> {
        self.steps.write_all(format!("{step}\n").as_bytes()).await.expect("the script reads on");
        let line = tokio::time::timeout(PATIENCE, self.answers.next_line()).await;
        let line = line.expect("an answer in time").expect("text");
        let line = line.unwrap_or_else(|| panic!("the script ended at {step}"));
        let answer: Value = serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error}: {line}"));
        match answer["refused"].as_str() {
            Some(refused) => Err(refused.to_owned()),
            None => Ok(answer),
        }
    }

    async fn address(&mut self, step: &Value) -> String {
        let answer = self.take(step).await.expect("an address");
        answer["address"].as_str().expect("an address").to_owned()
    }

    async fn signed_in(&mut self, step: &Value) -> Result<SignedIn, String> {
        let answer = self.take(step).await?;
        Ok(serde_json::from_value(answer).expect("who signed in"))
    }
}

impl RelyingParty for Script {
    async fn begin(&mut self, prompt: Option<&str>) -> String {
        self.address(&json!({ "step": "begin", "prompt": prompt })).await
    }

    async fn finish(&mut self, address: &str) -> Result<SignedIn, String> {
        self.signed_in(&json!({ "step": "finish", "address": address })).await
    }

    async fn refresh(&mut self, refresh_token: &str) -> Result<SignedIn, String> {
        self.signed_in(&json!({ "step": "refresh", "refresh_token": refresh_token })).await
    }

    async fn log_out(&mut self) -> String {
        self.address(&json!({ "step": "log_out" })).await
    }

    async fn logged_out(&mut self, address: &str) -> Result<(), String> {
        self.take(&json!({ "step": "logged_out", "address": address })).await.map(drop)
    }
}
