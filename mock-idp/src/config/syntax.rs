//! What a parser of TOML or YAML calls a mistake, in the words of whoever writes a file, with what to do about it. It knows
//! messages alone, and no setting.

/// Sentence and remedy; nothing where the message says enough.
pub(super) fn told(message: &str) -> Option<(&'static str, &'static str)> {
    Some(match message {
        "invalid basic string, expected `\"`" => (
            "a quote is not closed",
            "close it with \" on the same line; a longer text has \"\"\" on both sides",
        ),
        "invalid literal string, expected `'`" => {
            ("a quote is not closed", "close it with ' on the same line; a longer text has ''' on both sides")
        }
        "invalid multi-line basic string, expected `\"`" => {
            ("a text of several lines is not closed", "close it with \"\"\"")
        }
        "invalid multi-line literal string, expected `'`" => {
            ("a text of several lines is not closed", "close it with '''")
        }
        "key with no value, expected `=`" => (
            "no = stands behind a key",
            "write it as in seed = 7; what has colons is YAML, in a file named .yaml",
        ),
        "a value is missing" => ("no value stands behind the =", "write one, or remove the line"),
        "string values must be quoted, expected literal string" => (
            "this is no value",
            "put a text in quotes, as in listen = \"127.0.0.1:9400\"; true, false and numbers have none",
        ),
        "invalid boolean, expected `true`" | "invalid boolean, expected `false`" => {
            ("this is no value", "write true or false, in small letters")
        }
        "unclosed array, expected `]`" => ("a list is not closed", "close it with ]"),
        "unclosed inline table, expected `}`" => ("a table is not closed", "close it with }"),
        "unclosed table, expected `]`" => ("a header is not closed", "close it as in [tls]"),
        "unclosed array table, expected `]`" | "unclosed array table, expected `]]`" => {
            ("a header is not closed", "close it with two brackets, as in [[people]]")
        }
        "missing comma between array elements, expected `,`" => {
            ("a list has no comma between two values", "put one there, or close the list above with ]")
        }
        "missing comma between key-value pairs, expected `,`" => {
            ("a table has no comma between two members", "put one there, or close the table above with }")
        }
        "unexpected key or value, expected newline, `#`" => (
            "something stands behind what is complete",
            "write each key on a line of its own, and a comment behind #",
        ),
        "too few unicode value digits, expected unicode hexadecimal value" => BACKSLASH,
        _ if message.starts_with("missing escaped value") => BACKSLASH,
        "unclosed quote" => ("a quote is not closed", "close it with the sign that it begins with"),
        "unclosed bracket '['" => ("a list is not closed", "close it with ]"),
        "unclosed bracket '{'" => ("a table is not closed", "close it with }"),
        "mapping values are not allowed in this context" => (
            "a key stands where none can be",
            "write it below the other keys of its table, with as many blanks before it; a text with \": \" in it stands in quotes",
        ),
        _ => return None,
    })
}

const BACKSLASH: (&str, &str) = (
    "a backslash stands for itself nowhere in double quotes",
    "write it twice, or put the text in single quotes",
);
