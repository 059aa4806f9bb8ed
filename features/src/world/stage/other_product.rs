//! Another product of the same provider: people sign in to it, it redeems what they bring, and it renews its tokens.

use anyhow::{Context as _, Result, ensure};
use mock_idp::{Minted, Params};
use reqwest::header;
use url::Url;

use super::Stage;
use crate::world::Who;

/// As it is registered there.
const CLIENT: &str = "other-product";
/// What it proves at the token endpoint, and what it shows beforehand (RFC 7636, appendix B).
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

impl Stage {
    /// Where a browser is sent by the other product.
    pub fn another_product(&self) -> Result<Url> {
        let back = self.return_to_another_product();
        if self.idp.clients().get(CLIENT).is_none() {
            let client = fixtures::embedded().client(CLIENT).cloned();
            self.idp.clients().add(client.context("the fixtures have no other product")?);
        }
        self.idp.clients().change(CLIENT, |client| {
            if !client.redirect_uris.contains(&back) {
                client.redirect_uris.push(back.clone());
            }
        })?;
        let mut url = Url::parse(&self.idp.url("/connect/authorize"))?;
        url.query_pairs_mut()
            .append_pair("client_id", CLIENT)
            .append_pair("redirect_uri", &back)
            .append_pair("response_type", "code")
            .append_pair("scope", "openid offline_access")
            .append_pair("state", CLIENT)
            .append_pair("nonce", CLIENT)
            .append_pair("code_challenge", CHALLENGE)
            .append_pair("code_challenge_method", "S256");
        Ok(url)
    }

    fn return_to_another_product(&self) -> String {
        format!("{}/another-product/return", self.sut.base(0).origin().ascii_serialization())
    }

    /// The other product redeems what a browser brought back to it.
    pub async fn redeem_at_another_product(&mut self, who: &Who, returned: &Url) -> Result<()> {
        let code = returned.query_pairs().find(|(name, _)| name == "code").map(|(_, code)| code.into_owned());
        let form = Params::from_iter([
            ("grant_type", "authorization_code"),
            ("code", &code.context("the other product got no code")?),
            ("redirect_uri", &self.return_to_another_product()),
            ("code_verifier", VERIFIER),
        ]);
        let tokens = self.tokens(CLIENT, &form).await?;
        self.other_product.insert(who.clone(), tokens);
        Ok(())
    }

    /// The other product renews its tokens of a person: they are new, and say that the person authenticated long ago.
    pub async fn renew_at_another_product(&mut self, who: &Who) -> Result<()> {
        let former = self.other_product.get(who).context("the other product has no tokens of that person")?;
        let refresh_token = former.refresh_token.as_deref().context("KaseyaOne gave no refresh token")?;
        let form = Params::from_iter([("grant_type", "refresh_token"), ("refresh_token", refresh_token)]);
        let renewed = self.tokens(CLIENT, &form).await?;
        let (before, after) = (former.id_token_claims(), renewed.id_token_claims());
        let now = self.clock.now().as_second();
        ensure!(
            after["iat"] == now && after["auth_time"] == before["auth_time"] && after["auth_time"] != now,
            "the renewed ID token has to be new and its sign-in old, but it says {after}"
        );
        ensure!(after.get("nonce").is_none(), "the renewed ID token must have no nonce, but it says {after}");
        self.other_product.insert(who.clone(), renewed);
        Ok(())
    }

    /// Asks KaseyaOne for tokens as one of its clients does.
    pub async fn tokens(&self, client_id: &str, form: &Params) -> Result<Minted> {
        let client = self.idp.clients().get(client_id);
        let client = client.with_context(|| format!("KaseyaOne has no client {client_id:?}"))?;
        let request = self
            .client
            .post(self.idp.url("/connect/token"))
            .basic_auth(client_id, client.secret)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(form.encode());
        let response = request.send().await?;
        let (status, body) = (response.status(), response.text().await?);
        ensure!(status.is_success(), "KaseyaOne gave {client_id} no tokens, it answered {status}: {body}");
        serde_json::from_str(&body).with_context(|| format!("not the tokens of a sign-in: {body}"))
    }
}
