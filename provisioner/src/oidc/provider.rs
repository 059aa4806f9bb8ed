//! The relying party of one provider: its documents, cached by our clock, and the whole of an authentication.
//!
//! A provider that is down stops nobody from starting this service; the next sign-in finds it again.

use std::sync::atomic::{AtomicU64, Ordering};

use jiff::{SignedDuration, Timestamp};
use tokio::sync::Mutex;
use url::Url;

use super::claims;
use super::discovery::{DiscoveryError, Metadata, discover};
use super::exchange::{ExchangeError, Tokens, exchange};
use super::http::{HttpClient, HttpError};
use super::keys::KeySet;
use super::request::{Prompting, RequestSecrets, authorization_url};
use super::userinfo::{self, UserinfoError};
use super::verify::{Expected, VerifyError, verify};
use crate::config::{Config, KaseyaOne, Userinfo};
use crate::domain::identity::VerifiedAssertion;
use crate::store::SignInRequest;

/// How long documents of the provider are used without asking again.
const DOCUMENT_LIFETIME: SignedDuration = SignedDuration::from_hours(1);
/// Shortest time between two fetches of the keys that a token asked for.
const REFETCH_PAUSE: SignedDuration = SignedDuration::from_mins(1);
/// How long the last good documents are used before a provider that failed is asked again.
const RETRY_PAUSE: SignedDuration = SignedDuration::from_secs(30);

/// Speaks to KaseyaOne.
#[derive(Debug)]
pub struct RelyingParty {
    config: KaseyaOne,
    leeway: SignedDuration,
    max_age: SignedDuration,
    redirect_uri: Url,
    http: HttpClient,
    cache: Mutex<Cache>,
    /// Counts the attempts to fetch the discovery document that failed.
    failures: AtomicU64,
}

#[derive(Debug, Default)]
struct Cache {
    metadata: Option<(Metadata, Timestamp)>,
    metadata_failed_at: Option<Timestamp>,
    keys: Option<(KeySet, Timestamp)>,
    refetched_at: Option<Timestamp>,
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
            config: config.kaseyaone.clone(),
            leeway: config.sign_in.leeway,
            max_age: config.sign_in.max_age,
            redirect_uri,
            http,
            cache: Mutex::default(),
            failures: AtomicU64::new(0),
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
        let (mut assertion, keys) = self.verify(&tokens.id_token, &metadata, &expected).await?;
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
        let mut url = self.metadata(now).await.ok()?.end_session_endpoint?;
        url.query_pairs_mut()
            .append_pair("id_token_hint", id_token)
            .append_pair("client_id", &self.config.client_id)
            .append_pair("post_logout_redirect_uri", return_to.as_str())
            .append_pair("state", state);
        Some(url)
    }

    /// Verifies with the keys we have; if one is missing, with fresh ones, at most once a minute.
    async fn verify(
        &self,
        id_token: &str,
        metadata: &Metadata,
        expected: &Expected<'_>,
    ) -> Result<(VerifiedAssertion, KeySet), AuthenticationError> {
        let keys = self.keys(metadata, expected.now).await?;
        match verify(id_token, &keys, expected) {
            Err(VerifyError::UnknownKey) => {}
            outcome => return Ok((outcome?, keys)),
        }
        let keys = self.fresh_keys(metadata, expected.now).await?;
        Ok((verify(id_token, &keys, expected)?, keys))
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

    /// The discovery document; one caller fetches, the others wait for it. The last good one outlives an outage.
    async fn metadata(&self, now: Timestamp) -> Result<Metadata, DiscoveryError> {
        let failures = self.failures.load(Ordering::SeqCst);
        let mut cache = self.cache.lock().await;
        // Whoever waited while an attempt failed shares its outcome: an outage costs one deadline, not a queue of them.
        if cache.metadata.is_none() && self.failures.load(Ordering::SeqCst) != failures {
            return Err(DiscoveryError::JustFailed);
        }
        if let Some((metadata, fetched_at)) = &cache.metadata {
            let is_young = is_within(*fetched_at, now, DOCUMENT_LIFETIME);
            let failed_lately = cache.metadata_failed_at.is_some_and(|at| is_within(at, now, RETRY_PAUSE));
            if is_young || failed_lately {
                return Ok(metadata.clone());
            }
        }
        match discover(&self.http, &self.config).await {
            Ok(metadata) => {
                cache.metadata = Some((metadata.clone(), now));
                cache.metadata_failed_at = None;
                Ok(metadata)
            }
            Err(error) => {
                self.failures.fetch_add(1, Ordering::SeqCst);
                cache.metadata_failed_at = Some(now);
                let (metadata, _) = cache.metadata.as_ref().ok_or(error)?;
                tracing::warn!("discovery failed; the last good document is used");
                Ok(metadata.clone())
            }
        }
    }

    /// The keys; a set older than an hour is used only while a newer one cannot be had.
    async fn keys(&self, metadata: &Metadata, now: Timestamp) -> Result<KeySet, AuthenticationError> {
        let mut cache = self.cache.lock().await;
        if let Some((keys, fetched_at)) = &cache.keys
            && is_within(*fetched_at, now, DOCUMENT_LIFETIME)
        {
            return Ok(keys.clone());
        }
        match KeySet::fetch(&self.http, &metadata.jwks_uri).await {
            Ok(keys) => {
                cache.keys = Some((keys.clone(), now));
                Ok(keys)
            }
            Err(error) => {
                let (keys, _) = cache.keys.as_ref().ok_or(AuthenticationError::Keys(error))?;
                Ok(keys.clone())
            }
        }
    }

    /// The keys, asked for again because a token names one we do not have.
    async fn fresh_keys(&self, metadata: &Metadata, now: Timestamp) -> Result<KeySet, AuthenticationError> {
        let mut cache = self.cache.lock().await;
        let asked_lately = cache.refetched_at.is_some_and(|at| is_within(at, now, REFETCH_PAUSE));
        if let Some((keys, _)) = &cache.keys
            && asked_lately
        {
            return Ok(keys.clone());
        }
        cache.refetched_at = Some(now);
        let keys = KeySet::fetch(&self.http, &metadata.jwks_uri).await.map_err(AuthenticationError::Keys)?;
        cache.keys = Some((keys.clone(), now));
        Ok(keys)
    }
}

fn is_within(then: Timestamp, now: Timestamp, span: SignedDuration) -> bool {
    now.duration_since(then) < span
}
