//! The realms of a process, by path. It makes, finds and removes them; what is in one is the realm's own business.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock, PoisonError, RwLock};
use std::time::Duration;

use fixtures::{Fixtures, most_alike};
use sha2::{Digest as _, Sha256};

use crate::clock::{AdjustedClock, Clock};
use crate::generator::Generator;
use crate::journal::Journals;
use crate::keys;
use crate::plan::{ClockSetting, Moved, Prepared};
use crate::protocol::base::Addressing;
use crate::protocol::claims::ClaimNames;
use crate::protocol::endpoints::Endpoints;
use crate::realm::error::{RealmError, is_path};
use crate::realm::{Realm, Setup};
use crate::switches::Switches;

/// Every realm of a process, and what a new one is made of.
pub(crate) struct Realms {
    pub(crate) addressing: Addressing,
    template: Template,
    /// The certificate of the authority behind the provider's own, PEM.
    authority: OnceLock<String>,
    by_path: RwLock<BTreeMap<String, Arc<Realm>>>,
    /// What the journals of the realms take together.
    journals: Journals,
}

/// What a new realm is made of, unless it is told otherwise.
#[derive(Clone)]
pub(crate) struct Template {
    pub(crate) fixtures: Fixtures,
    pub(crate) names: ClaimNames,
    pub(crate) endpoints: Arc<Endpoints>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) seed: Option<u64>,
    pub(crate) slow: Duration,
    pub(crate) switches: Switches,
    /// Who signs in without a page where nobody is hinted at.
    pub(crate) headless_as: Option<String>,
    /// What whoever controls the provider has to show.
    pub(crate) control_key: Option<String>,
    /// How clocks start, when it is not with the time of the one below.
    pub(crate) clock_setting: Option<ClockSetting>,
    /// Answers do not wait until clients were told of a logout.
    pub(crate) farewells_later: bool,
    /// Whether it serves by TLS.
    pub(crate) by_tls: bool,
}

/// What a realm has of its own.
#[derive(Default)]
pub(crate) struct Own {
    pub(crate) fixtures: Option<Fixtures>,
    pub(crate) names: Option<ClaimNames>,
    /// Where its endpoints are.
    pub(crate) moved: Moved,
    pub(crate) clock: Option<Arc<dyn Clock>>,
    /// How its clock starts, when it is not as all do.
    pub(crate) clock_setting: Option<ClockSetting>,
    pub(crate) seed: Option<u64>,
    pub(crate) keys: KeyMaterial,
    /// Who signs in without a page where nobody is hinted at.
    pub(crate) headless_as: Option<String>,
    /// What is armed from the start.
    pub(crate) prepared: Prepared,
}

/// Which keys a realm signs with.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum KeyMaterial {
    /// Such that no other realm has, under the names of those of its fixtures.
    #[default]
    Own,
    /// Those of its fixtures.
    Given,
}

impl Realms {
    /// The realm at the root and no other yet.
    pub(crate) fn new(addressing: Addressing, template: Template, root: Own) -> Result<Self, RealmError> {
        let realms = Self {
            addressing,
            template,
            authority: OnceLock::new(),
            by_path: RwLock::default(),
            journals: Journals::default(),
        };
        realms.insert("", Own { keys: KeyMaterial::Given, ..root })?;
        Ok(realms)
    }

    /// Makes a realm.
    pub(crate) fn create(&self, path: &str, own: Own) -> Result<Arc<Realm>, RealmError> {
        if !is_path(path) {
            return Err(RealmError::Path(path.to_owned()));
        }
        if self.get(path).is_some() {
            return Err(RealmError::Taken(path.to_owned()));
        }
        self.insert(path, own)
    }

    fn insert(&self, path: &str, own: Own) -> Result<Arc<Realm>, RealmError> {
        // The path is in it: two realms share no cookie and no token, whatever they were seeded with.
        let seed = own.seed.or(self.template.seed).map(|seed| seed_of(seed, path));
        let generator = match seed {
            Some(seed) => Generator::seeded(seed),
            None => Generator::from_os().ok_or(RealmError::Randomness)?,
        };
        let template = &self.template;
        let mut fixtures = own.fixtures.unwrap_or_else(|| template.fixtures.clone());
        if own.keys == KeyMaterial::Own {
            fixtures.keys = keys::own::material(&fixtures.keys, &mut generator.apart("keys"));
        }
        let clock = own.clock.unwrap_or_else(|| Arc::clone(&template.clock));
        let endpoints = own.moved.from(&template.endpoints)?;
        let headless_as = own.headless_as.or_else(|| template.headless_as.clone());
        let headless = template.switches.headless || headless_as.is_some();
        let realm = Arc::new(Realm::new(Setup {
            path: path.to_owned(),
            base: self.addressing.base(path, None, &endpoints),
            fixtures,
            names: own.names.unwrap_or_else(|| template.names.clone()),
            clock: started(clock, own.clock_setting.or(template.clock_setting)),
            generator,
            seed,
            slow: template.slow,
            switches: Switches { headless, ..template.switches },
            headless_as,
            prepared: own.prepared,
            by_tls: template.by_tls && path.is_empty(),
            journals: self.journals.clone(),
        })?);
        let mut realms = self.by_path.write().unwrap_or_else(PoisonError::into_inner);
        // Somebody may have been quicker since it was looked for.
        if realms.contains_key(path) {
            return Err(RealmError::Taken(path.to_owned()));
        }
        let others = realms.iter().map(|(path, realm)| (path.as_str(), realm));
        if let Some(hides) = others
            .flat_map(|other| [hides(other, (path, &realm)), hides((path, &realm), other)])
            .flatten()
            .next()
        {
            return Err(hides);
        }
        realms.insert(path.to_owned(), Arc::clone(&realm));
        Ok(realm)
    }

    /// Says which authority stands behind the provider's certificate.
    pub(crate) fn set_authority(&self, pem: Option<String>) {
        // Once: a provider starts once.
        let _ = pem.map(|pem| self.authority.set(pem));
    }

    /// The certificate of the authority behind the provider's own, PEM.
    pub(crate) fn authority(&self) -> Option<&str> {
        self.authority.get().map(String::as_str)
    }

    /// Whether answers do not wait until clients were told of a logout.
    pub(crate) fn farewells_later(&self) -> bool {
        self.template.farewells_later
    }

    /// What is on and off in every realm.
    pub(crate) fn switches(&self) -> Switches {
        self.template.switches
    }

    /// What whoever controls the provider has to show.
    pub(crate) fn control_key(&self) -> Option<&str> {
        self.template.control_key.as_deref()
    }

    /// What a new realm is made of.
    pub(crate) fn fixtures(&self) -> Fixtures {
        self.template.fixtures.clone()
    }

    /// The realm at this path; the empty path is the root.
    pub(crate) fn get(&self, path: &str) -> Option<Arc<Realm>> {
        self.by_path.read().unwrap_or_else(PoisonError::into_inner).get(path).cloned()
    }

    /// The paths, in order; the root's is empty.
    pub(crate) fn paths(&self) -> Vec<String> {
        self.by_path.read().unwrap_or_else(PoisonError::into_inner).keys().cloned().collect()
    }

    /// Removes a realm; false when there is none. The root stays.
    pub(crate) fn remove(&self, path: &str) -> bool {
        !path.is_empty()
            && self.by_path.write().unwrap_or_else(PoisonError::into_inner).remove(path).is_some()
    }

    /// The realm a request path belongs to, the longest one, and the rest of the path.
    pub(crate) fn find<'a>(&self, path: &'a str) -> Option<(Arc<Realm>, &'a str)> {
        let realms = self.by_path.read().unwrap_or_else(PoisonError::into_inner);
        if realms.len() > 1 {
            let inside = path.strip_prefix('/').unwrap_or(path);
            let mut ends: Vec<_> = inside.match_indices('/').map(|(at, _)| at).collect();
            ends.push(inside.len());
            for end in ends.into_iter().rev() {
                if let Some(realm) = realms.get(&inside[..end]).filter(|_| end > 0) {
                    let rest = &inside[end..];
                    return Some((Arc::clone(realm), if rest.is_empty() { "/" } else { rest }));
                }
            }
        }
        realms.get("").map(|root| (Arc::clone(root), path))
    }

    /// Realms whose path is like this one, the nearest first.
    pub(crate) fn near(&self, path: &str) -> Vec<String> {
        let paths: Vec<_> = self.paths().into_iter().filter(|known| !known.is_empty()).collect();
        let first = most_alike(path, paths.iter().map(String::as_str)).unwrap_or_default().to_owned();
        let mut near: Vec<_> = paths.into_iter().filter(|known| *known != first).take(4).collect();
        if !first.is_empty() {
            near.insert(0, first);
        }
        near
    }
}

/// Whether a realm takes from one above it what is served below its path: the longest path wins.
fn hides(above: (&str, &Arc<Realm>), below: (&str, &Arc<Realm>)) -> Option<RealmError> {
    let (other, realm) = above;
    let hidden = realm.base.endpoints.hidden_between(other, below.0)?.to_owned();
    Some(RealmError::Hides { path: below.0.to_owned(), hidden, other: other.to_owned() })
}

/// A clock that starts as it is told.
fn started(base: Arc<dyn Clock>, setting: Option<ClockSetting>) -> AdjustedClock {
    let mut clock = AdjustedClock::new(base);
    if let Some(ClockSetting { frozen, at }) = setting {
        if frozen {
            clock.freeze();
        }
        if let Some(at) = at {
            clock.set(at);
        }
    }
    clock
}

/// Realms of one seed differ, and each is the same in every run, whatever else there is.
fn seed_of(seed: u64, path: &str) -> u64 {
    if path.is_empty() {
        return seed;
    }
    let digest = Sha256::digest(format!("{seed} {path}"));
    digest.iter().take(8).fold(0, |number, byte| number << 8 | u64::from(*byte))
}
