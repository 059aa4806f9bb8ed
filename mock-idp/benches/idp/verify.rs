//! Signatures, verified by an implementation that is not the one that is measured.

use anyhow::{Context as _, ensure};
use jsonwebtoken::jwk::JwkSet;
use jsonwebtoken::{Algorithm as Jwa, DecodingKey, Validation, decode, decode_header};
use serde_json::Value;

use crate::client::{Algorithm, Promise};
use crate::visit::{Sample, Visitor};

/// Verifies tokens against the keys that their issuers publish now; how many sign-ins those were.
pub(crate) fn samples(visitors: &[Visitor], samples: &[(usize, Sample)]) -> anyhow::Result<u32> {
    let mut verified = 0;
    for (index, sample) in samples {
        let visitor = &visitors[*index];
        let keys: JwkSet = serde_json::from_value(visitor.site.keys()?)?;
        let claims = token(&keys, visitor, &sample.id_token, Some(visitor.promise.client))
            .with_context(|| format!("ID token {}", sample.id_token))?;
        ensure!(claims["nonce"] == sample.nonce.as_str(), "another nonce: {claims}");
        token(&keys, visitor, &sample.access_token, None)
            .with_context(|| format!("access token {}", sample.access_token))?;
        verified += 1;
    }
    Ok(verified)
}

/// Signature, issuer, expiry and audience; access tokens of different providers have different audiences.
fn token(keys: &JwkSet, visitor: &Visitor, token: &str, audience: Option<&str>) -> anyhow::Result<Value> {
    let Promise { algorithm, .. } = visitor.promise;
    let kid = decode_header(token)?.kid.context("no kid")?;
    let key = keys.find(&kid).with_context(|| format!("no key {kid} is published"))?;
    let mut validation = Validation::new(match algorithm {
        Algorithm::Rs256 => Jwa::RS256,
        Algorithm::Es256 => Jwa::ES256,
    });
    validation.set_issuer(&[&visitor.site.issuer]);
    match audience {
        Some(audience) => validation.set_audience(&[audience]),
        None => validation.validate_aud = false,
    }
    Ok(decode::<Value>(token, &DecodingKey::from_jwk(key)?, &validation)?.claims)
}
