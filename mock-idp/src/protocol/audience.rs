//! For whom an access token is: the resources that were asked for (RFC 8707), or audiences by their name (RFC 8693 2.1),
//! which several products take wherever a token is asked for.

use crate::protocol::error::{ErrorCode, OAuthError};
use crate::protocol::params::Params;
use crate::protocol::text::shorten;
use crate::protocol::uri;

/// Most that a request can ask for.
pub(crate) const MOST: usize = 16;

/// What a request asks for, in its order.
pub(crate) fn asked(params: &Params) -> Result<Vec<String>, OAuthError> {
    let mut audience = Vec::new();
    for (name, value) in params.iter().filter(|(_, value)| !value.is_empty()) {
        match name {
            "resource" => is_resource(value)?,
            "audience" => {}
            _ => continue,
        }
        if !audience.iter().any(|other| other == value) {
            audience.push(value.to_owned());
        }
    }
    if audience.len() > MOST {
        return Err(invalid("audience", format!("more than {MOST} audiences and resources")));
    }
    Ok(audience)
}

/// RFC 8707 2.2: with a grant comes a part of what was asked for when it was made; all of it, when nothing is asked for.
pub(crate) fn narrowed(granted: &[String], params: &Params) -> Result<Vec<String>, OAuthError> {
    let asked = asked(params)?;
    if asked.is_empty() {
        return Ok(granted.to_vec());
    }
    match asked.iter().find(|one| !granted.is_empty() && !granted.contains(one)) {
        None => Ok(asked),
        Some(other) => {
            let reason = format!("{:?} was not asked for when the grant was made", shorten(other));
            Err(invalid("audience_granted", reason))
        }
    }
}

// RFC 8707 2.
fn is_resource(value: &str) -> Result<(), OAuthError> {
    if uri::is_absolute(value) {
        return Ok(());
    }
    let reason = format!("resource {:?} is no absolute URI without a fragment", shorten(value));
    Err(invalid("resource", reason))
}

fn invalid(check: &str, reason: String) -> OAuthError {
    OAuthError::new(ErrorCode::InvalidTarget, check, reason)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(error: &OAuthError) -> &str {
        &error.refusal.check
    }

    #[test]
    fn resources_are_absolute_and_audiences_are_any_name() {
        let asked = |text: &str| asked(&Params::parse(text));
        assert_eq!(asked("scope=openid").unwrap(), Vec::<String>::new());
        assert_eq!(
            asked("resource=https%3A%2F%2Fapi&audience=billing&resource=https%3A%2F%2Fapi&audience=")
                .unwrap(),
            ["https://api", "billing"]
        );
        for wrong in ["resource=api", "resource=%2Fapi", "resource=https%3A%2F%2Fapi%23part"] {
            assert_eq!(check(&asked(wrong).unwrap_err()), "resource", "{wrong}");
        }
        let many = (0..=MOST).map(|number| format!("audience={number}")).collect::<Vec<_>>().join("&");
        assert_eq!(check(&asked(&many).unwrap_err()), "audience");
    }

    #[test]
    fn a_grant_gives_what_was_asked_for_with_it_or_a_part() {
        let granted = ["https://a".to_owned(), "https://b".to_owned()];
        let narrowed = |granted: &[String], text: &str| narrowed(granted, &Params::parse(text));
        assert_eq!(narrowed(&granted, "").unwrap(), granted);
        assert_eq!(narrowed(&granted, "resource=https%3A%2F%2Fb").unwrap(), ["https://b"]);
        assert_eq!(check(&narrowed(&granted, "audience=c").unwrap_err()), "audience_granted");
        assert_eq!(narrowed(&[], "audience=c").unwrap(), ["c"]);
    }
}
