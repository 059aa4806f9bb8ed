//! People: who they are, how they stand, and the end of their sessions.

use std::sync::Arc;

use fixtures::{Person, Status};

use super::NotFound;
use crate::http::backchannel_logout::{LogoutDelivery, deliver};
use crate::protocol::launch::Launch;
use crate::protocol::path;
use crate::realm::Realm;
use crate::realm::invent::InventError;
use crate::realm::launch::LaunchError;
use crate::realm::lifecycle::PersonError;

/// The people of a provider.
///
/// ```
/// # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
/// let idp = mock_idp::MockIdp::start().await;
/// let before = idp.people().get("dana").unwrap();
/// let changed = idp.people().change_email("dana", Some("dana.new@northwind.example")).unwrap();
/// assert_eq!(changed.subject, before.subject, "the same account");
/// let renamed = idp.people().rename("dana", "dana.reyes").unwrap();
/// assert_eq!(renamed.email, changed.email, "the old address");
/// assert_ne!(renamed.subject, before.subject, "of another account");
/// let invented = idp.people().invent(3, Some("northwind")).unwrap();
/// assert!(invented.iter().all(|person| person.company == "northwind"));
/// idp.people().deactivate("rui").unwrap();
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
        self.0.lock().add_person(person);
    }

    /// Makes up so many people: of this company, or of all companies in turn. The seed fixes who they are; their password is
    /// `password`, their one-time code `123456`.
    pub fn invent(&self, count: usize, company: Option<&str>) -> Result<Vec<Person>, InventError> {
        self.0.lock().invent(count, company)
    }

    /// Changes a person. Whoever may not sign in afterwards loses the provider sessions. The key stays.
    pub fn change(&self, key: &str, change: impl FnOnce(&mut Person)) -> Result<(), NotFound> {
        let mut state = self.0.lock();
        if state.change_person(key, change) { Ok(()) } else { Err(state.no_person(key)) }
    }

    /// Gives the account another e-mail address, or none. The subject stays, and so does what is said of verification.
    pub fn change_email(&self, key: &str, email: Option<&str>) -> Result<Person, PersonError> {
        self.0.lock().change_email(key, email)
    }

    /// Gives the person another user name. In KaseyaOne that is a new account with the old address and a subject that
    /// nobody had before; sessions, codes and tokens of the old one are no good any more. The key stays.
    pub fn rename(&self, key: &str, username: &str) -> Result<Person, PersonError> {
        self.0.lock().rename_person(key, username)
    }

    /// Deletes the account and makes it again by the same names, with a subject that nobody had before; sessions, codes
    /// and tokens of the old one are no good any more.
    pub fn recreate(&self, key: &str) -> Result<Person, PersonError> {
        self.0.lock().recreate_person(key)
    }

    /// Moves the account to another company (key), which has the person's role. The subject and the sessions stay.
    pub fn move_to(&self, key: &str, company: &str) -> Result<Person, PersonError> {
        self.0.lock().move_person(key, company)
    }

    /// Prepares a launch from the portal. Whatever browser opens the address that is returned, once and within five
    /// minutes, is signed in as this person and sent to the client.
    ///
    /// ```
    /// # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
    /// use mock_idp::{Launch, MockIdp};
    /// let idp = MockIdp::start().await;
    /// let address = idp.people().launch("dana", Launch::of("kaseya-mdr").target("/home")).unwrap();
    /// assert!(address.starts_with(&idp.url("/portal/launch/")));
    /// # });
    /// ```
    pub fn launch(&self, key: &str, launch: Launch) -> Result<String, LaunchError> {
        let name = self.0.lock().prepare_launch(key, launch)?;
        Ok(format!("{}{}/launch/{name}", self.0.base.front, path::PORTAL))
    }

    /// Deactivates the account.
    pub fn deactivate(&self, key: &str) -> Result<(), PersonError> {
        self.set_status(key, Status::Deactivated)
    }

    /// Locks the account.
    pub fn lock(&self, key: &str) -> Result<(), PersonError> {
        self.set_status(key, Status::Locked)
    }

    /// Deletes the account: from now on nobody knows it. It can be restored.
    pub fn delete(&self, key: &str) -> Result<(), PersonError> {
        self.set_status(key, Status::Deleted)
    }

    /// Makes the account active again, whatever it was; refused where it was deleted and somebody has its user name now.
    pub fn restore(&self, key: &str) -> Result<(), PersonError> {
        self.set_status(key, Status::Active)
    }

    fn set_status(&self, key: &str, status: Status) -> Result<(), PersonError> {
        self.0.lock().set_status(key, status)
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
                return Err(state.no_person(key));
            }
            state.sign_out_everywhere(key)
        };
        Ok(deliver(&self.0, farewells.back).await)
    }
}
