//! Setting a provider up from a configuration file.

use std::path::Path;

use fixtures::{Client, Fixtures};

use crate::config::{Config, ConfigError, ConfigFormat, TlsShape};
use crate::handles::NotFound;
use crate::idp::secured::from_files;
use crate::idp::{MockIdp, MockIdpBuilder};
use crate::plan::{Moved, Plan};
use crate::realms::{KeyMaterial, Own};
use crate::tls::TlsSource;

impl MockIdpBuilder {
    /// A provider as this text describes it. What is set afterwards overrides what it says.
    ///
    /// ```
    /// # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
    /// use mock_idp::{ConfigFormat, MockIdpBuilder};
    /// let text = "companies: [{key: acme}]\npeople: [{key: alice, email: alice@acme.example}]\n";
    /// let idp = MockIdpBuilder::from_config(text, ConfigFormat::Yaml).unwrap().start().await.unwrap();
    /// assert_eq!(idp.people().get("alice").unwrap().company, "acme");
    ///
    /// let error = MockIdpBuilder::from_config("sead: 1\n", ConfigFormat::Yaml).map(|_| ()).unwrap_err();
    /// assert!(error.to_string().starts_with("configuration:1: unknown field \"sead\"; did you mean \"seed\"?"));
    /// # });
    /// ```
    pub fn from_config(text: &str, format: ConfigFormat) -> Result<Self, ConfigError> {
        let base = fixtures::embedded();
        let config = Config::parse(text, format, "configuration", &base)?;
        MockIdp::builder().configured(config, &base)
    }

    /// Takes what this file says, TOML or YAML by its name. What was set before and the file does not say stays; what is
    /// set afterwards overrides the file.
    pub fn config_file(self, path: impl AsRef<Path>) -> Result<Self, ConfigError> {
        let base = self.fixtures.clone().unwrap_or_else(fixtures::embedded);
        let config = Config::read(path.as_ref(), &base)?;
        self.configured(config, &base)
    }

    /// The addresses to listen on, as they stand now: the provider's, and that of control if it has one of its own.
    pub fn listens_on(&self) -> impl Iterator<Item = &str> {
        [Some(&*self.bind), self.control_bind.as_deref()].into_iter().flatten()
    }

    /// An address that no second provider can have beside this one, if there is one.
    pub(crate) fn pinned(&self) -> Option<&str> {
        let fixed = [self.issuer.as_deref(), self.back_channel.as_deref()].into_iter().flatten();
        self.listens_on().filter(|address| !address.ends_with(":0")).chain(fixed).next()
    }

    /// Whether a seed fixes what it makes.
    pub fn has_seed(&self) -> bool {
        self.seed.is_some()
    }

    /// Whether it serves by TLS.
    pub fn has_tls(&self) -> bool {
        self.tls.is_some()
    }

    /// Whether whoever controls the provider has to show a key that was given.
    pub fn has_control_key(&self) -> bool {
        self.control_key.is_some()
    }

    /// Another name for one of KaseyaOne's claims, as [`ClaimNames::rename`](crate::ClaimNames::rename) takes it; one that a
    /// configuration file gave is replaced.
    pub fn rename_claim(mut self, assignment: &str) -> Result<Self, String> {
        let name = assignment.split('=').next().unwrap_or_default();
        if self.renamed.iter().any(|renamed| renamed == name) {
            self.names.rename(assignment)?;
        } else {
            self.names.rename_again(assignment)?;
            self.renamed.push(name.to_owned());
        }
        Ok(self)
    }

    /// A client of the realm at the root, once there are some of its own.
    pub fn client(&self, id: &str) -> Option<&Client> {
        self.fixtures.as_ref()?.client(id)
    }

    /// Changes a client of the realm at the root.
    pub fn change_client(mut self, id: &str, change: impl FnOnce(&mut Client)) -> Result<Self, NotFound> {
        let fixtures = self.fixtures.get_or_insert_with(fixtures::embedded);
        let Some(place) = fixtures.clients.iter().position(|client| client.id == id) else {
            return Err(NotFound::among("client", id, fixtures.clients.iter().map(|client| &*client.id)));
        };
        change(&mut fixtures.clients[place]);
        Ok(self)
    }

    fn configured(mut self, mut config: Config, base: &Fixtures) -> Result<Self, ConfigError> {
        let mut realms = Vec::new();
        for (path, plan) in std::mem::take(&mut config.realms) {
            let outside = config.root.fixtures.as_ref().unwrap_or(base);
            realms.push((path, with_keys(plan, outside)?));
        }
        config.root = with_keys(config.root, base)?;
        self.bind = config.listen.unwrap_or(self.bind);
        // Each replaces the other, whichever was set before.
        self.derived_issuer = config.derived_issuer || self.derived_issuer && config.issuer.is_none();
        self.issuer = config.issuer.or(self.issuer);
        self.back_channel = config.back_channel.or(self.back_channel);
        self.trailing_slash |= config.trailing_slash;
        self.seed = config.seed.or(self.seed);
        self.switches = self.switches.and(config.switches);
        self.control_bind = config.control.listen.or(self.control_bind);
        self.control_key = config.control.key.or(self.control_key);
        self.tls = config.tls.map(tls_source).transpose()?.or(self.tls);
        self.names = config.names.unwrap_or(self.names);
        self.clock_setting = config.root.clock.or(self.clock_setting);
        self.headless_as = config.root.headless_as.take().or(self.headless_as);
        self.moved.layout = config.root.moved.layout.or(self.moved.layout);
        self.moved.paths.extend(std::mem::take(&mut config.root.moved.paths));
        config.root.moved = Moved::default();
        self.fixtures = config.root.fixtures.take().or(self.fixtures);
        self.root = config.root;
        self.realms = realms;
        Ok(self)
    }
}

fn tls_source(tls: TlsShape) -> Result<TlsSource, ConfigError> {
    let TlsShape { names, certificate, key } = tls;
    let (Some(certificate), Some(key)) = (certificate, key) else {
        return Ok(TlsSource::OwnAuthority(names));
    };
    from_files(&certificate, &key)
}

/// Reads the keys of a realm, if they are somewhere; `outside` has what it has not.
fn with_keys(mut plan: Plan, outside: &Fixtures) -> Result<Plan, ConfigError> {
    if let Some(folder) = &plan.keys {
        let keys = fixtures::load_keys(folder).map_err(|error| ConfigError {
            file: folder.join(error.file.strip_prefix("keys/").unwrap_or(&error.file)).display().to_string(),
            line: error.line,
            sentence: error.sentence,
            remedy: error.remedy,
        })?;
        plan.fixtures.get_or_insert_with(|| outside.clone()).keys = keys;
    }
    Ok(plan)
}

impl From<Plan> for Own {
    fn from(plan: Plan) -> Self {
        let keys = if plan.keys.is_some() { KeyMaterial::Given } else { KeyMaterial::Own };
        let Plan { seed, clock: clock_setting, headless_as, fixtures, moved, prepared, .. } = plan;
        Self { fixtures, moved, clock_setting, seed, keys, headless_as, prepared, ..Self::default() }
    }
}
