//! The person's browser is outside.

use crate::world::{PRIVATE, WAYS, World, eventually};
use std::fs;
use std::os::unix::fs::PermissionsExt as _;

/// A browser that writes down what it is to open, and, when there is a way back, goes it.
fn browser(world: &World) -> String {
    let record = world.person().join("opened");
    let text = format!(
        "#!/bin/sh\necho \"$1\" >> {}\nback=$(echo \"$1\" | sed -n 's/.*redirect_uri=http%3A%2F%2Flocalhost%3A\\([0-9]*\\).*/\\1/p')\n\
         [ -z \"$back\" ] || curl -s \"http://localhost:$back/?code=abc\" > {}.back\n",
        record.display(),
        record.display()
    );
    let path = world.write("browser", &text);
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    format!("BROWSER={}", path.display())
}

fn opened(world: &World) -> String {
    fs::read_to_string(world.person().join("opened")).unwrap_or_default()
}

#[test]
fn pages_of_azures_open_at_the_outside_address() {
    let world = World::new();
    let browser = browser(&world);
    for (number, via) in WAYS.into_iter().enumerate() {
        let script = "$BROWSER 'https://login.microsoftonline.com/common/oauth2/v2.0/authorize?client_id=x&state=1' && \
                      xdg-open https://microsoft.com/devicelogin && \
                      python3 -c 'import webbrowser; webbrowser.open(\"https://aka.ms/devicelogin\")'";
        world.run_with(via, &[&browser], &[], script).text();
        let expected = "https://localhost:8443/common/oauth2/v2.0/authorize?client_id=x&state=1\n\
                        https://localhost:8443/devicelogin\nhttps://localhost:8443/devicelogin\n";
        eventually("three pages were opened", || {
            opened(&world) == expected.repeat(number + 1)
        });
    }
}

#[test]
fn pages_of_microsofts_are_not_opened() {
    let world = World::new();
    let browser = browser(&world);
    for via in WAYS {
        for address in [
            "https://login.live.com/login.srf",
            "https://portal.azure.com/",
            "https://aka.ms/azcli",
            "https://login.microsoftonline.us/",
            "http://localhost:5000/",
            "http://169.254.169.254/",
            "file:///etc/passwd",
        ] {
            let done = world.run_with(via, &[&browser], &[], &format!("$BROWSER '{address}'"));
            assert_eq!(done.code(), Some(1), "{via} {address}: {}", done.err());
        }
    }
    assert_eq!(opened(&world), "");
}

#[test]
fn other_pages_open_as_they_are() {
    let world = World::new();
    let browser = browser(&world);
    world
        .run_with(
            "namespaces",
            &[&browser],
            &[],
            "$BROWSER 'https://example.com/a?b=c#d'",
        )
        .text();
    eventually("the page was opened", || {
        opened(&world) == "https://example.com/a?b=c#d\n"
    });
    // But not from a run that is cut off: an address can carry something away.
    let offline = ["--offline"];
    let leak = "$BROWSER 'https://example.com/?leak'";
    let done = world.run_with("namespaces", &[&browser], &offline, leak);
    assert_eq!(done.code(), Some(1), "{}", done.err());
    let own = "$BROWSER https://aka.ms/devicelogin";
    world.run_with("namespaces", &[&browser], &offline, own).text();
    eventually("our own page was opened", || {
        opened(&world).ends_with("https://localhost:8443/devicelogin\n")
    });
    assert!(!opened(&world).contains("leak"));
}

#[test]
fn who_says_nothing_does_not_keep_others_waiting_for_long() {
    let world = World::new();
    let idle = "import os, socket, time\nidle = []\nfor _ in range(20):\n s = socket.socket(socket.AF_UNIX)\n \
                s.connect(os.environ[\"DOORWARD_RUN\"])\n idle.append(s)\ntime.sleep(20)";
    let script = format!(
        "python3 -c '{idle}' & sleep 1; timeout 9 $BROWSER https://aka.ms/devicelogin && echo opened; kill $!"
    );
    assert_eq!(world.run("namespaces", &[], &script).out(), "opened\n");
}

#[test]
fn the_way_back_leads_in_again() {
    let world = World::new();
    let browser = browser(&world);
    for (number, via) in WAYS.into_iter().enumerate() {
        let port = 40100 + number;
        let listen = format!(
            "import http.server\nclass H(http.server.BaseHTTPRequestHandler):\n def do_GET(self):\n  self.send_response(200); \
             self.end_headers(); self.wfile.write(b\"thanks\"); print(self.path, flush=True)\n def log_message(*a): pass\n\
             http.server.HTTPServer((\"127.0.0.1\", {port}), H).handle_request()"
        );
        let script = format!(
            "python3 -c '{listen}' & sleep 0.7; $BROWSER 'https://login.microsoftonline.com/common/oauth2/v2.0/authorize?\
             redirect_uri=http%3A%2F%2Flocalhost%3A{port}&state=1'; wait"
        );
        let done = world.run_with(via, &[&browser], &[], &script);
        assert_eq!(done.text(), "/?code=abc\n", "{via}: {}", done.err());
        let back = world.person().join("opened.back");
        eventually("the browser was thanked", || {
            fs::read_to_string(&back).is_ok_and(|text| text == "thanks")
        });
        fs::remove_file(back).unwrap();
    }
}

#[test]
fn without_a_browser_the_address_is_shown() {
    let world = World::new();
    let done = world.run("namespaces", &[], "$BROWSER https://aka.ms/devicelogin");
    done.text();
    assert!(
        done.err()
            .contains("please open this address in a browser: https://localhost:8443/devicelogin"),
        "{}",
        done.err()
    );
}

#[test]
fn nonsense_to_the_person_is_refused() {
    let world = World::new();
    let script = r#"python3 -c '
import os, socket
for said in [b"\n", b"{}\n", b"x" * 100000 + b"\n", b"{\"open\": 5}\n", b"{\"open\": \"javascript:alert(1)\"}\n"]:
    s = socket.socket(socket.AF_UNIX); s.connect(os.environ["DOORWARD_RUN"])
    try:
        s.sendall(said); print(s.makefile().readline().strip()[:9])
    except (BrokenPipeError, ConnectionResetError):
        print("{\"refused")
'"#;
    for via in PRIVATE {
        assert_eq!(
            world.run(via, &[], script).text(),
            "{\"refused\n".repeat(5),
            "{via}"
        );
    }
}
