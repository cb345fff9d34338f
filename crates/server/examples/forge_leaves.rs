//! Makes a private authority as `doorward up` does and abuses its key: leaves for names it may not sign for, which
//! every TLS client has to refuse. Writes `ca.pem`, and `NAME.pem` (chain) with `NAME.key` for each leaf, into the
//! directory that is its one argument; `conformance/run --forged DIRECTORY` shows them to real clients.

use doorward_server::clock::Clock;
use doorward_server::tls::authority::{self, Credential, SanType};
use std::error::Error;
use std::path::Path;

fn main() -> Result<(), Box<dyn Error>> {
    let directory = std::env::args().nth(1).ok_or("usage: forge_leaves DIRECTORY")?;
    let directory = Path::new(&directory);
    std::fs::create_dir_all(directory)?;
    let now = Clock::system().now();
    let ca = authority::make(now)?;
    std::fs::write(directory.join("ca.pem"), &ca.root)?;
    write(directory, "good", &authority::sign_loopback_leaf(&ca, now)?)?;
    let forged = [
        (
            "other-name",
            vec![SanType::DnsName("login.example.com".try_into()?)],
        ),
        ("other-ip", vec![SanType::IpAddress([192, 0, 2, 1].into())]),
        (
            "email",
            vec![
                SanType::DnsName("localhost".try_into()?),
                SanType::Rfc822Name("admin@example.com".try_into()?),
            ],
        ),
    ];
    for (name, names) in forged {
        write(directory, name, &authority::sign_leaf(&ca, names, now)?)?;
    }
    Ok(())
}

fn write(directory: &Path, name: &str, leaf: &Credential) -> Result<(), Box<dyn Error>> {
    std::fs::write(directory.join(format!("{name}.pem")), &leaf.certificate)?;
    std::fs::write(directory.join(format!("{name}.key")), leaf.key_pem())?;
    Ok(())
}
