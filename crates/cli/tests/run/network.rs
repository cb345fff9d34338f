//! The rest of the network.

use crate::world::{ELSEWHERE, PRIVATE, WAYS, World};

#[test]
fn other_hosts_are_reached_untouched() {
    let world = World::new();
    for via in WAYS {
        let out = world.run(via, &[], "curl -sSf http://192.0.2.1/page").text();
        assert_eq!(out, "elsewhere 192.0.2.1:80\n", "{via}");
    }
    // What is no TLS goes through port 443 as well, byte for byte.
    for via in PRIVATE {
        let script = "exec 3<>/dev/tcp/192.0.2.1/443; printf 'SSH-2.0-x\\r\\n' >&3; cat <&3 | tail -1";
        let out = world.run(via, &[], &format!("bash -c \"{script}\"")).text();
        assert_eq!(out, "elsewhere 192.0.2.1:443\n", "{via}");
    }
    let heard = world.heard_elsewhere();
    assert!(heard.contains("GET /page HTTP/1.1"), "{heard}");
    assert!(heard.contains("b'SSH-2.0-x\\r\\n'"), "{heard}");
}

#[test]
fn ports_that_nobody_named_are_refused() {
    let world = World::new();
    let ask = |port: u16| format!("curl -sS -m 5 http://{ELSEWHERE}:{port}/ 2>&1 | tail -1");
    for via in PRIVATE {
        assert_eq!(
            world.run(via, &[], &ask(22)).text(),
            "elsewhere 192.0.2.1:22\n",
            "{via}"
        );
        let refused = world.run(via, &[], &ask(4444)).out();
        assert!(refused.starts_with("curl: (7)"), "{via}: {refused}");
        let opened = world.run(via, &["--port", "4444"], &ask(4444)).text();
        assert_eq!(opened, "elsewhere 192.0.2.1:4444\n", "{via}");
    }
}

#[test]
fn datagrams_go_nowhere() {
    let world = World::new();
    let script = "bash -c 'echo secret > /dev/udp/192.0.2.1/4444'; sleep 0.3";
    for via in PRIVATE {
        world.run(via, &["--port", "4444"], script);
    }
    assert!(!world.heard_elsewhere().contains("udp"));
    // The way to see them is good: outside they arrive.
    world
        .as_person("namespaces")
        .args(["sh", "-c", script])
        .output()
        .unwrap();
    assert!(world.heard_elsewhere().contains("udp b'secret"));
}

#[test]
fn the_machines_own_metadata_service_is_not_reached() {
    let world = World::new();
    let script = "curl -sS -m 5 -o /dev/null -w '%{http_code}' -H Metadata:true \
                  http://169.254.169.254/metadata/identity/oauth2/token";
    for via in PRIVATE {
        assert_eq!(world.run(via, &[], script).out(), "000", "{via}");
    }
    assert_eq!(world.run("proxy", &[], script).out(), "502");
    assert_eq!(world.heard_elsewhere(), "");
    let tunnel = format!("{script} --proxytunnel");
    assert_eq!(world.run("proxy", &[], &tunnel).out(), "000");
    assert_eq!(world.heard_elsewhere(), "");
}

#[test]
fn offline_there_is_nothing_but_azures_names() {
    let world = World::new();
    let script = "curl -sSf -o /dev/null https://login.microsoftonline.com/common/v2.0/.well-known/openid-configuration \
                  && echo ours; curl -s -m 5 http://192.0.2.1/ > /dev/null || echo nothing; \
                  curl -s -m 5 https://example.com/ > /dev/null || echo nothing";
    for via in PRIVATE {
        assert_eq!(
            world.run(via, &["--offline"], script).text(),
            "ours\nnothing\nnothing\n",
            "{via}"
        );
    }
    let refused = script.replace("curl -s ", "curl -sf ");
    assert_eq!(
        world.run("proxy", &["--offline"], &refused).text(),
        "ours\nnothing\nnothing\n"
    );
    assert_eq!(world.heard_elsewhere(), "");
}

#[test]
fn localhost_is_the_runs_own_but_for_the_server_and_named_ports() {
    let world = World::new();
    let mut command = world.enter();
    let mut server = command
        .args(["python3", "-m", "http.server", "--bind", "127.0.0.1", "5005"])
        .current_dir(world.person())
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::null())
        .spawn()
        .unwrap();
    let ask = "curl -sS -m 5 -o /dev/null -w '%{http_code}' http://localhost:5005/";
    crate::world::eventually("a server on the host", || {
        let asked = world.as_person("proxy").args(["sh", "-c", ask]).output().unwrap();
        asked.stdout == b"200"
    });
    for via in PRIVATE {
        assert_eq!(world.run(via, &[], ask).out(), "000", "{via}");
        assert_eq!(
            world.run(via, &["--host-port", "5005"], ask).text(),
            "200",
            "{via}"
        );
        let own = "python3 -m http.server --bind 127.0.0.1 5005 2>/dev/null >&2 & \
                   timeout 20 sh -c 'until curl -sf -o /dev/null http://localhost:5005/; do sleep 0.1; done' && echo own";
        assert_eq!(world.run(via, &[], own).text(), "own\n", "{via}");
        let health = "curl -sSf --cacert \"$DOORWARD_CA\" https://localhost:8443/healthz";
        assert_eq!(world.run(via, &[], health).text(), "ok\n", "{via}");
    }
    assert_eq!(world.run("proxy", &[], ask).text(), "200");
    server.kill().unwrap();
    server.wait().unwrap();
}

#[test]
fn a_program_that_ignores_the_proxy_goes_its_own_way() {
    let world = World::new();
    let script = "curl -sSf --noproxy '*' http://192.0.2.1/direct";
    assert_eq!(world.run("proxy", &[], script).text(), "elsewhere 192.0.2.1:80\n");
    assert!(world.heard_elsewhere().contains("GET /direct"));
}

#[test]
fn a_connection_to_nobody_is_closed() {
    let world = World::new();
    let script = "curl -sS -m 5 -o /dev/null http://192.0.2.77/ 2>/dev/null; echo $?";
    for via in PRIVATE {
        let code = world.run(via, &[], script).text();
        // 52 or 56: taken, and closed again, for nobody is there.
        assert!(["52\n", "56\n"].contains(&code.as_str()), "{via}: {code}");
    }
}
