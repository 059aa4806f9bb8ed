//! What a scenario makes go wrong: at KaseyaOne, with its sessions and secrets, and in the database.

use anyhow::{Context as _, Result, bail};
use mock_idp::{ArmedFault, Mint, Target};
use url::Url;

use super::Stage;
use crate::{driver::reference, world::Who};

impl Stage {
    /// The browser of a person forgets KaseyaOne's cookies, as it does when the session there was ended.
    pub fn forget_the_provider(&mut self, who: &Who) {
        let Ok(issuer) = self.idp.issuer().parse() else { return };
        self.seat(who).1.forget(&issuer);
    }

    /// Where a person signs out at KaseyaOne itself.
    pub fn provider_sign_out(&self) -> Result<Url> {
        Ok(Url::parse(&self.idp.url("/connect/endsession"))?)
    }

    /// A fresh ID token about a person, minted without a login.
    pub fn id_token_about(&self, who: &Who) -> Result<String> {
        let mint = Mint::new(who.key(), self.sut.client_id());
        Ok(self.idp.mint(&mint).with_context(|| format!("no ID token about {who}"))?.id_token)
    }

    /// Changes the secret that KaseyaOne expects of the product, and says what it was.
    pub fn change_client_secret(&self, secret: &str) -> Result<Option<String>> {
        let mut former = None;
        let change = |client: &mut fixtures::Client| former = client.secret.replace(secret.to_owned());
        self.idp.clients().change(self.sut.client_id(), change)?;
        Ok(former)
    }

    /// Starts another provider with the same people and points the product to it.
    pub async fn point_to_another_provider(&mut self) -> Result<()> {
        let other = reference::start_provider(&self.clock).await?;
        self.sut.reference_mut()?.point_to(&other).await?;
        self.idp = other.clone();
        self.own_providers.push(other);
        self.tape = reference::tape(&self.idp);
        self.browsers.iter_mut().for_each(|browser| browser.tape_on(self.tape.clone()));
        Ok(())
    }

    /// From now on the provisioner cannot do this (`INSERT`, `UPDATE`) to this table.
    pub async fn break_storage(&mut self, on: &str, table: &'static str) -> Result<()> {
        self.sut.reference()?.database().fail_on(on, table).await?;
        self.broken_table = Some(table);
        Ok(())
    }

    /// The database works again.
    pub async fn mend_storage(&mut self) -> Result<()> {
        match self.broken_table.take() {
            Some(table) => self.sut.reference()?.database().work_again(table).await,
            None => Ok(()),
        }
    }

    /// Makes the provider wrong in one way.
    pub fn arm(&mut self, fault: &str, target: Target, times: u64) -> Result<()> {
        let armed = self.idp.faults().arm(fault, target, times);
        self.faults.push(armed?);
        Ok(())
    }

    /// The faults that this scenario armed.
    pub fn faults(&self) -> &[ArmedFault] {
        &self.faults
    }

    /// A fault that never struck proves nothing.
    pub fn check_that_every_fault_struck(&self) -> Result<()> {
        match self.faults.iter().find(|fault| fault.fired() == 0) {
            Some(fault) => bail!(
                "the fault {:?} was armed and never struck, so this scenario proves nothing",
                fault.fault()
            ),
            None => Ok(()),
        }
    }
}
