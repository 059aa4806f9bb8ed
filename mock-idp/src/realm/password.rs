//! Tokens for a user name and a password, which the application asked for itself (RFC 6749 4.3). No browser and no second
//! factor is in between, so it is off unless a client has the grant.

use crate::journal::Note;
use crate::protocol::audience;
use crate::protocol::error::{ErrorCode, OAuthError, Refusal};
use crate::protocol::on_the_spot::person::Named;
use crate::protocol::scope::{each_once, is_open_to};
use crate::protocol::text::shorten;
use crate::protocol::token::same_secret;
use crate::realm::State;
use crate::realm::authentication::Authentication;
use crate::realm::login::{locked, standing};
use crate::realm::token_endpoint::{Redeemed, Request, about, has_offline_access, required};
use crate::realm::tokens::Order;

/// What is said of every wrong user name, company and password: nobody learns who exists.
const WRONG: &str = "the user name, the company or the password is not right; \
    where several companies have this user name, the parameter company says which";

impl State {
    /// RFC 6749 4.3.2, with `company` beside `username` for user names that several companies have.
    pub(crate) fn redeem_password(
        &mut self,
        request: Request<'_>,
        note: &mut Note,
    ) -> Result<Redeemed, OAuthError> {
        let username = required(request.form, "username", "username_present")?;
        let password = required(request.form, "password", "password_present")?;
        let client = &request.client;
        let asked = request.form.first("scope").filter(|asked| !asked.is_empty()).unwrap_or("openid");
        let scope = each_once(asked.split_ascii_whitespace());
        if let Some(unknown) = scope.iter().find(|value| !is_open_to(client, value)) {
            let reason = format!("scope {:?} is not for {}", shorten(unknown), client.id);
            return Err(OAuthError::new(ErrorCode::InvalidScope, "password_scope", reason));
        }
        let audience = audience::asked(request.form)?;
        let company = request.form.first("company").unwrap_or_default();
        let person = self.person_with_password((username, company, password), note)?;
        let now = self.now();
        let authentication =
            Authentication { audience, ..self.authentication_of(&person, client, scope, now) };
        about(note, &authentication);
        let order = Order {
            id_token: authentication.scope.iter().any(|value| value == "openid"),
            refresh_token: has_offline_access(&authentication.scope, client),
            jkt: request.jkt,
            ..Order::of(request.client, authentication)
        };
        Ok(Redeemed::Tokens(Box::new(self.order_tokens(order, note))))
    }

    /// The key of whoever has this user name and password, and may sign in. Where any person is taken, nobody knows the
    /// password of somebody who is not there yet.
    fn person_with_password(
        &mut self,
        (username, company, password): (&str, &str, &str),
        note: &mut Note,
    ) -> Result<String, OAuthError> {
        if self.switches.any_person && !self.people.is_taken(username.trim()) {
            let made = self.somebody(&Named { name: username, company, ..Named::default() });
            return made.map(|(key, _)| key).map_err(|refusal| refusal.code(ErrorCode::InvalidGrant));
        }
        let mut called: Vec<_> = if company.trim().is_empty() {
            self.people.with_username(username.trim()).collect()
        } else {
            self.people.find_person(username, company).into_iter().collect()
        };
        let only = if let [only] = *called { Some(only) } else { None };
        note.person = only.map(|only| only.key.clone());
        // Failures count where those of the login page do, if that can be told.
        let company =
            only.and_then(|only| self.people.company_of(only)).map_or(company, |it| &*it.name).to_owned();
        called.retain(|person| same_secret(&person.password, password));
        let right = if let [person] = *called { Some((person.key.clone(), standing(person))) } else { None };
        let refusal = match right {
            Some((key, Ok(()))) => {
                self.forget_failures(&key);
                return Ok(key);
            }
            Some((_, Err(refusal))) => refusal,
            None if self.count_failure(username, &company) => locked(),
            None => Refusal::new("password", WRONG),
        };
        Err(refusal.code(ErrorCode::InvalidGrant))
    }
}
