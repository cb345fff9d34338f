//! Templates that ask for too much, and templates at random: none may panic, hang or take the machine's memory.

use proptest::prelude::*;

use super::*;

/// That a bound stopped it, and which.
fn bound(outcome: Result<Plan, TemplateError>) -> String {
    match outcome.unwrap_err().root() {
        TemplateError::Limit { what, limit } => format!("{limit} {what}"),
        other => panic!("{other}"),
    }
}

fn with_variables(variables: Map<String, Value>, used: &str) -> Result<Plan, TemplateError> {
    let outputs = json!({"o": {"type": "bool", "value": format!("[empty({used})]")}});
    expanded(&template(json!({"variables": variables, "outputs": outputs})))
}

/// Variables of which each is made of the one before it.
fn chain(length: usize, first: Value, next: impl Fn(usize) -> Value) -> Map<String, Value> {
    let rest = (1..length).map(|at| (format!("v{at}"), next(at - 1)));
    std::iter::once(("v0".to_owned(), first)).chain(rest).collect()
}

#[test]
fn bombs_are_stopped_before_they_go_off() {
    let doubled = |name: &'static str| {
        move |at: usize| json!(format!("[{name}(variables('v{at}'), variables('v{at}'))]"))
    };
    let long = "x".repeat(10_000);
    let big = json!(vec![1; 1000]);
    let replaced = |at: usize| json!(format!("[replace(variables('v{at}'), 'x', variables('v{at}'))]"));
    let formatted = json!(format!("[format('{}', variables('v0'))]", "{0}".repeat(5000)));
    let joined = |_| json!(format!("[join(split(variables('v0'), 'x'), variables('v0'))]"));
    let object =
        |at: usize| json!({"a": format!("[variables('v{at}')]"), "b": format!("[variables('v{at}')]")});
    let texts: Vec<String> = (0..3000).map(|at| at.to_string()).collect();
    let rows = [
        bound(with_variables(
            chain(30, json!(long), doubled("concat")),
            "variables('v29')",
        )),
        bound(with_variables(
            chain(30, big.clone(), doubled("concat")),
            "variables('v29')",
        )),
        bound(with_variables(
            chain(30, big.clone(), doubled("createArray")),
            "variables('v29')",
        )),
        bound(with_variables(chain(30, json!("a"), object), "variables('v29')")),
        bound(with_variables(
            chain(9, json!("xxxx"), replaced),
            "variables('v8')",
        )),
        bound(with_variables(
            chain(2, json!(long), move |_| formatted.clone()),
            "variables('v1')",
        )),
        bound(with_variables(chain(2, json!(long), joined), "variables('v1')")),
        bound(with_variables(
            chain(1, json!(texts), object),
            "union(variables('v0'), createArray())",
        )),
        bound(with_variables(
            chain(1, json!("[".repeat(100) + &"]".repeat(100) + " "), object),
            "json(trim(variables('v0')))",
        )),
    ];
    insta::assert_snapshot!(rows.join("\n"), @r"
    4194304 produced bytes of text
    200000 evaluated values
    200000 evaluated values
    200000 evaluated values
    4194304 produced bytes of text
    4194304 produced bytes of text
    4194304 produced bytes of text
    200000 evaluated values
    32 levels of nesting
    ");
    // Much reading of a long text, which makes nothing.
    let long = "x".repeat(500_000);
    let scan = "contains(variables('v0'), 'y')";
    let all = format!("or({})", vec![scan; 700].join(", "));
    insta::assert_snapshot!(bound(with_variables(chain(1, json!(long), object), &format!("string({all})"))), @"200000 evaluated values");
}

#[test]
fn depth_is_bounded_on_a_small_stack() {
    let deep = |depth: usize| (0..depth).fold(json!(1), |inner, _| json!([inner]));
    let expression = |depth: usize| format!("[{}'a'{}]", "toLower(".repeat(depth), ")".repeat(depth));
    let next = |at: usize| json!([[[[[[{"k": format!("[toLower(toUpper(variables('v{at}')[0][0][0][0][0][0].k))]")}]]]]]]);
    let check = move || {
        // Each on its own is served up to its bound.
        let plan = of_resources(json!([thing("a", json!({"properties": {"p": deep(28)}}))]));
        assert!(plan.is_ok(), "{plan:?}");
        let plan = of_resources(json!([thing("a", json!({"properties": {"p": expression(30)}}))]));
        assert!(plan.is_ok(), "{plan:?}");
        let long = chain(256, json!([[[[[[{"k": "a"}]]]]]]), next);
        let nested = |depth: usize| {
            (0..depth).fold(template(json!({})), |inner, at| {
                let options = json!({"scope": "inner"});
                let properties = json!({"template": inner, "expressionEvaluationOptions": options});
                template(json!({"resources": [nested(&format!("d{at}"), json!({}), properties)]}))
            })
        };
        assert!(expanded(&nested(7)).is_ok());
        [
            bound(of_resources(json!([thing(
                "a",
                json!({"properties": {"p": deep(29)}})
            )]))),
            bound(of_resources(json!([thing(
                "a",
                json!({"properties": {"p": deep(100)}})
            )]))),
            bound(of_resources(json!([thing(
                "a",
                json!({"properties": {"p": expression(32)}})
            )]))),
            bound(with_variables(long, "variables('v255')")),
            bound(expanded(&nested(8))),
            bound(expand(
                &template(json!({"parameters": {"p": {"type": "array"}}})),
                json!({"p": {"value": deep(33)}}).as_object().unwrap(),
                &context(),
            )),
        ]
    };
    // A quarter of what a thread of the server has.
    let thread = std::thread::Builder::new().stack_size(512 << 10);
    let rows = thread.spawn(check).unwrap().join().unwrap();
    insta::assert_snapshot!(rows.join("\n"), @r"
    32 levels of nesting
    32 levels of nesting
    32 levels of nesting in an expression
    128 expressions nested in each other
    32 levels of nesting
    32 levels of nesting
    ");
}

#[test]
fn what_is_long_is_found_nowhere_soon_and_told_shortly() {
    let long = "/providers/a".repeat(100_000);
    let name = "x".repeat(1 << 20);
    for outcome in [
        of_resources(json!([thing("a", json!({"dependsOn": [long]}))])),
        of_resources(json!([thing(&name, json!({}))])),
        of_resources(json!([thing("a", json!({"type": name}))])),
        of_resources(json!([thing("a", json!({name.clone(): 1}))])),
        expanded(&template(json!({name.clone(): 1}))),
        expanded(&template(json!({"parameters": {name.clone(): 1}}))),
    ] {
        let message = outcome.unwrap_err().message();
        assert!(message.chars().count() < 2100, "{}", message.len());
    }
}

#[test]
fn numbers_are_bounded() {
    let many = |count: usize, value: Value| -> Map<String, Value> {
        (0..count).map(|at| (format!("n{at}"), value.clone())).collect()
    };
    let section = |name: &str, map: Map<String, Value>| {
        let mut sections = Map::new();
        sections.insert(name.to_owned(), Value::Object(map));
        expanded(&template(Value::Object(sections)))
    };
    let parameter = json!({"type": "int", "defaultValue": 1});
    let output = json!({"type": "int", "value": 1});
    assert!(section("parameters", many(256, parameter.clone())).is_ok());
    assert!(section("variables", many(256, json!(1))).is_ok());
    assert!(section("outputs", many(64, output.clone())).is_ok());
    let things =
        |count: usize| -> Value { (0..count).map(|at| thing(&format!("t{at}"), json!({}))).collect() };
    assert_eq!(of_resources(things(800)).unwrap().steps.len(), 800);
    let mut spread = things(400).as_array().unwrap().clone();
    spread.push(nested(
        "d",
        json!({}),
        json!({"template": template(json!({"resources": things(400)}))}),
    ));
    let rows = [
        bound(section("parameters", many(257, parameter))),
        bound(section("variables", many(257, json!(1)))),
        bound(section("outputs", many(65, output))),
        bound(of_resources(things(801))),
        bound(of_resources(Value::Array(spread))),
        bound(of_resources(json!([thing(
            "a",
            json!({"properties": {"p": vec![0; 200_000]}})
        )]))),
        bound(of_resources(json!([thing(
            "a",
            json!({"properties": {"p": "x".repeat(5 << 20)}})
        )]))),
        bound(expand(
            &template(json!({"parameters": {"p": {"type": "array", "allowedValues": vec![1; 1000]}}})),
            json!({"p": {"value": vec![1; 1000]}}).as_object().unwrap(),
            &context(),
        )),
    ];
    insta::assert_snapshot!(rows.join("\n"), @r"
    256 template parameters
    256 template variables
    64 template outputs
    800 template resources
    800 template resources
    200000 evaluated values
    4194304 produced bytes of text
    200000 evaluated values
    ");
}

/// Texts of the language's own words, in any order.
fn words() -> impl Strategy<Value = String> {
    let word = prop::sample::select(vec![
        "[",
        "]",
        "[[",
        "(",
        ")",
        "'",
        "''",
        ",",
        ".",
        " ",
        "0",
        "1",
        "-1",
        "99999999999999999999",
        "a",
        "ä",
        "😀",
        "/",
        "concat(",
        "parameters('p')",
        "variables('v')",
        "if(",
        "true()",
        "false()",
        "null()",
        "json('",
        "createObject(",
        "createArray(",
        "union(",
        "format('{0}', ",
        "substring(",
        "split(",
        "replace(",
        "uniqueString(",
        "guid(",
        "resourceId('Microsoft.X/things', ",
        "resourceGroup()",
        "first(",
        "length(",
        "string(",
        "int(",
        "'x'",
        "{0}",
        "{",
    ]);
    prop::collection::vec(word, 0..14).prop_map(|words| words.concat())
}

/// Expressions that can be read, of functions that are served.
fn expressions() -> impl Strategy<Value = String> {
    let leaf = prop::sample::select(vec![
        "'a'",
        "''",
        "'ä/b'",
        "0",
        "1",
        "-7",
        "true()",
        "null()",
        "parameters('p')",
        "variables('v')",
        "resourceGroup()",
        "createArray()",
        "createObject()",
        "'Microsoft.X/things'",
        "',{0}'",
    ]);
    leaf.prop_map(str::to_owned).prop_recursive(4, 24, 4, |inner| {
        let name = prop::sample::select(super::super::functions::SERVED.to_vec());
        let arguments = prop::collection::vec(inner.clone(), 0..4);
        prop_oneof![
            8 => (name, arguments).prop_map(|(name, arguments)| format!("{name}({})", arguments.join(", "))),
            1 => (inner.clone(), inner.clone()).prop_map(|(of, at)| format!("{of}[{at}]")),
            1 => inner.prop_map(|of| format!("{of}.a")),
        ]
    })
}

/// JSON with such texts, and names that mean something.
fn json_values() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        words().prop_map(Value::from),
        expressions().prop_map(|text| Value::from(format!("[{text}]"))),
    ];
    let name = prop::sample::select(vec![
        "type",
        "name",
        "apiVersion",
        "properties",
        "resources",
        "dependsOn",
        "condition",
        "copy",
        "template",
        "parameters",
        "variables",
        "outputs",
        "value",
        "defaultValue",
        "scope",
        "mode",
        "resourceGroup",
        "tags",
        "sku",
        "identity",
        "[parameters('p')]",
        "x",
    ]);
    leaf.prop_recursive(5, 40, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::vec((name.clone(), inner), 0..6).prop_map(|entries| {
                Value::Object(
                    entries
                        .into_iter()
                        .map(|(name, value)| (name.to_owned(), value))
                        .collect(),
                )
            }),
        ]
    })
}

/// Whatever comes out is bounded, and an error has words.
fn is_sound(outcome: &Result<Plan, TemplateError>) -> bool {
    match outcome {
        Ok(plan) => plan.steps.len() <= 800,
        Err(error) => (11..=2100).contains(&error.message().chars().count()),
    }
}

proptest! {
    #[test]
    fn texts_at_random(text in words(), expression in expressions()) {
        for text in [text.clone(), format!("[{text}]"), format!("[{expression}]")] {
            let sections = json!({
                "parameters": {"p": {"type": "string", "defaultValue": "p"}},
                "variables": {"v": {"a": [1, "b"]}, "w": text},
                "resources": [thing("a", json!({"properties": {"w": "[variables('w')]"}, "dependsOn": ["[string(variables('w'))]"]}))],
            });
            prop_assert!(is_sound(&expanded(&template(sections))));
        }
    }

    #[test]
    fn templates_at_random(one in json_values(), two in json_values(), three in json_values()) {
        let sections = json!({
            "parameters": {"p": {"type": "string", "defaultValue": one}},
            "variables": {"v": two},
            "resources": [
                thing("a", json!({"properties": three, "tags": one})),
                nested("d", json!({"resourceGroup": two}), json!({"template": template(json!({"resources": [one, two]}))})),
                two, three,
            ],
            "outputs": {"o": {"type": "object", "value": three}},
        });
        prop_assert!(is_sound(&expanded(&template(sections))));
        prop_assert!(is_sound(&expanded(&one)));
        prop_assert!(is_sound(&of_resources(three)));
        let given = Map::from_iter([("p".to_owned(), json!({"value": two}))]);
        let declared = template(json!({"parameters": {"p": {"type": "object"}}}));
        prop_assert!(is_sound(&expand(&declared, &given, &context())));
    }
}
