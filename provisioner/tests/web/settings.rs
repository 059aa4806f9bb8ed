//! Settings > Users, User Privileges and the records, as an MSP Admin and as others see them.

use reqwest::StatusCode;

use crate::browser::Browser;
use crate::stage::Stage;

#[tokio::test]
async fn turning_allow_on_shows_the_company_and_waits_for_confirmation() {
    let stage = Stage::start().await;
    let mut admin = stage.admin().await;
    let company = stage.authenticate_for_allow(&mut admin, "mona").await;
    assert_eq!(company.text("#company"), "Northwind MSP");
    let settings = stage.read(&mut admin, "/api/v1/single-sign-on").await;
    assert_eq!(settings["allow"], false, "nothing is on before it is confirmed");
    let users = admin.submit(&company, "form[action$=confirm]", &[("decision", "cancel")]).await;
    assert_eq!(users.attribute("#toggle-allow button", "aria-checked").as_deref(), Some("false"));
    let users = stage.allow(&mut admin).await;
    assert_eq!(users.attribute("#toggle-allow button", "aria-checked").as_deref(), Some("true"));
    assert_eq!(users.text("#company"), "Northwind MSP");
}

#[tokio::test]
async fn somebody_without_the_role_in_kaseyaone_leaves_allow_off() {
    let stage = Stage::start().await;
    let mut admin = stage.admin().await;
    let page = stage.authenticate_for_allow(&mut admin, "dana").await;
    assert_eq!((page.status, page.name().as_str()), (StatusCode::FORBIDDEN, "users"));
    assert!(page.text("[role=alert]").contains("stays off"), "{}", page.text("[role=alert]"));
}

#[tokio::test]
async fn create_cannot_be_turned_on_while_allow_is_off_and_the_page_says_why() {
    let stage = Stage::start().await;
    let mut admin = stage.admin().await;
    let page = stage.toggle(&mut admin, "create").await;
    assert_eq!(page.status, StatusCode::CONFLICT);
    assert!(page.text("[role=alert]").contains("while Allow Users to Log in with KaseyaOne is off"));
    assert!(page.has("#why-create"));
}

#[tokio::test]
async fn requiring_kaseyaone_may_not_lock_the_last_administrator_out() {
    let stage = Stage::start().await;
    let mut admin = stage.admin().await;
    stage.allow(&mut admin).await;
    let users = stage.toggle(&mut admin, "require").await;
    assert_eq!(users.status, StatusCode::CONFLICT);
    assert!(users.text("[role=alert]").contains("Log in with KaseyaOne as an MSP Admin first: then log in with your password in the same browser, and answer Link this KaseyaOne user."));
    assert!(!users.has("#exceptions"), "there is nothing to except from");
}

#[tokio::test]
async fn exceptions_are_offered_and_kept_while_kaseyaone_is_required() {
    let stage = Stage::open_to_everybody().await;
    let mut admin = Browser::new();
    let asked = stage.ask_about_link(&mut admin).await;
    admin.submit(&asked, "form[action$=kaseyaone-link]", &[("decision", "link")]).await;
    let users = stage.toggle(&mut admin, "require").await;
    assert_eq!(users.status, StatusCode::OK, "{}", users.text("[role=alert]"));
    let id = users.attribute("#exceptions input[type=checkbox]", "value").unwrap();
    let users = admin.submit(&users, "#exceptions", &[("account_ids", &id)]).await;
    assert!(users.has("#exceptions input[checked]"), "{}", users.body);
    let users = admin.submit(&users, "#toggle-require", &[]).await;
    assert!(!users.has("#exceptions"));
}

#[tokio::test]
async fn a_user_is_added_once_and_a_second_time_is_explained_at_the_field() {
    let stage = Stage::start().await;
    let mut admin = stage.admin().await;
    let page = admin.open(stage.url("/settings/users")).await;
    let fields = [("name", "Ann <b>"), ("email", "ann@northwind.example")];
    let page = admin.submit(&page, "#add form", &fields).await;
    assert!(page.text("#users").contains("Ann <b>"), "{}", page.text("#users"));
    let again =
        admin.submit(&page, "#add form", &[("name", "Ann"), ("email", "ANN@northwind.example")]).await;
    assert_eq!(again.status, StatusCode::CONFLICT);
    assert_eq!(again.attribute("#add-email", "aria-describedby").as_deref(), Some("add-error"));
    let wrong = admin.submit(&page, "#add form", &[("name", ""), ("email", "no address")]).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn whoever_adds_somebody_who_is_kept_out_is_led_to_the_removed_user() {
    let stage = Stage::open_to_everybody().await;
    stage.sign_in(&mut Browser::new(), "dana").await;
    let mut admin = stage.admin().await;
    let users = admin.open(stage.url("/settings/users")).await;
    let users = admin.submit(&users, "tr:not(:has(.tag.admin)) form[action$='/remove']", &[]).await;
    let fields = [("name", "Dana"), ("email", "dana@northwind.example")];
    let refused = admin.submit(&users, "#add form", &fields).await;
    assert_eq!(refused.status, StatusCode::CONFLICT);
    assert!(refused.text("#add-error").contains("a removed user has this e-mail address"));
    let removed = admin.click(&refused, "#add-error a").await;
    admin.submit(&removed, "form[action$='/allow-again']", &[]).await;
    let added = admin.submit(&refused, "#add form", &fields).await;
    assert_eq!(added.text("#notice"), "Dana (dana@northwind.example) was added, without any access.");
    let mut dana = Browser::new();
    assert_eq!(stage.sign_in(&mut dana, "dana").await.name(), "no-access", "the promise is kept");
}

#[tokio::test]
async fn a_filter_says_how_many_it_hides_and_all_users_shows_them() {
    let stage = Stage::start().await;
    let mut admin = stage.admin().await;
    let page = admin.open(stage.url("/settings/users?view=new&q=zzz")).await;
    assert_eq!(page.text("#hidden-users"), "1 user is hidden by this filter — view all users");
    let all = admin.click(&page, "#hidden-users a").await;
    assert!(!all.has("#hidden-users"));
    assert_eq!(all.texts("#users tbody tr").len(), 1);
}

#[tokio::test]
async fn what_an_address_asks_for_in_vain_is_told() {
    let stage = Stage::start().await;
    let mut admin = stage.admin().await;
    let asked = [
        ("/settings/users?view=nonsense", "All users are shown: “nonsense” is not a view."),
        ("/settings/users?page=-1", "The first page is shown: “-1” is not the number of a page."),
        ("/settings/users?since=soon", "Users are shown whenever they were created: “soon” is not a day."),
        ("/settings/users?page=999", "The last page is shown: there is no page 999."),
        ("/settings/user-privileges?page=abc", "The first page is shown: “abc” is not the number of a page."),
        ("/settings/user-privileges?page=2", "The last page is shown: there is no page 2."),
        ("/settings/users/sign-ins?outcome=nonsense", "Attempts are shown however they ended: “nonsense” is"),
        ("/settings/users/sign-ins?page=0", "The first page is shown: “0” is not the number of a page."),
        ("/settings/users/sign-ins?page=9", "The last page is shown: there is no page 9."),
        ("/settings/audit?page=9", "The last page is shown: there is no page 9."),
        ("/settings/audit?page=x", "The first page is shown: “x” is not the number of a page."),
    ];
    for (path, told) in asked {
        let page = admin.open(stage.url(path)).await;
        assert_eq!(page.status, StatusCode::OK, "{path}");
        assert!(page.text("#notice[role=alert]").starts_with(told), "{path}: {}", page.text("#notice"));
        assert!(!page.texts("tbody tr").is_empty(), "{path}: the list is shown all the same");
    }
    let twice = admin.open(stage.url("/settings/users?view=new&view=all")).await;
    assert_eq!(twice.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(twice.text("main").contains("The address could not be read"), "{}", twice.text("main"));
}

#[tokio::test]
async fn each_assignment_is_an_act_of_its_own() {
    let stage = Stage::open_to_everybody().await;
    let mut dana = Browser::new();
    stage.sign_in(&mut dana, "dana").await;
    let mut admin = stage.admin().await;
    let new = serde_json::json!({ "name": "Acme" });
    admin.json(reqwest::Method::POST, &stage.url("/api/v1/organizations"), Some(&new)).await;
    let list = admin.open(stage.url("/settings/user-privileges")).await;
    let href = list.html_link("Dana Reyes");
    let page = admin.open(stage.url(&href)).await;
    assert!(!page.has("input[type=checkbox][checked]"), "nothing is pre-selected");
    let id = page.attribute("form[action$=organizations] input", "value").unwrap();
    let page = admin.submit(&page, "form[action$=organizations]", &[("assigned", &id)]).await;
    assert_eq!(page.attribute("form[action$=organizations] input", "checked").as_deref(), Some(""));
    assert!(!page.has("form[action$=groups] input[checked], form[action$=capabilities] input[checked]"));
    assert_eq!(dana.open(stage.url("/")).await.name(), "home", "no new sign-in is needed");
    assert_eq!(dana.open(stage.url(&format!("/organizations/{id}"))).await.name(), "organization");
}

#[tokio::test]
async fn nobody_but_an_msp_admin_opens_settings_and_the_attempt_is_recorded() {
    let stage = Stage::start().await;
    let mut plain = stage.user_without_access().await;
    for path in
        ["/settings/users", "/settings/user-privileges", "/settings/users/sign-ins", "/settings/audit"]
    {
        let page = plain.open(stage.url(path)).await;
        assert_eq!((page.status, page.name().as_str()), (StatusCode::FORBIDDEN, "error"), "{path}");
    }
    assert_eq!(Browser::new().open(stage.url("/settings/users")).await.name(), "sign-in");
    let mut admin = stage.admin().await;
    let audit = stage.read(&mut admin, "/api/v1/audit").await;
    let refusals =
        audit["entries"].as_array().unwrap().iter().filter(|entry| entry["action"] == "change.refused");
    assert!(refusals.count() >= 4, "{audit}");
    let page = admin.open(stage.url("/settings/audit")).await;
    assert!(page.text("#audit").contains("plain@northwind.example"));
}

#[tokio::test]
async fn organizations_and_access_groups_are_added_on_their_pages() {
    let stage = Stage::start().await;
    let mut admin = stage.admin().await;
    let page = admin.open(stage.url("/organizations")).await;
    let page = admin.submit(&page, "form[action='/organizations']", &[("name", "Globex")]).await;
    assert_eq!(page.texts("#organizations a"), ["Globex"]);
    let page = admin.submit(&page, "form[action='/organizations']", &[("name", "Globex")]).await;
    assert!(page.text("[role=alert]").contains("taken"), "{}", page.body);
    let page = admin.open(stage.url("/settings/user-privileges")).await;
    let page = admin.submit(&page, "form[action$=groups]", &[("name", "Night shift")]).await;
    assert!(page.text("section").contains("Night shift"), "{}", page.body);

    let mut plain = stage.user_without_access().await;
    assert!(!plain.open(stage.url("/organizations")).await.has("form[action='/organizations']"));
    let refused = plain.post(&stage.url("/organizations"), &[("name", "Initech")]).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn new_users_are_listed_since_a_day_and_reviewed_by_name() {
    let stage = Stage::open_to_everybody().await;
    stage.sign_in(&mut Browser::new(), "dana").await;
    let mut admin = stage.admin().await;
    let page = admin.open(stage.url("/settings/users?view=new&since=2026-11-23")).await;
    assert!(page.text("#users tbody").contains("dana@northwind.example"), "{}", page.body);
    assert_eq!(page.attribute("#since", "value").as_deref(), Some("2026-11-23"));
    assert!(page.attribute(".tabs > a", "href").unwrap().contains("since=2026-11-23"), "tabs keep the day");
    let later = admin.open(stage.url("/settings/users?since=2026-11-24")).await;
    assert!(!later.text("#users tbody").contains("dana"), "{}", later.body);
    assert!(later.text("#hidden-users").starts_with("2 users are"), "{}", later.text("#hidden-users"));
    let no_day = admin.open(stage.url("/settings/users?since=yesterday")).await;
    assert!(no_day.text("#users tbody").contains("dana"), "what is no day hides nobody");
    let alert = no_day.text("[role=alert]");
    assert!(alert.contains("“yesterday” is not a day. Write it as in 2026-01-31."), "{alert}");

    assert!(page.text("#users tbody").contains("Not yet"));
    admin.submit(&page, "form[action$='/review']", &[]).await;
    let page = admin.open(stage.url("/settings/users")).await;
    assert!(page.text("#users tbody").contains("by mona@northwind.example"), "{}", page.body);
    let users = stage.read(&mut admin, "/api/v1/users?created_since=2026-11-23T00:00:00Z").await;
    let users = users["users"].as_array().unwrap();
    let of = |email: &str| users.iter().find(|user| user["email"] == email).unwrap();
    assert_eq!(of("dana@northwind.example")["reviewed_by"], of("mona@northwind.example")["id"]);
    assert!(of("mona@northwind.example")["reviewed_by"].is_null());
}

#[tokio::test]
async fn each_action_of_the_list_says_what_was_done() {
    let stage = Stage::open_to_everybody().await;
    let mut dana = Browser::new();
    stage.sign_in(&mut dana, "dana").await;
    let mut admin = stage.admin().await;
    let steps = [
        ("review", "reviewed"),
        ("make-admin", "MSP Admin now"),
        ("remove-admin", "no longer an MSP Admin"),
        ("deactivate", "deactivated"),
        ("activate", "activated"),
        ("remove", "removed"),
    ];
    for (action, words) in steps {
        let users = admin.open(stage.url("/settings/users")).await;
        let row = "tr:has(td a[href]):not(:has(.tag.admin)) ";
        let form = format!("form[action$='/{action}']");
        let css = if users.has(&format!("{row}{form}")) { format!("{row}{form}") } else { form };
        let page = admin.submit(&users, &css, &[]).await;
        assert!(page.text("#notice").contains(words), "{action}: {}", page.text("#notice"));
    }
    assert_eq!(dana.open(stage.url("/")).await.name(), "sign-in", "her session ended");
    let removed = admin.open(stage.url("/settings/users?view=removed")).await;
    let page = admin.submit(&removed, "form[action$='/allow-again']", &[]).await;
    assert!(page.text("#notice").contains("may come back"), "{}", page.body);
    assert!(page.text("#users tbody .tag").contains("Removed, may come back"), "{}", page.text("#users"));
    let unknown = admin.post(&stage.url("/settings/users/x/explode"), &[]).await;
    assert_eq!(unknown.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn working_through_the_list_leaves_it_as_it_was_and_names_the_user() {
    let stage = Stage::open_to_everybody().await;
    for person in ["dana", "rui"] {
        stage.sign_in(&mut Browser::new(), person).await;
    }
    let mut admin = stage.admin().await;
    let asked = "view=new&q=northwind&since=2026-11-01";
    let list = admin.open(stage.url(&format!("/settings/users?{asked}"))).await;
    assert_eq!(list.texts("#users tbody tr").len(), 2);
    let after = admin.submit(&list, "form[action$='/review']", &[]).await;
    assert!(after.url.query().unwrap().starts_with(asked), "{}", after.url);
    let told = after.text("#notice");
    assert_eq!(told, "Dana Reyes (dana@northwind.example) was marked as reviewed.");
    assert_eq!(after.texts("#users tbody tr").len(), 1, "the view is the same: who is new, and not reviewed");
    let again = admin.submit(&after, "form[action$='/review']", &[]).await;
    assert!(again.text("#notice").contains("rui@northwind.example"), "{}", again.text("#notice"));

    let mona = admin.open(stage.url("/settings/users?view=all&q=mona")).await;
    let refused = admin.submit(&mona, "form[action$='/remove-admin']", &[]).await;
    assert_eq!(refused.status, StatusCode::CONFLICT);
    assert_eq!(refused.attribute("#q", "value").as_deref(), Some("mona"), "also when nothing was changed");
    let elsewhere = [("list", "//evil.example?view=new&q=a%0d%0ab&done=user-removed&page=//evil.example")];
    let dana = admin.open(stage.url("/settings/users?q=dana")).await;
    let stays = admin.submit_once(&dana, "form[action$='/deactivate']", &elsewhere).await;
    let to = stays.headers["location"].to_str().unwrap();
    assert!(to.starts_with("/settings/users?view=all&q=a%0D%0Ab&done=user-deactivated&user="), "{to}");
}

#[tokio::test]
async fn what_gives_or_takes_something_stands_apart_from_the_review() {
    let stage = Stage::open_to_everybody().await;
    stage.sign_in(&mut Browser::new(), "dana").await;
    let mut admin = stage.admin().await;
    let list = admin.open(stage.url("/settings/users?view=new")).await;
    assert!(list.has(".menu form[action$='/review']") && !list.has(".apart form[action$='/review']"));
    for action in ["make-admin", "deactivate", "remove"] {
        assert!(list.has(&format!(".apart form[action$='/{action}'] .grave")), "{action}");
    }
}

#[tokio::test]
async fn only_who_came_by_a_sign_in_is_to_be_reviewed() {
    let stage = Stage::open_to_everybody().await;
    stage.sign_in(&mut Browser::new(), "dana").await;
    let mut admin = stage.admin().await;
    let list = admin.open(stage.url("/settings/users")).await;
    let (dana, mona) = (list.texts("#users tbody tr")[0].clone(), list.texts("#users tbody tr")[1].clone());
    assert!(dana.contains("Not yet") && dana.contains("Mark as reviewed"), "{dana}");
    assert!(mona.contains("Not needed") && !mona.contains("Mark as reviewed"), "{mona}");
}

#[tokio::test]
async fn short_addresses_lead_to_the_users() {
    let stage = Stage::start().await;
    let mut admin = stage.admin().await;
    for path in ["/settings", "/settings/users/"] {
        assert_eq!(admin.open(stage.url(path)).await.url.path(), "/settings/users", "{path}");
    }
}

#[tokio::test]
async fn a_name_does_not_turn_the_text_around_it() {
    let stage = Stage::start().await;
    let mut admin = stage.admin().await;
    let page = admin.open(stage.url("/settings/users")).await;
    let fields = [("name", "Ann \u{202e}nimda"), ("email", "ann@northwind.example")];
    let refused = admin.submit(&page, "#add form", &fields).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.text("#add-error").contains("turns the direction"), "{}", refused.text("#add-error"));
}

#[tokio::test]
async fn what_there_is_nothing_of_leads_to_where_it_is_made() {
    let stage = Stage::open_to_everybody().await;
    stage.sign_in(&mut Browser::new(), "dana").await;
    let mut admin = stage.admin().await;
    let list = admin.open(stage.url("/settings/user-privileges")).await;
    let page = admin.open(stage.url(&list.html_link("Dana Reyes"))).await;
    assert!(admin.click(&page, "form[action$=groups] .hint a").await.has("#access-groups"));
    assert!(admin.click(&page, "form[action$=organizations] .hint a").await.has("#add-organization"));
}
