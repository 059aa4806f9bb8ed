//! Reading claims out of a payload that is already trusted, or about to be checked. No claim makes this fail by
//! being sloppy: what is not of its type is as good as not sent, except where a check says otherwise.

use jiff::Timestamp;
use serde_json::Value;

use super::jose::StrictObject;
use crate::config::Claims;
use crate::domain::identity::{Company, Subject, VerifiedAssertion};

/// The last second that is taken for a time: the end of the year 9999.
const LAST_SECOND: f64 = 253_402_300_799.0;

/// A `NumericDate` (RFC 7519, 2): seconds, perhaps with a fraction. Anything else is `None`.
pub(crate) fn numeric_date(value: &Value) -> Option<Timestamp> {
    if let Some(seconds) = value.as_i64() {
        return Timestamp::from_second(seconds).ok().filter(|time| *time >= Timestamp::UNIX_EPOCH);
    }
    let seconds = value.as_f64().filter(|seconds| (0.0..=LAST_SECOND).contains(seconds))?;
    let duration = jiff::SignedDuration::try_from_secs_f64(seconds).ok()?;
    Timestamp::from_duration(duration).ok()
}

/// A text that is not empty.
pub(crate) fn text(payload: &StrictObject, claim: &str) -> Option<String> {
    payload.text(claim).filter(|text| !text.is_empty()).map(str::to_owned)
}

/// Reads everything that is not a matter of a check.
pub(crate) fn assertion(
    payload: &StrictObject,
    issuer: &str,
    subject: Subject,
    names: &Claims,
) -> VerifiedAssertion {
    VerifiedAssertion {
        issuer: issuer.to_owned(),
        subject,
        company: company(payload, names),
        email: text(payload, "email"),
        email_verified: payload.get("email_verified") == Some(&Value::Bool(true)),
        name: text(payload, "name").or_else(|| joined_name(payload)),
        username: text(payload, &names.username),
        role: text(payload, &names.role),
        modules: payload
            .texts(&names.modules)
            .map(|modules| modules.into_iter().map(str::to_owned).collect()),
        auth_time: payload.present("auth_time").and_then(numeric_date),
        session: text(payload, "sid"),
    }
}

/// Fills what the ID token left out from the userinfo answer. The ID token wins for all it says, and the company
/// is never taken from anywhere else.
pub(crate) fn complete(assertion: &mut VerifiedAssertion, userinfo: &StrictObject, names: &Claims) {
    if assertion.email.is_none() {
        assertion.email = text(userinfo, "email");
        assertion.email_verified = userinfo.get("email_verified") == Some(&Value::Bool(true));
    }
    if assertion.name.is_none() {
        assertion.name = text(userinfo, "name").or_else(|| joined_name(userinfo));
    }
    if assertion.username.is_none() {
        assertion.username = text(userinfo, &names.username);
    }
}

fn company(payload: &StrictObject, names: &Claims) -> Option<Company> {
    let id = text(payload, &names.company_id)?;
    let name = text(payload, &names.company_name).unwrap_or_else(|| id.clone());
    Some(Company { id, name })
}

fn joined_name(payload: &StrictObject) -> Option<String> {
    let parts: Vec<_> =
        ["given_name", "family_name"].iter().filter_map(|claim| text(payload, claim)).collect();
    (!parts.is_empty()).then(|| parts.join(" "))
}
