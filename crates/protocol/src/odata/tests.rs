use super::*;
use doorward_names::ObjectId;
use proptest::prelude::*;
use serde_json::json;

fn filter(text: &str) -> FilterExpr {
    text.parse().unwrap_or_else(|error| panic!("{text}: {error}"))
}

fn eq(field: &str, text: &str) -> FilterExpr {
    FilterExpr::Eq(field.into(), Literal::Text(text.into()))
}

#[test]
fn the_filters_that_clients_send() {
    let element = || FieldPath(Vec::new());
    assert_eq!(filter("displayName eq 'ml-auth'"), eq("displayName", "ml-auth"));
    assert_eq!(
        filter("startswith(displayName,'ml-auth')"),
        FilterExpr::StartsWith("displayName".into(), "ml-auth".into())
    );
    assert_eq!(
        filter("startsWith( displayName , 'x' )"),
        FilterExpr::StartsWith("displayName".into(), "x".into())
    );
    for variable in ["c", "x", "name"] {
        assert_eq!(
            filter(&format!(
                "servicePrincipalNames/any({variable}:{variable} eq 'http://ml-auth')"
            )),
            FilterExpr::Any(
                "servicePrincipalNames".into(),
                Box::new(FilterExpr::Eq(element(), Literal::Text("http://ml-auth".into())))
            )
        );
    }
    assert_eq!(
        filter("userPrincipalName eq 'o''brien@contoso.com'"),
        eq("userPrincipalName", "o'brien@contoso.com")
    );
    assert_eq!(
        filter("accountEnabled eq true"),
        FilterExpr::Eq("accountEnabled".into(), Literal::Bool(true))
    );
    assert_eq!(
        filter("appId eq 1B4F0E98-51a3-4c3c-9f3a-7b1d5c2e8a10"),
        FilterExpr::Eq(
            "appId".into(),
            Literal::Guid("1b4f0e98-51a3-4c3c-9f3a-7b1d5c2e8a10".into())
        )
    );
    assert_eq!(
        filter("id in ('a', 'b')"),
        FilterExpr::Or(vec![eq("id", "a"), eq("id", "b")])
    );
    assert_eq!(filter("id in ('a')"), eq("id", "a"));
    assert_eq!(
        filter("keys/any(k:k/name eq 'x' and startswith(k/kind,'y'))").to_string(),
        "keys/any(x:x/name eq 'x' and startswith(x/kind,'y'))"
    );
}

#[test]
fn and_binds_closer_than_or_and_not_closest() {
    let (a, b, c) = (eq("a", "1"), eq("b", "2"), eq("c", "3"));
    assert_eq!(
        filter("a eq '1' or b eq '2' and c eq '3'"),
        FilterExpr::Or(vec![a.clone(), FilterExpr::And(vec![b.clone(), c.clone()])])
    );
    assert_eq!(
        filter("(a eq '1' or b eq '2') AND c eq '3'"),
        FilterExpr::And(vec![FilterExpr::Or(vec![a.clone(), b.clone()]), c])
    );
    assert_eq!(
        filter("not a eq '1' and b eq '2'"),
        FilterExpr::And(vec![FilterExpr::Not(Box::new(a)), b])
    );
}

#[test]
fn refusals_say_what_graph_says() {
    let error = |text: &str| text.parse::<FilterExpr>().unwrap_err().to_string();
    assert_eq!(
        error("displayName"),
        "Invalid filter clause: Syntax error at position 11 in the clause."
    );
    assert_eq!(
        error("displayName eq 'x"),
        "Invalid filter clause: There is an unterminated literal at position 15 in the clause."
    );
    assert_eq!(
        error("displayName ne 'x'"),
        "Invalid filter clause: The operator or function 'ne' is not supported."
    );
    assert_eq!(
        error("endswith(mail,'x')"),
        "Invalid filter clause: The operator or function 'endswith' is not supported."
    );
    for bad in [
        "",
        " ",
        "()",
        "eq 'x'",
        "a eq",
        "a eq b",
        "a eq 1",
        "a eq 'x' and",
        "a eq 'x' b eq 'y'",
        "(a eq 'x'",
        "a eq 'x')",
        "a//b eq 'x'",
        "/a eq 'x'",
        "a eq \"x\"",
        "a eq 'x\0'",
        "a/any(c eq 'x')",
        "a/any(c:d eq 'x')",
        "a/any(c:c/d/any(e:e eq 'x'))",
        "a/any(and:and eq 'x')",
        "a/all(c:c eq 'x')",
        "any(c:c eq 'x')",
        "startswith('x',a)",
        "startswith(a)",
        "a in ()",
        "a in ('x',)",
        "not",
        "가 eq 'x'",
        "a eq 'x' or 1 eq 1",
        "a eq 'x'; drop table users",
    ] {
        assert!(bad.parse::<FilterExpr>().is_err(), "{bad}");
    }
}

#[test]
fn hostile_input_is_bounded() {
    for (open, close) in [("(", ")"), ("not ", ""), ("not (", ")")] {
        let nested = |n: usize| format!("{}a eq 'x'{}", open.repeat(n), close.repeat(n));
        assert!(nested(MAX_DEPTH).parse::<FilterExpr>().is_ok(), "{open}");
        assert_eq!(
            nested(MAX_DEPTH + 1).parse::<FilterExpr>(),
            Err(FilterError::TooDeep),
            "{open}"
        );
        assert_eq!(
            nested(500).parse::<FilterExpr>(),
            Err(FilterError::TooDeep),
            "{open}"
        );
    }
    assert_eq!("(".repeat(4096).parse::<FilterExpr>(), Err(FilterError::TooDeep));
    assert_eq!("(".repeat(4097).parse::<FilterExpr>(), Err(FilterError::TooLong));
    let chain = vec!["a eq 'x'"; 300].join(" or ");
    assert!(matches!(filter(&chain), FilterExpr::Or(parts) if parts.len() == 300));
}

#[test]
fn options() {
    let id = ObjectId::from_bytes([0xfe; 16]);
    let token = SkipToken { after: id };
    let options = QueryOptions::parse(&format!(
        "$filter=displayName+eq%20'a%26b'&%24select=id,%20displayName&$TOP=5&$skiptoken={token}&api-version=1.6&$count=false&"
    ))
    .unwrap();
    assert_eq!(options.filter, Some(eq("displayName", "a&b")));
    assert_eq!(options.select.as_ref().unwrap().names(), ["id", "displayName"]);
    assert_eq!((options.top, options.skip_token), (Some(5), Some(token)));
    assert_eq!(QueryOptions::parse(&options.to_string()), Ok(options));
    assert_eq!(QueryOptions::parse(""), Ok(QueryOptions::default()));
    assert!(QueryOptions::parse("filter=id eq 'x'").unwrap().filter.is_some());
}

#[test]
fn options_that_would_change_the_answer_are_not_ignored() {
    let error = |query: &str| QueryOptions::parse(query).unwrap_err();
    for name in ["$orderby", "$expand", "$search", "$skip", "$apply", "orderBy"] {
        let expected = format!("${}", name.trim_start_matches('$').to_ascii_lowercase());
        assert_eq!(error(&format!("{name}=x")), QueryError::Unsupported(expected));
    }
    assert_eq!(error("$count=true"), QueryError::Unsupported("$count".into()));
    assert_eq!(
        error("$frobnicate=1"),
        QueryError::Unsupported("$frobnicate".into())
    );
    assert_eq!(error("$top=1&top=2"), QueryError::Duplicate("$top".into()));
    for top in ["0", "1000", "-1", "+5", "1.0", "", "x", "99999999999"] {
        assert_eq!(
            error(&format!("$top={}", top.replace('+', "%2B"))),
            QueryError::Top(top.into())
        );
    }
    for select in ["", "a,,b", "*", "a b", "a/b", "@odata.type", &"a,".repeat(80)] {
        assert_eq!(
            error(&format!("$select={select}")),
            QueryError::Select,
            "{select}"
        );
    }
    for token in ["", "x", "AAAA", "________________________"] {
        assert_eq!(
            error(&format!("$skiptoken={token}")),
            QueryError::SkipToken,
            "{token}"
        );
    }
    assert_eq!(error("$filter=%zz"), QueryError::Malformed);
    assert!(matches!(error("$filter="), QueryError::Filter(_)));
}

#[test]
fn select_keeps_annotations() {
    let mut object = json!({ "@odata.context": "c", "id": 1, "displayName": "a", "secret": 2 });
    QueryOptions::parse("$select=ID,displayname")
        .unwrap()
        .select
        .unwrap()
        .apply(&mut object);
    assert_eq!(
        object,
        json!({ "@odata.context": "c", "id": 1, "displayName": "a" })
    );
}

fn names(least: usize) -> impl Strategy<Value = FieldPath> {
    proptest::collection::vec("f[A-Za-z0-9_]{0,8}", least..3).prop_map(FieldPath)
}

fn leaf(least: usize) -> impl Strategy<Value = FilterExpr> {
    let literal = prop_oneof![
        "[^\0]{0,12}".prop_map(Literal::Text),
        any::<bool>().prop_map(Literal::Bool),
        any::<[u8; 16]>().prop_map(|bytes| Literal::Guid(ObjectId::from_bytes(bytes).to_string())),
        Just(Literal::Null),
    ];
    prop_oneof![
        (names(least), literal).prop_map(|(field, literal)| FilterExpr::Eq(field, literal)),
        (names(least), "[^\0]{0,12}").prop_map(|(field, text)| FilterExpr::StartsWith(field, text)),
    ]
}

fn tree(leaf: impl Strategy<Value = FilterExpr> + 'static) -> impl Strategy<Value = FilterExpr> {
    leaf.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            inner.clone().prop_map(|inner| FilterExpr::Not(Box::new(inner))),
            proptest::collection::vec(inner.clone(), 2..4).prop_map(FilterExpr::And),
            proptest::collection::vec(inner, 2..4).prop_map(FilterExpr::Or),
        ]
    })
}

fn any_filter() -> impl Strategy<Value = FilterExpr> {
    let lambda = (names(1), tree(leaf(0)))
        .prop_map(|(collection, condition)| FilterExpr::Any(collection, Box::new(condition)));
    tree(prop_oneof![3 => leaf(1), 1 => lambda])
}

proptest! {
    #[test]
    fn written_and_read_again_it_is_the_same(expr in any_filter()) {
        let text = expr.to_string();
        prop_assume!(text.len() <= MAX_FILTER_BYTES);
        prop_assert_eq!(text.parse(), Ok(expr.clone()), "{}", text);
        let options = QueryOptions { filter: Some(expr), ..Default::default() };
        prop_assert_eq!(QueryOptions::parse(&options.to_string()), Ok(options));
    }

    #[test]
    fn no_text_makes_it_panic(text in ".*", clause in "([a-z/():, ']|eq |and |not |any\\(x:|'){0,60}") {
        let _ = QueryOptions::parse(&text);
        let _ = text.parse::<FilterExpr>();
        if let Ok(read) = clause.parse::<FilterExpr>() {
            prop_assert_eq!(read.to_string().parse(), Ok(read));
        }
    }
}
