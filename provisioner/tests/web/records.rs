//! The record of sign-ins and the audit trail, as an MSP Admin reads them.

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
