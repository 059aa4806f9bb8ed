//! The `claims` request parameter (OIDC Core 5.5): single claims by name, whatever the scope says.

use serde_json::{Map, Value};

use crate::protocol::error::{ErrorCode, OAuthError};

/// What was asked for by name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct ClaimsRequest {
    id_token: Map<String, Value>,
    userinfo: Map<String, Value>,
    size: usize,
}

impl ClaimsRequest {
    /// Reads the parameter; members that are not understood are ignored (OIDC Core 5.5).
    pub(crate) fn parse(text: &str) -> Result<Self, OAuthError> {
        let wrong = |reason: String| OAuthError::new(ErrorCode::InvalidRequest, "claims_parameter", reason);
        let document: Value =
            serde_json::from_str(text).map_err(|error| wrong(format!("claims is not JSON: {error}")))?;
        let Value::Object(mut document) = document else {
            return Err(wrong("claims is not a JSON object".to_owned()));
        };
        let mut part = |name: &str| match document.remove(name) {
            None | Some(Value::Null) => Ok(Map::new()),
            Some(Value::Object(part)) => Ok(part),
            Some(_) => Err(wrong(format!("claims.{name} is not a JSON object"))),
        };
        // A member of a few letters takes some twenty times as many bytes.
        Ok(Self { id_token: part("id_token")?, userinfo: part("userinfo")?, size: 20 * text.len() })
    }

    /// Bytes that it takes, roughly.
    pub(crate) fn size(&self) -> usize {
        self.size
    }

    /// Names of the claims wanted in the ID token.
    pub(crate) fn in_id_token(&self) -> impl Iterator<Item = &str> {
        self.id_token.keys().map(String::as_str)
    }

    /// Names of the claims wanted from userinfo.
    pub(crate) fn in_userinfo(&self) -> impl Iterator<Item = &str> {
        self.userinfo.keys().map(String::as_str)
    }

    /// The subject that must have authenticated (OIDC Core 5.5.1).
    pub(crate) fn subject(&self) -> Option<&str> {
        self.id_token.get("sub")?.get("value")?.as_str()
    }

    /// Authentication contexts of which one is essential (OIDC Core 5.5.1.1); empty when none is.
    pub(crate) fn essential_acr(&self) -> Vec<&str> {
        let Some(acr) =
            self.id_token.get("acr").filter(|acr| acr.get("essential") == Some(&Value::Bool(true)))
        else {
            return Vec::new();
        };
        let several = acr.get("values").and_then(Value::as_array).into_iter().flatten();
        several.chain(acr.get("value")).filter_map(Value::as_str).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_values_and_what_is_essential_are_read() {
        let request = ClaimsRequest::parse(
            r#"{"userinfo":{"phone_number":null,"x":{"essential":true}},
                "id_token":{"sub":{"value":"k1"},"acr":{"essential":true,"values":["a","b"]}},"other":1}"#,
        )
        .unwrap();
        assert_eq!(request.in_userinfo().collect::<Vec<_>>(), ["phone_number", "x"]);
        assert_eq!(request.in_id_token().collect::<Vec<_>>(), ["sub", "acr"]);
        assert_eq!((request.subject(), request.essential_acr()), (Some("k1"), vec!["a", "b"]));
    }

    #[test]
    fn what_is_no_claims_request_is_refused() {
        for text in ["", "[]", "{", r#"{"id_token":[]}"#] {
            assert_eq!(ClaimsRequest::parse(text).unwrap_err().refusal.check, "claims_parameter", "{text}");
        }
    }
}
