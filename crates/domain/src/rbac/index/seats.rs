//! Somebody's groups by their id, in one line of memory that is found without looking elsewhere.

use doorward_names::ObjectId;

use super::hash;

/// How many numbers a seat has room for.
const ROOM: usize = 11;
const SHARDS: usize = 64;

/// A table of seats by id, split into shards as `Table` is, and for the same reason.
#[derive(Debug, Clone)]
pub(super) struct Seats {
    shards: Box<[Shard]>,
}

/// As many as a power of two, or none; by linear probing, a quarter or more of them empty.
#[derive(Debug, Clone, Default)]
struct Shard {
    seats: Vec<Seat>,
    filled: usize,
}

/// As big as what a processor reads at once, and in one piece.
#[derive(Debug, Clone)]
#[repr(align(64))]
pub(super) struct Seat {
    id: ObjectId,
    /// Its own number, and those of the groups that it is in.
    numbers: [u32; ROOM],
    /// How many numbers, even when there are more than there is room for; none in an empty seat.
    count: u32,
}

impl Seat {
    const EMPTY: Self = Self {
        id: ObjectId::from_u128(0),
        numbers: [0; ROOM],
        count: 0,
    };

    const fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// Its own number.
    pub(super) fn own(&self) -> u32 {
        self.numbers.first().copied().unwrap_or(0)
    }

    /// Its own number first, and those of its groups; `None` when there is no room for them here.
    pub(super) fn numbers(&self) -> Option<&[u32]> {
        self.numbers.get(..self.count as usize)
    }

    /// Sets the numbers, the own one first. Whether there is room for them.
    pub(super) fn set(&mut self, numbers: &[u32]) -> bool {
        self.count = numbers.len() as u32;
        match self.numbers.get_mut(..numbers.len()) {
            Some(room) => {
                room.copy_from_slice(numbers);
                true
            }
            None => false,
        }
    }
}

impl Default for Seats {
    fn default() -> Self {
        Self {
            shards: vec![Shard::default(); SHARDS].into(),
        }
    }
}

/// The shard of an id, and its place there, but for the mask.
const fn home_of(id: ObjectId) -> (usize, usize) {
    let hash = hash::of_id(id.as_bytes());
    ((hash >> 58) as usize, hash as usize)
}

impl Shard {
    const fn mask(&self) -> usize {
        self.seats.len().wrapping_sub(1)
    }

    /// Where an id is, or would be put: the first place from its home on that is its own or empty.
    fn place_of(&self, id: ObjectId) -> usize {
        let mut at = home_of(id).1 & self.mask();
        while self
            .seats
            .get(at)
            .is_some_and(|seat| !seat.is_empty() && seat.id != id)
        {
            at = (at + 1) & self.mask();
        }
        at
    }

    fn put(&mut self, new: Seat) {
        let at = self.place_of(new.id);
        if let Some(seat) = self.seats.get_mut(at) {
            *seat = new;
        }
    }

    fn grow(&mut self) {
        let wanted = (self.seats.len() * 2).max(4);
        let old = std::mem::replace(&mut self.seats, vec![Seat::EMPTY; wanted]);
        let old = old.into_iter().filter(|seat| !seat.is_empty());
        old.for_each(|seat| self.put(seat));
    }

    fn take(&mut self, id: ObjectId) -> bool {
        let mut hole = self.place_of(id);
        if self.seats.get(hole).is_none_or(Seat::is_empty) {
            return false;
        }
        // Those behind it that the hole keeps from their place move up.
        let mut next = hole;
        loop {
            next = (next + 1) & self.mask();
            let Some(moved) = self.seats.get(next).filter(|seat| !seat.is_empty()) else {
                break;
            };
            let from_home = next.wrapping_sub(home_of(moved.id).1) & self.mask();
            if from_home >= next.wrapping_sub(hole) & self.mask() {
                self.seats.swap(hole, next);
                hole = next;
            }
        }
        if let Some(seat) = self.seats.get_mut(hole) {
            *seat = Seat::EMPTY;
        }
        true
    }
}

impl Seats {
    #[inline]
    pub(super) fn find(&self, id: ObjectId) -> Option<&Seat> {
        let shard = self.shards.get(home_of(id).0)?;
        let seat = shard.seats.get(shard.place_of(id))?;
        (!seat.is_empty()).then_some(seat)
    }

    pub(super) fn find_mut(&mut self, id: ObjectId) -> Option<&mut Seat> {
        let shard = self.shards.get_mut(home_of(id).0)?;
        let at = shard.place_of(id);
        shard.seats.get_mut(at).filter(|seat| !seat.is_empty())
    }

    /// Seats somebody who has no seat yet, under that number and without groups.
    pub(super) fn insert(&mut self, id: ObjectId, number: u32) {
        if let Some(shard) = self.shards.get_mut(home_of(id).0) {
            if (shard.filled + 1) * 4 > shard.seats.len() * 3 {
                shard.grow();
            }
            shard.filled += 1;
            shard.put(Seat {
                id,
                numbers: [number; ROOM],
                count: 1,
            });
        }
    }

    pub(super) fn remove(&mut self, id: ObjectId) {
        if let Some(shard) = self.shards.get_mut(home_of(id).0)
            && shard.take(id)
        {
            shard.filled -= 1;
        }
    }
}
