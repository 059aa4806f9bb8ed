//! What the members of a configuration have to say to each other: one rule after the other, the first that fails is told.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use fixtures::Fixtures;
use jiff::Timestamp;

use crate::config::tree::Node;
use crate::config::{Config, ConfigError, Plan, entry, refused, unknown};
use crate::fault::{StagedBy, Target, catalogue};
use crate::protocol::claims::ClaimNames;
use crate::protocol::endpoints::{EndpointError, Endpoints};
use crate::realm::directory::Directory;
use crate::realm::invent::MOST;
use crate::rule::{OPERATIONS, Rule, Then};
use crate::switches::Switches;

pub(super) fn config(config: &Config, tree: &Node, base: &Fixtures) -> Result<(), ConfigError> {
    addresses(config, tree)?;
    let root = config.root.fixtures.as_ref().unwrap_or(base);
    scope(&config.root, root, config.switches, tree)?;
    let usual = endpoints(&config.root, &Arc::default(), tree)?;
    let mut paths = BTreeSet::new();
    for (number, (path, plan)) in config.realms.iter().enumerate() {
        let tree = entry(tree, "realms", number);
        realm(path, plan, config.switches, tree, root)?;
        endpoints(plan, &usual, tree)?;
        if !paths.insert(path) {
            let sentence = format!("there are two realms \"{path}\"");
            return Err(refused(tree.line_of("path"), sentence, "give each a path of its own"));
        }
    }
    Ok(())
}

/// Whether the folders and files that are named are there, as seen from this folder.
pub(super) fn named(tree: &Node, from: &Path) -> Result<(), ConfigError> {
    let realms = tree.get("realms").map(Node::entries).unwrap_or_default();
    for scope in realms.iter().chain([tree]) {
        let missing = |keys: &&str| !from.join(keys).is_dir();
        if let Some(keys) = scope.get("keys").and_then(Node::text).filter(missing) {
            let remedy = "name a folder with a .toml and a .pem file for each key, as seen from this file";
            return Err(refused(scope.line_of("keys"), format!("keys \"{keys}\" is no folder"), remedy));
        }
    }
    for member in ["certificate", "key"] {
        let missing = |file: &&str| !from.join(file).is_file();
        let Some(tls) = tree.get("tls") else { continue };
        if let Some(file) = tls.get(member).and_then(Node::text).filter(missing) {
            let remedy = "name a PEM file, as seen from this file";
            return Err(refused(tls.line_of(member), format!("{member} \"{file}\" is no file"), remedy));
        }
    }
    Ok(())
}

/// A further realm; what it does not have is as in `base`.
fn realm(
    path: &str,
    plan: &Plan,
    switches: Switches,
    tree: &Node,
    base: &Fixtures,
) -> Result<(), ConfigError> {
    if !crate::realm::error::is_path(path) {
        let error = crate::realm::error::RealmError::Path(path.to_owned()).to_string();
        let (sentence, rule) = error.split_once(" must be ").unwrap_or((&error, ""));
        let sentence = format!("{sentence} cannot be one");
        return Err(refused(tree.line_of("path"), sentence, format!("it must be {rule}")));
    }
    scope(plan, plan.fixtures.as_ref().unwrap_or(base), switches, tree)
}

fn addresses(config: &Config, tree: &Node) -> Result<(), ConfigError> {
    for (name, address) in [("issuer", &config.issuer), ("back_channel", &config.back_channel)] {
        if let Some(address) = address.as_ref().filter(|address| !crate::protocol::base::is_base_url(address))
        {
            let remedy = "write an http or https URL without query, fragment and trailing slash";
            return Err(refused(tree.line_of(name), format!("{name} \"{address}\" cannot be one"), remedy));
        }
    }
    if let (Some(names), Some(tree)) = (&config.names, tree.get("claim_names")) {
        claims(names, config.switches, tree)?;
    }
    if config.derived_issuer && config.issuer.is_some() {
        let sentence = "derived_issuer and issuer exclude each other";
        return Err(refused(tree.line_of("derived_issuer"), sentence, "remove one of the two"));
    }
    has_port("listen", config.listen.as_deref(), tree)?;
    reach(config, tree)
}

/// What claims are called. The last of two with one name is told: it is there in the file.
fn claims(names: &ClaimNames, switches: Switches, tree: &Node) -> Result<(), ConfigError> {
    for name in ["modules", "role", "username", "company_name", "company_id"] {
        let Some(claim) = tree.get(name).and_then(Node::text) else { continue };
        if let Some(flaw) = names.flaw(name, claim) {
            return Err(refused(tree.line_of(name), flaw, "write the name of another claim"));
        }
        if !switches.kaseya_claims && name != "username" {
            let sentence = format!("{name} has a name, and kaseya_claims = false leaves it out");
            return Err(refused(tree.line_of(name), sentence, "remove one of the two"));
        }
    }
    Ok(())
}

fn has_port(name: &str, listen: Option<&str>, scope: &Node) -> Result<(), ConfigError> {
    let Some(listen) = listen.filter(|listen| !listen.contains(':')) else { return Ok(()) };
    let sentence = format!("{name} \"{listen}\" names no port");
    Err(refused(scope.line_of(name), sentence, "write address and port, as in \"127.0.0.1:9400\""))
}

/// By which certificate and with which key the provider is reached.
fn reach(config: &Config, tree: &Node) -> Result<(), ConfigError> {
    let control = tree.get("control").unwrap_or(tree);
    has_port("listen", config.control.listen.as_deref(), control)?;
    if config.control.key.as_deref() == Some("") {
        let remedy = "write a key, or leave it out to have one made where other machines reach the provider";
        return Err(refused(control.line_of("key"), "key is empty", remedy));
    }
    let (Some(tls), Some(node)) = (&config.tls, tree.get("tls")) else { return Ok(()) };
    if let Some(name) = tls.names.iter().find(|name| !crate::tls::is_host(name)) {
        let sentence = format!("{name:?} is no host name and no IP address");
        return Err(refused(node.line_of("names"), sentence, "write one, as in \"idp.test\""));
    }
    match (&tls.certificate, &tls.key) {
        (Some(_), None) => Err(refused(node.line_of("certificate"), "certificate has no key", "add \"key\"")),
        (None, Some(_)) => Err(refused(node.line_of("key"), "key has no certificate", "add \"certificate\"")),
        (Some(_), Some(_)) if !tls.names.is_empty() => {
            let remedy = "remove them: they are for a certificate that is made at start";
            Err(refused(node.line_of("names"), "names and certificate exclude each other", remedy))
        }
        _ => Ok(()),
    }
}

/// What is in one realm. Where any client or person is taken, one that is named may come later.
pub(super) fn scope(
    plan: &Plan,
    fixtures: &Fixtures,
    switches: Switches,
    tree: &Node,
) -> Result<(), ConfigError> {
    if let Some(clock) = tree.get("clock")
        && let Some(at) = clock.get("at").and_then(Node::text).filter(|at| at.parse::<Timestamp>().is_err())
    {
        let sentence = format!("at \"{at}\" is no time");
        return Err(refused(clock.line_of("at"), sentence, "write it as in \"2027-01-01T00:00:00Z\""));
    }
    if plan.fixtures.is_some() {
        for (list, key) in [("companies", "key"), ("people", "key"), ("clients", "id")] {
            once(tree, list, key)?;
        }
        fit(fixtures, tree)?;
    }
    if plan.prepared.invented_people > MOST {
        let sentence = format!("{} people are too many to make up", plan.prepared.invented_people);
        return Err(refused(tree.line_of("invented_people"), sentence, format!("{MOST} are the most")));
    }
    if plan.prepared.invented_people > 0 && fixtures.companies.is_empty() {
        let sentence = "people are made up, and there is no company for them";
        return Err(refused(tree.line_of("invented_people"), sentence, "add one under companies"));
    }
    headless(plan, fixtures, switches, tree)?;
    for (number, arming) in plan.prepared.faults.iter().enumerate() {
        let tree = entry(tree, "faults", number);
        fault(&arming.fault, tree.line_of("fault"))?;
        let line = tree.line_of("target");
        match &arming.target {
            Target::Person(key) if !switches.any_person => person(key, fixtures, line)?,
            Target::Client(id) if !switches.any_client => client(id, fixtures, line)?,
            Target::Next | Target::State(_) | Target::Person(_) | Target::Client(_) => {}
        }
    }
    for (number, wanted) in plan.prepared.rules.iter().enumerate() {
        rule(wanted, fixtures, switches, entry(tree, "rules", number))?;
    }
    Ok(())
}

/// Who signs in without a page is somebody, or could be.
fn headless(plan: &Plan, fixtures: &Fixtures, switches: Switches, tree: &Node) -> Result<(), ConfigError> {
    // Who is made up has no name yet.
    let Some(name) = plan.headless_as.as_ref().filter(|_| plan.prepared.invented_people == 0) else {
        return Ok(());
    };
    let directory = Directory::new(fixtures.companies.clone(), fixtures.people.clone());
    directory.check_headless(name, switches.any_person).map_err(|wrong| {
        let (sentence, remedy) =
            wrong.split_once("; ").unwrap_or((&wrong, "write a name that a person can have"));
        refused(tree.line_of("headless_as"), sentence, remedy)
    })
}

/// Where the endpoints of a realm are, if they can be there; those that it does not name are like these.
fn endpoints(plan: &Plan, usual: &Arc<Endpoints>, tree: &Node) -> Result<Arc<Endpoints>, ConfigError> {
    plan.moved.from(usual).map_err(|error| {
        let (EndpointError::Path { endpoint, .. } | EndpointError::Taken { endpoint, .. }) = &error;
        let line = tree.get("endpoints").map_or(tree.line, |endpoints| endpoints.line_of(endpoint));
        let sentence = error.to_string();
        let (sentence, remedy) = sentence.split_once("; ").unwrap_or((&sentence, ""));
        refused(line, sentence, remedy)
    })
}

/// No name stands twice, and none is empty.
fn once(tree: &Node, list: &str, key: &str) -> Result<(), ConfigError> {
    let mut seen = BTreeSet::new();
    for item in tree.get(list).map(Node::entries).unwrap_or_default() {
        let name = item.get(key).and_then(Node::text).unwrap_or_default();
        let line = item.line_of(key);
        if name.is_empty() {
            return Err(refused(line, format!("{key} is empty in {list}"), "give it a name"));
        }
        if !seen.insert(name) {
            let sentence = format!("\"{name}\" is in {list} twice");
            return Err(refused(line, sentence, format!("give each its own {key}")));
        }
    }
    Ok(())
}

/// What fixtures have to be, wherever they stand.
fn fit(fixtures: &Fixtures, tree: &Node) -> Result<(), ConfigError> {
    fixtures::check(fixtures).map_err(|complaint| {
        let named = |item: &&Node| {
            let name = item.get("key").or(item.get("id")).and_then(Node::text);
            name == Some(&complaint.name)
        };
        let Some(item) = tree.get(complaint.list).and_then(|list| list.entries().iter().find(named)) else {
            // Somebody who was there before does not fit to what stands here.
            let line = if complaint.list == "clients" { tree.line } else { tree.line_of("companies") };
            let sentence = format!("{} ({}): {}", complaint.name, complaint.list, complaint.sentence);
            return refused(line, sentence, format!("give {} of your own too", complaint.list));
        };
        let member = item.get(complaint.field);
        let values = member.map(Node::entries).unwrap_or_default();
        let value = values.iter().find(|value| value.text() == complaint.value.as_deref());
        let line = value.map_or_else(|| item.line_of(complaint.field), |value| value.line);
        refused(line, complaint.sentence, complaint.remedy)
    })
}

fn fault(id: &str, line: usize) -> Result<(), ConfigError> {
    let staged = catalogue::all().filter(|entry| entry.staged_by == StagedBy::Provider);
    match catalogue::find(id) {
        Ok(entry) if entry.staged_by == StagedBy::Provider => Ok(()),
        Ok(entry) => {
            let sentence = format!("the provider does not stage {id}: {}", entry.sentence);
            Err(refused(
                line,
                sentence,
                format!("it is staged by {}: bring it about in the test itself", entry.staged_by.as_str()),
            ))
        }
        Err(_) => {
            let nearest = fixtures::nearest(id, staged.map(|entry| entry.id));
            let nearest = nearest.map(|nearest| format!("did you mean \"{nearest}\"? ")).unwrap_or_default();
            let remedy = format!("{nearest}mock-idp faults lists them all");
            Err(refused(line, format!("there is no fault \"{id}\""), remedy))
        }
    }
}

fn person(key: &str, fixtures: &Fixtures, line: usize) -> Result<(), ConfigError> {
    let known = fixtures.people.iter().map(|person| person.key.as_str());
    if fixtures.person(key).is_some() { Ok(()) } else { Err(unknown(line, "person", key, known)) }
}

fn client(id: &str, fixtures: &Fixtures, line: usize) -> Result<(), ConfigError> {
    let known = fixtures.clients.iter().map(|client| client.id.as_str());
    if fixtures.client(id).is_some() { Ok(()) } else { Err(unknown(line, "client", id, known)) }
}

fn rule(rule: &Rule, fixtures: &Fixtures, switches: Switches, tree: &Node) -> Result<(), ConfigError> {
    let when = tree.get("when").unwrap_or(tree);
    if let Some(operation) = rule.when.operation.as_deref()
        && !OPERATIONS.contains(&operation)
    {
        return Err(unknown(when.line_of("operation"), "operation", operation, OPERATIONS.into_iter()));
    }
    if let Some(key) = rule.when.person.as_ref().filter(|_| !switches.any_person) {
        person(key, fixtures, when.line_of("person"))?;
    }
    if let Some(id) = rule.when.client.as_ref().filter(|_| !switches.any_client) {
        client(id, fixtures, when.line_of("client"))?;
    }
    let then = tree.get("then").unwrap_or(tree);
    match &rule.then {
        Then::Fault(id) => fault(id, then.line_of("fault")),
        other => match other.flaw() {
            Some(flaw) => Err(refused(then.line_of(flaw.member), flaw.sentence, flaw.remedy)),
            None => Ok(()),
        },
    }
}
