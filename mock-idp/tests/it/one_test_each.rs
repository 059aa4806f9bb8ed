//! One test for each fault of a table, named as the fault is: `idt_aud_wrong` shows `idt-aud-wrong`, and
//! `cargo test -p mock-idp --test it idt_aud_wrong` runs it alone.

/// A table of faults: `one_test_each!(shows, Row, (fault, cells…), …)` makes of each row a test that calls `shows` with
/// the fault's id and the cells, and `ROWS`, the table itself.
macro_rules! one_test_each {
    ($shows:path, $row:ty, $(($fault:ident $(, $cell:expr)*)),+ $(,)?) => {
        pub(crate) const ROWS: &[$row] = &[$((stringify!($fault), $($cell),*)),+];
        $(
            #[tokio::test]
            async fn $fault() {
                $shows(&$crate::one_test_each::id(stringify!($fault)), $($cell),*).await;
            }
        )+
    };
}

/// The id of the fault that a test is named after.
pub(crate) fn id(test: &str) -> String {
    test.replace('_', "-")
}
