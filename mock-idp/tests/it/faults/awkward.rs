//! Claims that are legal and awkward.

use serde_json::{Value, json};

use super::seen::Way::Login;
use super::seen::{Row, Seen, all_fire};

pub(crate) const ROWS: &[Row] = &[
    ("claim-groups-string", Login, |s| s.both_say("groups", "technicians")),
    ("claim-groups-empty", Login, |s| s.both_say("groups", json!([]))),
    ("claim-groups-hundreds", Login, |s| {
        s.claim("groups").as_array().is_some_and(|groups| groups.len() == 400)
    }),
    ("claim-groups-objects", Login, |s| s.claim("groups")[0]["name"] == "technicians"),
    ("claim-email-verified-string", Login, |s| s.both_say("email_verified", "true")),
    ("claim-email-verified-absent", Login, |s| s.both_say("email_verified", Value::Null)),
    ("claim-aud-array", Login, |s| s.claim("aud") == json!(["kaseya-mdr"])),
    ("claim-amr-string", Login, |s| s.is("amr", "pwd")),
    ("claim-name-unicode", Login, |s| s.both_say("given_name", "Zoë") && s.text("name").contains("王小明")),
    ("claim-name-rtl", Login, |s| s.text("name").contains('\u{202b}')),
    ("claim-name-emoji", Login, |s| s.text("name").contains("\u{1f469}\u{200d}\u{1f4bb}")),
    ("claim-name-hostile", Login, |s| {
        s.text("name").contains("DROP TABLE") && s.text("name").contains("<img")
    }),
    ("claim-name-long", Login, |s| s.text("name").len() > 4_900),
    ("claim-name-mononym", Login, |s| s.both_say("name", "Dana") && s.both_say("family_name", "")),
    ("claim-name-userinfo-only", Login, |s| s.has_no("name") && s.userinfo_says("name") == "Dana Reyes"),
    ("claim-all-userinfo-only", Login, |s| {
        ["name", "email", "company_id", "role"]
            .iter()
            .all(|name| s.has_no(name) && !s.userinfo_says(name).is_null())
            && s.is("nonce", "nonce-1")
    }),
    ("claim-email-upper", Login, |s| s.both_say("email", "Dana@Northwind.example")),
    ("claim-email-plus", Login, |s| s.both_say("email", "dana+kaseyaone@northwind.example")),
    ("claim-email-quoted", Login, |s| s.both_say("email", "\"dana o'hara\"@northwind.example")),
    ("claim-email-idn", Login, |s| s.both_say("email", "dana@m\u{fc}nchen.example")),
    ("claim-email-punycode", Login, |s| s.both_say("email", "dana@xn--mnchen-3ya.example")),
    ("claim-email-lookalike", Login, |s| s.both_say("email", "d\u{430}na@northwind.example")),
    ("claim-email-long", Login, |s| s.text("email").split('@').map(str::len).eq([64, 71])),
    ("claim-emails-array", Login, |s| s.claim("emails")[0] == s.claim("email")),
    ("claim-null", Login, |s| s.present("middle_name") == Some(Value::Null)),
    ("claim-empty", Login, |s| s.both_say("nickname", "")),
    ("claim-address", Login, |s| {
        s.claim("address")["formatted"].as_str().is_some_and(|it| it.contains("\r\n"))
    }),
    ("claim-phone", Login, |s| s.text("phone_number").contains(";ext=7")),
    ("claim-updated-at-string", Login, |s| s.claim("updated_at").is_string()),
    ("claim-updated-at-float", Login, |s| s.claim("updated_at").is_f64()),
    ("claim-locale", Login, |s| s.both_say("locale", "pt_pt") && s.both_say("zoneinfo", "GMT+1")),
    ("claim-many", Login, |s| s.id_token().len() > 8_192),
    ("claim-sub-digits", Login, |s| s.both_say("sub", "10769150350006150715113082367")),
    ("claim-sub-pipes", Login, |s| s.text("sub").contains('|')),
    ("claim-username-number", Login, |s| s.both_say("preferred_username", 4711)),
    ("claim-role-array", Login, |s| s.both_say("role", json!(["User", "Billing"]))),
    ("claim-modules-string", Login, |s| s.both_say("modules", "mdr")),
];

impl Seen {
    fn text(&self, name: &str) -> String {
        self.claim(name).as_str().unwrap_or_default().to_owned()
    }

    /// A claim of the ID token, null included.
    fn present(&self, name: &str) -> Option<Value> {
        crate::support::decode(&self.id_token()).1.get(name).cloned()
    }
}

#[tokio::test]
async fn they_fire_and_do_what_they_say() {
    all_fire(ROWS).await;
}
