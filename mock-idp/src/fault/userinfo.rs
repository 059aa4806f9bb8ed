//! What faults do to the userinfo response. Each returns whether it changed anything.

use http::StatusCode;
use serde_json::{Map, Value, json};

use crate::jose::{Signing, TokenDraft};
use crate::rule::Then;

/// A userinfo response on its way out. Faults edit it.
#[derive(Debug, Clone)]
pub(crate) struct UserinfoDraft {
    pub(crate) status: StatusCode,
    pub(crate) claims: Map<String, Value>,
    /// Send the claims as a signed token.
    pub(crate) signed: bool,
    /// What is wrong with that token.
    pub(crate) flaw: Option<Flaw>,
    /// Send a web page.
    pub(crate) html: bool,
    /// Redirect to the same endpoint at another origin.
    pub(crate) elsewhere: bool,
    /// What happens to the answer on its way.
    pub(crate) then: Option<Then>,
}

impl UserinfoDraft {
    pub(crate) fn new(claims: Map<String, Value>, signed: bool) -> Self {
        let (flaw, html, elsewhere, then) = (None, false, false, None);
        Self { status: StatusCode::OK, claims, signed, flaw, html, elsewhere, then }
    }
}

/// What is wrong with a signed userinfo response (OIDC Core 5.3.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Flaw {
    /// A wrong bit in the signature.
    Signature,
    /// The algorithm none.
    Unsigned,
    /// The audience is another client.
    Audience,
}

impl Flaw {
    pub(crate) fn spoil(self, other_client: &str, token: &mut TokenDraft) {
        match self {
            Self::Signature => token.corrupt = true,
            Self::Unsigned => {
                token.header.insert("alg".to_owned(), json!("none"));
                token.header.remove("kid");
                token.signing = Signing::Nothing;
            }
            Self::Audience => {
                token.payload.insert("aud".to_owned(), json!(other_client));
            }
        }
    }
}

pub(crate) fn userinfo(id: &str, issuer: &str, draft: &mut UserinfoDraft) -> bool {
    match id {
        "ui-401" => draft.status = StatusCode::UNAUTHORIZED,
        "ui-403" => draft.status = StatusCode::FORBIDDEN,
        "ui-500" => draft.status = StatusCode::INTERNAL_SERVER_ERROR,
        "ui-html" => draft.html = true,
        "ui-redirect" => draft.elsewhere = true,
        "ui-hang" | "net-hang-userinfo" => draft.then = Some(Then::Hang),
        "net-refused-userinfo" => draft.then = Some(Then::Close),
        "net-reset-userinfo" => draft.then = Some(Then::Reset),
        "net-truncated-userinfo" => draft.then = Some(Then::Truncate),
        "ok-userinfo-jwt" => draft.signed = true,
        "ui-jwt-downgrade" => return std::mem::take(&mut draft.signed),
        "ui-jwt-badsig" => return flawed(Flaw::Signature, draft),
        "ui-jwt-none" => return flawed(Flaw::Unsigned, draft),
        "ui-jwt-aud" => return flawed(Flaw::Audience, draft),
        _ => return claims(id, issuer, &mut draft.claims),
    }
    true
}

fn flawed(flaw: Flaw, draft: &mut UserinfoDraft) -> bool {
    draft.signed = true;
    draft.flaw = Some(flaw);
    true
}

fn claims(id: &str, issuer: &str, claims: &mut Map<String, Value>) -> bool {
    let mut set = |name: &str, value: Value| claims.insert(name.to_owned(), value);
    match id {
        "ui-sub-mismatch" => {
            let Some(subject) = claims.get("sub").and_then(Value::as_str) else { return false };
            let subject = format!("{subject}invalid");
            claims.insert("sub".to_owned(), json!(subject));
        }
        "ui-sub-missing" => return claims.remove("sub").is_some(),
        "ui-conflict" => {
            set("email", json!("somebody.else@elsewhere.example"));
            set("name", json!("Somebody Else"));
            set("company_name", json!("Somebody Else Inc."));
        }
        "ui-types" => {
            set("email", json!(["dana@northwind.example", null]));
            set("name", json!("<b onmouseover=alert(1)>\u{202e}Dana\0\u{1f480}</b>"));
            set("nickname", json!("n".repeat(10_000)));
            set("family_name", Value::Null);
            set("updated_at", json!({"seconds": 0}));
        }
        "ui-claim-sources" => {
            let endpoint = format!("{}/strangers/claims", issuer.trim_end_matches('/'));
            set("_claim_names", json!({"role": "there", "credit_score": "there"}));
            set("_claim_sources", json!({"there": {"endpoint": endpoint, "access_token": "a-token"}}));
        }
        _ => return false,
    }
    true
}
