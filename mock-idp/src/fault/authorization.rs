//! What faults do to the parameters of the authorization response and of the redirect after logout.
//! Each returns whether it changed anything.

use crate::protocol::params::Params;

pub(crate) fn response(id: &str, params: &mut Params) -> bool {
    if let Some(code) = error_code(id) {
        return replace_code_by_error(code, "this is what was asked for", params);
    }
    match id {
        "authz-error-evil-desc" => replace_code_by_error("server_error", &evil_description(), params),
        "authz-error-plus-code" => {
            params.push("error", "access_denied");
            true
        }
        "authz-state-missing" => params.remove("state"),
        "authz-state-wrong" => append("state", "1", params),
        "authz-iss-wrong" => append("iss", "1", params),
        "authz-iss-missing" => params.remove("iss"),
        "authz-param-dup" => match params.first("code").map(str::to_owned) {
            Some(code) => {
                params.push("code", code);
                true
            }
            None => false,
        },
        "authz-param-empty" => params.set("code", ""),
        _ => false,
    }
}

fn error_code(id: &str) -> Option<&'static str> {
    Some(match id.strip_prefix("authz-error-")? {
        "access-denied" => "access_denied",
        "server-error" => "server_error",
        "temp-unavailable" => "temporarily_unavailable",
        "invalid-scope" => "invalid_scope",
        "unknown" => "the_stars_are_wrong",
        "login-required" => "login_required",
        "interaction-required" => "interaction_required",
        "consent-required" => "consent_required",
        "account-selection-required" => "account_selection_required",
        _ => return None,
    })
}

/// Strikes a success only: an error that was coming anyway is not the fault's doing.
fn replace_code_by_error(code: &str, description: &str, params: &mut Params) -> bool {
    if !params.remove("code") {
        return false;
    }
    params.0.insert(0, ("error".to_owned(), code.to_owned()));
    params.0.insert(1, ("error_description".to_owned(), description.to_owned()));
    true
}

fn append(name: &str, suffix: &str, params: &mut Params) -> bool {
    match params.first(name).map(|value| format!("{value}{suffix}")) {
        Some(value) => params.set(name, value),
        None => false,
    }
}

fn evil_description() -> String {
    format!("<script>alert(1)</script>\r\nSet-Cookie: evil=1\r\n{}", "A".repeat(10_000))
}
