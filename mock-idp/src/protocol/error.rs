//! Refusals: which check said no, why, and under which RFC code the other side is told.

/// Why something was refused: the check's name and one sentence for the tester.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
pub struct Refusal {
    /// Name of the check that failed.
    pub check: String,
    /// What was sent and what was expected, without secrets.
    pub reason: String,
}

impl Refusal {
    pub(crate) fn new(check: &str, reason: impl Into<String>) -> Self {
        Self { check: check.to_owned(), reason: reason.into() }
    }

    /// The refusal under an error code of an RFC.
    pub(crate) fn code(self, code: ErrorCode) -> OAuthError {
        OAuthError { code, refusal: self }
    }
}

/// An error response of OAuth 2.0 or OpenID Connect.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct OAuthError {
    pub(crate) code: ErrorCode,
    pub(crate) refusal: Refusal,
}

impl OAuthError {
    pub(crate) fn new(code: ErrorCode, check: &str, reason: impl Into<String>) -> Self {
        Refusal::new(check, reason).code(code)
    }
}

/// The error codes this provider sends. Only codes of the RFCs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ErrorCode {
    /// RFC 6749 4.1.2.1, 5.2
    InvalidRequest,
    /// RFC 6749 5.2
    InvalidClient,
    /// RFC 6749 5.2
    InvalidGrant,
    /// RFC 6749 4.1.2.1, 5.2
    UnauthorizedClient,
    /// RFC 6749 5.2
    UnsupportedGrantType,
    /// RFC 6749 4.1.2.1
    UnsupportedResponseType,
    /// RFC 6749 4.1.2.1, 5.2
    InvalidScope,
    /// RFC 6749 4.1.2.1
    AccessDenied,
    /// OIDC Core 3.1.2.6
    LoginRequired,
    /// OIDC Core 3.1.2.6
    InvalidRequestObject,
    /// OIDC Core 3.1.2.6
    InvalidRequestUri,
    /// OIDC Core 3.1.2.6
    RequestUriNotSupported,
    /// OIDC Core 3.1.2.6
    RegistrationNotSupported,
    /// RFC 6750 3.1
    InvalidToken,
    /// RFC 6750 3.1
    InsufficientScope,
    /// OpenID Connect Core Unmet Authentication Requirements 1.0, 2
    UnmetAuthenticationRequirements,
    /// RFC 8628 3.5
    AuthorizationPending,
    /// RFC 8628 3.5
    SlowDown,
    /// RFC 8628 3.5
    ExpiredToken,
    /// RFC 8693 2.2.2
    InvalidTarget,
    /// RFC 9449 5
    InvalidDpopProof,
    /// RFC 9449 8, 9
    UseDpopNonce,
    /// RFC 7591 3.2.2
    InvalidRedirectUri,
    /// RFC 7591 3.2.2
    InvalidClientMetadata,
}

impl ErrorCode {
    /// The code as it goes over the wire.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::InvalidRequest => "invalid_request",
            Self::InvalidClient => "invalid_client",
            Self::InvalidGrant => "invalid_grant",
            Self::UnauthorizedClient => "unauthorized_client",
            Self::UnsupportedGrantType => "unsupported_grant_type",
            Self::UnsupportedResponseType => "unsupported_response_type",
            Self::InvalidScope => "invalid_scope",
            Self::AccessDenied => "access_denied",
            Self::LoginRequired => "login_required",
            Self::InvalidRequestObject => "invalid_request_object",
            Self::InvalidRequestUri => "invalid_request_uri",
            Self::RequestUriNotSupported => "request_uri_not_supported",
            Self::RegistrationNotSupported => "registration_not_supported",
            Self::InvalidToken => "invalid_token",
            Self::InsufficientScope => "insufficient_scope",
            Self::UnmetAuthenticationRequirements => "unmet_authentication_requirements",
            Self::AuthorizationPending => "authorization_pending",
            Self::SlowDown => "slow_down",
            Self::ExpiredToken => "expired_token",
            Self::InvalidTarget => "invalid_target",
            Self::InvalidDpopProof => "invalid_dpop_proof",
            Self::UseDpopNonce => "use_dpop_nonce",
            Self::InvalidRedirectUri => "invalid_redirect_uri",
            Self::InvalidClientMetadata => "invalid_client_metadata",
        }
    }
}
