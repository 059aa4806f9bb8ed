//! The authorization request: what a browser is sent to KaseyaOne with. It sends nothing itself.

use std::time::Duration;

use openidconnect::core::{CoreAuthPrompt, CoreAuthenticationFlow, CoreClient};
use openidconnect::{
    AuthUrl, ClientId, CsrfToken, IssuerUrl, JsonWebKeySet, LoginHint, Nonce, PkceCodeChallenge,
    PkceCodeVerifier, RedirectUrl, Scope,
};
use url::Url;

use super::discovery::Metadata;
use crate::config::KaseyaOne;

/// The secrets of one request.
#[derive(Clone, Debug)]
pub struct RequestSecrets {
    /// `state`.
    pub state: String,
    /// `nonce`.
    pub nonce: String,
    /// The PKCE verifier: 43 characters (RFC 7636, 4.1).
    pub pkce_verifier: String,
}

/// Whether KaseyaOne shall ask the person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Prompting {
    /// A KaseyaOne session no older than this many seconds is welcome.
    WithinSeconds(u64),
    /// The person is asked, whatever session there is (OpenID Connect Core, 3.1.2.1).
    Afresh,
}

/// Builds the URL. `max_age` is always sent: it obliges the provider to say `auth_time`.
pub(crate) fn authorization_url(
    config: &KaseyaOne,
    metadata: &Metadata,
    redirect_uri: &Url,
    secrets: &RequestSecrets,
    prompting: Prompting,
    hint: Option<&str>,
) -> Result<Url, url::ParseError> {
    let issuer = IssuerUrl::new(config.issuer.clone())?;
    let client =
        CoreClient::new(ClientId::new(config.client_id.clone()), issuer, JsonWebKeySet::new(Vec::new()))
            .set_auth_uri(AuthUrl::from_url(metadata.authorization_endpoint.clone()))
            .set_redirect_uri(RedirectUrl::from_url(redirect_uri.clone()));
    let (state, nonce) = (CsrfToken::new(secrets.state.clone()), Nonce::new(secrets.nonce.clone()));
    let verifier = PkceCodeVerifier::new(secrets.pkce_verifier.clone());
    let mut request = client
        .authorize_url(CoreAuthenticationFlow::AuthorizationCode, || state, || nonce)
        // The library asks for openid itself; whoever lists it as well does not ask twice.
        .add_scopes(config.scopes.iter().filter(|scope| *scope != "openid").cloned().map(Scope::new))
        .set_pkce_challenge(PkceCodeChallenge::from_code_verifier_sha256(&verifier));
    request = match prompting {
        Prompting::WithinSeconds(seconds) => request.set_max_age(Duration::from_secs(seconds)),
        Prompting::Afresh => request.set_max_age(Duration::ZERO).add_prompt(CoreAuthPrompt::Login),
    };
    if let Some(hint) = hint {
        request = request.set_login_hint(LoginHint::new(hint.to_owned()));
    }
    Ok(request.url().0)
}
