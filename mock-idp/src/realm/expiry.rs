//! Codes and tokens that expire before their time, because a test says so.

use crate::realm::State;
use crate::realm::grants::AccessGrant;

impl State {
    /// Makes a code expire now; false when it is not known.
    pub(crate) fn expire_code(&mut self, code: &str) -> bool {
        let now = self.now();
        self.codes.get_mut(code).map(|grant| grant.expires_at = now).is_some()
    }

    /// Makes every code that was not redeemed yet expire now; how many there were.
    pub(crate) fn expire_codes(&mut self) -> usize {
        let now = self.now();
        let fresh = self.codes.values_mut().filter(|grant| !grant.used && grant.expires_at > now);
        fresh.map(|grant| grant.expires_at = now).count()
    }

    /// Makes every code, access and refresh token about a person expire now; how many still were good.
    pub(crate) fn expire_grants_of(&mut self, key: &str) -> usize {
        let now = self.now();
        let codes = self.codes.values_mut().filter(|grant| grant.authentication.person == key && !grant.used);
        let codes = codes.map(|grant| &mut grant.expires_at);
        let about =
            |grant: &&mut AccessGrant| grant.authentication.as_ref().is_some_and(|who| who.person == key);
        let access = self.access.values_mut().filter(about).map(|grant| &mut grant.expires_at);
        let refresh =
            self.refresh.values_mut().filter(|grant| grant.authentication.person == key && !grant.used);
        let refresh = refresh.map(|grant| &mut grant.expires_at);
        let good = codes.chain(access).chain(refresh).filter(|end| **end > now);
        good.map(|end| *end = now).count()
    }

    /// Makes an access or refresh token expire now; false when it is not known.
    pub(crate) fn expire_token(&mut self, token: &str) -> bool {
        let now = self.now();
        let access = self.access_name(token).and_then(|name| self.access.get_mut(&name));
        let access = access.map(|grant| grant.expires_at = now);
        let refresh = self.refresh.get_mut(token).map(|grant| grant.expires_at = now);
        access.or(refresh).is_some()
    }
}
