//! A page as a person sees it: text, headings, tables, and forms found by their labels.
//!
//! It reads what a browser would show and knows no address and no script.

use scraper::{ElementRef, Html, Selector};
use url::Url;

/// What a browser shows after it followed every redirect.
#[derive(Clone, Debug)]
pub struct Page {
    /// Where the browser ended.
    pub url: Url,
    /// The status of the last answer.
    pub status: u16,
    /// Whether the browser was told not to keep the page.
    pub no_store: bool,
    /// The document.
    pub body: String,
}

/// A form with what it would send.
#[derive(Clone, Debug)]
pub struct Form {
    /// Where it goes.
    pub action: Url,
    /// Whether it is sent as a body rather than in the address.
    pub post: bool,
    /// Fields in the order of the page.
    pub fields: Vec<Field>,
    /// Buttons in the order of the page.
    pub buttons: Vec<Button>,
}

/// One field of a form.
#[derive(Clone, Debug)]
pub struct Field {
    /// The name it is sent under.
    pub name: String,
    /// Its value.
    pub value: String,
    /// Its label.
    pub label: String,
    /// Whether it is sent at all: check boxes only when they are checked.
    pub sent: bool,
}

/// One button of a form.
#[derive(Clone, Debug)]
pub struct Button {
    /// The name it is sent under, if any.
    pub name: Option<String>,
    /// Its value.
    pub value: String,
    /// What it says, or what labels it.
    pub text: String,
    /// The state of a switch.
    pub checked: Option<bool>,
}

impl Page {
    /// What the page calls itself: `data-page` of its body.
    pub fn kind(&self) -> String {
        // Asked of every page there is, so it is read off the tag instead of parsing the document.
        let tag = self
            .body
            .split_once("<body")
            .and_then(|(_, rest)| rest.split_once('>'))
            .map_or("", |(tag, _)| tag);
        let value = tag.split_once("data-page=\"").and_then(|(_, rest)| rest.split_once('"'));
        value.map_or("", |(kind, _)| kind).to_owned()
    }

    /// All text of the page, with single blanks.
    pub fn text(&self) -> String {
        let html = Html::parse_document(&self.body);
        first(&html, "body").map(|body| words(body)).unwrap_or_default()
    }

    /// The text of the first element that a selector finds.
    pub fn text_of(&self, selector: &str) -> Option<String> {
        let html = Html::parse_document(&self.body);
        first(&html, selector).map(|element| words(element))
    }

    /// The reference a person would read to the administrator.
    pub fn reference(&self) -> Option<String> {
        self.text_of("#reference")
    }

    /// The target of the first link with this text.
    pub fn link(&self, text: &str) -> Option<Url> {
        let html = Html::parse_document(&self.body);
        let anchors = Selector::parse("a[href]").ok()?;
        let anchor = html.select(&anchors).find(|anchor| words(*anchor) == text)?;
        self.url.join(anchor.attr("href")?).ok()
    }

    /// The target of the first link with this text in the part of the page that has this heading.
    pub fn link_under(&self, heading: &str, text: &str) -> Option<Url> {
        let html = Html::parse_document(&self.body);
        let [parts, anchors] = ["[aria-labelledby]", "a[href]"].map(|text| Selector::parse(text).ok());
        let headed = |part: &ElementRef<'_>| {
            let id = part.attr("aria-labelledby").unwrap_or_default();
            by_id(&html, id).is_some_and(|words| words == heading)
        };
        let (parts, anchors) = (parts?, anchors?);
        let mut inside = html.select(&parts).filter(headed).flat_map(|part| part.select(&anchors));
        let anchor = inside.find(|anchor| words(*anchor) == text)?;
        self.url.join(anchor.attr("href")?).ok()
    }

    /// The target of the first link with this text in the row of a table that has a cell with these words.
    pub fn link_in_row(&self, cell: &str, text: &str) -> Option<Url> {
        let html = Html::parse_document(&self.body);
        let [rows, cells, anchors] = ["tbody tr", "th, td", "a[href]"].map(|text| Selector::parse(text).ok());
        let (rows, cells, anchors) = (rows?, cells?, anchors?);
        let same = |row: &ElementRef<'_>| row.select(&cells).any(|it| words(it).eq_ignore_ascii_case(cell));
        let mut inside = html.select(&rows).filter(same).flat_map(|row| row.select(&anchors));
        let anchor =
            inside.find(|anchor| anchor.attr("aria-label") == Some(text) || words(*anchor) == text)?;
        self.url.join(anchor.attr("href")?).ok()
    }

    /// The targets of all links of the page, in its order.
    pub fn links(&self) -> Vec<Url> {
        let html = Html::parse_document(&self.body);
        let Ok(anchors) = Selector::parse("a[href]") else { return Vec::new() };
        html.select(&anchors).filter_map(|anchor| self.url.join(anchor.attr("href")?).ok()).collect()
    }

    /// The addresses that the page loads in frames.
    pub fn frames(&self) -> Vec<Url> {
        let html = Html::parse_document(&self.body);
        let Ok(frames) = Selector::parse("iframe[src]") else { return Vec::new() };
        html.select(&frames).filter_map(|frame| self.url.join(frame.attr("src")?).ok()).collect()
    }

    /// Term and definition pairs of every definition list.
    pub fn definitions(&self) -> Vec<(String, String)> {
        let html = Html::parse_document(&self.body);
        let Ok(parts) = Selector::parse("dl > dt, dl > dd") else { return Vec::new() };
        let mut pairs: Vec<(String, String)> = Vec::new();
        for part in html.select(&parts) {
            match (part.value().name(), pairs.last_mut()) {
                ("dt", _) => pairs.push((prose(part), String::new())),
                (_, Some(pair)) => pair.1 = prose(part),
                (_, None) => {}
            }
        }
        pairs
    }

    /// The rows of the table with this id: each cell with the heading of its column.
    pub fn table(&self, id: &str) -> Vec<Vec<(String, String)>> {
        let html = Html::parse_document(&self.body);
        let select = |text: String| Selector::parse(&text).ok();
        let (Some(heads), Some(rows), Some(cells)) =
            (select(format!("#{id} thead th")), select(format!("#{id} tbody tr")), select("th, td".into()))
        else {
            return Vec::new();
        };
        let headings: Vec<String> = html.select(&heads).map(words).collect();
        let row = |row: ElementRef<'_>| {
            headings.iter().cloned().zip(row.select(&cells).map(words)).collect::<Vec<(String, String)>>()
        };
        html.select(&rows).map(row).collect()
    }

    /// Every form of the page.
    pub fn forms(&self) -> Vec<Form> {
        let html = Html::parse_document(&self.body);
        let Ok(forms) = Selector::parse("form") else { return Vec::new() };
        html.select(&forms).filter_map(|form| self.form(&html, form)).collect()
    }

    /// The first form that has a field with this label.
    pub fn form_with_field(&self, label: &str) -> Option<Form> {
        self.forms().into_iter().find(|form| form.fields.iter().any(|field| field.label == label))
    }

    /// The first form that has a button which begins with these words.
    pub fn form_with_button(&self, text: &str) -> Option<Form> {
        self.forms().into_iter().find(|form| form.buttons.iter().any(|button| button.text.starts_with(text)))
    }

    fn form(&self, html: &Html, form: ElementRef<'_>) -> Option<Form> {
        let controls = Selector::parse("input[name], select[name], textarea[name]").ok()?;
        let buttons = Selector::parse("button, input[type=submit]").ok()?;
        let action = form.attr("action").filter(|action| !action.is_empty());
        Some(Form {
            action: action.map_or(Ok(self.url.clone()), |action| self.url.join(action)).ok()?,
            post: form.attr("method").is_some_and(|method| method.eq_ignore_ascii_case("post")),
            fields: form
                .select(&controls)
                .filter(|it| it.attr("type") != Some("submit"))
                .map(|it| field(html, it))
                .collect(),
            buttons: form.select(&buttons).map(|it| button(html, it)).collect(),
        })
    }
}

impl Form {
    /// The form with a value for the field of this label.
    #[must_use]
    pub fn fill(mut self, label: &str, value: &str) -> Self {
        for field in self.fields.iter_mut().filter(|field| field.label == label) {
            value.clone_into(&mut field.value);
            field.sent = true;
        }
        self
    }

    /// The form with exactly the check boxes of this name checked whose label begins with one of these.
    #[must_use]
    pub fn check(mut self, name: &str, labels: &[&str]) -> Self {
        for field in self.fields.iter_mut().filter(|field| field.name == name) {
            field.sent = labels.iter().any(|label| field.label.starts_with(label));
        }
        self
    }

    /// What is sent when the first button that begins with these words is pressed.
    pub fn press(&self, text: &str) -> Vec<(String, String)> {
        let sent = self.fields.iter().filter(|field| field.sent);
        let mut pairs: Vec<_> = sent.map(|field| (field.name.clone(), field.value.clone())).collect();
        let button = self.buttons.iter().find(|button| button.text.starts_with(text));
        pairs.extend(button.and_then(|button| Some((button.name.clone()?, button.value.clone()))));
        pairs
    }
}

fn field(html: &Html, control: ElementRef<'_>) -> Field {
    let kind = control.attr("type").unwrap_or_default();
    let boxed = kind == "checkbox" || kind == "radio";
    Field {
        name: control.attr("name").unwrap_or_default().to_owned(),
        value: control.attr("value").unwrap_or(if boxed { "on" } else { "" }).to_owned(),
        label: label(html, control),
        sent: !boxed || control.attr("checked").is_some(),
    }
}

fn button(html: &Html, control: ElementRef<'_>) -> Button {
    let labelled = control
        .attr("aria-labelledby")
        .and_then(|ids| by_id(html, ids.split(' ').next().unwrap_or_default()));
    Button {
        name: control.attr("name").map(str::to_owned),
        value: control.attr("value").unwrap_or_default().to_owned(),
        text: labelled.unwrap_or_else(|| words(control)),
        checked: control.attr("aria-checked").map(|state| state == "true"),
    }
}

fn label(html: &Html, control: ElementRef<'_>) -> String {
    let by_for = control.attr("id").and_then(|id| first(html, &format!("label[for=\"{id}\"]"))).map(words);
    by_for
        .or_else(|| control.attr("aria-label").map(str::to_owned))
        .or_else(|| {
            control
                .ancestors()
                .filter_map(ElementRef::wrap)
                .find(|it| it.value().name() == "label")
                .map(words)
        })
        .unwrap_or_default()
}

fn by_id(html: &Html, id: &str) -> Option<String> {
    first(html, &format!("#{id}")).map(words)
}

fn first<'a>(html: &'a Html, selector: &str) -> Option<ElementRef<'a>> {
    html.select(&Selector::parse(selector).ok()?).next()
}

/// The text of sentences: a link in the middle of one adds no blank.
fn prose(element: ElementRef<'_>) -> String {
    element.text().collect::<String>().split_whitespace().collect::<Vec<_>>().join(" ")
}

fn words(element: ElementRef<'_>) -> String {
    element.text().flat_map(str::split_whitespace).collect::<Vec<_>>().join(" ")
}
