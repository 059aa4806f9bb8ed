//! What faults do to the authorization response: its parameters, and how it is sent. Each returns whether it changed
//! anything.

use super::issuer::foreign;
use crate::protocol::authorize::ResponseMode;
use crate::protocol::params::Params;

/// A code that this provider never made.
const CODE_OF_ANOTHER: &str = "a-code-of-another-provider";

/// With a longer one, the address would be none that a server reads.
const LONGEST_CODE: usize = 64_000;

/// An authorization response on its way out.
pub(crate) struct ResponseDraft<'a> {
    pub(crate) params: &'a mut Params,
    pub(crate) mode: &'a mut ResponseMode,
    pub(crate) issuer: &'a str,
}

pub(crate) fn response(id: &str, draft: &mut ResponseDraft<'_>) -> bool {
    let params = &mut *draft.params;
    if let Some(code) = error_code(id) {
        return replace_code_by_error(code, "this is what was asked for", params);
    }
    let mut becomes = |mode| std::mem::replace(draft.mode, mode) != mode;
    match id {
        "authz-error-evil-desc" => replace_code_by_error("server_error", &evil_description(), params),
        "authz-error-plus-code" => {
            params.push("error", "access_denied");
            true
        }
        "authz-state-missing" => params.remove("state"),
        "authz-state-wrong" => append("state", "1", params),
        "authz-iss-wrong" => params.first("iss").is_some() && params.set("iss", foreign(draft.issuer)),
        "authz-iss-missing" => params.remove("iss"),
        "authz-mixup" => replace_code(CODE_OF_ANOTHER, params) && params.set("iss", foreign(draft.issuer)),
        "authz-mixup-no-iss" => replace_code(CODE_OF_ANOTHER, params) && params.remove("iss"),
        "authz-mode-fragment" => becomes(ResponseMode::Fragment),
        "authz-mode-form-post" => becomes(ResponseMode::FormPost),
        "authz-param-dup" => match params.first("code").map(str::to_owned) {
            Some(code) => {
                params.push("code", code);
                true
            }
            None => false,
        },
        "authz-param-empty" => params.set("code", ""),
        "authz-param-huge" => replace_code("c".repeat(LONGEST_CODE), params),
        "authz-param-ctrl" => append("code", "\0\r\nX-Injected: 1", params),
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
    let refused = [("error", code), ("error_description", description)];
    *params = refused.into_iter().chain(params.iter()).collect();
    true
}

fn replace_code(code: impl AsRef<str>, params: &mut Params) -> bool {
    params.first("code").is_some() && params.set("code", code)
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
