//! What host, founder and keeper say to each other: frames of a length (4 bytes) and so many bytes, the first of which
//! says what it is. Descriptors travel with the frame that they belong to.

use crate::plan::{Plan, Way};
use rustix::net::{
    RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, ReturnFlags, SendAncillaryBuffer,
    SendAncillaryMessage, SendFlags, recvmsg, sendmsg,
};
use std::ffi::{OsStr, OsString};
use std::io::{self, IoSlice, IoSliceMut, Read as _, Write as _};
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::ffi::{OsStrExt as _, OsStringExt as _};
use std::os::unix::net::UnixStream;
use std::path::PathBuf;

/// Longest frame: an environment and a command line as long as the system takes them.
const LONGEST: usize = 8 * 1024 * 1024;

/// Most descriptors in a frame.
const MOST_DESCRIPTORS: usize = 128;

/// Descriptors that arrive are not handed on to programs.
#[cfg(target_os = "linux")]
const RECEIVED: RecvFlags = RecvFlags::CMSG_CLOEXEC;

/// Elsewhere none travel.
#[cfg(not(target_os = "linux"))]
const RECEIVED: RecvFlags = RecvFlags::empty();

/// What the founder and the keeper are told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Order {
    /// What the place is to be; the first thing that each of them is told.
    Make(Box<Plan>),
    /// Pass this signal on to the command.
    Signal(i32),
    /// Connect to this port of the place's own loopback address.
    Connect(u16),
}

/// What they say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum News {
    /// The place is there; its sockets travel along.
    Made,
    /// It could not be made.
    Failed(Failed),
    /// The command runs.
    Started,
    /// It could not be started: the system's error number.
    NotStarted(i32),
    /// The command has ended.
    Ended(Ended),
    /// A connection, which travels along; or the system's error number.
    Connected(Result<(), i32>),
}

/// At what the making of a place failed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{step}: {reason}")]
pub struct Failed {
    /// The step.
    pub step: String,
    /// What the system said.
    pub reason: String,
}

/// How a command ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// By itself, with this status.
    Exited(u8),
    /// By this signal.
    Killed(i32),
}

/// One end of the socket.
#[derive(Debug)]
pub struct Channel(UnixStream);

impl Channel {
    /// Talks over a connected socket, which blocks.
    pub fn new(stream: UnixStream) -> Self {
        Self(stream)
    }

    /// A second handle of the same end.
    pub fn try_clone(&self) -> io::Result<Self> {
        self.0.try_clone().map(Self)
    }

    /// Says something to the founder or keeper.
    pub fn order(&mut self, order: &Order) -> io::Result<()> {
        let mut frame = Writer::default();
        match order {
            Order::Make(plan) => {
                frame.byte(b'M');
                frame.plan(plan);
            }
            Order::Signal(number) => {
                frame.byte(b'S');
                frame.number(number.unsigned_abs());
            }
            Order::Connect(port) => {
                frame.byte(b'C');
                frame.number(u32::from(*port));
            }
        }
        self.send(&frame.0, &[])
    }

    /// Hears what the host wants; nothing when the host is gone.
    pub fn next_order(&mut self) -> io::Result<Option<Order>> {
        let Some((frame, _)) = self.receive()? else {
            return Ok(None);
        };
        let mut frame = Reader(&frame);
        Ok(Some(match frame.byte()? {
            b'M' => Order::Make(Box::new(frame.plan()?)),
            b'S' => Order::Signal(frame.signed()?),
            b'C' => Order::Connect(u16::try_from(frame.number()?).map_err(|_| nonsense())?),
            _ => return Err(nonsense()),
        }))
    }

    /// Tells the host something, with descriptors.
    pub fn tell(&mut self, news: &News, descriptors: &[BorrowedFd<'_>]) -> io::Result<()> {
        let mut frame = Writer::default();
        match news {
            News::Made => frame.byte(b'm'),
            News::Failed(failed) => {
                frame.byte(b'f');
                frame.bytes(failed.step.as_bytes());
                frame.bytes(failed.reason.as_bytes());
            }
            News::Started => frame.byte(b's'),
            News::NotStarted(error) => {
                frame.byte(b'n');
                frame.number(error.unsigned_abs());
            }
            News::Ended(Ended::Exited(status)) => {
                frame.byte(b'e');
                frame.number(u32::from(*status));
            }
            News::Ended(Ended::Killed(signal)) => {
                frame.byte(b'k');
                frame.number(signal.unsigned_abs());
            }
            News::Connected(result) => {
                frame.byte(b'c');
                frame.number(result.map_or_else(i32::unsigned_abs, |()| 0));
            }
        }
        self.send(&frame.0, descriptors)
    }

    /// Hears what founder or keeper say, with descriptors; nothing when they are gone.
    pub fn next_news(&mut self) -> io::Result<Option<(News, Vec<OwnedFd>)>> {
        let Some((frame, descriptors)) = self.receive()? else {
            return Ok(None);
        };
        let mut frame = Reader(&frame);
        let news = match frame.byte()? {
            b'm' => News::Made,
            b'f' => News::Failed(Failed {
                step: frame.text()?,
                reason: frame.text()?,
            }),
            b's' => News::Started,
            b'n' => News::NotStarted(frame.signed()?),
            b'e' => News::Ended(Ended::Exited(
                u8::try_from(frame.number()?).map_err(|_| nonsense())?,
            )),
            b'k' => News::Ended(Ended::Killed(frame.signed()?)),
            b'c' => News::Connected(match frame.signed()? {
                0 => Ok(()),
                error => Err(error),
            }),
            _ => return Err(nonsense()),
        };
        Ok(Some((news, descriptors)))
    }

    fn send(&mut self, frame: &[u8], descriptors: &[BorrowedFd<'_>]) -> io::Result<()> {
        let length = u32::try_from(frame.len()).map_err(|_| nonsense())?.to_be_bytes();
        if descriptors.is_empty() {
            self.0.write_all(&length)?;
            return self.0.write_all(frame);
        }
        let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(MOST_DESCRIPTORS))];
        let mut ancillary = SendAncillaryBuffer::new(&mut space);
        if !ancillary.push(SendAncillaryMessage::ScmRights(descriptors)) {
            return Err(nonsense());
        }
        // Four bytes go in one piece, and what travels along comes with them.
        sendmsg(
            &self.0,
            &[IoSlice::new(&length)],
            &mut ancillary,
            SendFlags::NOSIGNAL,
        )?;
        self.0.write_all(frame)
    }

    fn receive(&mut self) -> io::Result<Option<(Vec<u8>, Vec<OwnedFd>)>> {
        let mut length = [0_u8; 4];
        let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(MOST_DESCRIPTORS))];
        let mut ancillary = RecvAncillaryBuffer::new(&mut space);
        let got = loop {
            let mut buffer = [IoSliceMut::new(&mut length)];
            match recvmsg(&self.0, &mut buffer, &mut ancillary, RECEIVED) {
                Err(rustix::io::Errno::INTR) => {}
                result => break result?,
            }
        };
        if got.bytes == 0 {
            return Ok(None);
        }
        if got.flags.contains(ReturnFlags::CTRUNC) {
            return Err(nonsense());
        }
        let mut descriptors = Vec::new();
        for message in ancillary.drain() {
            if let RecvAncillaryMessage::ScmRights(rights) = message {
                descriptors.extend(rights);
            }
        }
        self.0
            .read_exact(length.get_mut(got.bytes..).unwrap_or_default())?;
        let length = usize::try_from(u32::from_be_bytes(length)).map_err(|_| nonsense())?;
        if length > LONGEST {
            return Err(nonsense());
        }
        let mut frame = vec![0; length];
        self.0.read_exact(&mut frame)?;
        Ok(Some((frame, descriptors)))
    }
}

impl AsFd for Channel {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.0.as_fd()
    }
}

fn nonsense() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, "the other end makes no sense")
}

#[derive(Default)]
struct Writer(Vec<u8>);

impl Writer {
    fn byte(&mut self, byte: u8) {
        self.0.push(byte);
    }

    fn number(&mut self, number: u32) {
        self.0.extend(number.to_be_bytes());
    }

    fn bytes(&mut self, bytes: &[u8]) {
        self.number(u32::try_from(bytes.len()).unwrap_or(u32::MAX));
        self.0.extend(bytes);
    }

    fn os(&mut self, text: &OsStr) {
        self.bytes(text.as_bytes());
    }

    fn list<T>(&mut self, items: &[T], mut write: impl FnMut(&mut Self, &T)) {
        self.number(u32::try_from(items.len()).unwrap_or(u32::MAX));
        items.iter().for_each(|item| write(self, item));
    }

    fn plan(&mut self, plan: &Plan) {
        self.byte(match plan.way {
            Way::Namespaces => 0,
            Way::Root => 1,
            Way::Plain => 2,
        });
        self.byte(u8::from(plan.processes));
        self.byte(u8::from(plan.all_ipv4));
        self.byte(u8::from(plan.all_ipv6));
        self.list(&plan.mounts, |w, (source, target)| {
            w.os(source.as_os_str());
            w.os(target.as_os_str());
        });
        self.list(&plan.ports, |w, port| w.number(u32::from(*port)));
        self.list(&plan.command, |w, word| w.os(word));
        self.list(&plan.environment, |w, (name, value)| {
            w.os(name);
            w.os(value);
        });
        self.os(plan.leftovers.as_os_str());
    }
}

struct Reader<'a>(&'a [u8]);

impl Reader<'_> {
    fn take(&mut self, length: usize) -> io::Result<&[u8]> {
        let (taken, rest) = self.0.split_at_checked(length).ok_or_else(nonsense)?;
        self.0 = rest;
        Ok(taken)
    }

    fn byte(&mut self) -> io::Result<u8> {
        self.take(1)?.first().copied().ok_or_else(nonsense)
    }

    fn flag(&mut self) -> io::Result<bool> {
        Ok(self.byte()? != 0)
    }

    fn number(&mut self) -> io::Result<u32> {
        let bytes = self.take(4)?.try_into().map_err(|_| nonsense())?;
        Ok(u32::from_be_bytes(bytes))
    }

    fn signed(&mut self) -> io::Result<i32> {
        i32::try_from(self.number()?).map_err(|_| nonsense())
    }

    fn bytes(&mut self) -> io::Result<Vec<u8>> {
        let length = usize::try_from(self.number()?).map_err(|_| nonsense())?;
        self.take(length).map(<[u8]>::to_vec)
    }

    fn text(&mut self) -> io::Result<String> {
        String::from_utf8(self.bytes()?).map_err(|_| nonsense())
    }

    fn os(&mut self) -> io::Result<OsString> {
        self.bytes().map(OsString::from_vec)
    }

    fn list<T>(&mut self, mut read: impl FnMut(&mut Self) -> io::Result<T>) -> io::Result<Vec<T>> {
        let count = self.number()?;
        (0..count).map(|_| read(self)).collect()
    }

    fn plan(&mut self) -> io::Result<Plan> {
        Ok(Plan {
            way: match self.byte()? {
                0 => Way::Namespaces,
                1 => Way::Root,
                2 => Way::Plain,
                _ => return Err(nonsense()),
            },
            processes: self.flag()?,
            all_ipv4: self.flag()?,
            all_ipv6: self.flag()?,
            mounts: self.list(|r| Ok((PathBuf::from(r.os()?), PathBuf::from(r.os()?))))?,
            ports: self.list(|r| u16::try_from(r.number()?).map_err(|_| nonsense()))?,
            command: self.list(Self::os)?,
            environment: self.list(|r| Ok((r.os()?, r.os()?)))?,
            leftovers: PathBuf::from(self.os()?),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pair() -> (Channel, Channel) {
        let (one, other) = UnixStream::pair().unwrap();
        (Channel::new(one), Channel::new(other))
    }

    fn plan() -> Plan {
        Plan {
            way: Way::Root,
            processes: true,
            mounts: vec![("/a".into(), "/b c".into())],
            ports: vec![443, 80],
            all_ipv4: true,
            all_ipv6: false,
            command: vec!["echo".into(), OsString::from_vec(vec![0xff, b'x']), "".into()],
            environment: vec![("NAME".into(), "a=b\nc".into())],
            leftovers: "/tmp/x".into(),
        }
    }

    #[test]
    fn what_is_said_is_heard() {
        let (mut host, mut keeper) = pair();
        for order in [
            Order::Make(Box::new(plan())),
            Order::Signal(15),
            Order::Connect(65535),
        ] {
            host.order(&order).unwrap();
            assert_eq!(keeper.next_order().unwrap(), Some(order));
        }
        for news in [
            News::Made,
            News::Failed(Failed {
                step: "a mount".into(),
                reason: "no".into(),
            }),
            News::Started,
            News::NotStarted(2),
            News::Ended(Ended::Exited(255)),
            News::Ended(Ended::Killed(9)),
            News::Connected(Err(111)),
        ] {
            keeper.tell(&news, &[]).unwrap();
            assert_eq!(host.next_news().unwrap().unwrap().0, news);
        }
        drop(host);
        assert_eq!(keeper.next_order().unwrap(), None);
    }

    #[test]
    fn descriptors_travel_with_their_frame() {
        let (mut host, mut keeper) = pair();
        let sent = std::fs::File::open("/proc/self/status").unwrap();
        keeper.tell(&News::Started, &[]).unwrap();
        keeper
            .tell(&News::Connected(Ok(())), &[sent.as_fd(), sent.as_fd()])
            .unwrap();
        keeper.tell(&News::Ended(Ended::Exited(0)), &[]).unwrap();
        let counts: Vec<usize> = (0..3)
            .map(|_| host.next_news().unwrap().unwrap().1.len())
            .collect();
        assert_eq!(counts, [0, 2, 0]);
    }

    #[test]
    fn nonsense_is_an_error_and_takes_no_memory() {
        for frame in [
            &b"\xff\xff\xff\xff"[..],
            b"\0\0\0\x01?",
            b"\0\0\0\x03S\0\0",
            b"\0\0\0\0",
        ] {
            let (mut here, mut there) = UnixStream::pair().map(|(a, b)| (a, Channel::new(b))).unwrap();
            here.write_all(frame).unwrap();
            drop(here);
            assert!(there.next_order().is_err(), "{frame:?}");
        }
        let mut lying = Writer::default();
        lying.byte(b'M');
        [0, 0, 0, 0].iter().for_each(|b| lying.byte(*b));
        lying.number(u32::MAX);
        let (mut here, mut there) = UnixStream::pair()
            .map(|(a, b)| (Channel::new(a), Channel::new(b)))
            .unwrap();
        here.send(&lying.0, &[]).unwrap();
        assert!(there.next_order().is_err());
    }
}
