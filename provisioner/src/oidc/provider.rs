//! The relying party of one provider: its documents, cached by our clock, and the whole of an authentication.
//!
//! A provider that is down stops nobody from starting this service; the next sign-in finds it again.

use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use url::Url;

use super::claims;
use super::discovery::{DiscoveryError, Metadata, discover};
use super::exchange::{ExchangeError, Tokens, exchange};
use super::http::{HttpClient, HttpError};
use super::keys::KeySet;
use super::logout::{LogoutExpected, VerifiedLogout, verify_logout};
use super::request::{Prompting, RequestSecrets, authorization_url};
use super::shared::{Asker, Pace, Shared, SharedError};
use super::userinfo::{self, UserinfoError};
use super::verify::{Expected, VerifyError, verify};
use crate::config::{Config, KaseyaOne, Userinfo};
use crate::domain::identity::VerifiedAssertion;
use crate::store::SignInRequest;

/// How often the discovery document is asked for. If there is none yet, every sign-in looks for it.
const METADATA_PACE: Pace = Pace {
    lifetime: SignedDuration::from_hours(1),
    retry_pause: SignedDuration::from_secs(30),
    empty_pause: SignedDuration::ZERO,
    renewal_pause: SignedDuration::from_mins(1),
};
/// How often the keys are asked for. ID tokens that name an unknown key have them asked for once a minute, and logout
/// tokens once more; a withdrawn key is trusted for an hour at most, or until the provider answers again.
const KEYS_PACE: Pace = Pace {
    lifetime: SignedDuration::from_hours(1),
    retry_pause: SignedDuration::from_secs(30),
    empty_pause: SignedDuration::from_secs(5),
    renewal_pause: SignedDuration::from_mins(1),
};
/// How long a whole authentication may take: the person waits for it. Each call has its own deadline besides.
const AUTHENTICATION_DEADLINE: Duration = Duration::from_secs(20);

/// Speaks to KaseyaOne.
#[derive(Debug)]
pub struct RelyingParty {
    config: Arc<KaseyaOne>,
    leeway: SignedDuration,
    max_age: SignedDuration,
    redirect_uri: Url,
    http: HttpClient,
    metadata: Arc<Shared<Metadata>>,
    keys: Arc<Shared<KeySet>>,
}

/// Whether KaseyaOne can be reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProviderStatus {
    /// It answers, or it answered not long ago.
    Reachable,
    /// It does not answer as it should.
    Unreachable,
}

/// Why an authentication did not come to a verified assertion.
#[derive(Debug, thiserror::Error)]
pub enum AuthenticationError {
    /// The provider's documents could not be had.
    #[error("KaseyaOne cannot be used: {0}")]
    Discovery(#[from] DiscoveryError),
    /// The keys could not be had.
    #[error("the keys of KaseyaOne cannot be had: {0}")]
    Keys(HttpError),
    /// Another sign-in asked for the keys just now, in vain.
    #[error("the keys of KaseyaOne could not be had just now")]
    KeysJustFailed,
    /// Each answer came, and all of them together too late.
    #[error("KaseyaOne took too long")]
    TooSlow,
    /// The code was not traded.
    #[error(transparent)]
    Exchange(#[from] ExchangeError),
    /// The userinfo could not be had.
    #[error("the userinfo of KaseyaOne cannot be had: {0}")]
    Userinfo(HttpError),
    /// The ID token was refused.
    #[error(transparent)]
    Verify(#[from] VerifyError),
}

/// A completed authentication.
pub(crate) struct Authentication {
    pub(crate) assertion: VerifiedAssertion,
    pub(crate) id_token: String,
}

impl RelyingParty {
    /// A relying party that has not spoken to the provider yet.
    pub(crate) fn new(config: &Config, redirect_uri: Url, http: HttpClient) -> Self {
        Self {
            config: Arc::new(config.kaseyaone.clone()),
            leeway: config.sign_in.leeway,
            max_age: config.sign_in.max_age,
            redirect_uri,
            http,
            metadata: Arc::new(Shared::new(METADATA_PACE)),
            keys: Arc::new(Shared::new(KEYS_PACE)),
        }
    }

    /// Whether the provider can be reached now, or could within the last hour.
    pub(crate) async fn status(&self, now: Timestamp) -> ProviderStatus {
        match self.metadata(now).await {
            Ok(_) => ProviderStatus::Reachable,
            Err(error) => {
                tracing::warn!(%error, "KaseyaOne cannot be used");
                ProviderStatus::Unreachable
            }
        }
    }

    /// Whether a response that came with this `iss` is of the provider (RFC 9207, 2.4).
    pub(crate) async fn accepts_issuer(
        &self,
        issuer: Option<&str>,
        now: Timestamp,
    ) -> Result<bool, DiscoveryError> {
        match issuer {
            Some(issuer) => Ok(issuer == self.config.issuer),
            None => Ok(!self.metadata(now).await?.response_iss),
        }
    }

    /// The URL a browser is sent to.
    pub(crate) async fn authorization_url(
        &self,
        secrets: &RequestSecrets,
        asked_afresh: bool,
        hint: Option<&str>,
        now: Timestamp,
    ) -> Result<Url, DiscoveryError> {
        let metadata = self.metadata(now).await?;
        let within = u64::try_from(self.max_age.as_secs()).unwrap_or_default();
        let prompting = if asked_afresh { Prompting::Afresh } else { Prompting::WithinSeconds(within) };
        authorization_url(&self.config, &metadata, &self.redirect_uri, secrets, prompting, hint)
            .map_err(|_| DiscoveryError::Member("issuer"))
    }

    /// Trades a code and verifies what comes back: the only way to an assertion.
    pub(crate) async fn authenticate(
        &self,
        code: &str,
        request: &SignInRequest,
        clock: &dyn crate::clock::Clock,
    ) -> Result<Authentication, AuthenticationError> {
        let authenticated = self.trade_and_verify(code, request, clock);
        let in_time = tokio::time::timeout(AUTHENTICATION_DEADLINE, authenticated).await;
        in_time.unwrap_or(Err(AuthenticationError::TooSlow))
    }

    async fn trade_and_verify(
        &self,
        code: &str,
        request: &SignInRequest,
        clock: &dyn crate::clock::Clock,
    ) -> Result<Authentication, AuthenticationError> {
        let metadata = self.metadata(clock.now()).await?;
        let tokens =
            exchange(&self.http, &self.config, &metadata, &self.redirect_uri, code, &request.pkce_verifier)
                .await?;
        let expected = Expected {
            config: &self.config,
            nonce: &request.nonce,
            code,
            access_token: &tokens.access_token,
            started_at: request.started_at,
            now: clock.now(),
            leeway: self.leeway,
        };
        let check = |keys: &KeySet| verify(&tokens.id_token, keys, &expected);
        let (mut assertion, keys) = self.with_keys(Asker::SignIn, &metadata, expected.now, check).await?;
        self.ask_userinfo(&mut assertion, &metadata, &tokens, &keys).await?;
        Ok(Authentication { assertion, id_token: tokens.id_token })
    }

    /// Where a person signs out of KaseyaOne too (RP-Initiated Logout 1.0), if it offers that.
    pub(crate) async fn end_session_url(
        &self,
        id_token: &str,
        return_to: &Url,
        state: &str,
        now: Timestamp,
    ) -> Option<Url> {
        let mut url = self.metadata(now).await.ok()?.end_session_endpoint.clone()?;
        url.query_pairs_mut()
            .append_pair("id_token_hint", id_token)
            .append_pair("client_id", &self.config.client_id)
            .append_pair("post_logout_redirect_uri", return_to.as_str())
            .append_pair("state", state);
        Some(url)
    }

    /// Verifies a logout token: the only way to a verified logout.
    pub(crate) async fn verify_logout(
        &self,
        token: &str,
        now: Timestamp,
    ) -> Result<VerifiedLogout, AuthenticationError> {
        let metadata = self.metadata(now).await?;
        let expected = LogoutExpected { config: &self.config, now, leeway: self.leeway };
        let check = |keys: &KeySet| verify_logout(token, keys, expected);
        Ok(self.with_keys(Asker::Logout, &metadata, now, check).await?.0)
    }

    /// Whether this is the issuer of the provider, exactly.
    pub(crate) fn is_issuer(&self, issuer: &str) -> bool {
        issuer == self.config.issuer
    }

    /// Checks with the keys we have; if one is missing, with fresh ones, at most once a minute for each who asks.
    async fn with_keys<T>(
        &self,
        asker: Asker,
        metadata: &Metadata,
        now: Timestamp,
        check: impl Fn(&KeySet) -> Result<T, VerifyError>,
    ) -> Result<(T, Arc<KeySet>), AuthenticationError> {
        let keys = self.keys.get(now, self.fetch_keys(metadata)).await?;
        match check(&keys) {
            Err(VerifyError::UnknownKey) => {}
            outcome => return Ok((outcome?, keys)),
        }
        let keys = self.keys.renew(asker, now, self.fetch_keys(metadata)).await?;
        Ok((check(&keys)?, keys))
    }

    fn fetch_keys(
        &self,
        metadata: &Metadata,
    ) -> impl Future<Output = Result<KeySet, HttpError>> + Send + use<> {
        let (http, url) = (self.http.clone(), metadata.jwks_uri.clone());
        async move { KeySet::fetch(&http, &url).await }
    }

    async fn ask_userinfo(
        &self,
        assertion: &mut VerifiedAssertion,
        metadata: &Metadata,
        tokens: &Tokens,
        keys: &KeySet,
    ) -> Result<(), AuthenticationError> {
        let is_wanted = match self.config.userinfo {
            Userinfo::Always => true,
            Userinfo::Never => false,
            Userinfo::WhenMissing => assertion.email.is_none() || assertion.name.is_none(),
        };
        let Some(url) = metadata.userinfo_endpoint.as_ref().filter(|_| is_wanted) else { return Ok(()) };
        let (config, subject) = (&self.config, assertion.subject.as_str());
        match userinfo::fetch(&self.http, url, config, keys, &tokens.access_token, subject).await {
            Ok(claims) => claims::complete(assertion, &claims, &self.config.claims),
            // Half an answer never makes an account: what was asked for has to come.
            Err(UserinfoError::Unavailable(error)) => return Err(AuthenticationError::Userinfo(error)),
            Err(UserinfoError::Refused(error)) => return Err(error.into()),
        }
        Ok(())
    }

    /// The discovery document. The last good one outlives an outage.
    async fn metadata(&self, now: Timestamp) -> Result<Arc<Metadata>, DiscoveryError> {
        let (http, config) = (self.http.clone(), Arc::clone(&self.config));
        let got = self.metadata.get(now, async move { discover(&http, &config).await }).await;
        got.map_err(|error| match error {
            SharedError::Fetch(error) => error,
            SharedError::JustFailed => DiscoveryError::JustFailed,
        })
    }
}

impl From<SharedError<HttpError>> for AuthenticationError {
    fn from(error: SharedError<HttpError>) -> Self {
        match error {
            SharedError::Fetch(error) => Self::Keys(error),
            SharedError::JustFailed => Self::KeysJustFailed,
        }
    }
}
