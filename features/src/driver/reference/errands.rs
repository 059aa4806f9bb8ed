//! What of the reference system is behind access, by the words of an administrator; `features/tests/specs.rs` holds
//! this list against everything the service serves.

use anyhow::Result;
use reqwest::Method;
use url::Url;

use super::Reference;
use crate::driver::{
    browser::Browser,
    errand::{
        Errand, Reply, Targets,
        Way::{self, Call, Open, Send},
    },
    page::{Field, Form, Page},
};

/// Every errand.
pub const ERRANDS: &[Errand] = &[
    Errand { name: "opening the home page", ways: &[Open("/home")] },
    Errand {
        name: "seeing the organizations",
        ways: &[Open("/organizations"), Call("GET", "/api/v1/organizations", None)],
    },
    Errand {
        name: "seeing one organization",
        ways: &[
            Open("/organizations/{organization}"),
            Call("GET", "/api/v1/organizations/{organization}", None),
        ],
    },
    Errand {
        name: "adding an organization",
        ways: &[
            Send("/organizations", &[("name", "Globex")]),
            Call("POST", "/api/v1/organizations", Some(r#"{"name": "Initech"}"#)),
        ],
    },
    Errand { name: "seeing the access groups", ways: &[Call("GET", "/api/v1/groups", None)] },
    Errand {
        name: "adding an access group",
        ways: &[
            Send("/settings/user-privileges/groups", &[("name", "Day shift")]),
            Call("POST", "/api/v1/groups", Some(r#"{"name": "Week-ends"}"#)),
        ],
    },
    Errand { name: "seeing what the SOC did", ways: &[Call("GET", "/api/v1/soc/report", None)] },
    Errand { name: "seeing the users", ways: &[Open("/settings/users"), Call("GET", "/api/v1/users", None)] },
    Errand { name: "seeing one user", ways: &[Call("GET", "/api/v1/users/{user}", None)] },
    Errand {
        name: "adding a user",
        ways: &[
            Send("/settings/users", &[("name", "Ann"), ("email", "ann@northwind.example")]),
            Call("POST", "/api/v1/users", Some(r#"{"name": "Bob", "email": "bob@northwind.example"}"#)),
        ],
    },
    Errand {
        name: "reviewing a user",
        ways: &[
            Send("/settings/users/{user}/review", &[]),
            Call("POST", "/api/v1/users/{user}/review", None),
        ],
    },
    Errand {
        name: "deactivating a user",
        ways: &[
            Send("/settings/users/{user}/deactivate", &[]),
            Call("POST", "/api/v1/users/{user}/deactivate", None),
        ],
    },
    Errand {
        name: "activating a user",
        ways: &[
            Send("/settings/users/{user}/activate", &[]),
            Call("POST", "/api/v1/users/{user}/activate", None),
        ],
    },
    Errand {
        name: "removing a user",
        ways: &[
            Send("/settings/users/{user}/remove", &[]),
            Call("POST", "/api/v1/users/{user}/remove", None),
        ],
    },
    Errand {
        name: "allowing a removed user again",
        ways: &[
            Send("/settings/users/{user}/allow-again", &[]),
            Call("POST", "/api/v1/users/{user}/allow-again", None),
        ],
    },
    Errand {
        name: "making somebody an MSP Admin",
        ways: &[
            Send("/settings/users/{user}/make-admin", &[]),
            Call("PUT", "/api/v1/users/{user}/msp-admin", Some(r#"{"msp_admin": true}"#)),
        ],
    },
    Errand {
        name: "taking MSP Admin from somebody",
        ways: &[
            Send("/settings/users/{user}/remove-admin", &[]),
            Call("PUT", "/api/v1/users/{user}/msp-admin", Some(r#"{"msp_admin": false}"#)),
        ],
    },
    Errand {
        name: "seeing what is assigned to users",
        ways: &[Open("/settings/user-privileges"), Open("/settings/user-privileges/{user}")],
    },
    Errand {
        name: "assigning capabilities",
        ways: &[
            Send("/settings/user-privileges/{user}/capabilities", &[("assigned", "see_reports")]),
            Call("PUT", "/api/v1/users/{user}/capabilities", Some(r#"{"assigned": ["see_reports"]}"#)),
        ],
    },
    Errand {
        name: "assigning access groups",
        ways: &[
            Send("/settings/user-privileges/{user}/groups", &[]),
            Call("PUT", "/api/v1/users/{user}/groups", Some(r#"{"assigned": []}"#)),
        ],
    },
    Errand {
        name: "assigning organizations",
        ways: &[
            Send("/settings/user-privileges/{user}/organizations", &[("assigned", "{organization}")]),
            Call("PUT", "/api/v1/users/{user}/organizations", Some(r#"{"assigned": ["{organization}"]}"#)),
        ],
    },
    Errand {
        name: "seeing the Single Sign-On settings",
        ways: &[Call("GET", "/api/v1/single-sign-on", None)],
    },
    Errand {
        name: "changing the Single Sign-On settings",
        ways: &[
            Send("/settings/users/single-sign-on", &[("toggle", "create"), ("value", "off")]),
            Call("PATCH", "/api/v1/single-sign-on", Some(r#"{"create": false}"#)),
        ],
    },
    Errand {
        name: "linking a KaseyaOne company",
        ways: &[
            Open("/settings/users/single-sign-on/confirm"),
            Send("/settings/users/single-sign-on/confirm", &[("decision", "confirm")]),
        ],
    },
    Errand {
        name: "naming who may sign in locally",
        ways: &[
            Send("/settings/users/exceptions", &[("account_ids", "{user}")]),
            Call("PUT", "/api/v1/single-sign-on/exceptions", Some(r#"{"account_ids": ["{user}"]}"#)),
        ],
    },
    Errand {
        name: "seeing the record of sign-ins",
        ways: &[Open("/settings/users/sign-ins"), Call("GET", "/api/v1/sign-ins", None)],
    },
    Errand {
        name: "seeing one sign-in",
        ways: &[
            Open("/settings/users/sign-ins/{reference}"),
            Call("GET", "/api/v1/sign-ins/{reference}", None),
        ],
    },
    Errand {
        name: "seeing the audit trail",
        ways: &[Open("/settings/audit"), Call("GET", "/api/v1/audit", None)],
    },
];

/// Goes for an errand in every way, and says what came of each.
pub(super) async fn attempt(
    sut: &Reference,
    browser: &mut Browser,
    errand: &Errand,
    targets: &Targets,
) -> Result<Vec<Reply>> {
    let mut replies = Vec::new();
    for way in errand.ways {
        replies.push(go(sut, browser, way, targets).await?);
    }
    Ok(replies)
}

async fn go(sut: &Reference, browser: &mut Browser, way: &Way, targets: &Targets) -> Result<Reply> {
    let path = targets.fill(way.path());
    match way {
        Open(_) => Ok(shown(browser.open(sut.at(browser, &path)?).await?)),
        Send(_, fields) => {
            let form = form(sut.at(browser, &path)?, fields, targets);
            Ok(shown(browser.submit(&form, "").await?))
        }
        Call(method, _, body) => {
            let method = Method::from_bytes(method.as_bytes())?;
            let body = body.map(|text| serde_json::from_str(&targets.fill(text))).transpose()?;
            Ok(match sut.call(browser, method, &path, body).await? {
                Ok(answer) if answer["organizations"].as_array().is_some_and(Vec::is_empty) => {
                    Reply::NoneVisible
                }
                Ok(_) => Reply::Given,
                Err(refusal) => match refusal.code.as_str() {
                    "msp_admin_required" => Reply::AdminsOnly,
                    "not_found" => Reply::NoSuchThing,
                    "not_signed_in" => Reply::SignInFirst,
                    _ => Reply::Otherwise(refusal.code),
                },
            })
        }
    }
}

fn form(action: Url, fields: &[(&str, &str)], targets: &Targets) -> Form {
    let field = |(name, value): &(&str, &str)| Field {
        name: (*name).to_owned(),
        value: targets.fill(value),
        label: String::new(),
        sent: true,
    };
    Form { action, post: true, fields: fields.iter().map(field).collect(), buttons: Vec::new() }
}

fn shown(page: &Page) -> Reply {
    match (page.status, page.kind().as_str()) {
        (403, _) if page.text_of("h1").is_some_and(|title| title == "For MSP Admins only") => {
            Reply::AdminsOnly
        }
        (404, _) => Reply::NoSuchThing,
        (_, "no-access") => Reply::NoAccessYet,
        (_, "sign-in" | "still-signed-in") => Reply::SignInFirst,
        (200, _) if page.text_of("#none-visible").is_some() => Reply::NoneVisible,
        (200, _) => Reply::Given,
        (status, kind) => Reply::Otherwise(format!("{kind} ({status})")),
    }
}
