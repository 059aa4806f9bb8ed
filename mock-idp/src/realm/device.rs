//! Device authorization (RFC 8628): a device shows a code, a person types it into a browser and says yes or no, and the
//! device asks until that has happened.

use std::sync::Arc;

use fixtures::{Client, Grant};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use crate::clock::later;
use crate::journal::Note;
use crate::protocol::audience;
use crate::protocol::error::{ErrorCode, OAuthError};
use crate::protocol::params::Params;
use crate::protocol::scope::{each_once, is_open_to};
use crate::realm::State;
use crate::realm::authentication::Authentication;
use crate::realm::client_auth::Caller;
use crate::realm::grants::Session;
use crate::realm::kept::{Weighed, texts};
use crate::realm::token_endpoint::{Redeemed, Request, about, has_offline_access, required};
use crate::realm::tokens::Order;

/// Life of a device code.
const LIFE: SignedDuration = SignedDuration::from_mins(15);
/// Least time between two polls, seconds (RFC 8628 3.2).
const INTERVAL: i64 = 5;

/// A device that waits for a person.
#[derive(Debug, Clone)]
pub(crate) struct DeviceGrant {
    pub(crate) client_id: String,
    pub(crate) user_code: String,
    scope: Vec<String>,
    audience: Vec<String>,
    pub(crate) expires_at: Timestamp,
    last_poll: Option<Timestamp>,
    interval: i64,
    /// Polls that are still told to wait although the person has answered: so a test sees a device wait.
    pub(crate) pending_polls: u32,
    pub(crate) answer: DeviceAnswer,
}

impl Weighed for DeviceGrant {
    fn weight(&self) -> usize {
        texts(&self.scope) + texts(&self.audience)
    }
}

/// What the person said.
#[derive(Debug, Clone)]
pub(crate) enum DeviceAnswer {
    NotYet,
    No,
    Yes(Box<Authentication>),
}

impl State {
    /// Answers a device authorization request (RFC 8628 3.1).
    pub(crate) fn authorize_device(
        &mut self,
        caller: &Caller<'_>,
        form: &Params,
        note: &mut Note,
    ) -> Result<Value, OAuthError> {
        form.each_once_but_targets()?;
        let (client, _) = self.authenticate_client(caller, form, note)?;
        if !client.grants.contains(&Grant::DeviceCode) {
            let reason = format!("{} may not use the grant {}", client.id, Grant::DeviceCode.as_str());
            return Err(OAuthError::new(ErrorCode::UnauthorizedClient, "client_grant", reason));
        }
        let asked = form.first("scope").filter(|asked| !asked.is_empty()).unwrap_or("openid");
        let scope = each_once(asked.split_ascii_whitespace().filter(|value| is_open_to(&client, value)));
        let audience = audience::asked(form)?;
        let now = self.now();
        let device_code = self.generator.secret();
        let user_code = self.generator.user_code();
        let expires_at = later(now, LIFE);
        let grant = DeviceGrant {
            client_id: client.id.clone(),
            user_code: user_code.clone(),
            scope,
            audience,
            expires_at,
            last_poll: None,
            interval: INTERVAL,
            pending_polls: self.pending_polls,
            answer: DeviceAnswer::NotYet,
        };
        self.devices.insert(device_code.clone(), grant, expires_at, now);
        let page = format!("{}{}", self.base.front, crate::protocol::path::DEVICE_PAGE);
        Ok(json!({
            "device_code": device_code,
            "user_code": user_code,
            "verification_uri": page,
            "verification_uri_complete": format!("{page}?user_code={user_code}"),
            "expires_in": LIFE.as_secs(),
            "interval": INTERVAL,
        }))
    }

    /// The name of the waiting device that shows this code; neither letter case nor dashes matter (RFC 8628 6.1).
    pub(crate) fn device_showing(&self, typed: &str) -> Option<String> {
        let plain =
            |code: &str| code.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_uppercase();
        let typed = plain(typed);
        let now = self.now();
        let waits = |grant: &DeviceGrant| {
            plain(&grant.user_code) == typed
                && now < grant.expires_at
                && matches!(grant.answer, DeviceAnswer::NotYet)
        };
        self.devices.iter().find(|(_, grant)| waits(grant)).map(|(name, _)| name.to_owned())
    }

    /// The person says no.
    pub(crate) fn refuse_device(&mut self, device_code: &str) {
        if let Some(grant) = self.devices.get_mut(device_code) {
            grant.answer = DeviceAnswer::No;
        }
    }

    /// The person of this session says yes.
    pub(crate) fn allow_device(&mut self, device_code: &str, session: &Session) -> Option<Arc<Client>> {
        let grant = self.devices.get(device_code)?.clone();
        let client = self.clients.get(&grant.client_id).cloned()?;
        let mut authentication =
            self.authentication_of(&session.person, &client, grant.scope, session.auth_time);
        authentication.sid.clone_from(&session.sid);
        authentication.audience = grant.audience;
        authentication.ordered.clone_from(&session.said);
        self.remember_visit(&session.sid, &client.id);
        self.devices.get_mut(device_code)?.answer = DeviceAnswer::Yes(Box::new(authentication));
        Some(client)
    }

    /// Devices that this person allowed are told that they are not known.
    pub(crate) fn forget_devices_of(&mut self, key: &str) {
        self.devices.retain(|_, grant| match &grant.answer {
            DeviceAnswer::Yes(authentication) => authentication.person != key,
            DeviceAnswer::NotYet | DeviceAnswer::No => true,
        });
    }

    /// The device polls (RFC 8628 3.4 and 3.5).
    pub(crate) fn redeem_device_code(
        &mut self,
        mut request: Request<'_>,
        note: &mut Note,
    ) -> Result<Redeemed, OAuthError> {
        let code = required(request.form, "device_code", "device_code_present")?.to_owned();
        let now = self.now();
        let grant = self.devices.get_mut(&code).filter(|grant| grant.client_id == request.client.id);
        let grant = grant.ok_or_else(|| {
            OAuthError::new(ErrorCode::InvalidGrant, "device_code_known", "the device code is not known")
        })?;
        if now >= grant.expires_at {
            let reason = "the device code has expired";
            return Err(OAuthError::new(ErrorCode::ExpiredToken, "device_code_expired", reason));
        }
        let early = grant.last_poll.is_some_and(|last| now.as_second() - last.as_second() < grant.interval);
        grant.last_poll = Some(now);
        if early {
            // RFC 8628 3.5: from now on five seconds more.
            grant.interval += 5;
            let reason = format!("polled again too soon; wait {} seconds", grant.interval);
            return Err(OAuthError::new(ErrorCode::SlowDown, "device_interval", reason));
        }
        let mut authentication = match &grant.answer {
            DeviceAnswer::No => {
                let reason = "the person said no";
                return Err(OAuthError::new(ErrorCode::AccessDenied, "person_consents", reason));
            }
            DeviceAnswer::Yes(authentication) if grant.pending_polls == 0 => {
                Arc::new(Authentication::clone(authentication))
            }
            answer => {
                if matches!(answer, DeviceAnswer::Yes(_)) {
                    grant.pending_polls -= 1;
                }
                let reason = "the person has not answered yet";
                return Err(OAuthError::new(ErrorCode::AuthorizationPending, "device_pending", reason));
            }
        };
        about(note, &authentication);
        if let Some(redeemed) = self.strike_redeem(&mut request.draft, &mut authentication, note)? {
            return Ok(redeemed);
        }
        self.still_there(&authentication)?;
        let audience = audience::narrowed(&authentication.audience, request.form)?;
        self.devices.remove(&code);
        let order = Order {
            id_token: authentication.scope.iter().any(|value| value == "openid"),
            refresh_token: has_offline_access(&authentication.scope, &request.client),
            jkt: request.jkt,
            audience,
            ..Order::of(request.client, authentication)
        };
        Ok(Redeemed::Tokens(Box::new(self.order_tokens(order, note))))
    }
}
