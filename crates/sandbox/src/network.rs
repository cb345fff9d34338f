//! The private network of a place: its loopback interface, and every other address led to it, so that the host answers
//! for all of them.

use crate::plan::Plan;
use netlink_packet_core::{
    NLM_F_ACK, NLM_F_CREATE, NLM_F_REQUEST, NetlinkHeader, NetlinkMessage, NetlinkPayload,
};
use netlink_packet_route::link::{LinkFlags, LinkMessage};
use netlink_packet_route::route::{RouteAttribute, RouteMessage, RouteProtocol, RouteScope, RouteType};
use netlink_packet_route::{AddressFamily, RouteNetlinkMessage};
use netlink_sys::protocols::NETLINK_ROUTE;
use netlink_sys::{Socket, SocketAddr};
use std::io;

/// The loopback interface's number in every network namespace.
const LOOPBACK: u32 = 1;

/// The routing table of a system's own addresses.
const LOCAL_TABLE: u8 = 255;

/// Brings the private network up.
pub fn raise(plan: &Plan) -> io::Result<()> {
    let mut link = LinkMessage::default();
    link.header.index = LOOPBACK;
    link.header.flags = LinkFlags::Up;
    link.header.change_mask = LinkFlags::Up;
    let mut kernel = Kernel::open()?;
    kernel.ask(RouteNetlinkMessage::SetLink(link))?;
    if plan.all_ipv4 {
        kernel.ask(every_address(AddressFamily::Inet, RouteScope::Host))?;
    }
    if plan.all_ipv6 {
        kernel.ask(every_address(AddressFamily::Inet6, RouteScope::Universe))?;
    }
    Ok(())
}

/// `ip route add local default dev lo`: every address of the family is this system's own.
fn every_address(family: AddressFamily, scope: RouteScope) -> RouteNetlinkMessage {
    let mut route = RouteMessage::default();
    route.header.address_family = family;
    route.header.table = LOCAL_TABLE;
    route.header.protocol = RouteProtocol::Boot;
    route.header.scope = scope;
    route.header.kind = RouteType::Local;
    route.attributes.push(RouteAttribute::Oif(LOOPBACK));
    RouteNetlinkMessage::NewRoute(route)
}

/// The kernel's side of a routing socket (rtnetlink(7)).
struct Kernel(Socket);

impl Kernel {
    fn open() -> io::Result<Self> {
        let mut socket = Socket::new(NETLINK_ROUTE)?;
        socket.bind_auto()?;
        socket.connect(&SocketAddr::new(0, 0))?;
        Ok(Self(socket))
    }

    fn ask(&mut self, request: RouteNetlinkMessage) -> io::Result<()> {
        let mut header = NetlinkHeader::default();
        header.flags = NLM_F_REQUEST | NLM_F_ACK | NLM_F_CREATE;
        let mut message = NetlinkMessage::new(header, NetlinkPayload::from(request));
        message.finalize();
        let mut bytes = vec![0; message.buffer_len()];
        message.serialize(&mut bytes);
        self.0.send(&bytes, 0)?;
        let (answer, _) = self.0.recv_from_full()?;
        match NetlinkMessage::<RouteNetlinkMessage>::deserialize(&answer)
            .map_err(io::Error::other)?
            .payload
        {
            NetlinkPayload::Error(error) if error.code.is_some() => Err(error.to_io()),
            _ => Ok(()),
        }
    }
}
