//! Taking tokens back (RFC 7009).

use crate::journal::Note;
use crate::protocol::error::{ErrorCode, OAuthError};
use crate::protocol::params::Params;
use crate::realm::State;
use crate::realm::client_auth::Caller;
use crate::realm::token_endpoint::{about, required};

impl State {
    /// Takes a token back. A token that is not known is no error: it is not honoured, and that was asked for
    /// (RFC 7009 2.2). Nor is a hint that is wrong.
    pub(crate) fn revoke(
        &mut self,
        caller: &Caller<'_>,
        form: &Params,
        note: &mut Note,
    ) -> Result<(), OAuthError> {
        form.each_once()?;
        let (client, _) = self.authenticate_client(caller, form, note)?;
        let token = required(form, "token", "token_present")?.to_owned();
        let foreign = || {
            let reason = format!("the token was not given to {}", client.id);
            OAuthError::new(ErrorCode::InvalidGrant, "token_client", reason)
        };
        if let Some(grant) = self.refresh.get(&token).cloned() {
            if grant.authentication.client_id != client.id {
                return Err(foreign());
            }
            about(note, &grant.authentication);
            // RFC 7009 2.1: the access tokens of the same grant go with it.
            self.revoke_family(&grant.authentication.family);
        } else if let Some(name) = self.access_name(&token)
            && let Some(grant) = self.access.get(&name)
        {
            if grant.client_id != client.id {
                return Err(foreign());
            }
            self.access.remove(&name);
        }
        Ok(())
    }
}
