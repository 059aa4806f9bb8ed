//! Serving until somebody says stop.

use std::process::ExitCode;

use mock_idp::MockIdp;

use crate::cli::options::{Options, every_processor};
use crate::cli::say;
use crate::cli::signals::Signals;

pub(crate) fn run(options: Options) -> anyhow::Result<ExitCode> {
    let builder = options.builder("127.0.0.1:9400")?;
    let key_was_given = builder.has_control_key();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        // Before anybody is told that it is up, or a signal sent at once would end it the hard way.
        let mut signals = Signals::listen()?;
        let idp = builder.threads(every_processor()).start().await?;
        say(&greeting(&idp, key_was_given));
        signals.next().await;
        say("mock-idp: stopped\n");
        Ok(ExitCode::SUCCESS)
    })
}

/// The first line is for programs, the others are for people.
fn greeting(idp: &MockIdp, key_was_given: bool) -> String {
    let mut lines = vec![
        format!("mock-idp: issuer {} on {} (testing only; stop with Ctrl-C)", idp.issuer(), idp.address()),
        format!("  discovery  {}", idp.discovery_url()),
        format!("  control    {}, described by openapi.json there", idp.control_url()),
        format!("  console    {}/console", idp.control_url()),
    ];
    if idp.derives_issuer() {
        lines.push(
            "             each request finds its own address as the issuer; --issuer fixes one".to_owned(),
        );
    }
    let front = idp.url("/");
    let path = front.split_once("://").and_then(|(_, rest)| rest.find('/').map(|at| &rest[at..]));
    if let Some(path) = path.filter(|path| *path != "/") {
        lines.push(format!(
            "             {path} is for a proxy in front to take away: this process answers without it"
        ));
    }
    let people = idp.people().list().into_iter().map(|person| person.key);
    let any = |taken: bool| if taken { ", and any other" } else { "" };
    lines.push(format!("  people     {}{}", some_of(people), any(idp.takes_any_person())));
    let clients = idp.clients().list().into_iter().map(|client| client.id);
    lines.push(format!(
        "  clients    {}{}, with their secrets at {}/clients",
        some_of(clients),
        any(idp.takes_any_client()),
        idp.control_url()
    ));
    // A key that was given is known to whoever gave it, and may be a secret elsewhere.
    if let Some(key) = idp.control_key().filter(|_| !key_was_given) {
        lines.push(format!(
            "  key        {key} (control takes it as a bearer token; --control-key gives another)"
        ));
    }
    let realms = idp.realms();
    let further = realms.paths().into_iter().filter(|path| !path.is_empty());
    lines.extend(further.filter_map(|path| Some(format!("  realm      {}", realms.get(&path)?.issuer()))));
    lines.push(format!("  stop       Ctrl-C, or SIGTERM to process {}", std::process::id()));
    lines.join("\n") + "\n"
}

/// Most names that are told.
const TOLD: usize = 6;

fn some_of(names: impl ExactSizeIterator<Item = String>) -> String {
    let more = names.len().saturating_sub(TOLD);
    let told = names.take(TOLD).collect::<Vec<_>>().join(", ");
    match (told.as_str(), more) {
        ("", _) => "none".to_owned(),
        (_, 0) => told,
        _ => format!("{told} and {more} more"),
    }
}
