//! People: who they are, how they stand, and the end of their sessions.

use std::sync::Arc;

use fixtures::{Person, Status};

use super::{NotFound, not_found};
use crate::http::farewell::{LogoutDelivery, deliver};
use crate::realm::Realm;

/// The people of a provider.
///
/// ```
/// # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
/// let idp = mock_idp::MockIdp::start().await;
/// idp.people().change("dana", |dana| dana.email = Some("dana.new@northwind.example".to_owned())).unwrap();
/// idp.people().deactivate("rui").unwrap();
/// assert!(idp.people().get("dana").is_some());
/// # });
/// ```
#[derive(Clone)]
pub struct People(pub(crate) Arc<Realm>);

impl People {
    /// The person with this key, the deleted included.
    pub fn get(&self, key: &str) -> Option<Person> {
        self.0.lock().people.get(key).cloned()
    }

    /// Everybody, by key, the deleted included.
    pub fn list(&self) -> Vec<Person> {
        self.0.lock().people.values().cloned().collect()
    }

    /// Adds a person, or replaces the one with the same key.
    pub fn add(&self, person: Person) {
        self.0.lock().people.insert(person);
    }

    /// Changes a person. Whoever may not sign in afterwards loses the provider sessions. The key stays.
    pub fn change(&self, key: &str, change: impl FnOnce(&mut Person)) -> Result<(), NotFound> {
        let changed = self.0.lock().change_person(key, change);
        if changed { Ok(()) } else { Err(not_found("person", key)) }
    }

    /// Deactivates the account.
    pub fn deactivate(&self, key: &str) -> Result<(), NotFound> {
        self.set_status(key, Status::Deactivated)
    }

    /// Locks the account.
    pub fn lock(&self, key: &str) -> Result<(), NotFound> {
        self.set_status(key, Status::Locked)
    }

    /// Deletes the account: from now on nobody knows it. It can be restored.
    pub fn delete(&self, key: &str) -> Result<(), NotFound> {
        self.set_status(key, Status::Deleted)
    }

    /// Makes the account active again, whatever it was.
    pub fn restore(&self, key: &str) -> Result<(), NotFound> {
        self.set_status(key, Status::Active)
    }

    fn set_status(&self, key: &str, status: Status) -> Result<(), NotFound> {
        self.change(key, |person| person.status = status)
    }

    /// Ends the provider sessions of a person; how many there were. No client is told.
    pub fn end_sessions(&self, key: &str) -> usize {
        self.0.lock().end_sessions_of(key)
    }

    /// Signs a person out everywhere: ends the provider sessions and sends a logout token to every client that took
    /// part in one and registered a `backchannel_logout_uri` (Back-Channel Logout 1.0). Returns what the clients
    /// answered.
    pub async fn sign_out_everywhere(&self, key: &str) -> Result<Vec<LogoutDelivery>, NotFound> {
        let farewells = {
            let mut state = self.0.lock();
            if state.people.get(key).is_none() {
                return Err(not_found("person", key));
            }
            state.sign_out_everywhere(key)
        };
        Ok(deliver(&self.0, farewells.back).await)
    }
}
