//! The nouns a test works with: people, clients, faults, clock, journal, minting, replays. Each is a cheap handle on
//! the realm and holds its lock only for the one call.

use std::sync::Arc;

use fixtures::{Client, Person, Status};
use jiff::{SignedDuration, Timestamp};

use crate::clock::ClockReading;
use crate::fault::{ArmError, ArmedRecord, CatalogueEntry, Target};
use crate::http::farewell::{LogoutDelivery, deliver};
use crate::journal::Entry;
use crate::realm::Realm;
use crate::realm::people::{Mint, Minted};
use crate::realm::replay::{SentResponse, SentToken};

/// There is nobody and nothing with this name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", self.sentence())]
pub struct NotFound {
    /// What was looked for.
    pub kind: &'static str,
    /// Its name.
    pub name: String,
}

/// Stands for a code or token, which no error repeats.
const UNNAMED: &str = "(secret)";

impl NotFound {
    fn sentence(&self) -> String {
        let Self { kind, name } = self;
        if name == UNNAMED {
            return format!("no such {kind} is honoured here: it came from another instance, or was revoked");
        }
        format!("there is no {kind} {name:?}")
    }
}

fn not_found(kind: &'static str, name: &str) -> NotFound {
    NotFound { kind, name: name.to_owned() }
}

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
        self.0.lock().people.insert(person.key.clone(), person);
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
            if !state.people.contains_key(key) {
                return Err(not_found("person", key));
            }
            state.sign_out_everywhere(key)
        };
        Ok(deliver(&self.0, farewells.back).await)
    }
}

/// The relying parties of a provider.
///
/// ```
/// # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
/// let idp = mock_idp::MockIdp::start().await;
/// let add = |client: &mut fixtures::Client| client.redirect_uris.push("http://127.0.0.1:1234/sso/callback".to_owned());
/// idp.clients().change("kaseya-mdr", add).unwrap();
/// # });
/// ```
#[derive(Clone)]
pub struct Clients(pub(crate) Arc<Realm>);

impl Clients {
    /// The client with this id.
    pub fn get(&self, id: &str) -> Option<Client> {
        self.0.lock().clients.get(id).cloned()
    }

    /// All of them, by id.
    pub fn list(&self) -> Vec<Client> {
        self.0.lock().clients.values().cloned().collect()
    }

    /// Adds a client, or replaces the one with the same id.
    pub fn add(&self, client: Client) {
        self.0.lock().clients.insert(client.id.clone(), client);
    }

    /// Changes a client. The id stays.
    pub fn change(&self, id: &str, change: impl FnOnce(&mut Client)) -> Result<(), NotFound> {
        let mut state = self.0.lock();
        let client = state.clients.get_mut(id).ok_or_else(|| not_found("client", id))?;
        change(client);
        id.clone_into(&mut client.id);
        Ok(())
    }
}

/// The faults of a provider.
///
/// ```
/// # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
/// use mock_idp::{MockIdp, Target};
/// let idp = MockIdp::start().await;
/// let armed = idp.faults().arm("sig-bad-rs256", Target::next(), 1).unwrap();
/// assert_eq!(armed.fault(), "sig-bad-rs256");
/// let error = idp.faults().arm("sig-bad-rs265", Target::next(), 1).map(|_| ()).unwrap_err();
/// assert!(error.to_string().contains("did you mean \"sig-bad-rs256\""));
/// # });
/// ```
#[derive(Clone)]
pub struct Faults(pub(crate) Arc<Realm>);

impl Faults {
    /// Arms a fault: it strikes what `target` says, `times` times. Faults of discovery and key set strike whoever
    /// fetches the document next, because nobody knows for whom it is fetched. The person or client has to be there.
    pub fn arm(&self, fault: impl AsRef<str>, target: Target, times: u64) -> Result<ArmedFault, ArmError> {
        let mut state = self.0.lock();
        state.check_target(&target)?;
        let id = state.faults.arm(fault.as_ref(), target, times)?;
        drop(state);
        Ok(ArmedFault { realm: Arc::clone(&self.0), id })
    }

    /// Everything armed since the start, disarmed ones included.
    pub fn list(&self) -> Vec<ArmedRecord> {
        self.0.lock().faults.list().to_vec()
    }

    /// Disarms everything.
    pub fn disarm_all(&self) {
        let mut state = self.0.lock();
        let ids: Vec<_> = state.faults.list().iter().map(|record| record.id).collect();
        for id in ids {
            state.faults.disarm(id);
        }
    }

    /// Every fault there is.
    pub fn catalogue(&self) -> impl Iterator<Item = &'static CatalogueEntry> {
        crate::fault::catalogue::all()
    }
}

/// A fault that was armed. Dropping it changes nothing; `disarm` does.
#[derive(Clone)]
pub struct ArmedFault {
    realm: Arc<Realm>,
    id: u64,
}

impl ArmedFault {
    /// Number of the arming.
    pub fn id(&self) -> u64 {
        self.id
    }

    /// Id of the fault.
    pub fn fault(&self) -> &'static str {
        self.realm.lock().faults.get(self.id).map_or("", |record| record.fault)
    }

    /// How often it really changed something.
    pub fn fired(&self) -> u64 {
        self.realm.lock().faults.get(self.id).map_or(0, |record| record.fired)
    }

    /// It strikes no more.
    pub fn disarm(&self) {
        self.realm.lock().faults.disarm(self.id);
    }
}

impl std::fmt::Debug for ArmedFault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "ArmedFault({} {}, fired {})", self.id, self.fault(), self.fired())
    }
}

/// The clock of a provider, over the injected one.
///
/// ```
/// # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
/// let idp = mock_idp::MockIdp::start().await;
/// idp.clock().freeze();
/// let before = idp.clock().now();
/// idp.clock().advance(jiff::SignedDuration::from_hours(2));
/// assert_eq!(idp.clock().now().duration_since(before).as_hours(), 2);
/// # });
/// ```
#[derive(Clone)]
pub struct ClockHandle(pub(crate) Arc<Realm>);

impl ClockHandle {
    /// What the provider takes for now.
    pub fn now(&self) -> Timestamp {
        self.0.lock().now()
    }

    /// Stops time.
    pub fn freeze(&self) {
        self.0.lock().clock.freeze();
    }

    /// Lets time run on from the injected clock.
    pub fn resume(&self) {
        self.0.lock().clock.resume();
    }

    /// Moves the clock.
    pub fn advance(&self, by: SignedDuration) {
        self.0.lock().clock.advance(by);
    }

    /// Makes the clock wrong by this much; zero makes it right.
    pub fn skew(&self, by: SignedDuration) {
        self.0.lock().clock.set_skew(by);
    }

    /// How the clock stands.
    pub fn reading(&self) -> ClockReading {
        self.0.lock().clock.reading()
    }
}

/// The journal of a provider.
///
/// ```
/// # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
/// let idp = mock_idp::MockIdp::start().await;
/// assert!(idp.journal().entries().is_empty());
/// # });
/// ```
#[derive(Clone)]
pub struct JournalHandle(pub(crate) Arc<Realm>);

impl JournalHandle {
    /// Every entry, oldest first, with secrets as they came; `Entry::masked` shows one safely.
    pub fn entries(&self) -> Vec<Entry> {
        self.0.lock().journal.entries()
    }

    /// How many entries there are.
    pub fn len(&self) -> usize {
        self.0.lock().journal.len()
    }

    /// Whether nothing was written down yet.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Forgets the entries; numbers go on.
    pub fn clear(&self) {
        self.0.lock().journal.clear();
    }
}

/// Issuing without a login, and expiring before time.
///
/// ```
/// # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
/// use mock_idp::{Mint, MockIdp};
/// let idp = MockIdp::start().await;
/// let minted = idp.minter().mint(&Mint::new("dana", "kaseya-mdr").nonce("n-1")).unwrap();
/// assert_eq!(minted.id_token_claims()["nonce"], "n-1");
/// idp.minter().expire_token(&minted.access_token).unwrap();
/// # });
/// ```
#[derive(Clone)]
pub struct Minter(pub(crate) Arc<Realm>);

impl Minter {
    /// Makes tokens without a login. Faults armed for the person strike them too.
    pub fn mint(&self, order: &Mint) -> Result<Minted, NotFound> {
        let wanted = format!("{} at {}", order.person, order.client);
        self.0.lock().mint(order).ok_or_else(|| not_found("person or client", &wanted))
    }

    /// Makes a code expire now.
    pub fn expire_code(&self, code: &str) -> Result<(), NotFound> {
        if self.0.lock().expire_code(code) { Ok(()) } else { Err(not_found("code", UNNAMED)) }
    }

    /// Makes every code that was not redeemed yet expire now; how many there were.
    pub fn expire_codes(&self) -> usize {
        self.0.lock().expire_codes()
    }

    /// Makes an access or refresh token expire now.
    pub fn expire_token(&self, token: &str) -> Result<(), NotFound> {
        if self.0.lock().expire_token(token) { Ok(()) } else { Err(not_found("token", UNNAMED)) }
    }

    /// Makes the provider sessions of a person expire now; how many there were.
    pub fn expire_sessions(&self, person: &str) -> usize {
        self.0.lock().end_sessions_of(person)
    }
}

/// What was handed out before, to be handed out again exactly as it was.
///
/// ```
/// # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
/// use mock_idp::{Mint, MockIdp};
/// let idp = MockIdp::start().await;
/// let minted = idp.mint(&Mint::new("dana", "kaseya-mdr")).unwrap();
/// assert_eq!(idp.replay().last_id_token("dana").unwrap().id_token, minted.id_token);
/// # });
/// ```
#[derive(Clone)]
pub struct Replays(pub(crate) Arc<Realm>);

impl Replays {
    /// Authorization responses, oldest first. Opening `location` again replays one.
    pub fn responses(&self) -> Vec<SentResponse> {
        self.0.lock().handed_out.responses().cloned().collect()
    }

    /// The newest authorization response about a person.
    pub fn last_response(&self, person: &str) -> Option<SentResponse> {
        let about = |sent: &&SentResponse| sent.person.as_deref() == Some(person);
        self.0.lock().handed_out.responses().rev().find(about).cloned()
    }

    /// ID tokens, oldest first. The fault `idt-replay` serves the newest one again.
    pub fn id_tokens(&self) -> Vec<SentToken> {
        self.0.lock().handed_out.id_tokens().cloned().collect()
    }

    /// The newest ID token about a person.
    pub fn last_id_token(&self, person: &str) -> Option<SentToken> {
        self.0.lock().handed_out.id_tokens().rev().find(|sent| sent.person == person).cloned()
    }
}
