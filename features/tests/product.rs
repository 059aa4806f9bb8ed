//! The scenarios against a product of somebody else: a small one in Python, right and wrong on request.

#![expect(clippy::unwrap_used, reason = "a helper of a test may panic as the test itself does")]

use std::{
    fs,
    io::{BufRead as _, BufReader},
    net::{SocketAddr, TcpListener},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::atomic::{AtomicU16, Ordering},
};

/// The files of which every scenario that applies to the product holds for it.
const HOLD: [&str; 9] = [
    "access/no_access_by_default.feature",
    "protocol/identity.feature",
    "protocol/signing_out.feature",
    "provisioning/once.feature",
    "settings/disabling.feature",
    "settings/enabling.feature",
    "sign_in/who_cannot_authenticate.feature",
    "troubleshooting/a5_completed_authentication.feature",
    "troubleshooting/b0_signed_in_but_not_listed.feature",
];

/// The product, running, with its description in a folder.
struct Toy {
    running: Child,
    folder: tempfile::TempDir,
    base: String,
}

/// An address that nobody listens on, for the product has to know where it finds KaseyaOne before that is started. Its
/// port is not one of those that connections are given (32768 and above on Linux).
fn free_address() -> SocketAddr {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    let first = u16::try_from(std::process::id() % 8_000).unwrap();
    let ports = std::iter::repeat_with(|| 20_000 + (first + NEXT.fetch_add(1, Ordering::Relaxed)) % 12_000);
    let mut found = ports.take(12_000).filter_map(|port| TcpListener::bind(("127.0.0.1", port)).ok());
    found.next().unwrap().local_addr().unwrap()
}

impl Toy {
    /// Starts it; nothing where there is no Python, which is told.
    fn start(environment: &[(&str, &str)]) -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let free = free_address();
        let program = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/product/toy.py");
        let mut command = Command::new("python3");
        command.arg(program).env("ISSUER", format!("http://{free}")).envs(environment.iter().copied());
        let Ok(mut running) = command.stdout(Stdio::piped()).spawn() else {
            eprintln!("NOT RUN: there is no python3 on the PATH");
            return None;
        };
        let mut base = String::new();
        BufReader::new(running.stdout.take().unwrap()).read_line(&mut base).unwrap();
        let toy = Self { running, folder, base: base.trim().to_owned() };
        toy.write("mock-idp.toml", &toy.provider(&free.to_string()));
        toy.write("product.toml", &toy.description());
        Some(toy)
    }

    fn provider(&self, listen: &str) -> String {
        let base = &self.base;
        format!(
            "listen = \"{listen}\"\n[[clients]]\nid = \"toy\"\nname = \"Toy\"\nsecret = \"a-secret-of-the-toy-that-is-none\"\n\
             redirect_uris = [\"{base}/callback\"]\nbackchannel_logout_uri = \"{base}/told\"\ninitiate_login_uri = \"{base}/login\"\n"
        )
    }

    fn description(&self) -> String {
        let base = &self.base;
        format!(
            "name = \"The toy\"\nprovider = \"mock-idp.toml\"\nclient = \"toy\"\nstart = \"{base}/login\"\nhooks = \"{base}/_test\"\n\
             [session]\nurl = \"{base}/api/me\"\nid = \"/user/id\"\nemail = \"/user/email\"\n"
        )
    }

    fn write(&self, file: &str, text: &str) {
        fs::write(self.path(file), text).unwrap();
    }

    fn path(&self, file: &str) -> PathBuf {
        self.folder.path().join(file)
    }

    /// Replaces something in a file.
    fn change(&self, file: &str, from: &str, to: &str) {
        let text = fs::read_to_string(self.path(file)).unwrap();
        assert!(text.contains(from), "{text}");
        self.write(file, &text.replace(from, to));
    }

    /// Runs scenarios on it: the exit code, and what is said.
    fn run(&self, arguments: &[&str]) -> (i32, String) {
        self.harness("run", arguments)
    }

    fn harness(&self, verb: &str, arguments: &[&str]) -> (i32, String) {
        let mut command = Command::new(env!("CARGO_BIN_EXE_harness"));
        for name in [
            "CI",
            "HARNESS_SPECS",
            "HARNESS_SNAPSHOTS",
            "HARNESS_REPORT",
            "HARNESS_POSTGRES",
            "HARNESS_PRODUCT",
        ] {
            command.env_remove(name);
        }
        command.current_dir(self.folder.path()).args([verb, "--product", "product.toml"]).args(arguments);
        let output = command.output().unwrap();
        let text = [output.stdout, output.stderr].concat();
        (output.status.code().unwrap(), String::from_utf8(text).unwrap())
    }
}

impl Drop for Toy {
    fn drop(&mut self) {
        let _ = self.running.kill();
        let _ = self.running.wait();
    }
}

#[test]
fn a_product_in_another_language_is_tested_with_the_same_scenarios() {
    // What its records say is too little for the specs.
    let Some(toy) = Toy::start(&[("LACKS", "sign-ins")]) else { return };
    let (code, told) = toy.run(&HOLD);
    assert_eq!(code, 0, "{told}");
    assert!(
        told.contains("98 scenarios (68 passed, 0 failed, 0 to review, 0 not run, 30 not applicable)"),
        "{told}"
    );
    for line in [
        "checks left out: the product offers no \"sign-ins\"\n",
        "the product is known by its sign-in and its hooks alone\n",
        "Product: The toy, which offers users, user-details, manage-users, single-sign-on, clock, restart\n",
    ] {
        assert!(told.contains(line), "{line:?} is not in {told}");
    }
}

#[test]
fn which_scenarios_apply_is_listed_without_starting_or_changing_anything() {
    let Some(toy) = Toy::start(&[("LACKS", "sign-ins"), ("DIES", "1")]) else { return };
    let difference =
        "[[differs]]\nscenario = \"No account from a token with a wrong nonce\"\nwhy = \"next year\"\n";
    toy.write("product.toml", &format!("{}{difference}", toy.description()));
    // A run could not listen there.
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let listen = fs::read_to_string(toy.path("mock-idp.toml")).unwrap();
    let (listen, _) = listen.split_once('\n').unwrap();
    toy.change("mock-idp.toml", listen, &format!("listen = \"{}\"", taken.local_addr().unwrap()));
    let (code, told) = toy.harness("list", &HOLD);
    assert_eq!(code, 0, "{told}");
    for said in [
        "    not applicable: the product is known by its sign-in and its hooks alone\n",
        " left out: the product offers no \"sign-ins\"\n",
        "    applicable\n",
        "\n98 scenarios, 68 of them applicable to The toy, which offers users, user-details, manage-users, single-sign-on, clock, restart\n",
    ] {
        assert!(told.contains(said), "{said:?} is not in {told}");
    }
    let (_, told) = toy.harness("list", &["No account from a token with a wrong nonce"]);
    assert!(
        told.contains("wrong nonce\n    applicable\n") && told.contains("    known to differ: next year\n"),
        "{told}"
    );
    toy.change("product.toml", &toy.base, "http://127.0.0.1:1");
    let (code, told) = toy.harness("list", &["@S-64"]);
    assert!(code == 4 && told.contains("hooks do not answer at http://127.0.0.1:1/_test/"), "{told}");
}

#[test]
fn what_a_product_does_wrong_is_found() {
    let wrongs = [
        (
            "twice",
            "A later sign-in with claim-email-upper reuses the account",
            "expected exactly one account of rui, but there are 2",
        ),
        ("toggle", "After disabling, a newcomer gets no account", "expected dana not to be signed in"),
        (
            "address",
            "A subject that differs by id-email-reassigned does not open the account",
            "not to be signed in",
        ),
        ("access", "A successful KaseyaOne authentication creates an MSP user account", "✗ MSP Admin"),
        ("nonce", "No account from a token with a wrong nonce", "expected dana not to be signed in"),
        ("signature", "No account from a token with a wrong signature", "expected dana not to be signed in"),
    ];
    let Some(honest) = Toy::start(&[("LACKS", "sign-ins")]) else { return };
    for (breaks, scenario, found) in wrongs {
        let (code, told) = honest.run(&[scenario]);
        assert_eq!(code, 0, "without {breaks}: {told}");
        let wrong = Toy::start(&[("LACKS", "sign-ins"), ("BREAKS", breaks)]).unwrap();
        let (code, told) = wrong.run(&[scenario]);
        assert_eq!(code, 1, "{breaks}: {told}");
        assert!(told.contains(found), "{breaks}: {told}");
    }
}

#[test]
fn a_product_that_dies_in_the_middle_stops_the_run_and_is_said_not_to_answer() {
    // Two resets come before the first scenario, one with each.
    let Some(toy) = Toy::start(&[("LACKS", "sign-ins"), ("DIES", "5")]) else { return };
    let (code, told) = toy.run(&["No account from a token with a wrong", "--report", "out"]);
    assert_eq!(code, 4, "{told}");
    assert!(told.contains("(2 passed, 1 failed, 0 to review, 4 not run)"), "{told}");
    let base = &toy.base;
    let stopped = told.lines().find(|line| line.starts_with("STOPPED ")).unwrap_or(&told);
    assert!(
        stopped.starts_with("STOPPED in the scenario \"No account from a token with a wrong "),
        "{stopped}"
    );
    let gone = format!(
        "the product can no longer be reached, GET {base}/_test/ gets no answer (Connection refused "
    );
    for why in [
        &format!("could not be put back to its beginning: the hook POST {base}/_test/reset does not answer"),
        &gone,
    ] {
        assert!(told.contains(why), "{why} is not in {told}");
    }
    let junit = fs::read_to_string(toy.path("out/junit.xml")).unwrap();
    assert_eq!(
        junit.matches("<skipped message=\"the run was stopped in the scenario ").count(),
        4,
        "{junit}"
    );
    assert!(junit.contains("<testcase name=\"the run was stopped\""), "{junit}");
    let html = fs::read_to_string(toy.path("out/report.html")).unwrap();
    assert!(html.contains("Stopped in the scenario ") && html.contains("4 not run"), "{html}");
}

#[test]
fn a_connection_that_is_cut_is_a_matter_of_one_scenario() {
    let Some(toy) = Toy::start(&[("LACKS", "sign-ins"), ("CUTS", "5")]) else { return };
    let (code, told) = toy.run(&["No account from a token with a wrong"]);
    assert_eq!(code, 1, "{told}");
    assert!(told.contains("(6 passed, 1 failed, 0 to review, 0 not run)"), "{told}");
    assert!(told.contains("/_test/reset does not answer: error sending request "), "{told}");
}

#[test]
fn hooks_that_do_not_answer_in_time_again_and_again_stop_the_run() {
    // One that is late now and then is no reason to stop.
    let hangs = [("LACKS", "sign-ins"), ("HANGS", "[4, 6, 7, 8]")];
    let Some(toy) = Toy::start(&hangs) else { return };
    toy.change("product.toml", "[session]", "patience = 1\n[session]");
    let (code, told) = toy.run(&["No account from a token with a wrong"]);
    assert_eq!(code, 4, "{told}");
    assert!(told.contains("(2 passed, 4 failed, 0 to review, 1 not run)"), "{told}");
    let why = format!(
        "the product's hooks did not answer within 1 s in 3 scenarios one after the other, last POST {}/_test/reset; see",
        toy.base
    );
    assert!(told.contains("STOPPED in the scenario ") && told.contains(&why), "{why} is not in {told}");
}

#[test]
fn what_is_known_to_differ_is_not_red_until_it_holds() {
    let Some(toy) = Toy::start(&[("LACKS", "sign-ins"), ("BREAKS", "nonce")]) else { return };
    let description = toy.description();
    let differs = |scenario: &str| {
        let difference = format!("[[differs]]\nscenario = \"{scenario}\"\nwhy = \"nonces come next year\"\n");
        toy.write("product.toml", &format!("{description}{difference}"));
    };
    differs("No account from a token with a wrong nonce");
    let (code, told) = toy.run(&["No account from a token with a wrong"]);
    assert_eq!(code, 0, "{told}");
    assert!(told.contains("DIFFERS No account from a token with a wrong nonce\n"), "{told}");
    assert!(
        told.contains("  as known: nonces come next year\n") && told.contains(", 1 differ as known)"),
        "{told}"
    );
    differs("No account from a token with a wrong signature");
    let (code, told) = toy.run(&["No account from a token with a wrong signature"]);
    assert_eq!(code, 1, "{told}");
    assert!(
        told.contains("it is said to differ (nonces come next year), and it holds; take it out"),
        "{told}"
    );
    differs("No account from a token with a wrong nunce");
    let (code, told) = toy.run(&["@S-64"]);
    assert_eq!(code, 2, "{told}");
    assert!(told.contains("did you mean 'No account from a token with a wrong nonce'?"), "{told}");
}

#[test]
fn a_product_that_keeps_records_and_lives_by_the_clock_on_the_wall_is_asked_for_them() {
    let Some(toy) = Toy::start(&[("LACKS", "clock")]) else { return };
    fs::create_dir(toy.path("my")).unwrap();
    toy.write(
        "my/c.feature",
        "Feature: f
  Scenario: It is recorded
    Given automatic user creation is in effect
    When Dana tries to sign in with KaseyaOne
    Then the record of the sign-in says:
      | KaseyaOne login is on | pass |
      | outcome | created and signed in |
    When Dana uses a new browser
    And Dana tries to sign in with KaseyaOne
    Then the record of the sign-in says:
      | outcome | signed in |
  Scenario: It is recorded wrongly
    Given \"Allow Users to Log in with KaseyaOne\" is off
    When Dana tries to sign in with KaseyaOne
    Then the record of the sign-in says:
      | outcome | signed in |
  Scenario: It takes time
    When 11 minutes pass
    Then Dana has no account
",
    );
    let (code, told) = toy.run(&["--specs", "my"]);
    assert_eq!(code, 1, "{told}");
    assert!(
        told.contains("3 scenarios (1 passed, 1 failed, 0 to review, 0 not run, 1 not applicable)"),
        "{told}"
    );
    assert!(told.contains("to say outcome: \"signed in\", but it says \"refused\""), "{told}");
    assert!(told.contains("1 scenario not applicable: the product offers no \"clock\""), "{told}");
    let (code, told) = toy.run(&["--specs", "my", "It takes time"]);
    assert_eq!(code, 5, "nothing of it applies: {told}");
}

#[test]
fn a_product_that_cannot_be_tested_is_told_with_the_one_thing_to_fix() {
    let Some(toy) = Toy::start(&[]) else { return };
    let ends = |file: &str, from: &str, to: &str, code: i32, said: &str| {
        toy.change(file, from, to);
        let (ended, told) = toy.run(&["@S-64"]);
        assert_eq!(ended, code, "{told}");
        assert!(told.contains(said), "{said:?} is not in {told}");
        toy.change(file, to, from);
    };
    ends("product.toml", "start =", "strat =", 2, "product.toml:4: unknown field `strat`");
    ends("product.toml", "mock-idp.toml", "nowhere.toml", 2, "nowhere.toml");
    ends("product.toml", "client = \"toy\"", "client = \"tyo\"", 2, "mock-idp.toml has no client \"tyo\"");
    ends("product.toml", "client = \"toy\"", "client = \"spa\"", 2, "mock-idp.toml has no client \"spa\"");
    ends("product.toml", "/login\"", "/nowhere\"", 2, "to send a browser to http://127.0.0.1:");
    ends("product.toml", "/_test\"", "/tset\"", 2, "has to answer with what the product's hooks offer");
    ends("product.toml", "/api/me\"", "/\"", 2, "has to answer with JSON that says who is signed in");
    ends(
        "mock-idp.toml",
        "/callback\"",
        "/elsewhere\"",
        2,
        "sends people to KaseyaOne, which refuses the request",
    );
    ends("product.toml", "/user/id", "/user/uid", 2, "dana signed in at KaseyaOne, and http://127.0.0.1:");
    ends(
        "product.toml",
        "/api/me",
        "/api/you",
        2,
        "has to say who is signed in, or nobody by 401, 403 or a redirect",
    );
    ends("mock-idp.toml", "that-is-none", "that-is-wrong", 2, "KaseyaOne refused POST /connect/token last: ");
    ends(
        "mock-idp.toml",
        "[[clients]]",
        "[clock]\nfrozen = true\nat = \"2020-01-01T00:00:00Z\"\n[[clients]]",
        2,
        "sets a clock; take it out",
    );
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let listen = fs::read_to_string(toy.path("mock-idp.toml")).unwrap();
    let (listen, _) = listen.split_once('\n').unwrap();
    let elsewhere = format!("listen = \"{}\"", taken.local_addr().unwrap());
    ends("mock-idp.toml", listen, &elsewhere, 2, "change listen in ");
    let hooks = format!("hooks = \"{}/_test\"", toy.base);
    ends(
        "product.toml",
        &hooks,
        "hooks = \"http://127.0.0.1:1/\"",
        4,
        "the product's hooks do not answer at http://127.0.0.1:1/",
    );
    let Some(misspelt) = Toy::start(&[("OFFERS", "users,clocks")]) else { return };
    let (code, told) = misspelt.run(&["@S-64"]);
    assert!(code == 2 && told.contains("\"clocks\", which is nothing; did you mean 'clock'?"), "{told}");
}
