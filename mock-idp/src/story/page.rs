//! A story as one HTML file that needs nothing else, and as text.

use std::sync::OnceLock;

use askama::Template;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha256};

use super::Story;

const STYLE: &str = include_str!("../../templates/story.css");

#[derive(Template)]
#[template(path = "story.html")]
struct Page<'a> {
    story: &'a Story,
    issuer: &'a str,
    style: &'static str,
}

impl Story {
    /// One file: its style is inside, it has no script and asks for nothing.
    pub(crate) fn html(&self, issuer: &str) -> String {
        // The template is compiled in and writes to a string: rendering has nothing to fail on.
        Page { story: self, issuer, style: STYLE }.render().unwrap_or_default()
    }

    /// For a terminal or a log. Control characters are escaped: what a stranger sent must not steer either.
    pub(crate) fn text(&self) -> String {
        let line = &self.line;
        let of = |name: &Option<String>| name.clone().unwrap_or_else(|| "nobody known".to_owned());
        let mut lines = vec![
            format!("sign-in {}", line.id),
            format!("  {} at {}, began {}", of(&line.person), of(&line.client), self.began()),
            format!("  {}", line.sentence),
        ];
        for step in &self.steps {
            lines.push(String::new());
            lines.push(format!("#{} {} {} [{}] {}", step.seq, step.at, step.after, step.who, step.title));
            lines.push(format!("    {}", step.asked));
            lines.extend(step.sent.iter().map(|(name, value)| format!("      {name} = {value}")));
            lines.push(format!("    -> {}", step.answer));
            lines.extend(step.answered.iter().map(|(name, value)| format!("      {name} = {value}")));
            for (what, document) in &step.documents {
                lines.push(format!("    {what}"));
                lines.extend(document.lines().map(|line| format!("      {line}")));
            }
            lines.extend(step.refusal.iter().map(|(check, why)| format!("    REFUSED by {check}: {why}")));
            let struck = step.faults.iter();
            lines.extend(struck.map(|it| format!("    FAULT {}: {}. {}", it.id, it.sentence, it.right)));
        }
        lines.extend([String::new(), self.next.clone(), String::new()]);
        lines.iter().map(|line| plain(line)).collect::<Vec<_>>().join("\n")
    }
}

fn plain(line: &str) -> String {
    let escaped = |letter: char| match letter {
        _ if letter.is_control() => letter.escape_default().collect(),
        _ => letter.to_string(),
    };
    line.chars().map(escaped).collect()
}

/// Only the style of the story is let through.
pub(crate) fn policy() -> &'static str {
    static POLICY: OnceLock<String> = OnceLock::new();
    POLICY.get_or_init(|| {
        let hash = STANDARD.encode(Sha256::digest(STYLE));
        format!("default-src 'none'; style-src 'sha256-{hash}'; frame-ancestors 'none'; base-uri 'none'")
    })
}
