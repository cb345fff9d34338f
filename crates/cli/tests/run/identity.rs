//! `--as`: an identity that dies with the command.

use crate::world::{WAYS, World};

const TOKEN: &str = "curl -sS https://login.microsoftonline.com/$AML_TENANT_ID/oauth2/token -d grant_type=client_credentials \
                     -d client_id=$AML_PRINCIPAL_ID --data-urlencode client_secret=$AML_PRINCIPAL_PASS \
                     -d resource=https://management.azure.com/";

fn with_principal() -> World {
    let world = World::new();
    world
        .doorward(&["ad", "sp", "create-for-rbac", "-n", "ml-auth", "-o", "none"])
        .text();
    world
}

#[test]
fn a_command_has_the_identity_that_was_named() {
    let world = with_principal();
    for via in WAYS {
        let out = world.run(via, &["--as", "ml-auth"], TOKEN).text();
        assert!(out.contains("\"token_type\":\"Bearer\""), "{via}: {out}");
        let same = "[ $AML_PRINCIPAL_ID = $AZURE_CLIENT_ID ] && [ $AML_PRINCIPAL_PASS = $AZURE_CLIENT_SECRET ] && \
                    [ $AML_TENANT_ID = $AZURE_TENANT_ID ] && [ -n \"$AZURE_SUBSCRIPTION_ID\" ] || echo no; echo yes";
        assert_eq!(
            world.run(via, &["--as", "ml-auth"], same).text(),
            "yes\n",
            "{via}"
        );
    }
}

#[test]
fn the_credential_dies_with_the_command() {
    let world = with_principal();
    let secret = world
        .run(
            "namespaces",
            &["--as", "ml-auth"],
            "echo $AML_TENANT_ID $AML_PRINCIPAL_ID $AML_PRINCIPAL_PASS",
        )
        .text();
    let [tenant, client, secret] = secret.split_whitespace().collect::<Vec<_>>().try_into().unwrap();
    let variables = [
        format!("X_TENANT={tenant}"),
        format!("X_CLIENT={client}"),
        format!("X_SECRET={secret}"),
    ];
    let variables: Vec<&str> = variables.iter().map(String::as_str).collect();
    let again = TOKEN
        .replace("AML_TENANT_ID", "X_TENANT")
        .replace("AML_PRINCIPAL_ID", "X_CLIENT")
        .replace("AML_PRINCIPAL_PASS", "X_SECRET");
    for options in [&[][..], &["--as", "ml-auth"]] {
        let out = world.run_with("namespaces", &variables, options, &again).text();
        assert!(out.contains("AADSTS7000215"), "another run: {out}");
    }
    let listed = world
        .doorward(&["ad", "sp", "credential", "list", "--id", client])
        .text();
    assert!(!listed.contains(secret), "{listed}");
}

#[test]
fn the_secret_is_on_no_command_line() {
    let world = with_principal();
    // `printf` is the shell's own, so that the search itself names the secret on no command line.
    let script = "printf '%s' \"$AML_PRINCIPAL_PASS\" > wanted; cat /proc/[0-9]*/cmdline | tr '\\0' '\\n' | grep -cFf wanted";
    for via in WAYS {
        assert_eq!(world.run(via, &["--as", "ml-auth"], script).out(), "0\n", "{via}");
    }
}

#[test]
fn with_an_identity_of_its_own_the_command_has_not_the_persons() {
    let world = with_principal();
    let doorward = World::binary().display();
    for via in WAYS {
        let done = world.run(via, &["--as", "ml-auth"], &format!("{doorward} account show"));
        assert_eq!(done.code(), Some(4), "{via}: {} {}", done.out(), done.err());
        let done = world.run_with(
            via,
            &["DOORWARD_ADMIN_PASSWORD=sentinel"],
            &["--as", "ml-auth"],
            "env",
        );
        assert!(!done.out().contains("sentinel"), "{via}");
        let own = world
            .run(
                via,
                &[],
                &format!("{doorward} account show --query user.name -o tsv"),
            )
            .text();
        assert_eq!(own.trim(), world.env["DOORWARD_ADMIN_UPN"], "{via}");
    }
}

#[test]
fn a_person_is_an_identity_too() {
    let world = World::new();
    let upn = world.env["DOORWARD_ADMIN_UPN"].clone();
    let script = "curl -sS https://login.microsoftonline.com/$AZURE_TENANT_ID/oauth2/v2.0/token -d grant_type=password \
                  -d client_id=$AZURE_CLIENT_ID --data-urlencode username=$AZURE_USERNAME \
                  --data-urlencode password=$AZURE_PASSWORD -d 'scope=https://management.azure.com/.default openid'";
    let out = world.run("namespaces", &["--as", &upn], script).text();
    assert!(out.contains("\"id_token\""), "{out}");
}

#[test]
fn who_is_unknown_or_not_allowed_is_named_and_nothing_runs() {
    let world = World::new();
    let done = world.run("namespaces", &["--as", "nobody"], "echo ran");
    assert_eq!(
        (done.code(), done.out().as_str()),
        (Some(125), ""),
        "{}",
        done.err()
    );
    assert!(done.err().contains("nobody"), "{}", done.err());
    let done = world.run("namespaces", &["--as", "Microsoft Graph"], "echo ran");
    assert_eq!(
        (done.code(), done.out().as_str()),
        (Some(125), ""),
        "{}",
        done.err()
    );
    assert!(done.err().contains("built-in"), "{}", done.err());
}

#[test]
fn nobody_signed_in_runs_nothing() {
    let world = World::new();
    world.doorward(&["logout"]);
    let done = world.run("namespaces", &[], "echo ran");
    assert_eq!(
        (done.code(), done.out().as_str()),
        (Some(125), ""),
        "{}",
        done.err()
    );
    assert!(done.err().contains("doorward login"), "{}", done.err());
}
