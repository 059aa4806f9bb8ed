//! The record of sign-ins and the audit trail, as an MSP Admin reads them.

use reqwest::Method;

use crate::browser::Browser;
use crate::stage::Stage;

#[tokio::test]
async fn a_sign_in_under_way_says_so_at_each_check_that_is_open() {
    let stage = Stage::open_to_everybody().await;
    let mut dana = Browser::new();
    let page = dana.open(stage.url("/sign-in")).await;
    dana.click(&page, "a[href^='/sso/start']").await;
    let mut admin = stage.admin().await;
    let list = admin.open(stage.url("/settings/users/sign-ins")).await;
    let href = list.texts("#sign-ins tbody tr").iter().position(|row| row.contains("Under way")).unwrap();
    let record = admin.click(&list, &format!("#sign-ins tbody tr:nth-child({}) a", href + 1)).await;
    let checks = record.texts("#checks tbody tr");
    assert!(checks[0].contains("Not reached") && checks[4].contains("Not reached"), "{checks:?}");
    for open in [&checks[0], &checks[3], &checks[4]] {
        assert!(open.contains("still under way") && !open.contains("ended"), "{open}");
    }
}

#[tokio::test]
async fn a_sign_in_is_found_without_its_reference() {
    let stage = Stage::open_to_everybody().await;
    stage.sign_in(&mut Browser::new(), "dana").await;
    stage.sign_in(&mut Browser::new(), "rui").await;
    let mut admin = stage.admin().await;
    let page = admin.open(stage.url("/settings/users/sign-ins")).await;
    let found = admin.submit(&page, "form[role=search]", &[("person", "dana")]).await;
    assert_eq!(found.texts("#sign-ins tbody tr").len(), 1, "{}", found.text("#sign-ins"));
    assert_eq!(found.attribute("#person", "value").as_deref(), Some("dana"), "the form keeps what was asked");
    assert!(found.text("title").starts_with("Record of sign-ins: dana"), "{}", found.text("title"));
    let fields = [("person", "dana"), ("outcome", "under_way")];
    let none = admin.submit(&found, "form[role=search]", &fields).await;
    assert!(none.texts("#sign-ins tbody tr").is_empty() && none.text("main").contains("No attempt matches"));
}

#[tokio::test]
async fn every_list_leads_on_and_back() {
    let stage = Stage::start().await;
    let mut admin = stage.admin().await;
    for number in 0..101 {
        let new = serde_json::json!({ "email": format!("p{number}@northwind.example"), "name": "P" });
        admin.json(Method::POST, &stage.url("/api/v1/users"), Some(&new)).await;
    }
    for _ in 0..51 {
        Browser::new().open(stage.url("/sso/start")).await;
    }
    for path in
        ["/settings/users", "/settings/user-privileges", "/settings/users/sign-ins", "/settings/audit"]
    {
        let first = admin.open(stage.url(path)).await;
        assert!(!first.has("a[rel=prev]"), "{path}");
        let second = admin.click(&first, "a[rel=next]").await;
        assert!(second.text("title").contains("page 2"), "{path}: {}", second.text("title"));
        let back = admin.click(&second, "a[rel=prev]").await;
        assert_eq!(back.texts("tbody tr"), first.texts("tbody tr"), "{path}");
    }
}

#[tokio::test]
async fn a_removed_user_keeps_a_name_in_the_records() {
    let stage = Stage::open_to_everybody().await;
    stage.sign_in(&mut Browser::new(), "dana").await;
    let mut admin = stage.admin().await;
    let users = admin.open(stage.url("/settings/users")).await;
    let id = users.attribute("tr:not(:has(.tag.admin))[data-user]", "data-user").unwrap();
    admin.submit(&users, "tr:not(:has(.tag.admin)) form[action$='/remove']", &[]).await;
    let reference = stage.sign_in(&mut Browser::new(), "dana").await.text("#reference");
    let record = admin.open(stage.url(&format!("/settings/users/sign-ins/{reference}"))).await;
    assert!(record.text("main").contains("dana@northwind.example (removed)"), "{}", record.text("main"));
    let audit = admin.open(stage.url("/settings/audit")).await;
    assert!(!audit.text("#audit").contains(&id), "{}", audit.text("#audit"));
    assert!(audit.text("#audit tbody tr").contains("Account removeddana@northwind.example (removed)"));
    let about = admin.click(&audit, "#audit tbody a").await;
    assert!(about.text("#only-about").contains("dana@northwind.example (removed)"));
    let rows = about.texts("#audit tbody tr");
    assert!(rows.len() > 1 && rows.iter().all(|row| row.contains("dana@northwind.example (removed)")));
}

#[tokio::test]
async fn the_api_says_what_it_would_take_and_not_how_it_reads() {
    let stage = Stage::start().await;
    let mut admin = stage.admin().await;
    let asked = [
        (
            "users?created_since=soon",
            "`created_since` is `soon`, which is not a time; write it as in 2026-01-31",
        ),
        ("users?page=-1", "`page` is `-1`, which is not the number of a page; the first is 1"),
        ("users?page=0", "`page` is `0`, which is not the number of a page; the first is 1"),
        ("sign-ins?reference=ABCDEF&page=0", "`page` is `0`, which is not"),
        ("audit?page=x", "`page` is `x`, which is not"),
        ("users?nonsense=1", "nonsense: unknown field `nonsense`, expected one of `view`, `q`"),
        ("users?view=all&view=new", "duplicate field `view`"),
        (
            "sign-ins?outcome=x",
            "`x` is no outcome; there are under_way, signed_in, created_and_signed_in, refused",
        ),
    ];
    for (path, told) in asked {
        let answer = admin.json(Method::GET, &stage.url(&format!("/api/v1/{path}")), None).await;
        let problem: serde_json::Value = answer.json();
        assert_eq!((answer.status.as_u16(), &problem["code"]), (422, &"invalid_input".into()), "{path}");
        assert!(problem["detail"].as_str().unwrap().starts_with(told), "{path}: {problem}");
    }
    let wrong = serde_json::json!({ "email": 7, "name": "Ann" });
    let answer = admin.json(Method::POST, &stage.url("/api/v1/users"), Some(&wrong)).await;
    assert!(
        answer.body.contains("email: invalid type") && !answer.body.contains("eserialize"),
        "{}",
        answer.body
    );
    let found = stage.read(&mut admin, "/api/v1/sign-ins?outcome=under_way&person=mona").await;
    assert_eq!(found["total"], 0);
}
