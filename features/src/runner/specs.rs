//! Reading feature files: from a folder, or the ones inside the binary. Outlines are expanded here, so
//! that every row has its true line (cucumber counts blank and comment lines wrongly).
//!
//! Reading never judges; `lint` does.

use std::{
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
};

use cucumber::feature::Ext as _;
use gherkin::{Feature, GherkinEnv, Scenario, Step};
use include_dir::{Dir, include_dir};

use super::syntax::{Flaw, flaw, uneven_table};

static EMBEDDED: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/specs");

/// Where the specs inside this binary come from.
pub const EMBEDDED_ROOT: &str = "features/specs";

/// One feature file as text. Paths have `/` on every system.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct SpecFile {
    /// The specs folder as it was named; empty for a text that came from nowhere.
    pub root: String,
    /// Below that folder, for example `troubleshooting/no_account_is_created.feature`.
    pub path: String,
    /// The file's text.
    pub text: String,
}

/// A parsed feature file with its outlines expanded.
#[derive(Clone, Debug)]
pub struct Spec {
    /// The file it came from.
    pub file: SpecFile,
    /// As written: outlines unexpanded.
    pub written: Feature,
    /// As run: one scenario for each row, on its true line.
    pub expanded: Feature,
}

/// One scenario that can be run: a plain one, or one row of an outline.
#[derive(Clone, Debug)]
pub struct Case {
    /// Path of the feature file below the specs folder.
    pub path: String,
    /// The same as people find it: with the specs folder as it was named.
    pub file: String,
    /// Name of the feature.
    pub feature: String,
    /// Name with the row's values filled in.
    pub name: String,
    /// 1-based line of the scenario, or of the row.
    pub line: usize,
    /// 1-based first and last line that stand for this case: those of its scenario with the tags above it; for a
    /// row those of its outline down to the rows, which stand for all of them.
    pub span: (usize, usize),
    /// The last line before the first scenario: down to it everything is about the whole file.
    pub head: usize,
    /// Tags of feature, rule, scenario and examples, without `@`.
    pub tags: Vec<String>,
    /// Name of its snapshot.
    pub snapshot: String,
    /// A feature that holds this case alone.
    pub single: Feature,
    /// Why it cannot be run on what is tested, if it cannot.
    pub inapplicable: Option<String>,
    /// Why it is known not to hold for what is tested, if it is.
    pub differs: Option<String>,
    /// The steps that are left out, because nobody can look there on what is tested: 1-based line and why.
    pub left_out: BTreeMap<usize, String>,
}

/// All feature files of a run.
#[derive(Clone, Debug)]
pub struct Specs {
    /// In the order of their paths.
    pub all: Vec<Spec>,
}

/// Why specs could not be read.
#[derive(Debug, thiserror::Error)]
pub enum SpecError {
    /// The folder or a file in it cannot be read.
    #[error("cannot read specs at {}: {why}; name the folder that holds them with --specs", path.display())]
    Unreadable {
        /// Which one.
        path: PathBuf,
        /// Why.
        why: io::Error,
    },
    /// Nothing to run.
    #[error("there is no .feature file in {}; name the folder that holds them with --specs", path.display())]
    Empty {
        /// The folder.
        path: PathBuf,
    },
    /// Not Gherkin.
    #[error("{path}:{line}: {message}")]
    Syntax {
        /// Which file.
        path: String,
        /// 1-based.
        line: usize,
        /// What is wrong, and what to do.
        message: String,
    },
}

impl SpecFile {
    /// The path as people find it.
    pub fn shown(&self) -> String {
        match self.root.trim_end_matches('/') {
            "" => format!("{}{}", self.root, self.path),
            root => format!("{root}/{}", self.path),
        }
    }
}

impl Specs {
    /// The specs inside this binary.
    ///
    /// # Errors
    /// [`SpecError::Syntax`] when one of them is not Gherkin.
    pub fn embedded() -> Result<Self, SpecError> {
        let mut files = Vec::new();
        collect_embedded(&EMBEDDED, &mut files);
        Self::parse(files)
    }

    /// The specs below a folder.
    ///
    /// # Errors
    /// [`SpecError`] when there is none, or the folder or a file cannot be read or is not Gherkin.
    pub fn read(folder: &Path) -> Result<Self, SpecError> {
        let mut files = Vec::new();
        collect_folder(folder, folder, &mut files)?;
        if files.is_empty() {
            return Err(SpecError::Empty { path: folder.to_owned() });
        }
        Self::parse(files)
    }

    /// A feature file that a folder has otherwise than this program, or that only one of them has.
    ///
    /// # Errors
    /// [`SpecError::Unreadable`] when the folder or a file cannot be read.
    pub fn differing(folder: &Path) -> Result<Option<String>, SpecError> {
        let (mut inside, mut outside) = (Vec::new(), Vec::new());
        collect_embedded(&EMBEDDED, &mut inside);
        collect_folder(folder, folder, &mut outside)?;
        // How lines end is a matter of the checkout.
        let texts = |files: Vec<SpecFile>| -> BTreeMap<String, String> {
            files.into_iter().map(|file| (file.path, file.text.replace("\r\n", "\n"))).collect()
        };
        let (inside, outside) = (texts(inside), texts(outside));
        let mut paths = inside.keys().chain(outside.keys());
        Ok(paths.find(|path| inside.get(*path) != outside.get(*path)).cloned())
    }

    /// Parses texts into specs, ordered by path.
    ///
    /// # Errors
    /// [`SpecError::Syntax`] for the first file that is not Gherkin.
    pub fn parse(mut files: Vec<SpecFile>) -> Result<Self, SpecError> {
        files.sort_by(|a, b| a.path.cmp(&b.path));
        let all = files.into_iter().map(parse_one).collect::<Result<_, _>>()?;
        Ok(Self { all })
    }

    /// Every case, in the order of the files.
    pub fn cases(&self) -> Vec<Case> {
        self.all.iter().flat_map(Spec::cases).collect()
    }
}

impl Spec {
    /// The cases of this file, top to bottom.
    pub fn cases(&self) -> Vec<Case> {
        let plain = self.expanded.scenarios.iter().map(|scenario| self.case(None, scenario));
        let ruled = self
            .expanded
            .rules
            .iter()
            .flat_map(|rule| rule.scenarios.iter().map(move |scenario| self.case(Some(rule), scenario)));
        plain.chain(ruled).collect()
    }

    fn case(&self, rule: Option<&gherkin::Rule>, scenario: &Scenario) -> Case {
        let of_rule = |rule: &gherkin::Rule| gherkin::Rule {
            keyword: rule.keyword.clone(),
            name: rule.name.clone(),
            description: rule.description.clone(),
            background: rule.background.clone(),
            scenarios: vec![scenario.clone()],
            tags: rule.tags.clone(),
            span: rule.span,
            position: rule.position,
        };
        // Field by field, because a clone would copy every scenario of the file for each of them.
        let feature = &self.expanded;
        let single = Feature {
            keyword: feature.keyword.clone(),
            name: feature.name.clone(),
            description: feature.description.clone(),
            background: feature.background.clone(),
            scenarios: if rule.is_some() { Vec::new() } else { vec![scenario.clone()] },
            rules: rule.map(of_rule).into_iter().collect(),
            tags: feature.tags.clone(),
            span: feature.span,
            position: feature.position,
            path: feature.path.clone(),
        };
        let mut tags = self.expanded.tags.clone();
        tags.extend(rule.iter().flat_map(|rule| rule.tags.clone()));
        tags.extend(scenario.tags.clone());
        Case {
            path: self.file.path.clone(),
            file: self.file.shown(),
            feature: self.expanded.name.clone(),
            name: scenario.name.clone(),
            line: scenario.position.line,
            span: self.lines_of(scenario.position.line),
            head: self.starts().first().map_or(0, |first| first.0 - 1),
            tags,
            snapshot: snapshot_name(&self.file.path, &scenario.name),
            single,
            inapplicable: None,
            differs: None,
            left_out: BTreeMap::new(),
        }
    }

    /// Every step: of the backgrounds, then of the scenarios.
    pub(super) fn steps(&self) -> impl Iterator<Item = &Step> {
        let Feature { background, rules, scenarios, .. } = &self.expanded;
        let backgrounds = background.iter().chain(rules.iter().filter_map(|rule| rule.background.as_ref()));
        let scenarios = scenarios.iter().chain(rules.iter().flat_map(|rule| &rule.scenarios));
        backgrounds.flat_map(|it| &it.steps).chain(scenarios.flat_map(|it| &it.steps))
    }

    /// How many lines the file has.
    pub(super) fn line_count(&self) -> usize {
        self.file.text.lines().count()
    }

    /// See [`Case::span`].
    fn lines_of(&self, case: usize) -> (usize, usize) {
        let starts = self.starts();
        let at = starts.iter().rposition(|(_, line)| *line <= case).unwrap_or_default();
        let Some((first, written)) = starts.get(at).copied() else { return (case, case) };
        let last = starts.get(at + 1).map_or_else(|| self.line_count(), |next| next.0 - 1);
        if case == written {
            return (first, last);
        }
        let rules = self.expanded.rules.iter().flat_map(|rule| &rule.scenarios);
        let rows = self.expanded.scenarios.iter().chain(rules).map(|row| row.position.line);
        let first_row = rows.filter(|line| (written..=last).contains(line)).min().unwrap_or(case);
        (first, first_row - 1)
    }

    /// Where each written scenario begins, with the tags above it, and its own line.
    fn starts(&self) -> Vec<(usize, usize)> {
        let lines: Vec<&str> = self.file.text.lines().map(str::trim).collect();
        let begin = |line: usize| {
            let above = lines.iter().take(line - 1).rev().take_while(|it| it.starts_with(['@', '#']));
            (line - above.count(), line)
        };
        let mut starts: Vec<_> = self.written_scenarios().map(|it| begin(it.position.line)).collect();
        starts.sort_unstable();
        starts
    }

    /// Scenarios and outlines as written.
    pub fn written_scenarios(&self) -> impl Iterator<Item = &Scenario> {
        self.written.scenarios.iter().chain(self.written.rules.iter().flat_map(|rule| &rule.scenarios))
    }
}

/// `folder/file.feature` and a scenario's name as `folder-file@scenario-name`.
pub(crate) fn snapshot_name(path: &str, scenario: &str) -> String {
    format!("{}@{}", slug(path.trim_end_matches(".feature")), slug(scenario))
}

fn slug(text: &str) -> String {
    let mut slug = String::with_capacity(text.len());
    for character in text.chars().flat_map(char::to_lowercase) {
        if character.is_alphanumeric() {
            slug.push(character);
        } else if !slug.ends_with('-') {
            slug.push('-');
        }
    }
    slug.trim_matches('-').to_owned()
}

fn parse_one(file: SpecFile) -> Result<Spec, SpecError> {
    let syntax =
        |flaw: Flaw| SpecError::Syntax { path: file.shown(), line: flaw.line, message: flaw.message };
    if let Some(uneven) = uneven_table(&file.text) {
        return Err(syntax(uneven));
    }
    let mut written = Feature::parse(&file.text, GherkinEnv::default())
        .map_err(|error| syntax(flaw(&file.text, &error.to_string())))?;
    written.path = Some(PathBuf::from(&file.path));
    let mut expanded = written.clone().expand_examples().map_err(|error| {
        let message =
            format!("this row gives no value for <{0}>; add a column '{0}', or take <{0}> out", error.name);
        syntax(Flaw { line: error.pos.line, message })
    })?;
    let lines: Vec<&str> = file.text.lines().collect();
    set_row_lines(&written.scenarios, &mut expanded.scenarios, &lines);
    for (rule, expanded) in written.rules.iter().zip(&mut expanded.rules) {
        set_row_lines(&rule.scenarios, &mut expanded.scenarios, &lines);
    }
    Ok(Spec { file, written, expanded })
}

/// Gives each expanded row the line it stands on.
fn set_row_lines(written: &[Scenario], expanded: &mut [Scenario], lines: &[&str]) {
    let mut rows = expanded.iter_mut();
    for scenario in written {
        if scenario.examples.is_empty() {
            rows.next();
            continue;
        }
        for examples in &scenario.examples {
            let count = examples.table.as_ref().map_or(0, |table| table.rows.len().saturating_sub(1));
            let table_lines = lines.iter().enumerate().skip(examples.position.line);
            let row_lines = table_lines.filter(|(_, text)| text.trim_start().starts_with('|')).skip(1);
            for (index, _) in row_lines.take(count) {
                if let Some(row) = rows.next() {
                    row.position.line = index + 1;
                }
            }
        }
    }
}

fn collect_embedded(dir: &Dir<'_>, files: &mut Vec<SpecFile>) {
    for file in dir.files().filter(|file| file.path().extension().is_some_and(|it| it == "feature")) {
        if let Some(text) = file.contents_utf8() {
            let (root, path) = (EMBEDDED_ROOT.to_owned(), with_slashes(file.path()));
            files.push(SpecFile { root, path, text: text.to_owned() });
        }
    }
    dir.dirs().for_each(|dir| collect_embedded(dir, files));
}

fn collect_folder(root: &Path, folder: &Path, files: &mut Vec<SpecFile>) -> Result<(), SpecError> {
    let unreadable = |path: &Path| {
        let path = path.to_owned();
        move |why| SpecError::Unreadable { path, why }
    };
    for entry in fs::read_dir(folder).map_err(unreadable(folder))? {
        let path = entry.map_err(unreadable(folder))?.path();
        if path.is_dir() {
            collect_folder(root, &path, files)?;
        } else if path.extension().is_some_and(|it| it == "feature") {
            let text = fs::read_to_string(&path).map_err(unreadable(&path))?;
            let below = with_slashes(path.strip_prefix(root).unwrap_or(&path));
            files.push(SpecFile { root: with_slashes(root), path: below, text });
        }
    }
    Ok(())
}

fn with_slashes(path: &Path) -> String {
    path.to_string_lossy().replace('\\', "/")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn specs(text: &str) -> Specs {
        Specs::parse(vec![SpecFile { path: "a/b.feature".into(), text: text.into(), ..SpecFile::default() }])
            .unwrap()
    }

    #[test]
    fn rows_stand_on_their_true_lines() {
        let specs = specs(
            "Feature: f\n\n  Scenario Outline: row <n>\n    Given <n>\n\n    Examples:\n      # why\n      | n |\n\n      | 1 |\n      # another\n      | 2 |\n",
        );
        let lines: Vec<_> = specs.cases().into_iter().map(|case| (case.name, case.line)).collect();
        assert_eq!(lines, [("row 1".to_owned(), 10), ("row 2".to_owned(), 12)]);
    }

    #[test]
    fn a_snapshot_is_named_after_its_file_and_scenario() {
        assert_eq!(snapshot_name("a/b_c.feature", "No account: \"x\" — why?"), "a-b-c@no-account-x-why");
    }

    #[test]
    fn a_scenario_spans_from_its_tags_to_the_next_one() {
        let specs =
            specs("Feature: f\n  Scenario: one\n    Given a\n\n  @tag\n  Scenario: two\n    Given b\n");
        let spans: Vec<_> = specs.cases().into_iter().map(|case| case.span).collect();
        assert_eq!(spans, [(2, 4), (5, 7)]);
    }

    #[test]
    fn what_is_not_gherkin_names_its_file() {
        let file = SpecFile { root: "my".into(), path: "x.feature".into(), text: "Hello".into() };
        let error = Specs::parse(vec![file]).unwrap_err();
        assert!(error.to_string().starts_with("my/x.feature:1: a file begins with"), "{error}");
    }
    #[test]
    fn a_misspelt_keyword_among_steps_is_named_with_its_line() {
        let text = "Feature: f\n  Scenario: s\n    Given a\n    Wehn b\n".into();
        let error = Specs::parse(vec![SpecFile { path: "x.feature".into(), text, ..SpecFile::default() }])
            .unwrap_err();
        assert_eq!(error.to_string(), "x.feature:4: 'Wehn b' begins with no keyword; did you mean 'When'?");
    }

    #[test]
    fn a_row_without_a_value_is_told_with_its_line() {
        let text =
            "Feature: f\n  Scenario Outline: <n>\n    Given <n>\n\n    Examples:\n      | m |\n      | a |\n"
                .into();
        let error = Specs::parse(vec![SpecFile { path: "x.feature".into(), text, ..SpecFile::default() }])
            .unwrap_err();
        assert_eq!(
            error.to_string(),
            "x.feature:7: this row gives no value for <n>; add a column 'n', or take <n> out"
        );
    }

    #[test]
    fn a_folder_without_specs_and_one_that_is_not_there_are_named_once() {
        let folder = tempfile::tempdir().unwrap();
        let error = Specs::read(folder.path()).unwrap_err();
        assert!(error.to_string().starts_with("there is no .feature file in /"), "{error}");
        let error = anyhow::Error::from(Specs::read(&folder.path().join("missing")).unwrap_err());
        assert_eq!(format!("{error:#}").matches("No such file").count(), 1, "{error:#}");
    }
}
