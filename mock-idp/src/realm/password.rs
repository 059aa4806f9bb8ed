//! Tokens for a user name and a password, which the application asked for itself (RFC 6749 4.3). No browser and no second
//! factor is in between, so it is off unless a client has the grant.

use std::sync::Arc;

use fixtures::Person;

use crate::journal::Note;
use crate::protocol::audience;
use crate::protocol::error::{ErrorCode, OAuthError, Refusal};
use crate::protocol::on_the_spot::person::Named;
use crate::protocol::scope::open_scope;
use crate::protocol::token::same_secret;
use crate::realm::State;
use crate::realm::authentication::Authentication;
use crate::realm::login::{LONGEST_NAME, locked, standing};
use crate::realm::token_endpoint::{Redeemed, Request, about, has_offline_access, required};
use crate::realm::tokens::Order;

/// What is said of every wrong user name, company and password: nobody learns who exists.
const WRONG: &str = "the user name, the company or the password is not right; \
    where several companies have this user name, the parameter company says which";

impl State {
    /// RFC 6749 4.3.2, with `company` beside `username` for user names that several companies have.
    pub(crate) fn redeem_password(
        &mut self,
        mut request: Request<'_>,
        note: &mut Note,
    ) -> Result<Redeemed, OAuthError> {
        let username = required(request.form, "username", "username_present")?;
        let password = required(request.form, "password", "password_present")?;
        let client = &request.client;
        let company = request.form.first("company").unwrap_or_default();
        if username.len() > LONGEST_NAME || company.len() > LONGEST_NAME {
            let reason = "username and company have 200 letters at most";
            return Err(OAuthError::new(ErrorCode::InvalidRequest, "username_length", reason));
        }
        let scope = open_scope("password_scope", client, request.form.first("scope"))?;
        let audience = audience::asked(request.form)?;
        let person = self.person_with_password((username, company, password), note)?;
        let now = self.now();
        let authentication =
            Authentication { audience, ..self.authentication_of(&person, client, scope, now) };
        about(note, &authentication);
        let mut authentication = Arc::new(authentication);
        if let Some(redeemed) = self.strike_redeem(&mut request.draft, &mut authentication, note)? {
            return Ok(redeemed);
        }
        let order = Order {
            id_token: authentication.scope.iter().any(|value| value == "openid"),
            refresh_token: has_offline_access(&authentication.scope, &request.client),
            long_access_token: request.draft.long_access_token,
            jkt: request.jkt,
            ..Order::of(request.client, authentication)
        };
        Ok(Redeemed::Tokens(Box::new(self.order_tokens(order, note))))
    }

    /// The key of whoever has this user name and password, and may sign in. Where any person is taken, whoever is made on
    /// the spot comes with any password.
    fn person_with_password(
        &mut self,
        (username, company, password): (&str, &str, &str),
        note: &mut Note,
    ) -> Result<String, OAuthError> {
        let name = username.trim();
        if self.switches.any_person && (self.people_on_the_spot.contains(name) || !self.people.is_taken(name))
        {
            let made = self.somebody(&Named { name: username, company, ..Named::default() });
            let made = made.map_err(|refusal| refusal.code(ErrorCode::InvalidGrant))?.0;
            note.person = Some(made.clone());
            let standing = self.people.present(&made).map(standing);
            return standing
                .unwrap_or(Ok(()))
                .map(|()| made)
                .map_err(|refusal| refusal.code(ErrorCode::InvalidGrant));
        }
        let called: Vec<Person> = if company.trim().is_empty() {
            self.people.with_username(name).cloned().collect()
        } else {
            self.people.find_person(username, company).cloned().into_iter().collect()
        };
        if let [only] = &*called {
            note.person = Some(only.key.clone());
        }
        let mut right = called.iter().filter(|person| same_secret(&person.password, password));
        let refusal = match (right.next(), right.next()) {
            (Some(person), None) => match standing(person) {
                Ok(()) => {
                    self.forget_failures(&person.key);
                    return Ok(person.key.clone());
                }
                Err(refusal) => refusal,
            },
            _ if self.count_failures(username, company, &called) => locked(),
            _ => Refusal::new("password", WRONG),
        };
        Err(refusal.code(ErrorCode::InvalidGrant))
    }

    /// Whether it was one too many, for anybody who is called that. They count where those of the login page do.
    fn count_failures(&mut self, username: &str, company: &str, called: &[Person]) -> bool {
        if called.is_empty() {
            return self.count_failure(username, company);
        }
        let mut too_many = false;
        for person in called {
            let company = self.people.company_of(person).map_or(company, |company| &*company.name).to_owned();
            too_many |= self.count_failure(username, &company);
        }
        too_many
    }
}
