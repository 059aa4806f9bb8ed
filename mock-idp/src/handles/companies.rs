//! Companies: whose people there are.

use std::sync::Arc;

use fixtures::Company;

use crate::realm::Realm;
use crate::realm::people::CompanyError;

/// The companies of a provider.
///
/// ```
/// # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
/// use fixtures::{Company, Person};
/// let idp = mock_idp::MockIdp::start().await;
/// idp.companies().add(Company::new("acme"));
/// idp.people().add(Person::new("alice", "acme"));
/// let refused = idp.companies().remove("acme").unwrap_err().to_string();
/// assert!(refused.starts_with("alice is a member of the company \"acme\"; "), "{refused}");
/// # });
/// ```
#[derive(Clone)]
pub struct Companies(pub(crate) Arc<Realm>);

impl Companies {
    /// The company with this key.
    pub fn get(&self, key: &str) -> Option<Company> {
        self.0.lock().people.companies().iter().find(|company| company.key == key).cloned()
    }

    /// All of them, in the order in which they came.
    pub fn list(&self) -> Vec<Company> {
        self.0.lock().people.companies().to_vec()
    }

    /// Adds a company, or replaces the one with the same key.
    pub fn add(&self, company: Company) {
        self.0.lock().people.insert_company(company);
    }

    /// Removes a company that nobody is a member of. The deleted are members: they can be restored.
    pub fn remove(&self, key: &str) -> Result<(), CompanyError> {
        self.0.lock().remove_company(key)
    }
}
