//! Every page, rendered with values that hurt, held to what a keyboard and a screen reader need.

mod samples;

use std::collections::BTreeSet;

use askama::Template as _;
use scraper::{ElementRef, Html, Selector};

use samples::{samples, users};

fn all<'a>(page: &'a Html, css: &str) -> Vec<ElementRef<'a>> {
    page.select(&Selector::parse(css).unwrap()).collect()
}

#[test]
fn every_page_has_one_heading_landmarks_a_language_and_a_name() {
    for (name, html) in samples() {
        let page = Html::parse_document(&html);
        assert_eq!(all(&page, "h1").len(), 1, "{name}: one h1");
        assert_eq!(all(&page, "main#content").len(), 1, "{name}: one main");
        assert_eq!(all(&page, "html[lang=en]").len(), 1, "{name}: language");
        assert_eq!(all(&page, "a.skip[href='#content']").len(), 1, "{name}: skip link");
        let body = all(&page, "body")[0];
        assert!(!body.value().attr("data-page").unwrap().is_empty(), "{name}: data-page");
        assert!(all(&page, "nav:not([aria-label])").is_empty(), "{name}: navigation without a name");
    }
}

#[test]
fn no_page_carries_a_script_an_inline_style_or_unescaped_text() {
    for (name, html) in samples() {
        let page = Html::parse_document(&html);
        for forbidden in
            ["script", "style", "[style]", "[onclick]", "[onsubmit]", "iframe", "img[src^='data:']"]
        {
            assert!(all(&page, forbidden).is_empty(), "{name}: {forbidden}");
        }
    }
}

#[test]
fn every_field_has_a_label_and_every_reference_resolves() {
    for (name, html) in samples() {
        let page = Html::parse_document(&html);
        let ids: Vec<_> = all(&page, "[id]").iter().filter_map(|e| e.value().attr("id")).collect();
        let unique: BTreeSet<_> = ids.iter().copied().collect();
        assert_eq!(ids.len(), unique.len(), "{name}: an id occurs twice in {ids:?}");
        let labelled: BTreeSet<_> =
            all(&page, "label[for]").iter().filter_map(|e| e.value().attr("for")).collect();
        for field in all(&page, "input:not([type=hidden]), select, textarea") {
            let id = field.value().attr("id").unwrap_or_default();
            assert!(labelled.contains(id), "{name}: field {:?} has no label", field.html());
        }
        for attribute in ["aria-describedby", "aria-labelledby", "for"] {
            for element in all(&page, &format!("[{attribute}]")) {
                for id in element.value().attr(attribute).unwrap().split_whitespace() {
                    assert!(unique.contains(id), "{name}: {attribute} names the missing {id}");
                }
            }
        }
    }
}

#[test]
fn every_table_has_a_caption_and_scoped_headings() {
    for (name, html) in samples() {
        let page = Html::parse_document(&html);
        assert_eq!(all(&page, "table").len(), all(&page, "table > caption").len(), "{name}");
        assert!(all(&page, "th:not([scope])").is_empty(), "{name}: heading without scope");
    }
}

#[test]
fn every_form_that_changes_something_is_a_post_to_this_site() {
    for (name, html) in samples() {
        let page = Html::parse_document(&html);
        for form in all(&page, "form") {
            let method = form.value().attr("method").unwrap();
            let asks = form.value().attr("role") == Some("search")
                || form.value().attr("action") == Some("/sign-in");
            let action = form.value().attr("action").unwrap();
            assert!(action.starts_with('/'), "{name}: {action}");
            assert!(method == "post" || (method == "get" && asks), "{name}");
        }
        assert!(
            all(&page, "[role=alert]").iter().all(|e| !e.text().collect::<String>().trim().is_empty()),
            "{name}: empty alert"
        );
    }
}

#[test]
fn each_signed_in_page_marks_at_most_one_current_place() {
    for (name, html) in samples() {
        let page = Html::parse_document(&html);
        assert!(all(&page, "nav.side [aria-current=page]").len() <= 1, "{name}");
    }
}

#[test]
fn every_template_is_rendered_by_a_sample() {
    let parts = ["base.html", "notice.html", "outside.html", "pages.html", "single_sign_on.html"];
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/templates");
    let templates: BTreeSet<String> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| !parts.contains(&name.as_str()))
        .map(|name| name.trim_end_matches(".html").to_owned())
        .collect();
    let names: BTreeSet<String> =
        samples().iter().map(|(name, _)| name.split(',').next().unwrap().to_owned()).collect();
    let missing: Vec<_> = templates.difference(&names).collect();
    assert!(missing.is_empty(), "templates without a sample: {missing:?}");
}

#[test]
fn a_switch_says_its_state_and_why_it_cannot_be_turned_on() {
    let page = users(false, false, false, 0).render().unwrap();
    let page = Html::parse_document(&page);
    let create = all(&page, "#toggle-create button[role=switch]")[0];
    assert_eq!(create.value().attr("aria-checked"), Some("false"));
    assert_eq!(create.text().collect::<String>(), "Off");
    let why = all(&page, "#why-create")[0].text().collect::<String>();
    assert!(why.contains("while Allow Users to Log in with KaseyaOne is off"), "{why}");
    assert!(all(&page, "#exceptions").is_empty(), "exceptions only while Require is on");
}

#[test]
fn a_table_that_is_stacked_on_a_narrow_screen_stays_a_table_and_names_every_value() {
    let role = |element: &ElementRef<'_>| element.value().attr("role").map(str::to_owned);
    let mut stacked = 0;
    for (name, html) in samples() {
        let page = Html::parse_document(&html);
        for table in all(&page, "table.stacks") {
            stacked += 1;
            let of = |css: &str| table.select(&Selector::parse(css).unwrap()).collect::<Vec<_>>();
            assert_eq!(role(&table).as_deref(), Some("table"), "{name}");
            for (css, expected) in [("thead, tbody", "rowgroup"), ("tr", "row"), ("td", "cell")] {
                assert!(of(css).iter().all(|e| role(e).as_deref() == Some(expected)), "{name}: {css}");
            }
            let headings: Vec<String> = of("thead th").iter().map(|th| th.text().collect()).collect();
            for row in of("tbody tr") {
                let cells: Vec<_> = row.child_elements().filter(|e| e.value().name() == "td").collect();
                let labels: Vec<_> =
                    cells.iter().map(|td| td.value().attr("data-label").unwrap_or_default()).collect();
                assert_eq!(labels, headings[1..], "{name}");
            }
        }
    }
    assert!(stacked >= 2, "users and sign-ins");
}

#[test]
fn the_settings_and_the_form_below_a_long_list_are_one_link_away() {
    let html = users(false, false, false, 3).render().unwrap();
    let page = Html::parse_document(&html);
    let links = all(&page, "#on-this-page a");
    let targets: Vec<_> = links.iter().filter_map(|link| link.value().attr("href")).collect();
    assert_eq!(targets, ["#single-sign-on", "#add"]);
    assert!(targets.iter().all(|target| all(&page, target).len() == 1));
    assert!(html.find("on-this-page").unwrap() < html.find("<table").unwrap());
}
