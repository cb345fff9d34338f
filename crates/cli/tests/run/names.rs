//! Azure's names inside.

use crate::world::{PRIVATE, WAYS, World};

const HOSTS: [&str; 12] = [
    "login.microsoftonline.com",
    "login.windows.net",
    "login.microsoft.com",
    "sts.windows.net",
    "management.azure.com",
    "management.core.windows.net",
    "graph.microsoft.com",
    "graph.windows.net",
    "eastus2.api.azureml.ms",
    "koreacentral.api.azureml.ms",
    "ml.azure.com",
    "aka.ms",
];

const DISCOVERY: &str = "https://login.microsoftonline.com/common/v2.0/.well-known/openid-configuration";

#[test]
fn azures_names_lead_to_the_server() {
    let world = World::new();
    let script = HOSTS
        .map(|host| {
            format!(
                "curl -sS -o /dev/null -w '{host} %{{http_code}}\\n' https://{host}/devicelogin || exit 1"
            )
        })
        .join("\n");
    for via in WAYS {
        let out = world.run(via, &[], &script).text();
        // 302: our short link; else an answer of the plane behind the host, which has no such page.
        for (line, host) in out.lines().zip(HOSTS) {
            let expected = match host {
                "aka.ms" => "302",
                "management.azure.com" | "management.core.windows.net" => "401",
                _ => "404",
            };
            assert_eq!(line, format!("{host} {expected}"), "{via}");
        }
        assert_eq!(out.lines().count(), HOSTS.len());
    }
    assert_eq!(world.heard_elsewhere(), "");
}

#[test]
fn only_a_run_is_answered_under_azures_names() {
    let world = World::new();
    let ask = "curl -sS --cacert \"$DOORWARD_CA\" -o /dev/null -w '%{http_code}' --connect-to ::localhost:8443 \
               -k https://login.microsoftonline.com/common/v2.0/.well-known/openid-configuration";
    let outside = world
        .as_person("namespaces")
        .args(["sh", "-c", ask])
        .output()
        .unwrap();
    assert_eq!(String::from_utf8_lossy(&outside.stdout), "421");
}

#[test]
fn issuers_have_azures_form_and_a_key_of_their_own() {
    let world = World::new();
    let keys = "https://login.microsoftonline.com/common/discovery/v2.0/keys";
    let inside = world
        .run(
            "namespaces",
            &[],
            &format!("curl -sSf {DISCOVERY}; echo; curl -sSf {keys}"),
        )
        .text();
    let mut lines = inside.lines();
    let document: serde_json::Value = serde_json::from_str(lines.next().unwrap()).unwrap();
    assert_eq!(
        document["issuer"],
        "https://login.microsoftonline.com/{tenantid}/v2.0"
    );
    assert_eq!(
        document["token_endpoint"],
        "https://login.microsoftonline.com/common/oauth2/v2.0/token"
    );
    let kid = |text: &str| {
        let keys: serde_json::Value = serde_json::from_str(text).unwrap();
        keys["keys"][0]["kid"].as_str().unwrap().to_owned()
    };
    let ask = "curl -sSf --cacert \"$DOORWARD_CA\" https://localhost:8443/common/discovery/v2.0/keys";
    let outside = world
        .as_person("namespaces")
        .args(["sh", "-c", ask])
        .output()
        .unwrap();
    let outside = String::from_utf8(outside.stdout).unwrap();
    assert_ne!(kid(lines.next().unwrap()), kid(&outside));
}

#[test]
fn what_a_person_follows_names_the_outside_address() {
    let world = World::new();
    let script = format!(
        "curl -sSf {DISCOVERY}; echo; curl -sS -o /dev/null -w '%{{redirect_url}}\\n' https://aka.ms/devicelogin; \
         curl -sS https://login.microsoftonline.com/common/oauth2/token -d grant_type=client_credentials"
    );
    let out = world.run("namespaces", &[], &script).text();
    let lines: Vec<&str> = out.lines().collect();
    let document: serde_json::Value = serde_json::from_str(lines[0]).unwrap();
    for name in ["authorization_endpoint", "end_session_endpoint"] {
        let url = document[name].as_str().unwrap();
        assert!(url.starts_with("https://localhost:8443/common/"), "{name}: {url}");
    }
    assert_eq!(lines[1], "https://localhost:8443/devicelogin");
    let refusal: serde_json::Value = serde_json::from_str(lines[2]).unwrap();
    let page = refusal["error_uri"].as_str().unwrap();
    assert!(page.starts_with("https://localhost:8443/error?code="), "{page}");
}

#[test]
fn an_address_learnt_elsewhere_leads_to_the_server_too() {
    let world = World::new();
    let script = format!(
        "curl -sSf --resolve login.microsoftonline.com:443:192.0.2.1 {DISCOVERY} -o /dev/null && echo ours"
    );
    for via in PRIVATE {
        assert_eq!(world.run(via, &[], &script).text(), "ours\n", "{via}");
    }
    let tunnel = format!(
        "curl -sSf --connect-to login.microsoftonline.com:443:192.0.2.1:443 {DISCOVERY} -o /dev/null && echo ours"
    );
    assert_eq!(world.run("proxy", &[], &tunnel).text(), "ours\n");
    for said in world.heard_elsewhere().lines() {
        // The proxy dials before it sees what for, and then says nothing there.
        assert!(said.ends_with("b''"), "{said}");
    }
}

#[test]
fn nothing_is_said_under_azures_names_without_tls() {
    let world = World::new();
    let script = "curl -sS -o /dev/null -w '%{http_code} %{redirect_url}' -H 'Authorization: Bearer secret' \
                  -d password=secret http://login.microsoftonline.com/common/oauth2/token";
    for via in WAYS {
        assert_eq!(
            world.run(via, &[], script).text(),
            "301 https://login.microsoftonline.com/common/oauth2/token",
            "{via}"
        );
    }
    let by_address = "curl -sS -o /dev/null -w '%{http_code}' -H 'Host: login.microsoftonline.com' \
                      -d password=secret http://192.0.2.1/";
    for via in PRIVATE {
        assert_eq!(world.run(via, &[], by_address).text(), "301", "{via}");
    }
    assert_eq!(world.heard_elsewhere(), "");
}

#[test]
fn a_link_of_microsofts_is_theirs() {
    let world = World::new();
    let status = |options: &[&str], extra: &str| {
        let script = format!("curl -sS -o /dev/null -w '%{{http_code}}' {extra} https://aka.ms/azcli");
        world.run("namespaces", options, &script).text()
    };
    assert_eq!(status(&["--offline"], ""), "403");
    // There is no way to them from this world, and nothing but a plain look is tried at all.
    assert_eq!(status(&[], ""), "502");
    assert_eq!(status(&[], "-d secret=1"), "403");
    // As Azure's clients read errors, and not as a page.
    let said = world
        .run("namespaces", &[], "curl -sS https://aka.ms/azcli")
        .text();
    let reason = r#"{"error":{"code":"BadGateway","message":"doorward run: aka.ms can't be reached: "#;
    assert!(
        said.starts_with(reason) && said.contains(r#","error_description":"doorward run: aka.ms"#),
        "{said}"
    );
}

#[test]
fn azs_extension_is_found_where_az_looks() {
    let world = World::new();
    let script = "index=$(curl -sSf https://aka.ms/azure-cli-extension-index-v1) && \
                  wheel=$(echo \"$index\" | sed 's/.*\"downloadUrl\":\"\\([^\"]*\\)\".*/\\1/') && \
                  curl -sSf -o azure-cli-ml.whl \"$wheel\" && \
                  case $index in *$(sha256sum azure-cli-ml.whl | cut -d' ' -f1)*) printf %s \"$wheel\";; esac";
    for via in ["namespaces", "proxy"] {
        assert_eq!(
            world.run(via, &["--offline"], script).text(),
            "https://aka.ms/azure-cli-extension-index-v1/azure_cli_ml-1.0.0-py3-none-any.whl",
            "{via}"
        );
    }
}

#[test]
fn a_host_that_is_not_ours_is_not_answered_under_our_certificate() {
    let world = World::new();
    let script = "curl -sS -o /dev/null -w '%{http_code}' -H 'Host: portal.azure.com' https://login.microsoftonline.com/; \
                  curl -s -o /dev/null -w ' %{http_code} %{ssl_verify_result}' --connect-to portal.azure.com:443:127.0.0.1:443 \
                  https://portal.azure.com/";
    let out = world.run("namespaces", &[], script).out();
    assert!(out.starts_with("421 000"), "{out}");
}

#[test]
fn a_look_at_the_head_alone_is_answered() {
    let world = World::new();
    let script = format!(
        "curl -sS --http2 -I -o /dev/null -w '%{{http_code}}' {DISCOVERY}; curl -sS --http1.1 -I -o /dev/null -w ' %{{http_code}}' {DISCOVERY}; \
                          curl -sS -I -o /dev/null -w ' %{{http_code}}' https://aka.ms/azcli"
    );
    assert_eq!(
        world.run("namespaces", &["--offline"], &script).text(),
        "200 200 403"
    );
}

#[test]
fn the_ticket_is_the_relays_word_not_the_programs() {
    let world = World::new();
    let script = format!(
        "curl -sSf -o /dev/null -w '%{{http_code}}' -H 'doorward-ticket: dwt~nonsense' \
         -H 'doorward-asked-host: graph.microsoft.com' {DISCOVERY}"
    );
    for via in WAYS {
        assert_eq!(world.run(via, &[], &script).text(), "200", "{via}");
    }
}
