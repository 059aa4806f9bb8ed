//! Problems of the control interface (RFC 9457), each with a stable code and one sentence that helps.

use axum::body::Bytes;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::fault::{ArmError, UnknownFault};
use crate::handles::NotFound;
use crate::journal::NotSeen;
use crate::realm::launch::LaunchError;
use crate::realm::lifecycle::PersonError;
use crate::realm::mint::MintError;
use crate::realms::RealmError;

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
    fn new(status: StatusCode, code: &'static str, detail: impl Into<String>) -> Self {
        Self { status: status.as_u16(), code, detail: detail.into() }
    }

    pub(crate) fn foreign() -> Self {
        Self::new(
            StatusCode::FORBIDDEN,
            "foreign_page",
            "a page of another site may not control this provider",
        )
    }

    pub(crate) fn no_key() -> Self {
        Self::new(
            StatusCode::UNAUTHORIZED,
            "no_key",
            "this provider is controlled with a key: send Authorization: Bearer KEY, or the key as the password of any user",
        )
    }

    pub(crate) fn wrong(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, "wrong_body", detail)
    }

    pub(crate) fn taken(kind: &str, name: &str) -> Self {
        Self::new(
            StatusCode::CONFLICT,
            "name_taken",
            format!("there is a {kind} {name:?} already; change it instead"),
        )
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
            RealmError::Taken(_) => (StatusCode::CONFLICT, "name_taken"),
            RealmError::Path(_) => (StatusCode::UNPROCESSABLE_ENTITY, "wrong_realm_path"),
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
            PersonError::NoSuchCompany { .. } | PersonError::EmptyUsername => {
                (StatusCode::UNPROCESSABLE_ENTITY, "wrong_body")
            }
        };
        Self::new(status, code, error.to_string())
    }
}

impl From<MintError> for Problem {
    fn from(error: MintError) -> Self {
        match error {
            MintError::NotFound(error) => error.into(),
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

impl From<ArmError> for Problem {
    fn from(error: ArmError) -> Self {
        let code = match error {
            ArmError::Unknown(_) => "unknown_fault",
            ArmError::NotStagedHere { .. } => "fault_not_staged_here",
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

/// Reads a JSON body; what is wrong with it is said with line and column.
pub(crate) fn read<T: DeserializeOwned>(body: &Bytes) -> Result<T, Problem> {
    serde_json::from_slice(body).map_err(|error| Problem::wrong(error.to_string()))
}

/// RFC 7396, one level deep: that is how deep these documents are.
pub(crate) fn patched<T: Serialize + DeserializeOwned>(old: &T, body: &Bytes) -> Result<T, Problem> {
    let patch: serde_json::Map<String, Value> = read(body)?;
    let mut document = serde_json::to_value(old).map_err(|error| Problem::wrong(error.to_string()))?;
    if let Value::Object(members) = &mut document {
        for (name, value) in patch {
            if value.is_null() {
                members.remove(&name);
            } else {
                members.insert(name, value);
            }
        }
    }
    serde_json::from_value(document).map_err(|error| Problem::wrong(error.to_string()))
}
