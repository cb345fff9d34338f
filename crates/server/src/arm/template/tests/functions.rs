//! Functions: expression → value or error.

use super::*;
use crate::arm::template::functions::SERVED;

#[test]
fn logic() {
    let table = table([
        "if(true(), 'a', 'b')",
        "if(false(), 'a', 'b')",
        "IF(True(), 'a', reference('x'))",
        "if('true', 'a', 'b')",
        "if(true(), 'a')",
        "and(true(), true())",
        "and(true(), true(), false())",
        "and(false(), reference('x'))",
        "and(true(), 1)",
        "and(true())",
        "or(false(), false())",
        "or(false(), true(), listKeys('x'))",
        "not(true())",
        "not(null())",
        "equals('a', 'A')",
        "equals('a', 'a')",
        "equals(1, '1')",
        "equals(createArray(1, 'a'), createArray(1, 'a'))",
        "equals(null(), json('null'))",
        "equals('a')",
        "bool('TRUE')",
        "bool('0')",
        "bool(2)",
        "bool('yes')",
        "true(1)",
        "coalesce(null(), json('null'), 'c', reference('x'))",
        "coalesce(null())",
        "coalesce()",
    ]);
    insta::assert_snapshot!(table, @r#"
    if(true(), 'a', 'b') → "a"
    if(false(), 'a', 'b') → "b"
    IF(True(), 'a', reference('x')) → "a"
    if('true', 'a', 'b') → ! Unable to evaluate template language function 'if': a condition must be true or false, but is of type 'String'.
    if(true(), 'a') → ! Unable to evaluate template language function 'if': the function requires 3 argument(s) while 2 were provided.
    and(true(), true()) → true
    and(true(), true(), false()) → false
    and(false(), reference('x')) → false
    and(true(), 1) → ! Unable to evaluate template language function 'and': a condition must be true or false, but is of type 'Integer'.
    and(true()) → ! Unable to evaluate template language function 'and': the function requires at least 2 argument(s) while 1 were provided.
    or(false(), false()) → false
    or(false(), true(), listKeys('x')) → true
    not(true()) → false
    not(null()) → ! Unable to evaluate template language function 'not': the argument 1 must be true or false, but is of type 'Null'.
    equals('a', 'A') → false
    equals('a', 'a') → true
    equals(1, '1') → false
    equals(createArray(1, 'a'), createArray(1, 'a')) → true
    equals(null(), json('null')) → true
    equals('a') → ! Unable to evaluate template language function 'equals': the function requires 2 argument(s) while 1 were provided.
    bool('TRUE') → true
    bool('0') → false
    bool(2) → true
    bool('yes') → ! Unable to evaluate template language function 'bool': the argument stands for neither true nor false.
    true(1) → ! Unable to evaluate template language function 'true': the function requires 0 argument(s) while 1 were provided.
    coalesce(null(), json('null'), 'c', reference('x')) → "c"
    coalesce(null()) → null
    coalesce() → ! Unable to evaluate template language function 'coalesce': the function requires at least 1 argument(s) while 0 were provided.
    "#);
}

#[test]
fn text() {
    let table = table([
        "concat('a', 1, true(), '-', 'b')",
        "concat(createArray(1), createArray('a', 2))",
        "concat('a', createArray())",
        "concat(createArray(), 'a')",
        "concat('a', null())",
        "concat()",
        "toLower('ÄB')",
        "TOUPPER('äb')",
        "toLower(1)",
        "trim('  a b ')",
        "string(true())",
        "string(12)",
        "string(null())",
        "string(createObject('b', 1, 'a', createArray(true(), 'x')))",
        "int('42')",
        "int('4.2')",
        "int(7)",
        "length('aä€')",
        "replace('a-b-c', '-', '--')",
        "replace('abc', '', 'x')",
        "substring('abcdef', 2)",
        "substring('äbcdef', 1, 3)",
        "substring('abc', 3)",
        "substring('abc', 2, 2)",
        "substring('abc', -1)",
        "startsWith('Abc', 'aB')",
        "startsWith('abc', 'bc')",
        "endsWith('abC', 'Bc')",
        "contains('abc', 'b')",
        "contains('abc', 'B')",
        "contains('abc', 1)",
        "split('a,b,,c', ',')",
        "split('a,b;c', createArray(',', ';', ''))",
        "split('abc', '')",
        "split('', ',')",
        "split('a', 1)",
        "join(createArray('a', 1, true()), '-')",
        "join(createArray(), '-')",
        "join('a', '-')",
        "format('{0}-{1}-{0}', 'a', 1)",
        "format('{{{0}}}', createObject('a', true()))",
        "format('{0}')",
        "format('{0:N2}', 1)",
        "format('{', 1)",
        "format('a } b', 1)",
        "base64('one, two, three')",
        "uriComponent('https://a/ä b?c=~d-e_f.g')",
    ]);
    insta::assert_snapshot!(table, @r#"
    concat('a', 1, true(), '-', 'b') → "a1True-b"
    concat(createArray(1), createArray('a', 2)) → [1,"a",2]
    concat('a', createArray()) → ! Unable to evaluate template language function 'concat': the argument 2 must be a text, a number, true or false, but is of type 'Array'.
    concat(createArray(), 'a') → ! Unable to evaluate template language function 'concat': the argument 2 must be an array, but is of type 'String'.
    concat('a', null()) → ! Unable to evaluate template language function 'concat': the argument 2 must be a text, a number, true or false, but is of type 'Null'.
    concat() → ! Unable to evaluate template language function 'concat': the function requires at least 1 argument(s) while 0 were provided.
    toLower('ÄB') → "äb"
    TOUPPER('äb') → "ÄB"
    toLower(1) → ! Unable to evaluate template language function 'toLower': the argument 1 must be a text, but is of type 'Integer'.
    trim('  a b ') → "a b"
    string(true()) → "True"
    string(12) → "12"
    string(null()) → ""
    string(createObject('b', 1, 'a', createArray(true(), 'x'))) → "{\"a\":[true,\"x\"],\"b\":1}"
    int('42') → 42
    int('4.2') → ! Unable to evaluate template language function 'int': the argument is no whole number.
    int(7) → 7
    length('aä€') → 3
    replace('a-b-c', '-', '--') → "a--b--c"
    replace('abc', '', 'x') → ! Unable to evaluate template language function 'replace': the text to replace is empty.
    substring('abcdef', 2) → "cdef"
    substring('äbcdef', 1, 3) → "bcd"
    substring('abc', 3) → ""
    substring('abc', 2, 2) → ! Unable to evaluate template language function 'substring': the start '2' and length '2' must lie within the text, which has '3' characters.
    substring('abc', -1) → ! Unable to evaluate template language function 'substring': the argument 2 must be a whole number from 0 on, but is of type 'Integer'.
    startsWith('Abc', 'aB') → true
    startsWith('abc', 'bc') → false
    endsWith('abC', 'Bc') → true
    contains('abc', 'b') → true
    contains('abc', 'B') → false
    contains('abc', 1) → ! Unable to evaluate template language function 'contains': the argument 2 must be a text, but is of type 'Integer'.
    split('a,b,,c', ',') → ["a","b","","c"]
    split('a,b;c', createArray(',', ';', '')) → ["a","b","c"]
    split('abc', '') → ["abc"]
    split('', ',') → [""]
    split('a', 1) → ! Unable to evaluate template language function 'split': the argument 2 must be a text or an array of texts, but is of type 'Integer'.
    join(createArray('a', 1, true()), '-') → "a-1-True"
    join(createArray(), '-') → ""
    join('a', '-') → ! Unable to evaluate template language function 'join': the argument 1 must be an array, but is of type 'String'.
    format('{0}-{1}-{0}', 'a', 1) → "a-1-a"
    format('{{{0}}}', createObject('a', true())) → "{{\"a\":true}}"
    format('{0}') → ! Unable to evaluate template language function 'format': the argument 2 is missing.
    format('{0:N2}', 1) → ! Unable to evaluate template language function 'format': an item in the text isn't a number in braces, as '{0}', which alone is supported.
    format('{', 1) → ! Unable to evaluate template language function 'format': a brace in the text stands alone.
    format('a } b', 1) → ! Unable to evaluate template language function 'format': a brace in the text stands alone.
    base64('one, two, three') → "b25lLCB0d28sIHRocmVl"
    uriComponent('https://a/ä b?c=~d-e_f.g') → "https%3A%2F%2Fa%2F%C3%A4%20b%3Fc%3D~d-e_f.g"
    "#);
}

#[test]
fn collections() {
    let table = table([
        "array('a')",
        "array(createArray('a'))",
        "createArray()",
        "createObject()",
        "createObject('a', 1, 'b', createObject('c', null()))",
        "createObject('a')",
        "createObject(1, 2)",
        "json('{\"a\": [1, 2.5, null]}')",
        "json('{')",
        "empty('')",
        "empty(' ')",
        "empty(null())",
        "empty(createArray())",
        "empty(createObject('a', 1))",
        "empty(0)",
        "length(createArray(1, 2))",
        "length(createObject('a', 1))",
        "length(1)",
        "contains(createArray(1, 'a'), 'a')",
        "contains(createArray(1, 'a'), 'A')",
        "contains(createObject('Key', 1), 'kEY')",
        "contains(1, 1)",
        "first('äb')",
        "last('bä')",
        "first('')",
        "first(createArray('a', 'b'))",
        "last(createArray('a', 'b'))",
        "first(createArray())",
        "first(1)",
        "union(createArray(1, 2), createArray(2, 3))",
        "union(json('{\"a\":1,\"b\":{\"c\":1,\"d\":[1]}}'), json('{\"b\":{\"d\":[2],\"e\":3},\"f\":4}'))",
        "union(createArray(), createObject())",
        "createObject('a', createArray('x', createObject('b', 'y'))).a[1].B",
        "createArray('a', 'b')[1]",
        "createArray('a')[1]",
        "createArray('a')[-1]",
        "createArray('a')['x']",
        "createObject('a', 1)[0]",
        "createObject('a', 1, 'c', 2).b",
        "'text'.length",
    ]);
    insta::assert_snapshot!(table, @r#"
    array('a') → ["a"]
    array(createArray('a')) → ["a"]
    createArray() → []
    createObject() → {}
    createObject('a', 1, 'b', createObject('c', null())) → {"a":1,"b":{"c":null}}
    createObject('a') → ! Unable to evaluate template language function 'createObject': the function requires names and values by turns.
    createObject(1, 2) → ! Unable to evaluate template language function 'createObject': the argument 1 must be a text, but is of type 'Integer'.
    json('{"a": [1, 2.5, null]}') → {"a":[1,2.5,null]}
    json('{') → ! Unable to evaluate template language function 'json': the argument is not valid JSON: EOF while parsing an object at line 1 column 1.
    empty('') → true
    empty(' ') → false
    empty(null()) → true
    empty(createArray()) → true
    empty(createObject('a', 1)) → false
    empty(0) → ! Unable to evaluate template language function 'empty': the argument 1 must be a text, an array or an object, but is of type 'Integer'.
    length(createArray(1, 2)) → 2
    length(createObject('a', 1)) → 1
    length(1) → ! Unable to evaluate template language function 'length': the argument 1 must be a text, an array or an object, but is of type 'Integer'.
    contains(createArray(1, 'a'), 'a') → true
    contains(createArray(1, 'a'), 'A') → false
    contains(createObject('Key', 1), 'kEY') → true
    contains(1, 1) → ! Unable to evaluate template language function 'contains': the argument 1 must be a text, an array or an object, but is of type 'Integer'.
    first('äb') → "ä"
    last('bä') → "ä"
    first('') → ""
    first(createArray('a', 'b')) → "a"
    last(createArray('a', 'b')) → "b"
    first(createArray()) → null
    first(1) → ! Unable to evaluate template language function 'first': the argument 1 must be a text or an array, but is of type 'Integer'.
    union(createArray(1, 2), createArray(2, 3)) → [1,2,3]
    union(json('{"a":1,"b":{"c":1,"d":[1]}}'), json('{"b":{"d":[2],"e":3},"f":4}')) → {"a":1,"b":{"c":1,"d":[2],"e":3},"f":4}
    union(createArray(), createObject()) → ! Unable to evaluate template language function 'union': the argument 2 must be an array, but is of type 'Object'.
    createObject('a', createArray('x', createObject('b', 'y'))).a[1].B → "y"
    createArray('a', 'b')[1] → "b"
    createArray('a')[1] → ! The language expression property '1' can't be evaluated: the array index is out of bounds.
    createArray('a')[-1] → ! The language expression property '-1' can't be evaluated: the array index is out of bounds.
    createArray('a')['x'] → ! The language expression property 'x' can't be evaluated: an array has numbers for its items.
    createObject('a', 1)[0] → ! The language expression property '0' can't be evaluated: an object has names for its properties.
    createObject('a', 1, 'c', 2).b → ! The language expression property 'b' doesn't exist, available properties are 'a, c'.
    'text'.length → ! The language expression property 'length' can't be evaluated: only objects and arrays have parts.
    "#);
}

#[test]
fn places() {
    let rows = table([
        "subscription()",
        "subscription().tenantId",
        "resourceGroup().location",
        "resourceGroup()",
        "resourceGroup().tags.team",
        "resourceGroup('x')",
        "deployment().name",
        "deployment().location",
        "deployment().properties.template",
        "tenant().tenantId",
        "resourceId('Microsoft.X/a', 'n')",
        "resourceId('Microsoft.X/a/b', 'n', 'm')",
        "resourceId('Microsoft.X/a/b', 'n/m')",
        "resourceId('other-rg', 'Microsoft.X/a', 'n')",
        "resourceId('33333333-3333-4333-8333-333333333333', 'Microsoft.X/a', 'n')",
        "resourceId('33333333-3333-4333-8333-333333333333', 'other-rg', 'Microsoft.X/a/', 'n')",
        "resourceId('a', 'b', 'c', 'Microsoft.X/a', 'n')",
        "resourceId('Microsoft.X', 'n')",
        "resourceId('Microsoft.X/a')",
        "resourceId('Microsoft.X/a', 1)",
        "subscriptionResourceId('Microsoft.Authorization/roleDefinitions', 'r')",
        "subscriptionResourceId('33333333-3333-4333-8333-333333333333', 'Microsoft.X/a', 'n')",
        "tenantResourceId('Microsoft.X/a', 'n')",
        "extensionResourceId('/subscriptions/s/', 'Microsoft.Authorization/locks', 'l')",
        "extensionResourceId(resourceId('Microsoft.X/a', 'n'), 'Microsoft.Authorization/locks', 'l')",
    ]);
    insta::assert_snapshot!(rows.replace(SUBSCRIPTION, "…"), @r#"
    subscription() → {"displayName":"Development","id":"/subscriptions/…","subscriptionId":"…","tenantId":"11111111-1111-4111-8111-111111111111"}
    subscription().tenantId → "11111111-1111-4111-8111-111111111111"
    resourceGroup().location → "westeurope"
    resourceGroup() → {"id":"/subscriptions/…/resourceGroups/ml-rg","location":"westeurope","name":"ml-rg","properties":{"provisioningState":"Succeeded"},"tags":{"team":"red"},"type":"Microsoft.Resources/resourceGroups"}
    resourceGroup().tags.team → "red"
    resourceGroup('x') → ! Unable to evaluate template language function 'resourceGroup': the function requires 0 argument(s) while 1 were provided.
    deployment().name → "main"
    deployment().location → ! The language expression property 'location' doesn't exist, available properties are 'name'.
    deployment().properties.template → ! The template function 'deployment().properties' is not supported here.
    tenant().tenantId → "11111111-1111-4111-8111-111111111111"
    resourceId('Microsoft.X/a', 'n') → "/subscriptions/…/resourceGroups/ml-rg/providers/Microsoft.X/a/n"
    resourceId('Microsoft.X/a/b', 'n', 'm') → "/subscriptions/…/resourceGroups/ml-rg/providers/Microsoft.X/a/n/b/m"
    resourceId('Microsoft.X/a/b', 'n/m') → ! Unable to evaluate template language function 'resourceId': the type 'Microsoft.X/a/b' requires '2' resource name argument(s) while '1' were provided.
    resourceId('other-rg', 'Microsoft.X/a', 'n') → "/subscriptions/…/resourceGroups/other-rg/providers/Microsoft.X/a/n"
    resourceId('33333333-3333-4333-8333-333333333333', 'Microsoft.X/a', 'n') → "/subscriptions/33333333-3333-4333-8333-333333333333/resourceGroups/ml-rg/providers/Microsoft.X/a/n"
    resourceId('33333333-3333-4333-8333-333333333333', 'other-rg', 'Microsoft.X/a/', 'n') → "/subscriptions/33333333-3333-4333-8333-333333333333/resourceGroups/other-rg/providers/Microsoft.X/a/n"
    resourceId('a', 'b', 'c', 'Microsoft.X/a', 'n') → ! Unable to evaluate template language function 'resourceId': none of the first arguments is a resource type, as 'Microsoft.Storage/storageAccounts'.
    resourceId('Microsoft.X', 'n') → ! Unable to evaluate template language function 'resourceId': none of the first arguments is a resource type, as 'Microsoft.Storage/storageAccounts'.
    resourceId('Microsoft.X/a') → ! Unable to evaluate template language function 'resourceId': the function requires at least 2 argument(s) while 1 were provided.
    resourceId('Microsoft.X/a', 1) → ! Unable to evaluate template language function 'resourceId': the argument 2 must be a text, but is of type 'Integer'.
    subscriptionResourceId('Microsoft.Authorization/roleDefinitions', 'r') → "/subscriptions/…/providers/Microsoft.Authorization/roleDefinitions/r"
    subscriptionResourceId('33333333-3333-4333-8333-333333333333', 'Microsoft.X/a', 'n') → "/subscriptions/33333333-3333-4333-8333-333333333333/providers/Microsoft.X/a/n"
    tenantResourceId('Microsoft.X/a', 'n') → "/providers/Microsoft.X/a/n"
    extensionResourceId('/subscriptions/s/', 'Microsoft.Authorization/locks', 'l') → "/subscriptions/s/providers/Microsoft.Authorization/locks/l"
    extensionResourceId(resourceId('Microsoft.X/a', 'n'), 'Microsoft.Authorization/locks', 'l') → "/subscriptions/…/resourceGroups/ml-rg/providers/Microsoft.X/a/n/providers/Microsoft.Authorization/locks/l"
    "#);
    let wide = |text| evaluated_at(text, &wide_context(), Site::Body).replace(SUBSCRIPTION, "…");
    insta::assert_snapshot!(wide("[resourceGroup().id]"), @"! The template function 'resourceGroup' is not expected at this location.");
    insta::assert_snapshot!(wide("[resourceId('Microsoft.X/a', 'n')]"), @r#""/subscriptions/…/providers/Microsoft.X/a/n""#);
    insta::assert_snapshot!(wide("[resourceId('rg', 'Microsoft.X/a', 'n')]"), @r#""/subscriptions/…/resourceGroups/rg/providers/Microsoft.X/a/n""#);
    insta::assert_snapshot!(wide("[deployment()]"), @r#"{"location":"westeurope","name":"main"}"#);
}

#[test]
fn names_that_azure_makes_are_made_here() {
    // Published results: of Azure's own library in the tests of others, and of tools that were checked against it.
    for (arguments, name) in [
        ("'tyeth'", "zcztcwvu6iyg6"),
        ("'test'", "rbgf3xv4ufgzg"),
        ("'hello', 'world'", "a7wkljktk6wne"),
        ("'foo', 'bar', 'baz'", "xzi4ioaxtmth4"),
        ("'abc'", "cgtzqvhu4i23s"),
        (
            "'/subscriptions/3c7f956b-55ee-4686-9d30-da1eb631dc59/resourceGroups/rg-devopsshieldek010dev'",
            "fd63l2gacbtca",
        ),
        (
            "'/subscriptions/31e9f9a0-9fd2-4294-a0a3-0101246d9700/resourceGroups/rg-modm201-20230913120256/providers/\
             Microsoft.Compute/virtualMachines/bobjacmodm201'",
            "yvjxno3je5on2",
        ),
    ] {
        let text = format!("[uniqueString({arguments})]");
        assert_eq!(evaluated(&text), format!("\"{name}\""), "{text}");
    }
    let guid = evaluated("[guid('test', 'value')]");
    assert_eq!(guid, "\"95b33d6a-06a0-5961-9b94-a0f6c648352b\"");
    let refused = table(["guid()", "guid(1)", "uniqueString()", "uniqueString('a', null())"]);
    insta::assert_snapshot!(refused, @r"
    guid() → ! Unable to evaluate template language function 'guid': the function requires at least 1 argument(s) while 0 were provided.
    guid(1) → ! Unable to evaluate template language function 'guid': the argument 1 must be a text, but is of type 'Integer'.
    uniqueString() → ! Unable to evaluate template language function 'uniqueString': the function requires at least 1 argument(s) while 0 were provided.
    uniqueString('a', null()) → ! Unable to evaluate template language function 'uniqueString': the argument 2 must be a text, but is of type 'Null'.
    ");
}

#[test]
fn new_things_stand_in_defaults_alone() {
    let default = |text: &str| evaluated_at(text, &context(), Site::Default);
    let texts = [
        "[newGuid()]",
        "[equals(newGuid(), newGuid())]",
        "[utcNow()]",
        "[utcNow('yyyy-MM-dd HH:mm:ss')]",
        "[utcNow('d')]",
        "[utcNow('yyyyy')]",
        "[variables('x')]",
    ];
    let table: Vec<_> = texts
        .iter()
        .map(|text| format!("{text} → {} / {}", default(text), evaluated(text)))
        .collect();
    insta::assert_snapshot!(table.join("\n"), @r#"
    [newGuid()] → "3cee514a-ff05-4410-8794-ab1dce8bcb64" / ! The template function 'newGuid' is not expected at this location.
    [equals(newGuid(), newGuid())] → false / ! The template function 'newGuid' is not expected at this location.
    [utcNow()] → "20201110T083005Z" / ! The template function 'utcNow' is not expected at this location.
    [utcNow('yyyy-MM-dd HH:mm:ss')] → "2020-11-10 08:30:05" / ! The template function 'utcNow' is not expected at this location.
    [utcNow('d')] → ! Unable to evaluate template language function 'utcNow': the format may hold yyyy, MM, dd, HH, mm, ss, T, Z and signs only. / ! The template function 'utcNow' is not expected at this location.
    [utcNow('yyyyy')] → ! Unable to evaluate template language function 'utcNow': the format may hold yyyy, MM, dd, HH, mm, ss, T, Z and signs only. / ! The template function 'utcNow' is not expected at this location.
    [variables('x')] → ! The template function 'variables' is not expected at this location. / ! The template variable 'x' is not found.
    "#);
    let other = Context {
        new_guid: [8; 16],
        ..context()
    };
    assert_eq!(default("[newGuid()]"), default("[newGuid()]"));
    assert_ne!(
        default("[newGuid()]"),
        evaluated_at("[newGuid()]", &other, Site::Default)
    );
}

#[test]
fn every_other_function_is_refused_by_name() {
    let table = table([
        "reference('x')",
        "reference(resourceId('Microsoft.X/a', 'n'), '2020-01-01').b",
        "listKeys('x', '2020-01-01').keys",
        "environment()",
        "providers('x')",
        "copyIndex()",
        "add(1, 2)",
        "contoso.name('x')",
        "nothing(reference('x'))",
        "sys.concat('a')",
    ]);
    insta::assert_snapshot!(table, @r"
    reference('x') → ! The template function 'reference' is not supported here.
    reference(resourceId('Microsoft.X/a', 'n'), '2020-01-01').b → ! The template function 'reference' is not supported here.
    listKeys('x', '2020-01-01').keys → ! The template function 'listKeys' is not supported here.
    environment() → ! The template function 'environment' is not supported here.
    providers('x') → ! The template function 'providers' is not supported here.
    copyIndex() → ! The template function 'copyIndex' is not supported here.
    add(1, 2) → ! The template function 'add' is not supported here.
    contoso.name('x') → ! The template function 'contoso.name' is not supported here.
    nothing(reference('x')) → ! The template function 'nothing' is not supported here.
    sys.concat('a') → ! The template function 'sys.concat' is not supported here.
    ");
}

#[test]
fn the_table_of_functions_is_sorted_and_whole() {
    use super::super::functions::SERVED;
    assert!(SERVED.is_sorted());
    for name in SERVED {
        let answer = evaluated(&format!("[{name}()]"));
        assert!(!answer.contains("is not supported here"), "{name}: {answer}");
    }
}

#[test]
fn the_manual_names_the_functions_that_are_served() {
    let manual = include_str!("../../../../../../docs/resource-manager.md");
    let (_, rest) = manual.split_once("Served functions:").unwrap();
    let (list, _) = rest.split_once("Everything else").unwrap();
    let mut named: Vec<String> = list
        .split('`')
        .skip(1)
        .step_by(2)
        .map(str::to_lowercase)
        .collect();
    let lazy = ["if", "and", "or", "coalesce"];
    let mut served: Vec<String> = SERVED.iter().chain(&lazy).map(|&name| name.to_owned()).collect();
    named.sort();
    served.sort();
    assert_eq!(named, served);
}
