//! Sign-ins that wait for a person, in the browser that began them.

use jiff::SignedDuration;

use crate::clock::later;
use crate::fault::SignIn;
use crate::fault::session::Answered;
use crate::generator::SECRET_LENGTH;
use crate::protocol::authorize::AuthorizeRequest;
use crate::realm::State;
use crate::realm::grants::Session;
use crate::realm::kept::Weighed;

/// How long a login page waits for a person.
pub(crate) const INTERACTION_LIFE: SignedDuration = SignedDuration::from_hours(1);

/// A sign-in that waits for the person.
#[derive(Debug, Clone)]
pub(crate) struct Interaction {
    pub(crate) request: AuthorizeRequest,
    pub(crate) sign_in: SignIn,
    /// What was typed as user name and company.
    pub(crate) typed: Option<(String, String)>,
    /// The password was right: this person may type the code.
    pub(crate) proven: Option<String>,
    /// Authentication was demanded, not only needed.
    pub(crate) forced: bool,
    /// The subject that has to answer and no other (OIDC Core 3.1.2.1, `id_token_hint`; 5.5.1, `sub`).
    pub(crate) subject: Option<String>,
    /// What the browser that began it shows.
    pub(crate) begun: Option<String>,
    /// Who is there, and how that came: only the consent is missing.
    pub(crate) agreed: Option<(Session, Answered)>,
}

impl Interaction {
    /// Of a request that nobody has answered in any way.
    pub(crate) fn of(request: AuthorizeRequest, sign_in: SignIn) -> Self {
        Self {
            request,
            sign_in,
            typed: None,
            proven: None,
            forced: false,
            subject: None,
            begun: None,
            agreed: None,
        }
    }
}

impl Weighed for Interaction {
    fn weight(&self) -> usize {
        let typed = self.typed.as_ref().map_or(0, |(person, company)| person.len() + company.len());
        self.request.size() + self.sign_in.size() + typed
    }
}

impl State {
    pub(crate) fn remember_interaction(&mut self, name: String, interaction: Interaction) {
        let now = self.now();
        self.interactions.insert(name, interaction, later(now, INTERACTION_LIFE), now);
    }

    /// A sign-in goes on in the browser that began it, or whoever sends somebody its address gets what they sign in to. Says
    /// what the browser is to show from now on: what it shows already, if there is something.
    pub(crate) fn begun_in(&mut self, name: &str, shown: Option<&str>) -> String {
        let is_ours = |shown: &&str| shown.len() == SECRET_LENGTH && shown.is_ascii();
        let begun = shown.filter(is_ours).map_or_else(|| self.generator.secret(), str::to_owned);
        if let Some(interaction) = self.interactions.get_mut(name) {
            interaction.begun = Some(begun.clone());
        }
        begun
    }

    pub(crate) fn interaction(&self, name: &str) -> Option<&Interaction> {
        self.interactions.get(name)
    }
}
