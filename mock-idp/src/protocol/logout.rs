//! RP-initiated logout (OpenID Connect RP-Initiated Logout 1.0): where the browser may be sent afterwards.

use fixtures::Client;

use crate::protocol::authorize::shorten;
use crate::protocol::error::Refusal;
use crate::protocol::params::Params;

/// Whom the `id_token_hint` was issued to and about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Hint {
    pub(crate) client_id: String,
    pub(crate) sid: Option<String>,
}

/// Where to go after the session has ended: a registered URI with `state`, or a page of our own.
pub(crate) fn check<'a>(
    params: &Params,
    hint: Option<&Hint>,
    find_client: impl Fn(&str) -> Option<&'a Client>,
) -> Result<Option<(String, Params)>, Refusal> {
    if let Some(name) = params.duplicate() {
        return Err(Refusal::new("parameter_once", format!("{:?} was sent more than once", shorten(name))));
    }
    let client_id = params.one("client_id")?;
    if let (Some(sent), Some(hint)) = (client_id, hint)
        && sent != hint.client_id
    {
        // RP-Initiated Logout 2: client_id must match the audience of the hint.
        let reason =
            format!("client_id is {:?}, the id_token_hint was issued to {}", shorten(sent), hint.client_id);
        return Err(Refusal::new("logout_client", reason));
    }
    let Some(uri) = params.one("post_logout_redirect_uri")? else { return Ok(None) };
    let id = client_id.or(hint.map(|hint| hint.client_id.as_str())).ok_or_else(|| {
        let reason = "post_logout_redirect_uri was sent with neither id_token_hint nor client_id";
        Refusal::new("logout_client_present", reason)
    })?;
    let unknown = || Refusal::new("client_known", format!("there is no client {:?}", shorten(id)));
    let client = find_client(id).ok_or_else(unknown)?;
    if !client.post_logout_redirect_uris.iter().any(|registered| registered == uri) {
        let reason = format!(
            "post_logout_redirect_uri {:?} is not registered for {}; registered are {:?}",
            shorten(uri),
            client.id,
            client.post_logout_redirect_uris
        );
        return Err(Refusal::new("logout_uri_registered", reason));
    }
    let mut answer = Params::default();
    if let Some(state) = params.first("state") {
        answer.push("state", state);
    }
    Ok(Some((uri.to_owned(), answer)))
}
