//! Claims that are legal and awkward.

use serde_json::{Value, json};

use super::seen::Way::Login;
use super::seen::{Row, Seen, fires};

one_test_each!(
    fires,
    Row,
    (claim_groups_string, Login, |s| s.both_say("groups", "technicians")),
    (claim_groups_empty, Login, |s| s.both_say("groups", json!([]))),
    (claim_groups_hundreds, Login, |s| {
        s.claim("groups").as_array().is_some_and(|groups| groups.len() == 400)
    }),
    (claim_groups_objects, Login, |s| s.claim("groups")[0]["name"] == "technicians"),
    (claim_email_verified_string, Login, |s| s.both_say("email_verified", "true")),
    (claim_email_verified_absent, Login, |s| s.both_say("email_verified", Value::Null)),
    (claim_aud_array, Login, |s| s.claim("aud") == json!(["kaseya-mdr"])),
    (claim_amr_string, Login, |s| s.is("amr", "pwd")),
    (claim_name_unicode, Login, |s| s.both_say("given_name", "Zoë") && s.text("name").contains("王小明")),
    (claim_name_rtl, Login, |s| s.text("name").contains('\u{202b}')),
    (claim_name_emoji, Login, |s| s.text("name").contains("\u{1f469}\u{200d}\u{1f4bb}")),
    (claim_name_hostile, Login, |s| {
        s.text("name").contains("DROP TABLE") && s.text("name").contains("<img")
    }),
    (claim_name_long, Login, |s| s.text("name").len() > 4_900),
    (claim_name_mononym, Login, |s| s.both_say("name", "Dana") && s.both_say("family_name", "")),
    (claim_name_userinfo_only, Login, |s| s.has_no("name") && s.userinfo_says("name") == "Dana Reyes"),
    (claim_all_userinfo_only, Login, |s| {
        ["name", "email", "company_id", "role"]
            .iter()
            .all(|name| s.has_no(name) && !s.userinfo_says(name).is_null())
            && s.is("nonce", "nonce-1")
    }),
    (claim_email_upper, Login, |s| s.both_say("email", "Dana@Northwind.example")),
    (claim_email_plus, Login, |s| s.both_say("email", "dana+kaseyaone@northwind.example")),
    (claim_email_quoted, Login, |s| s.both_say("email", "\"dana o'hara\"@northwind.example")),
    (claim_email_idn, Login, |s| s.both_say("email", "dana@m\u{fc}nchen.example")),
    (claim_email_punycode, Login, |s| s.both_say("email", "dana@xn--mnchen-3ya.example")),
    (claim_email_lookalike, Login, |s| s.both_say("email", "d\u{430}na@northwind.example")),
    (claim_email_long, Login, |s| s.text("email").split('@').map(str::len).eq([64, 71])),
    (claim_emails_array, Login, |s| s.claim("emails")[0] == s.claim("email")),
    (claim_null, Login, |s| s.present("middle_name") == Some(Value::Null)),
    (claim_empty, Login, |s| s.both_say("nickname", "")),
    (claim_address, Login, |s| {
        s.claim("address")["formatted"].as_str().is_some_and(|it| it.contains("\r\n"))
    }),
    (claim_phone, Login, |s| s.text("phone_number").contains(";ext=7")),
    (claim_updated_at_string, Login, |s| s.claim("updated_at").is_string()),
    (claim_updated_at_float, Login, |s| s.claim("updated_at").is_f64()),
    (claim_locale, Login, |s| s.both_say("locale", "pt_pt") && s.both_say("zoneinfo", "GMT+1")),
    (claim_many, Login, |s| s.id_token().len() > 8_192),
    (claim_sub_digits, Login, |s| s.both_say("sub", "10769150350006150715113082367")),
    (claim_sub_pipes, Login, |s| s.text("sub").contains('|')),
    (claim_username_number, Login, |s| s.both_say("preferred_username", 4711)),
    (claim_role_array, Login, |s| s.both_say("role", json!(["User", "Billing"]))),
    (claim_modules_string, Login, |s| s.both_say("modules", "mdr")),
);

impl Seen {
    fn text(&self, name: &str) -> String {
        self.claim(name).as_str().unwrap_or_default().to_owned()
    }

    /// A claim of the ID token, null included.
    fn present(&self, name: &str) -> Option<Value> {
        crate::support::decode(&self.id_token()).1.get(name).cloned()
    }
}
