//! A small Security Operations Center over fixed alerts, to show that provisioning does not touch it (S-18).
//!
//! It cannot see users: nothing in this file names an account, a setting or a sign-in.

use serde::Serialize;

/// What a sensor reports.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Alert {
    /// Number of the alert.
    pub number: u32,
    /// The machine it is about.
    pub host: &'static str,
    /// What was seen.
    pub signal: &'static str,
    /// How sure the sensor is, from 0 to 100.
    pub confidence: u8,
    /// What is at stake, from 0 to 100.
    pub impact: u8,
}

/// How an alert is judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Not worth an analyst's time.
    Informational,
    /// To be looked at.
    Suspicious,
    /// To be acted on.
    Critical,
}

/// What an investigation found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Investigation {
    /// The alert that opened it.
    pub alert: u32,
    /// Other alerts on the same host.
    pub related: Vec<u32>,
    /// The judgement after the related alerts were weighed.
    pub severity: Severity,
}

/// What the center does about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Response {
    /// Nothing.
    Close,
    /// A ticket for an analyst.
    OpenTicket,
    /// The host is cut off from the network.
    IsolateHost,
}

/// One alert from evaluation through investigation to response.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Case {
    /// The alert.
    pub alert: Alert,
    /// Its first judgement.
    pub evaluation: Severity,
    /// What the investigation found.
    pub investigation: Investigation,
    /// What was done.
    pub response: Response,
}

/// The fixed alerts.
pub const ALERTS: &[Alert] = &[
    Alert { number: 1, host: "ws-014", signal: "macro started a shell", confidence: 80, impact: 40 },
    Alert { number: 2, host: "ws-014", signal: "credential store read", confidence: 70, impact: 90 },
    Alert { number: 3, host: "srv-files", signal: "many files renamed", confidence: 95, impact: 95 },
    Alert { number: 4, host: "ws-102", signal: "unusual sign-in hour", confidence: 30, impact: 20 },
    Alert { number: 5, host: "fw-edge", signal: "port scan from outside", confidence: 90, impact: 10 },
];

/// Judges one alert alone.
pub fn evaluate(alert: &Alert) -> Severity {
    match u32::from(alert.confidence) * u32::from(alert.impact) {
        0..1_000 => Severity::Informational,
        1_000..6_000 => Severity::Suspicious,
        _ => Severity::Critical,
    }
}

/// Looks at everything else on the same host.
pub fn investigate(alert: &Alert, all: &[Alert]) -> Investigation {
    let on_host = |other: &&Alert| other.host == alert.host && other.number != alert.number;
    let worst = all.iter().filter(on_host).map(evaluate).max();
    Investigation {
        alert: alert.number,
        related: all.iter().filter(on_host).map(|other| other.number).collect(),
        severity: worst.map_or(evaluate(alert), |worst| worst.max(evaluate(alert))),
    }
}

/// Chooses what to do.
pub fn respond(investigation: &Investigation) -> Response {
    match investigation.severity {
        Severity::Informational => Response::Close,
        Severity::Suspicious => Response::OpenTicket,
        Severity::Critical => Response::IsolateHost,
    }
}

/// Runs every alert through the three stages.
pub fn report(alerts: &[Alert]) -> Vec<Case> {
    alerts
        .iter()
        .map(|alert| {
            let investigation = investigate(alert, alerts);
            let response = respond(&investigation);
            Case { alert: *alert, evaluation: evaluate(alert), investigation, response }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_alert_runs_from_evaluation_to_response() {
        let report = report(ALERTS);
        let ends: Vec<_> =
            report.iter().map(|case| (case.alert.number, case.evaluation, case.response)).collect();
        let expected = [
            (1, Severity::Suspicious, Response::IsolateHost),
            (2, Severity::Critical, Response::IsolateHost),
            (3, Severity::Critical, Response::IsolateHost),
            (4, Severity::Informational, Response::Close),
            (5, Severity::Informational, Response::Close),
        ];
        assert_eq!(ends, expected);
        assert_eq!(report[0].investigation.related, [2]);
    }

    #[test]
    fn its_code_names_no_users() {
        let source = include_str!("soc.rs");
        let code = source.split("#[cfg(test)]").next().unwrap();
        assert!(!code.contains("super::") && !code.contains("crate::"));
    }
}
