//! Reading filters: recursive descent, its depth counted; `and` binds closer than `or` (OData URL conventions
//! §5.1.1.17).

use doorward_names::{ObjectId, Timestamp};

use super::filter::{FieldPath, FilterExpr, Literal, Order};
use super::lexer::{Token, tokens};
use super::{FilterError, MAX_DEPTH, MAX_FILTER_BYTES};

/// Operators and functions that are known, and not supported.
const UNSUPPORTED: [&str; 25] = [
    "ne",
    "gt",
    "ge",
    "lt",
    "le",
    "has",
    "add",
    "sub",
    "mul",
    "div",
    "mod",
    "endswith",
    "contains",
    "tolower",
    "toupper",
    "length",
    "indexof",
    "substring",
    "trim",
    "concat",
    "all",
    "isof",
    "cast",
    "year",
    "now",
];

pub(super) fn parse(clause: &str) -> Result<FilterExpr, FilterError> {
    if clause.len() > MAX_FILTER_BYTES {
        return Err(FilterError::TooLong);
    }
    let mut parser = Parser {
        tokens: tokens(clause)?,
        next: 0,
        end: clause.len(),
        variable: None,
    };
    let expr = parser.or(0)?;
    if parser.next < parser.tokens.len() {
        Err(parser.unexpected())
    } else {
        Ok(expr)
    }
}

struct Parser {
    tokens: Vec<(usize, Token)>,
    next: usize,
    end: usize,
    /// The variable of the lambda that is being read.
    variable: Option<String>,
}

impl Parser {
    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.next).map(|(_, token)| token)
    }

    fn unexpected(&self) -> FilterError {
        match self.peek() {
            Some(Token::Word(word)) if is_unsupported(word) => FilterError::Unsupported(word.clone()),
            _ => FilterError::Syntax {
                position: self
                    .tokens
                    .get(self.next)
                    .map_or(self.end, |(position, _)| *position),
            },
        }
    }

    fn take(&mut self, token: &Token) -> Result<(), FilterError> {
        if self.peek() != Some(token) {
            return Err(self.unexpected());
        }
        self.next += 1;
        Ok(())
    }

    fn take_keyword(&mut self, keyword: &str) -> bool {
        let found = matches!(self.peek(), Some(Token::Word(word)) if word.eq_ignore_ascii_case(keyword));
        self.next += usize::from(found);
        found
    }

    fn take_text(&mut self) -> Result<String, FilterError> {
        let Some(Token::Text(text)) = self.peek().cloned() else {
            return Err(self.unexpected());
        };
        self.next += 1;
        Ok(text)
    }

    fn take_word(&mut self) -> Result<String, FilterError> {
        let Some(Token::Word(word)) = self.peek().cloned() else {
            return Err(self.unexpected());
        };
        self.next += 1;
        Ok(word)
    }

    fn or(&mut self, depth: usize) -> Result<FilterExpr, FilterError> {
        if depth > MAX_DEPTH {
            return Err(FilterError::TooDeep);
        }
        let first = self.and(depth)?;
        let mut parts = vec![first];
        while self.take_keyword("or") {
            parts.push(self.and(depth)?);
        }
        Ok(chain(parts, FilterExpr::Or))
    }

    fn and(&mut self, depth: usize) -> Result<FilterExpr, FilterError> {
        let first = self.unary(depth)?;
        let mut parts = vec![first];
        while self.take_keyword("and") {
            parts.push(self.unary(depth)?);
        }
        Ok(chain(parts, FilterExpr::And))
    }

    fn unary(&mut self, depth: usize) -> Result<FilterExpr, FilterError> {
        if depth > MAX_DEPTH {
            return Err(FilterError::TooDeep);
        }
        let is_call =
            |parser: &Self| parser.tokens.get(parser.next + 1).map(|(_, t)| t) == Some(&Token::Open);
        match self.peek() {
            Some(Token::Open) => {
                self.next += 1;
                let inner = self.or(depth + 1)?;
                self.take(&Token::Close)?;
                Ok(inner)
            }
            Some(Token::Word(word)) if word.eq_ignore_ascii_case("not") => {
                self.next += 1;
                // `not (…)` counts as one level.
                let inner = if self.peek() == Some(&Token::Open) {
                    depth
                } else {
                    depth + 1
                };
                Ok(FilterExpr::Not(Box::new(self.unary(inner)?)))
            }
            Some(Token::Word(word)) if word.eq_ignore_ascii_case("startswith") && is_call(self) => {
                self.next += 2;
                let field = self.field()?;
                self.take(&Token::Comma)?;
                let text = self.take_text()?;
                self.take(&Token::Close)?;
                Ok(FilterExpr::StartsWith(field, text))
            }
            Some(Token::Word(word)) if is_call(self) => {
                let word = word.clone();
                match word.rsplit_once('/') {
                    Some((collection, "any")) => self.any(collection, depth),
                    Some((_, "all")) => Err(FilterError::Unsupported("all".to_owned())),
                    _ => Err(self.unexpected()),
                }
            }
            _ => self.comparison(),
        }
    }

    fn any(&mut self, collection: &str, depth: usize) -> Result<FilterExpr, FilterError> {
        let outer = self.path(collection)?;
        if self.variable.is_some() {
            return Err(FilterError::Unsupported("any within any".to_owned()));
        }
        self.next += 2;
        let at = self.next;
        let variable = self.take_word()?;
        if !is_name(&variable) || is_keyword(&variable) {
            self.next = at;
            return Err(self.unexpected());
        }
        self.take(&Token::Colon)?;
        self.variable = Some(variable);
        let condition = self.or(depth + 1)?;
        self.variable = None;
        self.take(&Token::Close)?;
        Ok(FilterExpr::Any(outer, Box::new(condition)))
    }

    fn comparison(&mut self) -> Result<FilterExpr, FilterError> {
        let field = self.field()?;
        if self.take_keyword("in") {
            self.take(&Token::Open)?;
            let mut parts = vec![FilterExpr::Eq(field.clone(), self.literal()?)];
            while self.peek() == Some(&Token::Comma) {
                self.next += 1;
                parts.push(FilterExpr::Eq(field.clone(), self.literal()?));
            }
            self.take(&Token::Close)?;
            return Ok(chain(parts, FilterExpr::Or));
        }
        if self.take_keyword("eq") {
            return Ok(FilterExpr::Eq(field, self.literal()?));
        }
        let order = Order::ALL.into_iter().find(|order| {
            matches!(self.peek(), Some(Token::Word(word)) if word.eq_ignore_ascii_case(order.as_str()))
        });
        // Only instants are in order here.
        let instant = self.tokens.get(self.next + 1).and_then(|(_, token)| match token {
            Token::Word(word) => word.parse::<Timestamp>().ok(),
            _ => None,
        });
        match (order, instant) {
            (Some(order), Some(instant)) => {
                self.next += 2;
                Ok(FilterExpr::Compare(field, order, instant))
            }
            _ => Err(self.unexpected()),
        }
    }

    fn literal(&mut self) -> Result<Literal, FilterError> {
        let literal = match self.peek() {
            Some(Token::Text(text)) => Literal::Text(text.clone()),
            Some(Token::Word(word)) => match word.as_str() {
                "true" => Literal::Bool(true),
                "false" => Literal::Bool(false),
                "null" => Literal::Null,
                other => match other.parse::<ObjectId>() {
                    Ok(guid) => Literal::Guid(guid.to_string()),
                    Err(_) => return Err(self.unexpected()),
                },
            },
            _ => return Err(self.unexpected()),
        };
        self.next += 1;
        Ok(literal)
    }

    fn field(&mut self) -> Result<FieldPath, FilterError> {
        let Some(Token::Word(word)) = self.peek().cloned() else {
            return Err(self.unexpected());
        };
        let path = self.path(&word)?;
        self.next += 1;
        Ok(path)
    }

    /// A path at the current token; within a lambda it starts with the variable, which goes.
    fn path(&self, text: &str) -> Result<FieldPath, FilterError> {
        let mut names = text.split('/').map(str::to_owned).collect::<Vec<_>>();
        if !names.iter().all(|name| is_name(name)) || (names.len() == 1 && is_keyword(text)) {
            return Err(self.unexpected());
        }
        if let Some(variable) = &self.variable {
            if names.first() != Some(variable) {
                return Err(self.unexpected());
            }
            names.remove(0);
        }
        Ok(FieldPath(names))
    }
}

/// One part is itself; more are a chain.
fn chain(mut parts: Vec<FilterExpr>, join: fn(Vec<FilterExpr>) -> FilterExpr) -> FilterExpr {
    match (parts.len(), parts.pop()) {
        (1, Some(only)) => only,
        (_, Some(last)) => {
            parts.push(last);
            join(parts)
        }
        (_, None) => join(parts),
    }
}

fn is_name(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && name.len() <= 128
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

fn is_keyword(word: &str) -> bool {
    ["and", "or", "not", "eq", "in", "true", "false", "null"]
        .iter()
        .any(|k| word.eq_ignore_ascii_case(k))
}

fn is_unsupported(word: &str) -> bool {
    UNSUPPORTED.iter().any(|known| word.eq_ignore_ascii_case(known))
}
