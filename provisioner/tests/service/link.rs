//! The link of a KaseyaOne user to an MSP Admin: by an answer in the same browser, and by nothing else.

use jiff::SignedDuration;
use provisioner::domain::audit::Action;
use provisioner::domain::record::CauseCode;
use provisioner::usecase::{
    LinkAnswer, LinkError, LinkProposal, SignOutFrom, answer_link, find_link, sign_out,
};

use crate::database::Database;
use crate::stage::{Browser, MONAS_PASSWORD, Stage};

const MONA: &str = "mona@northwind.example";

async fn ask(stage: &Stage, browser: &Browser) -> Result<LinkProposal, LinkError> {
    find_link(stage.server.app(), browser.session.as_ref(), browser.token.as_ref()).await
}

async fn answer(stage: &Stage, browser: &Browser, answer: LinkAnswer) -> Result<(), LinkError> {
    answer_link(stage.server.app(), browser.session.as_ref(), browser.token.as_ref(), answer).await
}

/// A browser in which somebody came from KaseyaOne as Mona, and nothing else yet.
async fn asking(stage: &Stage) -> Browser {
    let mut browser = Browser::default();
    let refusal = stage.sign_in(&mut browser, "mona").await.expect_err("not confirmed yet");
    assert_eq!(refusal.code, CauseCode::AdminLinkUnconfirmed);
    browser
}

async fn identities(stage: &Stage) -> usize {
    stage.server.census().await.expect("the store answers").identities.len()
}

async fn actions(stage: &Stage) -> Vec<Action> {
    let census = stage.server.census().await.expect("the store answers");
    census.audit.iter().map(|entry| entry.action).collect()
}

#[tokio::test]
async fn an_msp_admin_links_the_kaseyaone_user_by_answering_after_a_local_sign_in() {
    for database in Database::every().await {
        let stage = Stage::in_effect(&database).await;
        let mut browser = asking(&stage).await;
        let signed = stage.sign_in_locally(&mut browser, MONA, MONAS_PASSWORD).await.unwrap();
        assert!(signed.link_waits);
        let proposal = ask(&stage, &browser).await.expect("the question waits");
        assert_eq!(
            (proposal.name.as_deref(), proposal.username.as_deref()),
            (Some("Mona Okafor"), Some("mona"))
        );
        assert_eq!((proposal.email.as_str(), proposal.company.name.as_str()), (MONA, "Northwind MSP"));
        assert_eq!(identities(&stage).await, 0, "signing in and looking link nothing");
        answer(&stage, &browser, LinkAnswer::Link).await.expect("Mona answers");
        assert_eq!(actions(&stage).await.last(), Some(&Action::IdentityLinked));
        let again = answer(&stage, &browser, LinkAnswer::Link).await;
        assert!(matches!(again, Err(LinkError::NothingToConfirm)), "an answer is taken once");
        browser.session = None;
        let by_kaseyaone = stage.sign_in(&mut browser, "mona").await.expect("linked now");
        assert!(by_kaseyaone.account.msp_admin && by_kaseyaone.account.id == signed.account.id);
    }
}

#[tokio::test]
async fn a_local_sign_in_alone_links_nothing_however_often() {
    for database in Database::every().await {
        let stage = Stage::in_effect(&database).await;
        let mut browser = asking(&stage).await;
        for _ in 0..2 {
            stage.sign_in_locally(&mut browser, MONA, MONAS_PASSWORD).await.unwrap();
        }
        assert_eq!(identities(&stage).await, 0);
        assert!(!actions(&stage).await.contains(&Action::IdentityLinked));
    }
}

#[tokio::test]
async fn declining_is_recorded_and_ends_the_question() {
    for database in Database::every().await {
        let stage = Stage::in_effect(&database).await;
        let mut browser = asking(&stage).await;
        stage.sign_in_locally(&mut browser, MONA, MONAS_PASSWORD).await.unwrap();
        let proposal = ask(&stage, &browser).await.unwrap();
        answer(&stage, &browser, LinkAnswer::Decline).await.expect("Mona declines");
        let audit = stage.server.census().await.unwrap().audit;
        let last = audit.last().unwrap();
        assert_eq!((last.action, last.reference.as_ref()), (Action::LinkDeclined, Some(&proposal.reference)));
        assert!(matches!(ask(&stage, &browser).await, Err(LinkError::NothingToConfirm)));
        let late = answer(&stage, &browser, LinkAnswer::Link).await;
        assert!(matches!(late, Err(LinkError::NothingToConfirm)));
        assert_eq!(identities(&stage).await, 0);
    }
}

#[tokio::test]
async fn nobody_else_and_no_other_browser_or_session_answers() {
    for database in Database::every().await {
        let stage = Stage::in_effect(&database).await;
        // Mona was signed in before: that somebody at her browser is Mona was not proved since.
        let mut before = Browser::default();
        stage.begin(&mut before, None).await.unwrap();
        stage.sign_in_locally(&mut before, MONA, MONAS_PASSWORD).await.unwrap();
        let session = before.session.take();
        stage.clock.advance(SignedDuration::from_secs(1));
        stage.sign_in(&mut before, "mona").await.expect_err("not confirmed yet");
        let mut elsewhere = Browser::default();
        let other = stage.sign_in_locally(&mut elsewhere, MONA, MONAS_PASSWORD).await.unwrap();
        assert!(!other.link_waits);
        let signed_out = before.clone();
        before.session = session;
        for (browser, who) in [(&before, "an earlier session"), (&elsewhere, "another browser")] {
            let answered = answer(&stage, browser, LinkAnswer::Link).await;
            assert!(matches!(answered, Err(LinkError::NothingToConfirm)), "{who}");
        }
        let answered = answer(&stage, &signed_out, LinkAnswer::Link).await;
        assert!(matches!(answered, Err(LinkError::NotSignedIn)));
        assert_eq!(identities(&stage).await, 0);
    }
}

#[tokio::test]
async fn the_question_ends_with_its_time_and_with_signing_out() {
    for database in Database::every().await {
        let stage = Stage::in_effect(&database).await;
        let mut late = asking(&stage).await;
        stage.sign_in_locally(&mut late, MONA, MONAS_PASSWORD).await.unwrap();
        let mut leaving = asking(&stage).await;
        stage.sign_in_locally(&mut leaving, MONA, MONAS_PASSWORD).await.unwrap();
        let (session, token) = (leaving.session.take(), leaving.token.as_ref());
        sign_out(stage.server.app(), session.as_ref(), token, SignOutFrom::Here).await.unwrap();
        let back = stage.sign_in_locally(&mut leaving, MONA, MONAS_PASSWORD).await.unwrap();
        assert!(!back.link_waits, "signing out ended the question");
        assert!(ask(&stage, &late).await.is_ok());
        stage.clock.advance(SignedDuration::from_mins(10));
        let answered = answer(&stage, &late, LinkAnswer::Link).await;
        assert!(matches!(answered, Err(LinkError::NothingToConfirm)), "ten minutes are over");
        assert_eq!(identities(&stage).await, 0);
    }
}
