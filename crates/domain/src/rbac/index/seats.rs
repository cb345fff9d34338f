//! Somebody's groups by their id, in one line of memory that is found without looking elsewhere.

use doorward_names::ObjectId;
use prefetch_index::prefetch_index;

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

    /// Has the seat of an id, if there is one, brought near.
    #[inline]
    pub(super) fn prefetch(&self, id: ObjectId) {
        let (shard, home) = home_of(id);
        if let Some(shard) = self.shards.get(shard) {
            prefetch_index(&shard.seats, home & shard.mask());
        }
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

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::rbac::tests::random;

    #[test]
    fn a_seat_has_room_for_eleven() {
        let mut seat = Seat::EMPTY;
        assert!(seat.is_empty() && seat.numbers() == Some(&[]));
        let numbers: Vec<u32> = (5..17).collect();
        assert!(seat.set(&numbers[..11]));
        assert_eq!((seat.own(), seat.numbers()), (5, Some(&numbers[..11])));
        assert!(!seat.set(&numbers));
        assert_eq!((seat.own(), seat.numbers(), seat.is_empty()), (5, None, false));
        assert!(seat.set(&[7]));
        assert_eq!((seat.own(), seat.numbers()), (7, Some(&[7][..])));
    }

    /// Held against a map.
    #[test]
    fn people_come_and_go() {
        let mut random = random(2);
        let mut seats = Seats::default();
        let mut all = BTreeMap::new();
        for number in 0..30_000 {
            let id = ObjectId::from_u128(u128::from(random(1500)));
            match (random(2), all.contains_key(&id)) {
                (0, false) => {
                    seats.insert(id, number);
                    all.insert(id, number);
                }
                (1, _) => {
                    seats.remove(id);
                    all.remove(&id);
                }
                (_, true) => {
                    seats.find_mut(id).unwrap().set(&[number]);
                    all.insert(id, number);
                }
                _ => {}
            }
            assert_eq!(seats.find(id).map(Seat::own), all.get(&id).copied());
            assert_eq!(seats.find_mut(id).is_some(), all.contains_key(&id));
            if number % 1000 == 0 {
                for id in (0..1500).map(ObjectId::from_u128) {
                    assert_eq!(seats.find(id).map(Seat::own), all.get(&id).copied());
                }
                let filled: usize = seats.shards.iter().map(|shard| shard.filled).sum();
                assert_eq!(filled, all.len());
            }
        }
        all.keys().for_each(|id| seats.remove(*id));
        assert!(
            seats
                .shards
                .iter()
                .flat_map(|shard| &shard.seats)
                .all(Seat::is_empty)
        );
    }

    /// Ids whose home is in the first shard.
    fn of_first_shard() -> impl Iterator<Item = ObjectId> {
        (0..).map(ObjectId::from_u128).filter(|id| home_of(*id).0 == 0)
    }

    #[test]
    fn a_quarter_of_a_shard_stays_empty_and_no_more_than_it_takes() {
        let (mut seats, mut ids) = (Seats::default(), of_first_shard());
        for (filled, places) in [(1, 4), (3, 4), (4, 8), (6, 8), (7, 16), (12, 16), (13, 32)] {
            while seats.shards[0].filled < filled {
                seats.insert(ids.next().unwrap(), 1);
            }
            assert_eq!(seats.shards[0].seats.len(), places, "{filled}");
        }
        assert_eq!(seats.shards.len(), SHARDS);
    }

    #[test]
    fn people_sit_at_home_and_their_homes_spread() {
        let mut seats = Seats::default();
        let ids: Vec<_> = (0..6400)
            .map(|id| ObjectId::from_u128((id << 64) + id * id))
            .collect();
        ids.iter().for_each(|id| seats.insert(*id, 1));
        let fullest = seats.shards.iter().map(|shard| shard.filled).max();
        assert!(fullest < Some(150), "{fullest:?}");
        // Few sit far from it.
        let far = |id: &&ObjectId| {
            let (shard, home) = home_of(**id);
            let shard = &seats.shards[shard];
            let at = shard.place_of(**id);
            at.wrapping_sub(home & shard.mask()) & shard.mask() > 8
        };
        let far = ids.iter().filter(far).count();
        assert!(far < 320, "{far}");
    }
}
