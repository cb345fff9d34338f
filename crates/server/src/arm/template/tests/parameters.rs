//! Parameters, variables and outputs.

use super::*;

fn with(parameters: Value, given: Value) -> Result<Plan, TemplateError> {
    let template = template(json!({"parameters": parameters}));
    expand(&template, given.as_object().unwrap(), &context())
}

fn told(outcome: Result<Plan, TemplateError>) -> String {
    match outcome {
        Ok(plan) => Value::Object(plan.parameters).to_string(),
        Err(error) => format!("! {error}"),
    }
}

#[test]
fn values_and_defaults_are_shown_back() {
    let declared = json!({
        "name": {"type": "string", "metadata": {"description": "the name"}},
        "Derived": {"type": "String", "defaultValue": "[concat(parameters('NAME'), '-x')]"},
        "literal": {"type": "string"},
        "secret": {"type": "securestring"},
        "secrets": {"type": "secureObject", "defaultValue": {"a": "[parameters('secret')]"}},
        "count": {"type": "int", "defaultValue": 3},
        "flag": {"type": "bool", "defaultValue": "[equals(parameters('count'), 3)]"},
        "map": {"type": "object", "defaultValue": {"[parameters('name')]": ["[parameters('count')]"]}},
        "list": {"type": "array"},
        "nothing": {"type": "string", "defaultValue": "kept", "allowedValues": ["kept"]},
    });
    let given = json!({
        "NAME": {"value": "n"},
        "literal": {"value": "[concat('not', 'evaluated')]", "metadata": {}},
        "secret": {"value": "hush"},
        "list": {"value": [1, "a"]},
        "nothing": {"value": null},
    });
    let plan = with(declared, given).unwrap();
    let shown = serde_json::to_string_pretty(&plan.parameters).unwrap();
    assert!(!shown.contains("hush"));
    insta::assert_snapshot!(shown, @r#"
    {
      "Derived": {
        "type": "String",
        "value": "n-x"
      },
      "count": {
        "type": "Int",
        "value": 3
      },
      "flag": {
        "type": "Bool",
        "value": true
      },
      "list": {
        "type": "Array",
        "value": [
          1,
          "a"
        ]
      },
      "literal": {
        "type": "String",
        "value": "[concat('not', 'evaluated')]"
      },
      "map": {
        "type": "Object",
        "value": {
          "n": [
            3
          ]
        }
      },
      "name": {
        "type": "String",
        "value": "n"
      },
      "nothing": {
        "type": "String",
        "value": "kept"
      },
      "secret": {
        "type": "SecureString"
      },
      "secrets": {
        "type": "SecureObject"
      }
    }
    "#);
}

#[test]
fn what_does_not_fit_is_refused_by_name() {
    let one = |definition: Value, given: Value| told(with(json!({"p": definition}), given));
    let value = |value: Value| json!({"p": {"value": value}});
    let rows = [
        one(json!({"type": "string"}), json!({})),
        one(json!({"type": "string"}), value(json!(null))),
        one(
            json!({"type": "string"}),
            json!({"p": {"value": "a"}, "x": {"value": 1}, "y": {}}),
        ),
        one(json!({"type": "string"}), value(json!(1))),
        one(json!({"type": "int"}), value(json!("1"))),
        one(json!({"type": "int"}), value(json!(1.5))),
        one(json!({"type": "bool"}), value(json!("true"))),
        one(json!({"type": "object"}), value(json!([]))),
        one(json!({"type": "array"}), value(json!({}))),
        one(json!({"type": "string", "defaultValue": 1}), json!({})),
        one(json!({"type": "int", "defaultValue": "[string(1)]"}), json!({})),
        one(
            json!({"type": "string", "allowedValues": ["a", "b"]}),
            value(json!("c")),
        ),
        one(
            json!({"type": "securestring", "allowedValues": ["a"]}),
            value(json!("hush")),
        ),
        one(
            json!({"type": "array", "allowedValues": ["a", "b"]}),
            value(json!(["b", "a"])),
        ),
        one(
            json!({"type": "array", "allowedValues": ["a", "b"]}),
            value(json!(["c"])),
        ),
        one(
            json!({"type": "int", "minValue": 2, "maxValue": 4}),
            value(json!(1)),
        ),
        one(
            json!({"type": "int", "minValue": 2, "maxValue": 4}),
            value(json!(4)),
        ),
        one(
            json!({"type": "int", "minValue": 2, "maxValue": 4}),
            value(json!(5)),
        ),
        one(
            json!({"type": "string", "minLength": 2, "maxLength": 3}),
            value(json!("ä")),
        ),
        one(
            json!({"type": "string", "minLength": 2, "maxLength": 3}),
            value(json!("äöü")),
        ),
        one(
            json!({"type": "string", "minLength": 2, "maxLength": 3}),
            value(json!("abcd")),
        ),
        one(json!({"type": "array", "maxLength": 1}), value(json!([1, 2]))),
        one(
            json!({"type": "string", "maxLength": 1, "defaultValue": "ab"}),
            json!({}),
        ),
        one(json!({"type": "text"}), value(json!("a"))),
        one(json!({}), value(json!("a"))),
        one(json!("string"), json!({})),
        one(json!({"type": "string", "nullable": true}), json!({})),
        one(json!({"type": "string", "minLength": "1"}), value(json!("a"))),
        one(json!({"type": "string", "allowedValues": []}), value(json!("a"))),
        one(
            json!({"type": "string"}),
            json!({"p": {"reference": {"keyVault": {"id": "x"}, "secretName": "s"}}}),
        ),
        one(json!({"type": "string"}), json!({"p": "a"})),
        one(
            json!({"type": "string", "defaultValue": "[parameters('q')]"}),
            json!({}),
        ),
        one(
            json!({"type": "string", "defaultValue": "[parameters('p')]"}),
            json!({}),
        ),
        one(
            json!({"type": "string", "defaultValue": "[variables('v')]"}),
            json!({}),
        ),
        told(with(
            json!({"p": {"type": "int", "defaultValue": 1}, "P": {"type": "int"}}),
            json!({}),
        )),
    ];
    assert!(!rows.iter().any(|row| row.contains("hush")));
    insta::assert_snapshot!(rows.join("\n"), @r#"
    ! The value for the template parameter 'p' is not provided.
    ! The value for the template parameter 'p' is not provided.
    ! The following parameters were supplied, but do not correspond to any parameters defined in the template: 'x, y'
    ! The provided value for the template parameter 'p' is not valid. Expected a value of type 'String', but received a value of type 'Integer'.
    ! The provided value for the template parameter 'p' is not valid. Expected a value of type 'Int', but received a value of type 'String'.
    ! The provided value for the template parameter 'p' is not valid. Expected a value of type 'Int', but received a value of type 'Float'.
    ! The provided value for the template parameter 'p' is not valid. Expected a value of type 'Bool', but received a value of type 'String'.
    ! The provided value for the template parameter 'p' is not valid. Expected a value of type 'Object', but received a value of type 'Array'.
    ! The provided value for the template parameter 'p' is not valid. Expected a value of type 'Array', but received a value of type 'Object'.
    ! The provided value for the template parameter 'p' is not valid. Expected a value of type 'String', but received a value of type 'Integer'.
    ! The provided value for the template parameter 'p' is not valid. Expected a value of type 'Int', but received a value of type 'String'.
    ! The provided value for the template parameter 'p' is not valid. The value 'c' is not part of the allowed value(s): 'a,b'.
    ! The provided value for the template parameter 'p' is not valid. The value is not part of the allowed value(s): 'a'.
    {"p":{"type":"Array","value":["b","a"]}}
    ! The provided value for the template parameter 'p' is not valid. The value '["c"]' is not part of the allowed value(s): 'a,b'.
    ! The provided value for the template parameter 'p' is not valid. The value should be greater than or equal to '2'.
    {"p":{"type":"Int","value":4}}
    ! The provided value for the template parameter 'p' is not valid. The value should be less than or equal to '4'.
    ! The provided value for the template parameter 'p' is not valid. Length of the value should be greater than or equal to '2'.
    {"p":{"type":"String","value":"äöü"}}
    ! The provided value for the template parameter 'p' is not valid. Length of the value should be less than or equal to '3'.
    ! The provided value for the template parameter 'p' is not valid. Length of the value should be less than or equal to '1'.
    ! The provided value for the template parameter 'p' is not valid. Length of the value should be less than or equal to '1'.
    ! The property 'type' in the template parameter 'p' is not valid: it must be string, secureString, int, bool, object, secureObject or array.
    ! Required property 'type' not found in the template parameter 'p'.
    ! The property 'p' in the template's parameters is not valid: it must be an object.
    ! 'nullable' in the template parameter 'p' is not supported here.
    ! The property 'minLength' in the template parameter 'p' is not valid: it must be a whole number.
    ! The property 'allowedValues' in the template parameter 'p' is not valid: it must be an array with a value.
    ! 'reference' in the value of the template parameter 'p' is not supported here.
    ! The property 'p' in the values of the parameters is not valid: it must be an object.
    ! The default value of the template parameter 'p' is not valid: The template parameter 'q' is not found.
    ! The default value of the template parameter 'p' is not valid: Circular dependency detected on the template parameter 'p'.
    ! The default value of the template parameter 'p' is not valid: The template function 'variables' is not expected at this location.
    ! The property 'p' in the template's parameters is not valid: two parameters differ by case only.
    "#);
}

#[test]
fn variables_are_evaluated_when_they_are_used() {
    let sections = json!({
        "variables": {
            "never": "[reference('x')]",
            "base": {"name": "n", "list": ["[variables('BASE2')]"]},
            "base2": "[concat('b', variables('three'))]",
            "three": 3,
            "loop": "[variables('pool')]",
            "pool": {"a": "[variables('LOOP')]"},
        },
        "outputs": {"o": {"type": "array", "value": "[variables('base').list]"}},
    });
    let plan = expanded(&template(sections.clone())).unwrap();
    assert_eq!(
        json!(plan.outputs),
        json!({"o": {"type": "Array", "value": ["b3"]}})
    );
    let mut errors = Vec::new();
    for expression in [
        "[variables('loop')]",
        "[variables('none')]",
        "[variables('never')]",
    ] {
        let mut sections = sections.clone();
        sections["outputs"]["o"]["value"] = json!(expression);
        let error = expanded(&template(sections)).unwrap_err();
        errors.push(format!("{} {}", error.code(), error.message()));
    }
    insta::assert_snapshot!(errors.join("\n"), @r"
    InvalidTemplate Deployment template validation failed: 'The template output 'o' is not valid: The template variable 'loop' is not valid: The template variable 'pool' is not valid: Circular dependency detected on the template variable 'loop'.'.
    InvalidTemplate Deployment template validation failed: 'The template output 'o' is not valid: The template variable 'none' is not found.'.
    InvalidTemplate Deployment template validation failed: 'The template output 'o' is not valid: The template variable 'never' is not valid: The template function 'reference' is not supported here.'.
    ");
}

#[test]
fn outputs_have_their_types() {
    let sections = json!({
        "parameters": {"secret": {"type": "secureString", "defaultValue": "hush"}},
        "outputs": {
            "text": {"type": "string", "value": "[resourceGroup().location]"},
            "escaped": {"type": "string", "value": "[[not]"},
            "secret": {"type": "SecureString", "value": "[parameters('secret')]"},
            "object": {"type": "object", "value": {"a": ["[true()]", 1.5, null]}, "metadata": {}},
            "left": {"type": "string", "value": "[reference('x')]", "condition": "[false()]"},
        },
    });
    let plan = expanded(&template(sections)).unwrap();
    insta::assert_snapshot!(json!(plan.outputs).to_string(), @r#"{"escaped":{"type":"String","value":"[not]"},"object":{"type":"Object","value":{"a":[true,1.5,null]}},"secret":{"type":"SecureString"},"text":{"type":"String","value":"westeurope"}}"#);
    let one = |output: Value| {
        let outcome = expanded(&template(json!({"outputs": {"o": output}})));
        outcome.unwrap_err().to_string()
    };
    let errors = [
        one(json!({"type": "string", "value": 1})),
        one(json!({"type": "string"})),
        one(json!({"value": "a"})),
        one(json!({"type": "nothing", "value": "a"})),
        one(json!({"type": "string", "value": "[reference('x').y]"})),
        one(json!({"type": "array", "copy": {"count": 2, "input": "a"}})),
        one(json!({"type": "string", "value": "a", "condition": "yes"})),
    ];
    insta::assert_snapshot!(errors.join("\n"), @r"
    The template output 'o' is not valid: The property 'value' in the template output 'o' is not valid: it must be of type 'String', but is of type 'Integer'.
    The template output 'o' is not valid: Required property 'value' not found in the template output 'o'.
    The template output 'o' is not valid: Required property 'type' not found in the template output 'o'.
    The template output 'o' is not valid: The property 'type' in the template output 'o' is not valid: it is no type of the template language.
    The template output 'o' is not valid: The template function 'reference' is not supported here.
    The template output 'o' is not valid: 'copy' in the template output 'o' is not supported here.
    The template output 'o' is not valid: The property 'condition' in the template output 'o' is not valid: it must come to true or false.
    ");
}
