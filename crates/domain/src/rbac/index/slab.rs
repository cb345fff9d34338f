//! Things under small numbers, which are used again when a thing is gone.

use prefetch_index::prefetch_index;

#[derive(Debug, Clone)]
pub(super) struct Slab<T> {
    things: Vec<Option<T>>,
    free: Vec<u32>,
}

impl<T> Default for Slab<T> {
    fn default() -> Self {
        Self {
            things: Vec::new(),
            free: Vec::new(),
        }
    }
}

impl<T> Slab<T> {
    /// Keeps a thing; its number.
    pub(super) fn insert(&mut self, thing: T) -> u32 {
        if let Some(number) = self.free.pop()
            && let Some(place) = self.things.get_mut(number as usize)
        {
            *place = Some(thing);
            return number;
        }
        self.things.push(Some(thing));
        (self.things.len() - 1) as u32
    }

    pub(super) fn get(&self, number: u32) -> Option<&T> {
        self.things.get(number as usize)?.as_ref()
    }

    /// Has a thing brought near.
    pub(super) fn prefetch(&self, number: u32) {
        prefetch_index(&self.things, number as usize);
    }

    pub(super) fn get_mut(&mut self, number: u32) -> Option<&mut T> {
        self.things.get_mut(number as usize)?.as_mut()
    }

    pub(super) fn remove(&mut self, number: u32) -> Option<T> {
        let thing = self.things.get_mut(number as usize)?.take()?;
        self.free.push(number);
        Some(thing)
    }

    /// How many things there are.
    pub(super) const fn len(&self) -> usize {
        self.things.len() - self.free.len()
    }

    /// More than any number.
    pub(super) const fn end(&self) -> u32 {
        self.things.len() as u32
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &T> {
        self.things.iter().flatten()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_used_again() {
        let mut slab = Slab::default();
        assert_eq!((slab.len(), slab.end(), slab.get(0)), (0, 0, None));
        assert_eq!([slab.insert('a'), slab.insert('b'), slab.insert('c')], [0, 1, 2]);
        assert_eq!(
            (slab.remove(1), slab.remove(1), slab.remove(3)),
            (Some('b'), None, None)
        );
        assert_eq!((slab.len(), slab.end(), slab.get(1)), (2, 3, None));
        assert_eq!(slab.iter().collect::<String>(), "ac");
        assert_eq!([slab.insert('d'), slab.insert('e')], [1, 3]);
        *slab.get_mut(3).unwrap() = 'f';
        assert!(slab.get_mut(4).is_none());
        assert_eq!(
            (slab.len(), slab.end(), slab.iter().collect::<String>()),
            (4, 4, "adcf".to_owned())
        );
    }
}
