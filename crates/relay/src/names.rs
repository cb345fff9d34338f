//! The name server of a private network: Azure's names lead to the loopback address, the others are asked of the host's
//! own name servers.

use doorward_protocol::azure_hosts::AzureHost;
use simple_dns::rdata::{A, RData};
use simple_dns::{CLASS, Packet, PacketFlag, QTYPE, RCODE, ResourceRecord, TYPE};
use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;
use tokio::net::UdpSocket;
use tokio::sync::Semaphore;

/// How long a name server of the host may take before the next one is asked.
const PATIENCE: Duration = Duration::from_secs(3);

/// Seconds for which an answer about our names may be kept.
const TTL: u32 = 60;

/// Questions that may wait for an answer at a time.
const WAITING: usize = 256;

/// Longest datagram.
const LONGEST: usize = 64 * 1024;

/// Answers questions about names.
#[derive(Debug, Clone)]
pub struct NameServer {
    upstream: Vec<SocketAddr>,
}

impl NameServer {
    /// Asks `upstream` about names that are not ours; with none there are no others.
    pub fn new(upstream: Vec<SocketAddr>) -> Self {
        Self { upstream }
    }

    /// The name servers that a resolv.conf(5) lists.
    pub fn of_resolv_conf(text: &str) -> Vec<SocketAddr> {
        text.lines()
            .filter_map(|line| line.trim().strip_prefix("nameserver"))
            .filter_map(|address| address.trim().split('%').next()?.parse().ok())
            .map(|ip| SocketAddr::new(ip, 53))
            .collect()
    }

    /// Answers until the runtime ends.
    pub async fn serve(self, socket: UdpSocket) {
        let (server, socket) = (Arc::new(self), Arc::new(socket));
        let gate = Arc::new(Semaphore::new(WAITING));
        let mut buffer = vec![0; LONGEST];
        loop {
            let Ok((length, asker)) = socket.recv_from(&mut buffer).await else {
                tokio::time::sleep(Duration::from_millis(50)).await;
                continue;
            };
            let question = buffer.get(..length).unwrap_or_default().to_vec();
            let (server, socket) = (Arc::clone(&server), Arc::clone(&socket));
            let Ok(permit) = Arc::clone(&gate).acquire_owned().await else {
                return;
            };
            tokio::spawn(async move {
                if let Some(answer) = server.answer(&question).await {
                    // Whoever asked may be gone.
                    drop(socket.send_to(&answer, asker).await);
                }
                drop(permit);
            });
        }
    }

    async fn answer(&self, question: &[u8]) -> Option<Vec<u8>> {
        let packet = Packet::parse(question).ok()?;
        if packet.has_flags(PacketFlag::RESPONSE) {
            return None;
        }
        let asked = packet.questions.first()?;
        if AzureHost::parse(&asked.qname.to_string()).is_some() {
            return ours(&packet);
        }
        for server in &self.upstream {
            if let Ok(Ok(answer)) = tokio::time::timeout(PATIENCE, ask(*server, question)).await {
                return Some(answer);
            }
        }
        let mut refused = packet.into_reply();
        *refused.rcode_mut() = match self.upstream.is_empty() {
            true => RCODE::NameError,
            false => RCODE::ServerFailure,
        };
        refused.build_bytes_vec().ok()
    }
}

/// The loopback address for who asks for an IPv4 address, nothing for who asks for anything else.
fn ours(packet: &Packet<'_>) -> Option<Vec<u8>> {
    let asked = packet.questions.first()?;
    let mut reply = packet.clone().into_reply();
    reply.set_flags(PacketFlag::RECURSION_AVAILABLE);
    if matches!(asked.qtype, QTYPE::TYPE(TYPE::A) | QTYPE::ANY) {
        let address = RData::A(A::from(Ipv4Addr::LOCALHOST));
        reply
            .answers
            .push(ResourceRecord::new(asked.qname.clone(), CLASS::IN, TTL, address));
    }
    reply.build_bytes_vec().ok()
}

async fn ask(server: SocketAddr, question: &[u8]) -> io::Result<Vec<u8>> {
    let any: SocketAddr = match server {
        SocketAddr::V4(_) => (Ipv4Addr::UNSPECIFIED, 0).into(),
        SocketAddr::V6(_) => (Ipv6Addr::UNSPECIFIED, 0).into(),
    };
    let socket = UdpSocket::bind(any).await?;
    socket.connect(server).await?;
    socket.send(question).await?;
    let mut answer = vec![0; LONGEST];
    loop {
        let length = socket.recv(&mut answer).await?;
        // The first two bytes are the question's number (RFC 1035 §4.1.1).
        if answer.get(..2) == question.get(..2) {
            answer.truncate(length);
            return Ok(answer);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use simple_dns::{Name, Question};

    fn question(name: &str, kind: TYPE) -> Vec<u8> {
        let mut packet = Packet::new_query(7);
        let name = Name::new_unchecked(name);
        packet
            .questions
            .push(Question::new(name, kind.into(), CLASS::IN.into(), false));
        packet.build_bytes_vec().unwrap()
    }

    #[tokio::test]
    async fn our_names_lead_to_the_loopback_address() {
        let server = NameServer::new(vec![]);
        for name in ["login.microsoftonline.com", "EastUS2.API.azureml.ms"] {
            let answer = server.answer(&question(name, TYPE::A)).await.unwrap();
            let answer = Packet::parse(&answer).unwrap();
            assert_eq!((answer.id(), answer.rcode()), (7, RCODE::NoError));
            assert!(
                matches!(&answer.answers[0].rdata, RData::A(a) if a.address == u32::from(Ipv4Addr::LOCALHOST))
            );
            let other = server.answer(&question(name, TYPE::AAAA)).await.unwrap();
            let other = Packet::parse(&other).unwrap();
            assert!(other.answers.is_empty() && other.rcode() == RCODE::NoError);
        }
    }

    #[tokio::test]
    async fn without_a_network_there_is_no_other_name() {
        let server = NameServer::new(vec![]);
        let answer = server.answer(&question("example.com", TYPE::A)).await.unwrap();
        assert_eq!(Packet::parse(&answer).unwrap().rcode(), RCODE::NameError);
    }

    #[tokio::test]
    async fn nonsense_is_not_answered() {
        let server = NameServer::new(vec![]);
        for bytes in [&b""[..], b"\0\x07", &[0xff; 512]] {
            assert_eq!(server.answer(bytes).await, None);
        }
    }

    #[tokio::test]
    async fn other_names_are_asked_of_the_host_and_forgeries_left() {
        let upstream = UdpSocket::bind("127.0.0.1:0").await.unwrap();
        let server = NameServer::new(vec![upstream.local_addr().unwrap()]);
        tokio::spawn(async move {
            let mut buffer = [0; 512];
            let (length, asker) = upstream.recv_from(&mut buffer).await.unwrap();
            let mut other = buffer[..length].to_vec();
            other[0] ^= 0xff;
            upstream.send_to(&other, asker).await.unwrap();
            let reply = Packet::parse(&buffer[..length]).unwrap().into_reply();
            upstream
                .send_to(&reply.build_bytes_vec().unwrap(), asker)
                .await
                .unwrap();
        });
        let answer = server.answer(&question("example.com", TYPE::A)).await.unwrap();
        assert_eq!(Packet::parse(&answer).unwrap().id(), 7);
    }

    #[test]
    fn name_servers_are_read_from_the_hosts_file() {
        let text =
            "# x\nnameserver 192.0.2.1\n nameserver 2001:db8::1%eth0\nsearch example.com\nnameserver x\n";
        let found = NameServer::of_resolv_conf(text);
        assert_eq!(
            found,
            [
                "192.0.2.1:53".parse().unwrap(),
                "[2001:db8::1]:53".parse().unwrap()
            ]
        );
    }
}
