//! Problems of the control interface (RFC 9457), each with a stable code and one sentence that helps.

use axum::body::{Bytes, to_bytes};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use fixtures::Complaint;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::config::tree::{Node, Value};
use crate::config::{self, ConfigError};
use crate::fault::{ArmError, UnknownFault};
use crate::handles::{NotFound, RuleError};
use crate::journal::NotSeen;
use crate::protocol::text::shorten;
use crate::realm::error::RealmError;
use crate::realm::invent::InventError;
use crate::realm::launch::LaunchError;
use crate::realm::lifecycle::PersonError;
use crate::realm::mint::MintError;
use crate::realm::people::CompanyError;

/// Most bytes of a body.
pub(crate) const LONGEST_BODY: usize = 2 << 20;

/// Most characters of a detail.
const LONGEST_DETAIL: usize = 1_000;

/// A problem document.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct Problem {
    /// HTTP status.
    status: u16,
    /// Stable code.
    code: &'static str,
    /// What is wrong and what to do.
    detail: String,
}

impl Problem {
    pub(crate) fn new(status: StatusCode, code: &'static str, detail: impl Into<String>) -> Self {
        let mut detail = detail.into();
        // What is quoted may be a whole body.
        if let Some((end, _)) = detail.char_indices().nth(LONGEST_DETAIL) {
            detail.truncate(end);
            detail.push('…');
        }
        Self { status: status.as_u16(), code, detail }
    }

    /// What is wrong and what to do.
    pub(crate) fn detail(&self) -> &str {
        &self.detail
    }

    pub(crate) fn foreign() -> Self {
        Self::new(
            StatusCode::FORBIDDEN,
            "foreign_page",
            "a page of another site may not control this provider; open the address itself",
        )
    }

    pub(crate) fn own_request() -> Self {
        Self::new(
            StatusCode::FORBIDDEN,
            "own_request",
            "a provider sent this to an address that a client registered, and a client may not have a provider controlled; \
             register another address",
        )
    }

    pub(crate) fn strange_host() -> Self {
        Self::new(
            StatusCode::FORBIDDEN,
            "strange_host",
            "the Host of this request is no address, not localhost and not the issuer's: a page elsewhere may have sent it \
             (DNS rebinding); use one of these, or start the provider with --control-key",
        )
    }

    pub(crate) fn no_key() -> Self {
        Self::new(
            StatusCode::UNAUTHORIZED,
            "no_key",
            "this provider is controlled with a key: send Authorization: Bearer KEY, or the key as the password of any user",
        )
    }

    pub(crate) fn no_authority() -> Self {
        let detail = "there is no authority here: serve with --tls to have one made";
        Self::new(StatusCode::NOT_FOUND, "not_found", detail)
    }

    pub(crate) fn takes_none(parameter: &str) -> Self {
        Self::wrong_query(format!("there is no parameter {:?}; this takes none", shorten(parameter)))
    }

    pub(crate) fn takes_no_body() -> Self {
        Self::wrong("this takes no body, so what it says would go unheard; send none")
    }

    pub(crate) fn wrong_query(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, "wrong_query", detail)
    }

    pub(crate) fn wrong(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, "wrong_body", detail)
    }

    pub(crate) fn empty_body() -> Self {
        Self::wrong("the body is empty; send JSON")
    }

    pub(crate) fn too_many_snapshots(most: usize) -> Self {
        let detail = format!("there are {most} snapshots, each with its journal; forget one first");
        Self::new(StatusCode::CONFLICT, "too_many_snapshots", detail)
    }

    /// As [`taken`](Self::taken), of what cannot be changed.
    pub(crate) fn there(kind: &str, name: &str) -> Self {
        let detail =
            format!("there is a {kind} {name:?} already; choose another key, or remove that one first");
        Self::new(StatusCode::CONFLICT, "name_taken", detail)
    }

    /// What can be told from no other.
    pub(crate) fn unlike(wrong: &Complaint) -> Self {
        Self::new(StatusCode::CONFLICT, "name_taken", wrong.to_string())
    }

    pub(crate) fn taken(kind: &str, name: &str) -> Self {
        Self::new(
            StatusCode::CONFLICT,
            "name_taken",
            format!("there is a {kind} {name:?} already; change it instead"),
        )
    }
}

impl From<CompanyError> for Problem {
    fn from(error: CompanyError) -> Self {
        match error {
            CompanyError::NotFound(error) => error.into(),
            CompanyError::HasMembers { .. } => {
                Self::new(StatusCode::CONFLICT, "has_members", error.to_string())
            }
        }
    }
}

impl From<ConfigError> for Problem {
    fn from(error: ConfigError) -> Self {
        Self::wrong(format!("{}; {}", error.sentence, error.remedy))
    }
}

impl From<NotSeen> for Problem {
    fn from(error: NotSeen) -> Self {
        Self::new(StatusCode::NOT_FOUND, "not_seen", error.to_string())
    }
}

impl From<RealmError> for Problem {
    fn from(error: RealmError) -> Self {
        let (status, code) = match error {
            RealmError::Fault(error) => return error.into(),
            RealmError::Invent(error) => return error.into(),
            RealmError::Taken(_) => (StatusCode::CONFLICT, "name_taken"),
            RealmError::Path(_) => (StatusCode::UNPROCESSABLE_ENTITY, "wrong_realm_path"),
            RealmError::Hides { .. } => (StatusCode::CONFLICT, "hidden_endpoint"),
            RealmError::Endpoint(_) => (StatusCode::UNPROCESSABLE_ENTITY, "wrong_endpoint"),
            RealmError::Key(_) => (StatusCode::UNPROCESSABLE_ENTITY, "wrong_body"),
            RealmError::Randomness => (StatusCode::INTERNAL_SERVER_ERROR, "no_randomness"),
        };
        Self::new(status, code, error.to_string())
    }
}

impl From<NotFound> for Problem {
    fn from(error: NotFound) -> Self {
        Self::new(StatusCode::NOT_FOUND, "not_found", error.to_string())
    }
}

impl From<PersonError> for Problem {
    fn from(error: PersonError) -> Self {
        let (status, code) = match error {
            PersonError::NotFound(error) => return error.into(),
            PersonError::UsernameTaken { .. } => (StatusCode::CONFLICT, "name_taken"),
            PersonError::NoSuchCompany { .. } | PersonError::NoSuchRole(_) | PersonError::EmptyUsername => {
                (StatusCode::UNPROCESSABLE_ENTITY, "wrong_body")
            }
        };
        Self::new(status, code, error.to_string())
    }
}

impl From<InventError> for Problem {
    fn from(error: InventError) -> Self {
        Self::wrong(error.to_string())
    }
}

impl From<MintError> for Problem {
    fn from(error: MintError) -> Self {
        match error {
            MintError::NotFound(error) => error.into(),
            MintError::Order(sentence) => Self::wrong(sentence),
            MintError::Refused(_) | MintError::PersonNeeded => {
                Self::new(StatusCode::UNPROCESSABLE_ENTITY, "not_issued", error.to_string())
            }
        }
    }
}

impl From<LaunchError> for Problem {
    fn from(error: LaunchError) -> Self {
        match error {
            LaunchError::NotFound(error) => error.into(),
            LaunchError::NoAddress(_) | LaunchError::NoRedirectUri(_) => {
                Self::new(StatusCode::UNPROCESSABLE_ENTITY, "not_launchable", error.to_string())
            }
        }
    }
}

impl From<UnknownFault> for Problem {
    fn from(error: UnknownFault) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, "unknown_fault", error.to_string())
    }
}

impl From<RuleError> for Problem {
    fn from(error: RuleError) -> Self {
        match error {
            RuleError::Arm(error) => error.into(),
            RuleError::Operation { .. } | RuleError::Impossible(_) => Self::wrong(error.to_string()),
        }
    }
}

impl From<ArmError> for Problem {
    fn from(error: ArmError) -> Self {
        let code = match error {
            ArmError::Unknown(_) => "unknown_fault",
            ArmError::NotStagedHere { .. } => "fault_not_staged_here",
            ArmError::NoHandshake { .. } => "no_handshake",
            ArmError::NoSuchTarget { .. } => "no_such_target",
        };
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, code, error.to_string())
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::BAD_REQUEST);
        let body = serde_json::to_string(&self).unwrap_or_default();
        let mut response =
            (status, [(header::CONTENT_TYPE, "application/problem+json")], body).into_response();
        if status == StatusCode::UNAUTHORIZED {
            let challenge = HeaderValue::from_static("Basic realm=\"mock-idp control\"");
            response.headers_mut().insert(header::WWW_AUTHENTICATE, challenge);
        }
        response
    }
}

/// What no operation saw, because path, query, method or size were wrong, is a problem like any other. The path takes these
/// methods.
pub(crate) async fn explained(response: Response, methods: &[&str]) -> Response {
    let kind = response.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    let told =
        kind.is_some_and(|kind| kind.starts_with("application/problem") || kind.starts_with("text/html"));
    // 409 is the word of an operation: a red verdict has it, in whatever form it was asked for.
    if told || !response.status().is_client_error() || response.status() == StatusCode::CONFLICT {
        return response;
    }
    let (parts, body) = response.into_parts();
    let words = to_bytes(body, 16 * LONGEST_DETAIL).await.unwrap_or_default();
    let (code, detail) = match parts.status {
        StatusCode::METHOD_NOT_ALLOWED => ("wrong_method", wrong_method(methods).into()),
        StatusCode::PAYLOAD_TOO_LARGE => ("body_too_large", too_large().into()),
        _ => ("wrong_request", String::from_utf8_lossy(&words)),
    };
    let mut problem = Problem::new(parts.status, code, detail).into_response();
    if let Some(methods) = parts.headers.get(header::ALLOW) {
        problem.headers_mut().insert(header::ALLOW, methods.clone());
    }
    problem
}

/// What is said of a method that a path does not take, where it takes these.
fn wrong_method(methods: &[&str]) -> String {
    match methods {
        [] => "no operation here has this method".to_owned(),
        [only] => format!("no operation here has this method; this takes {only}"),
        [others @ .., last] => {
            format!("no operation here has this method; this takes {} and {last}", others.join(", "))
        }
    }
}

/// What is said of a body that is too long.
pub(crate) fn too_large() -> String {
    format!("the body is longer than {} MiB", LONGEST_BODY >> 20)
}

/// Reads a JSON body. What is no JSON is told by line and column, a wrong member by its name.
pub(crate) fn read<T: DeserializeOwned>(body: &Bytes) -> Result<T, Problem> {
    Ok(config::decoded(&tree(body)?)?)
}

/// Reads a JSON object whose members are left out where nothing is meant: null does not say it.
pub(crate) fn read_given<T: DeserializeOwned>(body: &Bytes, instead: &str) -> Result<T, Problem> {
    let sent = tree(body)?;
    if let Some(name) = sent.nulls().next() {
        return Err(Problem::wrong(format!(
            "{name} is null, which says nothing; leave it out, or {instead}"
        )));
    }
    if matches!(&sent.value, Value::Table(members) if members.is_empty()) {
        return Err(Problem::wrong(format!("the object is empty, so nothing changes; {instead}")));
    }
    Ok(config::decoded(&sent)?)
}

fn tree(body: &Bytes) -> Result<Node, Problem> {
    if body.trim_ascii().is_empty() {
        return Err(Problem::empty_body());
    }
    serde_json::from_slice(body).map_err(|error| {
        let what = if error.is_data() { "" } else { "the body is no JSON: " };
        Problem::wrong(format!("{what}{error}"))
    })
}

/// A merge patch (RFC 7396 2) to what goes by the name in the member `named`, which stays.
pub(crate) fn patched<T: Serialize + DeserializeOwned>(
    old: &T,
    named: &str,
    body: &Bytes,
) -> Result<T, Problem> {
    let patch = tree(body)?;
    if !matches!(patch.value, Value::Table(_)) {
        return Err(Problem::wrong(
            "a change is an object; send the members that change, null to remove one",
        ));
    }
    let mut changed = config::tree_of(old)?;
    if patch.get(named).is_some_and(|name| Some(name) != changed.get(named)) {
        let name = changed.get(named).and_then(Node::text).unwrap_or_default();
        let detail = format!("{named} {name:?} stays what it is; leave {named} out, or add another one");
        return Err(Problem::wrong(detail));
    }
    let removed: Vec<_> = patch.nulls().map(str::to_owned).collect();
    changed.merge(patch);
    config::decoded(&changed).map_err(|error| {
        let text = error.to_string();
        let missing = |name: &&String| text.contains(&format!("missing field \"{name}\""));
        match removed.iter().find(missing) {
            Some(name) => {
                Problem::wrong(format!("{name} cannot be removed; send another value, or leave it out"))
            }
            None => error.into(),
        }
    })
}
