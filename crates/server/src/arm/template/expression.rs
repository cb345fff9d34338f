//! The expression language: a text in brackets, read into a tree.

use super::TemplateError;
use super::error::cut;
use super::limits::{DEPTH, EXPRESSION};

/// What a text of a template is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Text<'t> {
    /// Itself.
    Literal(&'t str),
    /// An expression.
    Expression(Expression),
}

/// An expression.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Expression {
    /// `'text'`
    Text(String),
    /// `12`
    Number(i64),
    /// `name(…)`
    Call(Call),
    /// `….name`, `…[index]`: all of them that follow each other.
    Access {
        /// Of what.
        base: Box<Expression>,
        /// The names and indices; a name is a text.
        path: Vec<Expression>,
    },
}

/// The call of a function.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Call {
    /// The function, as written.
    pub(super) name: String,
    /// Its arguments.
    pub(super) arguments: Vec<Expression>,
}

/// Reads a text: what begins with `[` and ends with `]` is an expression, unless it begins with `[[`, which stands for a
/// single bracket.
pub(super) fn read(text: &str) -> Result<Text<'_>, TemplateError> {
    let Some(inner) = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) else {
        return Ok(Text::Literal(text));
    };
    if inner.starts_with('[') {
        return Ok(Text::Literal(text.strip_prefix('[').unwrap_or(text)));
    }
    if text.len() > EXPRESSION {
        return Err(TemplateError::Limit {
            what: "bytes in an expression",
            limit: EXPRESSION,
        });
    }
    let mut parser = Parser { text, rest: inner };
    let expression = parser.expression(0)?;
    match parser.peek() {
        None => Ok(Text::Expression(expression)),
        Some(_) => Err(parser.fail("the end is expected")),
    }
}

struct Parser<'t> {
    text: &'t str,
    /// What is still to be read; a part of `text`.
    rest: &'t str,
}

impl<'t> Parser<'t> {
    fn fail(&self, reason: &'static str) -> TemplateError {
        // The bracket at the end was taken off.
        let read = self.text.len().saturating_sub(self.rest.len() + 1);
        TemplateError::Syntax {
            expression: cut(self.text),
            reason,
            at: self.text.get(..read).map_or(read, |text| text.chars().count()),
        }
    }

    fn peek(&mut self) -> Option<char> {
        self.rest = self.rest.trim_start();
        self.rest.chars().next()
    }

    fn eat(&mut self, wanted: char) -> bool {
        self.peek();
        match self.rest.strip_prefix(wanted) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    /// Takes what belongs to a word of these characters.
    fn word(&mut self, belongs: impl Fn(char) -> bool) -> &'t str {
        let end = self.rest.find(|c: char| !belongs(c)).unwrap_or(self.rest.len());
        let (word, rest) = self.rest.split_at(end);
        self.rest = rest;
        word
    }

    fn name(&mut self) -> Option<&'t str> {
        match self.peek() {
            Some(c) if c.is_ascii_alphabetic() || c == '_' => {
                Some(self.word(|c| c.is_ascii_alphanumeric() || c == '_'))
            }
            _ => None,
        }
    }

    fn expression(&mut self, depth: usize) -> Result<Expression, TemplateError> {
        if depth >= DEPTH {
            return Err(TemplateError::Limit {
                what: "levels of nesting in an expression",
                limit: DEPTH,
            });
        }
        let base = self.operand(depth)?;
        let mut path = Vec::new();
        loop {
            if self.eat('.') {
                let name = self.name().ok_or_else(|| self.fail("a name is expected"))?;
                path.push(Expression::Text(name.to_owned()));
            } else if self.eat('[') {
                path.push(self.expression(depth + 1)?);
                if !self.eat(']') {
                    return Err(self.fail("']' is expected"));
                }
            } else if path.is_empty() {
                return Ok(base);
            } else {
                let base = Box::new(base);
                return Ok(Expression::Access { base, path });
            }
        }
    }

    fn operand(&mut self, depth: usize) -> Result<Expression, TemplateError> {
        match self.peek() {
            Some('\'') => self.quoted().map(Expression::Text),
            Some(c) if c.is_ascii_digit() || c == '-' || c == '+' => self.number(),
            Some(_) => self.call(depth),
            None => Err(self.fail("a value is expected")),
        }
    }

    fn quoted(&mut self) -> Result<String, TemplateError> {
        let start = self.rest;
        let mut text = String::new();
        while let Some(rest) = self.rest.strip_prefix('\'') {
            // A quote after the first part is a doubled one.
            if self.rest.len() != start.len() {
                text.push('\'');
            }
            let Some((part, rest)) = rest.split_once('\'') else {
                self.rest = start;
                return Err(self.fail("the text that begins has no end"));
            };
            text.push_str(part);
            self.rest = rest;
        }
        Ok(text)
    }

    fn number(&mut self) -> Result<Expression, TemplateError> {
        let start = self.rest;
        let digits = self.word(|c| c.is_ascii_alphanumeric() || "+-_".contains(c));
        digits.parse().map(Expression::Number).map_err(|_| {
            self.rest = start;
            self.fail("a whole number is expected")
        })
    }

    fn call(&mut self, depth: usize) -> Result<Expression, TemplateError> {
        let Some(first) = self.name() else {
            return Err(self.fail("a function, a text or a number is expected"));
        };
        let mut name = first.to_owned();
        // The functions of users have a namespace.
        while self.eat('.') {
            let part = self.name().ok_or_else(|| self.fail("a name is expected"))?;
            name.push('.');
            name.push_str(part);
        }
        if !self.eat('(') {
            return Err(self.fail("'(' is expected"));
        }
        let mut arguments = Vec::new();
        if !self.eat(')') {
            loop {
                arguments.push(self.expression(depth + 1)?);
                if self.eat(')') {
                    break;
                }
                if !self.eat(',') {
                    return Err(self.fail("',' or ')' is expected"));
                }
            }
        }
        Ok(Expression::Call(Call { name, arguments }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(expression: &Expression) -> String {
        match expression {
            Expression::Text(text) => format!("{text:?}"),
            Expression::Number(number) => number.to_string(),
            Expression::Call(call) => {
                let arguments: Vec<_> = call.arguments.iter().map(shown).collect();
                format!("{}({})", call.name, arguments.join(", "))
            }
            Expression::Access { base, path } => {
                let path: String = path.iter().map(|key| format!("[{}]", shown(key))).collect();
                format!("{}{path}", shown(base))
            }
        }
    }

    fn told(text: &str) -> String {
        match read(text) {
            Ok(Text::Literal(text)) => format!("text {text}"),
            Ok(Text::Expression(expression)) => shown(&expression),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn texts_and_expressions() {
        let texts = [
            "plain",
            "",
            "[",
            "]",
            "[]",
            "[ ]",
            "[[a]",
            "[[",
            "[[]",
            "[a] b",
            "[f()]",
            "[ f ( ) ]",
            "[f('a', 1, -2)]",
            "[f('it''s', '', '''', 'a]b')]",
            "[f(g(h('ä')))]",
            "['alone']",
            "[12]",
            "[f().a.b[0]['c'].d]",
            "[f().a[g().b]]",
            "[f()[0 ] . x]",
            "[ns.f('a')]",
            "[f]",
            "[f(]",
            "[f(,)]",
            "[f('a',)]",
            "[f('a' 'b')]",
            "[f('a]",
            "['ä' + 1]",
            "[f() g()]",
            "[f().]",
            "[f()[]]",
            "[f()[0]",
            "[f().?a]",
            "[1.5]",
            "[9223372036854775808]",
            "[1a]",
            "[\"a\"]",
            "[f()][g()]",
            "[é()]",
        ];
        let table: Vec<_> = texts.map(|text| format!("{text} → {}", told(text))).into();
        insta::assert_snapshot!(table.join("\n"), @r#"
        plain → text plain
         → text 
        [ → text [
        ] → text ]
        [] → The language expression '[]' is not valid: a value is expected at position '1'.
        [ ] → The language expression '[ ]' is not valid: a value is expected at position '2'.
        [[a] → text [a]
        [[ → text [[
        [[] → text []
        [a] b → text [a] b
        [f()] → f()
        [ f ( ) ] → f()
        [f('a', 1, -2)] → f("a", 1, -2)
        [f('it''s', '', '''', 'a]b')] → f("it's", "", "'", "a]b")
        [f(g(h('ä')))] → f(g(h("ä")))
        ['alone'] → "alone"
        [12] → 12
        [f().a.b[0]['c'].d] → f()["a"]["b"][0]["c"]["d"]
        [f().a[g().b]] → f()["a"][g()["b"]]
        [f()[0 ] . x] → f()[0]["x"]
        [ns.f('a')] → ns.f("a")
        [f] → The language expression '[f]' is not valid: '(' is expected at position '2'.
        [f(] → The language expression '[f(]' is not valid: a value is expected at position '3'.
        [f(,)] → The language expression '[f(,)]' is not valid: a function, a text or a number is expected at position '3'.
        [f('a',)] → The language expression '[f('a',)]' is not valid: a function, a text or a number is expected at position '7'.
        [f('a' 'b')] → The language expression '[f('a' 'b')]' is not valid: ',' or ')' is expected at position '7'.
        [f('a] → The language expression '[f('a]' is not valid: the text that begins has no end at position '3'.
        ['ä' + 1] → The language expression '['ä' + 1]' is not valid: the end is expected at position '5'.
        [f() g()] → The language expression '[f() g()]' is not valid: the end is expected at position '5'.
        [f().] → The language expression '[f().]' is not valid: a name is expected at position '5'.
        [f()[]] → The language expression '[f()[]]' is not valid: a function, a text or a number is expected at position '5'.
        [f()[0] → The language expression '[f()[0]' is not valid: ']' is expected at position '6'.
        [f().?a] → The language expression '[f().?a]' is not valid: a name is expected at position '5'.
        [1.5] → The language expression '[1.5]' is not valid: a name is expected at position '3'.
        [9223372036854775808] → The language expression '[9223372036854775808]' is not valid: a whole number is expected at position '1'.
        [1a] → The language expression '[1a]' is not valid: a whole number is expected at position '1'.
        ["a"] → The language expression '["a"]' is not valid: a function, a text or a number is expected at position '1'.
        [f()][g()] → The language expression '[f()][g()]' is not valid: the end is expected at position '4'.
        [é()] → The language expression '[é()]' is not valid: a function, a text or a number is expected at position '1'.
        "#);
    }

    #[test]
    fn bounds() {
        let nested = |depth: usize| format!("[{}1{}]", "f(".repeat(depth), ")".repeat(depth));
        assert!(read(&nested(31)).is_ok());
        let indexed = format!("[f(){}1{}]", "[f()".repeat(40), "]".repeat(40));
        for text in [
            nested(32),
            nested(5000),
            indexed,
            format!("['{}']", "x".repeat(24_573)),
        ] {
            let error = read(&text).unwrap_err();
            assert!(matches!(error, TemplateError::Limit { .. }), "{error}");
        }
        assert!(read(&format!("['{}']", "x".repeat(24_572))).is_ok());
        // What isn't an expression has no bound here, and what is long isn't deep.
        assert!(read(&"x".repeat(100_000)).is_ok());
        assert!(read(&format!("[f(){}]", ".a".repeat(10_000))).is_ok());
    }
}
