//! The Rust crate `openidconnect`, wired by its manual: what it does not check by itself (state, `at_hash`) is checked
//! where the manual says.

use ::openidconnect as oidc;
use mock_idp::{Attempt, MatrixOutcome, MockIdp};
use oidc::Scope;
use oidc::core::{CoreAuthPrompt, CoreAuthenticationFlow, CoreClient, CoreIdToken, CoreTokenResponse};
use oidc::core::{CoreGenderClaim, CoreUserInfoClaims};
use oidc::{AccessTokenHash, AuthorizationCode, ClientId, ClientSecret, CsrfToken, EndSessionUrl, IssuerUrl};
use oidc::{EmptyAdditionalClaims, EndpointMaybeSet, EndpointNotSet, EndpointSet, HttpRequest, HttpResponse};
use oidc::{LogoutRequest, Nonce, PkceCodeChallenge, PkceCodeVerifier, PostLogoutRedirectUrl};
use oidc::{NonceVerifier, OAuth2TokenResponse as _, ProviderMetadataWithLogout, RedirectUrl, RefreshToken};

use crate::scenario::{RelyingParty, SCOPES, SIGNED_OUT, SignedIn, completes, parameter, provider, refuses};
use crate::support::{Browser, CALLBACK, CLIENT, SECRET};

#[tokio::test]
async fn openidconnect_signs_in_refreshes_and_logs_out() {
    let idp = provider().await;
    let mut party = OpenIdConnect::discover(&idp).await.expect("discovery");
    completes(&idp, &mut party).await;
    let faults = [
        ("sig-bad-rs256", "signature verification failed"),
        ("idt-nonce-wrong", "nonce mismatch"),
        ("idt-iss-near", "invalid issuer"),
        ("idt-aud-wrong", "invalid audiences"),
        ("idt-exp-past", "expired"),
        ("ui-sub-mismatch", "invalid subject"),
    ];
    refuses(&idp, &mut party, &faults).await;
}

#[tokio::test]
async fn openidconnect_takes_no_falsified_token_in_the_matrix() {
    let faults = ["sig-*", "idt-iss-*", "idt-aud-*", "idt-nonce-*", "idt-exp-past", "ui-sub-mismatch"];
    let plan = MockIdp::builder().matrix(&faults).expect("faults of the catalogue");
    let matrix = plan.run(async |idp, _| signs_in(idp).await).await.expect("an honest sign-in");
    matrix.assert_clean();
    assert!(matrix.with(MatrixOutcome::Right).count() > 40, "{}", matrix.text());
    assert_eq!(matrix.with(MatrixOutcome::NotReached).count(), 0, "{}", matrix.text());
}

/// Dana signs in, from discovery on.
async fn signs_in(idp: &MockIdp) -> Attempt {
    let attempt = async {
        let mut party = OpenIdConnect::discover(idp).await?;
        let address = party.begin(None).await;
        let browser = Browser::new();
        let form = "application/x-www-form-urlencoded";
        let request = browser.http().post(&address).header("content-type", form).body("sub=dana");
        let answer = request.send().await;
        let answer = answer.map_err(|error| words(&error))?;
        let back = answer.headers().get("location").ok_or("the provider sends the browser nowhere")?;
        party.finish(back.to_str().map_err(|error| words(&error))?).await
    };
    match attempt.await {
        Ok(_) => true.into(),
        Err(said) => Attempt { said, ..false.into() },
    }
}

type Client = CoreClient<
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointMaybeSet,
    EndpointMaybeSet,
>;

/// A request for sign-in that is under way.
struct Request {
    state: CsrfToken,
    nonce: Nonce,
    verifier: PkceCodeVerifier,
}

struct OpenIdConnect {
    client: Client,
    end_session: EndSessionUrl,
    request: Option<Request>,
    id_token: Option<CoreIdToken>,
    logout_state: Option<CsrfToken>,
}

impl OpenIdConnect {
    async fn discover(idp: &MockIdp) -> Result<Self, String> {
        let issuer = IssuerUrl::new(idp.issuer().to_owned()).expect("an address");
        let metadata = ProviderMetadataWithLogout::discover_async(issuer, &send).await;
        let metadata = metadata.map_err(|error| words(&error))?;
        let end_session = metadata.additional_metadata().end_session_endpoint.clone();
        let secret = ClientSecret::new(SECRET.to_owned());
        let redirect_uri = RedirectUrl::new(CALLBACK.to_owned()).expect("an address");
        let client =
            CoreClient::from_provider_metadata(metadata, ClientId::new(CLIENT.to_owned()), Some(secret));
        Ok(Self {
            client: client.set_redirect_uri(redirect_uri),
            end_session: end_session.ok_or("there is no address for logout")?,
            request: None,
            id_token: None,
            logout_state: None,
        })
    }

    /// Validates the ID token and asks who that is.
    async fn sign_in(
        &mut self,
        tokens: CoreTokenResponse,
        nonce: impl NonceVerifier,
    ) -> Result<SignedIn, String> {
        let id_token = tokens.extra_fields().id_token().ok_or("no ID token")?;
        let verifier = self.client.id_token_verifier();
        let claims = id_token.claims(&verifier, nonce).map_err(|error| error.to_string())?;
        let algorithm = id_token.signing_alg().map_err(|error| error.to_string())?;
        let key = id_token.signing_key(&verifier).map_err(|error| error.to_string())?;
        let hash = AccessTokenHash::from_token(tokens.access_token(), algorithm, key);
        if claims.access_token_hash() != Some(&hash.map_err(|error| error.to_string())?) {
            return Err("at_hash is not of this access token".to_owned());
        }
        let asked = self.client.user_info(tokens.access_token().clone(), Some(claims.subject().clone()));
        let asked = asked.map_err(|error| error.to_string())?;
        let answer = asked.request_async::<EmptyAdditionalClaims, _, CoreGenderClaim>(&send).await;
        let userinfo: CoreUserInfoClaims = answer.map_err(|error| words(&error))?;
        let signed_in = SignedIn {
            subject: claims.subject().to_string(),
            email: userinfo.email().map(|email| email.to_string()).unwrap_or_default(),
            refresh_token: tokens.refresh_token().ok_or("no refresh token")?.secret().clone(),
        };
        self.id_token = Some(id_token.clone());
        Ok(signed_in)
    }
}

impl RelyingParty for OpenIdConnect {
    async fn begin(&mut self, prompt: Option<&str>) -> String {
        let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
        let flow = CoreAuthenticationFlow::AuthorizationCode;
        let mut request = self.client.authorize_url(flow, CsrfToken::new_random, Nonce::new_random);
        // It asks for openid by itself.
        for scope in &SCOPES[1..] {
            request = request.add_scope(Scope::new((*scope).to_owned()));
        }
        if let Some(prompt) = prompt {
            request = request.add_prompt(CoreAuthPrompt::Extension(prompt.to_owned()));
        }
        let (address, state, nonce) = request.set_pkce_challenge(challenge).url();
        self.request = Some(Request { state, nonce, verifier });
        address.to_string()
    }

    async fn finish(&mut self, address: &str) -> Result<SignedIn, String> {
        let Request { state, nonce, verifier } = self.request.take().expect("a sign-in began");
        if parameter(address, "state").as_ref() != Some(state.secret()) {
            return Err("the state is another".to_owned());
        }
        if let Some(error) = parameter(address, "error") {
            return Err(error);
        }
        let code = AuthorizationCode::new(parameter(address, "code").ok_or("no code")?);
        let exchange = self.client.exchange_code(code).map_err(|error| error.to_string())?;
        let answer = exchange.set_pkce_verifier(verifier).request_async(&send).await;
        self.sign_in(answer.map_err(|error| words(&error))?, &nonce).await
    }

    async fn refresh(&mut self, refresh_token: &str) -> Result<SignedIn, String> {
        let refresh_token = RefreshToken::new(refresh_token.to_owned());
        let exchange =
            self.client.exchange_refresh_token(&refresh_token).map_err(|error| error.to_string())?;
        let answer = exchange.request_async(&send).await.map_err(|error| words(&error))?;
        // OIDC Core 12.2: a refreshed ID token has no nonce, or the one of before.
        self.sign_in(answer, |_: Option<&Nonce>| Ok(())).await
    }

    async fn log_out(&mut self) -> String {
        let state = CsrfToken::new_random();
        let back = PostLogoutRedirectUrl::new(SIGNED_OUT.to_owned()).expect("an address");
        let request = LogoutRequest::from(self.end_session.clone())
            .set_id_token_hint(self.id_token.as_ref().expect("somebody is signed in"))
            .set_post_logout_redirect_uri(back)
            .set_state(state.clone());
        self.logout_state = Some(state);
        request.http_get_url().to_string()
    }

    async fn logged_out(&mut self, address: &str) -> Result<(), String> {
        let state = self.logout_state.as_ref().expect("a logout began");
        if parameter(address, "state").as_ref() == Some(state.secret()) {
            Ok(())
        } else {
            Err("the state is another".to_owned())
        }
    }
}

/// The crate leaves HTTP to a function: this one, which follows no redirect.
async fn send(request: HttpRequest) -> Result<HttpResponse, reqwest::Error> {
    let http = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build()?;
    let response = http.execute(request.try_into()?).await?;
    let mut answer = oidc::http::Response::builder().status(response.status());
    for (name, value) in response.headers() {
        answer = answer.header(name, value);
    }
    let body = response.bytes().await?.to_vec();
    Ok(answer.body(body).expect("a response"))
}

/// An error with its causes.
fn words(error: &dyn std::error::Error) -> String {
    match error.source() {
        Some(cause) => format!("{error}: {}", words(cause)),
        None => error.to_string(),
    }
}
