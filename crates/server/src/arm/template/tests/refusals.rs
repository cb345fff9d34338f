//! What is wrong or isn't served is refused, with a sentence that names it.

use super::*;

/// The code and the words for each of these.
fn told(outcomes: impl IntoIterator<Item = Result<Plan, TemplateError>>) -> String {
    let rows = outcomes.into_iter().map(|outcome| {
        let error = outcome.unwrap_err();
        format!("{}: {error}", error.code())
    });
    rows.collect::<Vec<_>>().join("\n").replace(SUBSCRIPTION, "…")
}

#[test]
fn sections() {
    let section = |name: &str, value: Value| {
        let mut sections = Map::new();
        sections.insert(name.to_owned(), value);
        expanded(&template(Value::Object(sections)))
    };
    let schema = |name: &str| {
        section(
            "$schema",
            json!(format!("https://schema.management.azure.com/schemas/1/{name}#")),
        )
    };
    let rows = told([
        expanded(&json!("a text")),
        expanded(&json!({})),
        expanded(&json!({"$schema": SCHEMA, "contentVersion": "1.0.0.0"})),
        section("$schema", json!(1)),
        schema("managementGroupDeploymentTemplate.json"),
        section("contentVersion", json!("1")),
        section("resources", json!("none")),
        section("languageVersion", json!("2.0")),
        section("resources", json!({"symbol": thing("a", json!({}))})),
        section("functions", json!([{"namespace": "contoso", "members": {}}])),
        section("extensions", json!({"kubernetes": {}})),
        section("imports", json!({"x": {}})),
        section("definitions", json!({"x": {}})),
        section("apiProfile", json!("2018-03-01-hybrid")),
        section("parameters", json!([])),
        section("variables", json!([])),
        section(
            "variables",
            json!({"copy": [{"name": "a", "count": 2, "input": 1}]}),
        ),
        section("outputs", json!([])),
        section("whatever", json!({})),
    ]);
    insta::assert_snapshot!(rows, @r"
    InvalidTemplate: The property 'template' in the deployment is not valid: it must be an object.
    InvalidTemplate: Required property '$schema' not found in the template.
    InvalidTemplate: Required property 'resources' not found in the template.
    InvalidTemplate: The property '$schema' in the template is not valid: it must be a text.
    InvalidTemplate: '$schema https://schema.management.azure.com/schemas/1/managementGroupDeploymentTemplate.json#' in the template is not supported here.
    InvalidTemplate: The property 'contentVersion' in the template is not valid: it must be four numbers with dots between them.
    InvalidTemplate: The property 'resources' in the template is not valid: it must be an array.
    InvalidTemplate: 'languageVersion 2.0' in the template is not supported here.
    InvalidTemplate: 'resources with symbolic names' in the template is not supported here.
    InvalidTemplate: 'functions' in the template is not supported here.
    InvalidTemplate: 'extensions' in the template is not supported here.
    InvalidTemplate: 'imports' in the template is not supported here.
    InvalidTemplate: 'definitions' in the template is not supported here.
    InvalidTemplate: 'apiProfile' in the template is not supported here.
    InvalidTemplate: The property 'parameters' in the template is not valid: it must be an object.
    InvalidTemplate: The property 'variables' in the template is not valid: it must be an object.
    InvalidTemplate: 'copy' in the template's variables is not supported here.
    InvalidTemplate: The property 'outputs' in the template is not valid: it must be an object.
    InvalidTemplate: 'whatever' in the template is not supported here.
    ");
    // What is there and empty says nothing, and names are found in any case.
    let sections = json!({"functions": [], "extensions": {}, "imports": {}, "metadata": {"_generator": {}}, "Outputs": {}});
    assert_eq!(expanded(&template(sections)).unwrap().steps, []);
}

#[test]
fn resources() {
    let one = |parts: Value| of_resources(json!([thing("a", parts)]));
    let raw = |resource: Value| of_resources(json!([resource]));
    let rows = told([
        raw(json!("a")),
        raw(json!({"name": "a", "apiVersion": "1"})),
        raw(json!({"type": "Microsoft.X/things", "apiVersion": "1"})),
        raw(json!({"type": "Microsoft.X/things", "name": "a"})),
        one(json!({"name": 1})),
        one(json!({"name": ""})),
        one(json!({"name": "a/b"})),
        one(json!({"name": "a?b"})),
        one(json!({"name": ".."})),
        one(json!({"type": "Microsoft.X"})),
        one(json!({"type": "things"})),
        one(json!({"type": "Microsoft.X/things/parts"})),
        one(json!({"copy": {"name": "loop", "count": 3}})),
        one(json!({"properties": {"copy": [{"name": "x", "count": 2, "input": 1}]}})),
        one(json!({"zones": ["1"]})),
        one(json!({"condition": "yes"})),
        one(json!({"properties": "text"})),
        one(json!({"properties": {"a": ["[reference('x').y]"]}})),
        one(json!({"tags": {"a": 1}})),
        one(json!({"tags": []})),
        one(json!({"sku": "Basic"})),
        one(json!({"identity": {"type": 1}})),
        one(json!({"location": 1})),
        one(json!({"resources": {}})),
        one(json!({"resourceGroup": "other"})),
        one(json!({"subscriptionId": SUBSCRIPTION})),
        one(json!({"scope": "/"})),
        one(json!({"scope": "/providers/Microsoft.Management/managementGroups/m"})),
        one(json!({"scope": "things/a"})),
        one(json!({"scope": "/subscriptions/33333333-3333-4333-8333-333333333333"})),
        one(json!({"resources": [{"type": "parts", "name": "p", "apiVersion": "1", "scope": "x"}]})),
        one(json!({"resources": [{"type": "Microsoft.X/things/parts", "name": "a/p", "apiVersion": "1"}]})),
        raw(
            json!({"type": "Microsoft.Resources/resourceGroups", "name": "g", "apiVersion": "1", "location": "x"}),
        ),
        of_resources(json!([thing("a", json!({})), thing("A", json!({}))])),
    ]);
    insta::assert_snapshot!(rows, @r"
    InvalidTemplate: The template resource number 1 is not valid: The property 'resources' in the template is not valid: it must be an object.
    InvalidTemplate: The template resource number 1 is not valid: Required property 'type' not found in the resource.
    InvalidTemplate: The template resource number 1 is not valid: Required property 'name' not found in the resource.
    InvalidTemplate: The template resource '/subscriptions/…/resourceGroups/ml-rg/providers/Microsoft.X/things/a' is not valid: Required property 'apiVersion' not found in the resource.
    InvalidTemplate: The template resource number 1 is not valid: The property 'name' in the resource is not valid: it must come to a text.
    InvalidTemplate: The template resource number 1 is not valid: The template resource '' of type 'Microsoft.X/things' is not valid: it is `/`, `/subscriptions/{id}[/resourceGroups/{name}]`, or one of these and `/providers/` with a provider, types and names.
    InvalidTemplate: The template resource number 1 is not valid: The template resource 'a/b' for type 'Microsoft.X/things' has incorrect segment lengths. The name must have as many segments as the type has after its provider.
    InvalidTemplate: The template resource number 1 is not valid: The template resource 'a?b' of type 'Microsoft.X/things' is not valid: its parts are names of letters, digits and `-`, `_`, `.`, `(`, `)` and the like.
    InvalidTemplate: The template resource number 1 is not valid: The template resource '..' of type 'Microsoft.X/things' is not valid: its parts are names of letters, digits and `-`, `_`, `.`, `(`, `)` and the like.
    InvalidTemplate: The template resource number 1 is not valid: The template resource 'a' for type 'Microsoft.X' has incorrect segment lengths. The name must have as many segments as the type has after its provider.
    InvalidTemplate: The template resource number 1 is not valid: The template resource 'a' for type 'things' has incorrect segment lengths. The name must have as many segments as the type has after its provider.
    InvalidTemplate: The template resource number 1 is not valid: The template resource 'a' for type 'Microsoft.X/things/parts' has incorrect segment lengths. The name must have as many segments as the type has after its provider.
    InvalidTemplate: The template resource number 1 is not valid: 'copy' in the resource 'a' of type 'Microsoft.X/things' is not supported here.
    InvalidTemplate: The template resource '/subscriptions/…/resourceGroups/ml-rg/providers/Microsoft.X/things/a' is not valid: 'copy' in the template's values is not supported here.
    InvalidTemplate: The template resource '/subscriptions/…/resourceGroups/ml-rg/providers/Microsoft.X/things/a' is not valid: 'zones' in the resource is not supported here.
    InvalidTemplate: The template resource number 1 is not valid: The property 'condition' in the resource 'a' of type 'Microsoft.X/things' is not valid: it must come to true or false.
    InvalidTemplate: The template resource '/subscriptions/…/resourceGroups/ml-rg/providers/Microsoft.X/things/a' is not valid: The property 'properties' in the resource is not valid: it must come to an object.
    InvalidTemplate: The template resource '/subscriptions/…/resourceGroups/ml-rg/providers/Microsoft.X/things/a' is not valid: The template function 'reference' is not supported here.
    InvalidTemplate: The template resource '/subscriptions/…/resourceGroups/ml-rg/providers/Microsoft.X/things/a' is not valid: The property 'tags' in the resource is not valid: it must come to an object of texts.
    InvalidTemplate: The template resource '/subscriptions/…/resourceGroups/ml-rg/providers/Microsoft.X/things/a' is not valid: The property 'tags' in the resource is not valid: it must come to an object of texts.
    InvalidTemplate: The template resource '/subscriptions/…/resourceGroups/ml-rg/providers/Microsoft.X/things/a' is not valid: The property 'sku' in the resource is not valid: it must come to an object.
    InvalidTemplate: The template resource '/subscriptions/…/resourceGroups/ml-rg/providers/Microsoft.X/things/a' is not valid: The property 'identity' in the resource is not valid: a part of it is missing or of another type.
    InvalidTemplate: The template resource '/subscriptions/…/resourceGroups/ml-rg/providers/Microsoft.X/things/a' is not valid: The property 'location' in the resource is not valid: it must come to a text.
    InvalidTemplate: The template resource number 1 is not valid: The property 'resources' in the resource 'a' of type 'Microsoft.X/things' is not valid: it must be an array.
    InvalidTemplate: The template resource number 1 is not valid: 'resourceGroup' in the resource 'a' of type 'Microsoft.X/things' is not supported here.
    InvalidTemplate: The template resource number 1 is not valid: 'subscriptionId' in the resource 'a' of type 'Microsoft.X/things' is not supported here.
    InvalidTemplate: The template resource number 1 is not valid: 'scope /' in the resource 'a' of type 'Microsoft.X/things' is not supported here.
    InvalidTemplate: The template resource number 1 is not valid: 'scope /providers/Microsoft.Management/managementGroups/m' in the resource 'a' of type 'Microsoft.X/things' is not supported here.
    InvalidTemplate: The template resource number 1 is not valid: The property 'scope' in the resource 'a' of type 'Microsoft.X/things' is not valid: `/subscriptions/…/resourceGrou` is not a valid scope: it is `/`, `/subscriptions/{id}[/resourceGroups/{name}]`, or one of these and `/providers/` with a provider, types and names.
    InvalidTemplate: The template resource number 1 is not valid: 'scope /subscriptions/33333333-3333-4333-8333-333333333333' in the resource 'a' of type 'Microsoft.X/things' is not supported here.
    InvalidTemplate: The template resource number 1 is not valid: 'scope' in the resource 'a/p' of type 'Microsoft.X/things/parts' is not supported here.
    InvalidTemplate: The template resource number 1 is not valid: The template resource 'a/a/p' for type 'Microsoft.X/things/Microsoft.X/things/parts' has incorrect segment lengths. The name must have as many segments as the type has after its provider.
    InvalidTemplate: The template resource number 1 is not valid: 'a resource group in a deployment to a resource group' in the resource 'g' of type 'Microsoft.Resources/resourceGroups' is not supported here.
    InvalidTemplate: The resource '/subscriptions/…/resourceGroups/ml-rg/providers/Microsoft.X/things/A' is defined multiple times in the template.
    ");
    let group = json!({"type": "Microsoft.Resources/resourceGroups", "name": "g", "apiVersion": "1"});
    let error = expand(
        &template(json!({"resources": [group]})),
        &Map::new(),
        &wide_context(),
    )
    .unwrap_err();
    insta::assert_snapshot!(error, @"The template resource '/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/g' is not valid: The 'location' property must be specified for 'g'.");
}

#[test]
fn depends_on() {
    let rows = told([
        of_resources(json!([thing("a", json!({"dependsOn": ["b"]}))])),
        of_resources(json!([thing(
            "a",
            json!({"dependsOn": ["[resourceId('Microsoft.Y/things', 'a')]"]})
        )])),
        of_resources(json!([thing("a", json!({"dependsOn": [""]}))])),
        of_resources(json!([thing("a", json!({"dependsOn": "b"}))])),
        of_resources(json!([thing("a", json!({"dependsOn": [1]}))])),
        of_resources(json!([thing("a", json!({"dependsOn": ["a"]}))])),
        of_resources(json!([
            thing("z", json!({"dependsOn": ["a"]})),
            thing("a", json!({"dependsOn": ["b"]})),
            thing("b", json!({"dependsOn": ["c"]})),
            thing("c", json!({"dependsOn": ["a"]})),
        ])),
        of_resources(json!([thing(
            "a",
            json!({"dependsOn": ["[resourceId('Microsoft.X/things/parts', 'a', 'p')]"], "resources": [
                {"type": "parts", "name": "p", "apiVersion": "1"},
            ]})
        ),])),
        of_resources(json!([
            thing("a", json!({})),
            thing("a", json!({"type": "Microsoft.Y/things"})),
            thing("b", json!({"dependsOn": ["a"]})),
        ])),
    ]);
    insta::assert_snapshot!(rows, @r"
    InvalidTemplate: The resource 'b' is not defined in the template.
    InvalidTemplate: The resource '/subscriptions/…/resourceGroups/ml-rg/providers/Microsoft.Y/things/a' is not defined in the template.
    InvalidTemplate: The resource '' is not defined in the template.
    InvalidTemplate: The template resource '/subscriptions/…/resourceGroups/ml-rg/providers/Microsoft.X/things/a' is not valid: The property 'dependsOn' in the resource is not valid: it must be an array of texts.
    InvalidTemplate: The template resource '/subscriptions/…/resourceGroups/ml-rg/providers/Microsoft.X/things/a' is not valid: The property 'dependsOn' in the resource is not valid: it must be an array of texts.
    InvalidTemplate: Circular dependency detected on resource: '/subscriptions/…/resourceGroups/ml-rg/providers/Microsoft.X/things/a'.
    InvalidTemplate: Circular dependency detected on resource: '/subscriptions/…/resourceGroups/ml-rg/providers/Microsoft.X/things/a'.
    InvalidTemplate: Circular dependency detected on resource: '/subscriptions/…/resourceGroups/ml-rg/providers/Microsoft.X/things/a'.
    InvalidTemplate: The resource name 'a' is not unique in the template: name the resource with 'resourceId'.
    ");
}

#[test]
fn deployments() {
    let empty = template(json!({}));
    let one = |parts: Value, properties: Value| of_resources(json!([nested("d", parts, properties)]));
    let with = |properties: Value| {
        let mut all = json!({"template": empty});
        all.as_object_mut()
            .unwrap()
            .extend(properties.as_object().unwrap().clone());
        one(json!({}), all)
    };
    let inner = json!({"template": empty});
    let rows = told([
        one(json!({}), json!({})),
        with(json!({"mode": "Complete"})),
        with(json!({"templateLink": {"uri": "https://example.com/t.json"}})),
        with(json!({"parametersLink": {"uri": "https://example.com/p.json"}})),
        with(json!({"debugSetting": {"detailLevel": "none"}})),
        with(json!({"template": "[variables('t')]"})),
        with(json!({"template": {"resources": []}})),
        with(json!({"expressionEvaluationOptions": {"scope": "middle"}})),
        with(json!({"parameters": {"x": {"value": 1}}})),
        with(json!({"parameters": "[createArray()]"})),
        of_resources(json!([thing(
            "d",
            json!({"type": "Microsoft.Resources/deployments"})
        )])),
        one(json!({"name": "a b"}), inner.clone()),
        one(json!({"name": "x".repeat(65)}), inner.clone()),
        one(json!({"location": "westeurope"}), inner.clone()),
        one(json!({"subscriptionId": SUBSCRIPTION}), inner.clone()),
        one(
            json!({"subscriptionId": "33333333-3333-4333-8333-333333333333"}),
            inner.clone(),
        ),
        one(json!({"resourceGroup": "a b"}), inner.clone()),
        one(json!({"scope": "/"}), inner.clone()),
        one(
            json!({"scope": "Microsoft.Management/managementGroups/m"}),
            inner.clone(),
        ),
        one(
            json!({"scope": "/subscriptions/33333333-3333-4333-8333-333333333333"}),
            inner.clone(),
        ),
        one(
            json!({"scope": format!("/subscriptions/{SUBSCRIPTION}"), "resourceGroup": "x"}),
            inner.clone(),
        ),
        one(json!({"resources": [thing("a", json!({}))]}), inner.clone()),
        one(json!({"copy": {"name": "loop", "count": 2}}), inner.clone()),
        one(json!({"tags": {"a": "b"}}), inner),
        with(
            json!({"template": template(json!({"resources": [thing("a", json!({"properties": "[nothing()]"}))]}))}),
        ),
    ]);
    insta::assert_snapshot!(rows, @r"
    InvalidTemplate: The template resource '/subscriptions/…/resourceGroups/ml-rg/providers/Microsoft.Resources/deployments/d' is not valid: Required property 'template' not found in the deployment 'd'.
    InvalidTemplate: The template resource '/subscriptions/…/resourceGroups/ml-rg/providers/Microsoft.Resources/deployments/d' is not valid: 'mode Complete' in the deployment 'd' is not supported here.
    InvalidTemplate: The template resource '/subscriptions/…/resourceGroups/ml-rg/providers/Microsoft.Resources/deployments/d' is not valid: 'templateLink' in the deployment 'd' is not supported here.
    InvalidTemplate: The template resource '/subscriptions/…/resourceGroups/ml-rg/providers/Microsoft.Resources/deployments/d' is not valid: 'parametersLink' in the deployment 'd' is not supported here.
    InvalidTemplate: The template resource '/subscriptions/…/resourceGroups/ml-rg/providers/Microsoft.Resources/deployments/d' is not valid: 'debugSetting' in the deployment 'd' is not supported here.
    InvalidTemplate: The template resource '/subscriptions/…/resourceGroups/ml-rg/providers/Microsoft.Resources/deployments/d' is not valid: The property 'template' in the deployment is not valid: it must be an object.
    InvalidTemplate: The template resource '/subscriptions/…/resourceGroups/ml-rg/providers/Microsoft.Resources/deployments/d' is not valid: Required property '$schema' not found in the template.
    InvalidTemplate: The template resource '/subscriptions/…/resourceGroups/ml-rg/providers/Microsoft.Resources/deployments/d' is not valid: The property 'expressionEvaluationOptions' in the deployment 'd' is not valid: its scope must be inner or outer.
    InvalidTemplate: The template resource '/subscriptions/…/resourceGroups/ml-rg/providers/Microsoft.Resources/deployments/d' is not valid: The following parameters were supplied, but do not correspond to any parameters defined in the template: 'x'
    InvalidTemplate: The template resource '/subscriptions/…/resourceGroups/ml-rg/providers/Microsoft.Resources/deployments/d' is not valid: The property 'parameters' in the deployment 'd' is not valid: it must be an object.
    InvalidTemplate: The template resource '/subscriptions/…/resourceGroups/ml-rg/providers/Microsoft.Resources/deployments/d' is not valid: Required property 'properties' not found in the deployment 'd'.
    InvalidTemplate: The template resource number 1 is not valid: The template resource 'a b' of type 'Microsoft.Resources/deployments' is not valid: it must have 1 to 64 letters, digits and '-', '_', '.', '(', ')'.
    InvalidTemplate: The template resource number 1 is not valid: The template resource 'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx' of type 'Microsoft.Resources/deployments' is not valid: it must have 1 to 64 letters, digits and '-', '_', '.', '(', ')'.
    InvalidDeployment: The template resource '/subscriptions/…/resourceGroups/ml-rg/providers/Microsoft.Resources/deployments/d' is not valid: The 'location' property is not allowed for 'd' at resource group scope.
    InvalidDeployment: The template resource '/subscriptions/…/providers/Microsoft.Resources/deployments/d' is not valid: The 'location' property must be specified for 'd'.
    InvalidTemplate: The template resource number 1 is not valid: The deployment 'd' is to the subscription '33333333-3333-4333-8333-333333333333': only its own is supported here.
    InvalidTemplate: The template resource number 1 is not valid: The property 'resourceGroup' in the deployment 'd' is not valid: it may hold letters, digits, `-`, `_`, `.`, `(` and `)` only.
    InvalidTemplate: The template resource number 1 is not valid: 'scope /' in the deployment 'd' is not supported here.
    InvalidTemplate: The template resource number 1 is not valid: 'scope Microsoft.Management/managementGroups/m' in the deployment 'd' is not supported here.
    InvalidTemplate: The template resource number 1 is not valid: The deployment 'd' is to the subscription '33333333-3333-4333-8333-333333333333': only its own is supported here.
    InvalidTemplate: The template resource number 1 is not valid: The property 'scope' in the deployment 'd' is not valid: it can't stand beside 'subscriptionId' and 'resourceGroup'.
    InvalidTemplate: The template resource number 1 is not valid: 'resources' in the resource 'd' of type 'Microsoft.Resources/deployments' is not supported here.
    InvalidTemplate: The template resource number 1 is not valid: 'copy' in the resource 'd' of type 'Microsoft.Resources/deployments' is not supported here.
    InvalidTemplate: The template resource '/subscriptions/…/resourceGroups/ml-rg/providers/Microsoft.Resources/deployments/d' is not valid: 'tags' in the deployment 'd' is not supported here.
    InvalidTemplate: The template resource '/subscriptions/…/resourceGroups/ml-rg/providers/Microsoft.Resources/deployments/d' is not valid: The template resource '/subscriptions/…/resourceGroups/ml-rg/providers/Microsoft.X/things/a' is not valid: The template function 'nothing' is not supported here.
    ");
    let scoped = |scope: String, location: Value| {
        let outcome = one(
            json!({"scope": scope, "location": location}),
            json!({"template": empty}),
        );
        steps(&outcome.unwrap())
    };
    insta::assert_snapshot!(scoped(format!("/subscriptions/{SUBSCRIPTION}"), json!("here")), @"deployment d to /subscriptions/… here");
    insta::assert_snapshot!(scoped(format!("/subscriptions/{SUBSCRIPTION}/resourceGroups/other"), json!(null)), @"deployment d to /subscriptions/…/resourceGroups/other -");
}

#[test]
fn the_words_for_people_are_azures_frame() {
    let missing = TemplateError::ParameterMissing("p".to_owned());
    insta::assert_snapshot!(missing.message(), @"Deployment template validation failed: 'The value for the template parameter 'p' is not provided.'.");
    let location = TemplateError::LocationNeeded("d".to_owned()).within("The template resource 'd'");
    assert_eq!(location.code(), "InvalidDeployment");
    insta::assert_snapshot!(location.message(), @"The 'location' property must be specified for 'd'.");
}
