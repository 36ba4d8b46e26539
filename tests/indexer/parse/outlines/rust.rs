//! Keeps jobs.
use std::collections::HashMap;
use crate::store::{Store, Error};
mod other;

/// How many.
pub const LIMIT: usize = 10;

/// A piece of work.
#[derive(Debug, Clone)]
pub struct Job<T> {
    pub id: u64,
    inner: T,
}

pub enum State {
    New,
    Done(u8),
}

pub trait Run {
    /// Does it.
    fn run(&mut self) -> Result<(), Error>;
    fn name(&self) -> String {
        "job".to_string()
    }
}

impl<T: Clone> Job<T> {
    /// Makes one.
    #[inline]
    pub fn new(id: u64, inner: T) -> Self {
        fn check(id: u64) -> bool { id > 0 }
        assert!(check(id));
        Self { id, inner }
    }
}

impl<T> Run for Job<T> {
    fn run(&mut self) -> Result<(), Error> {
        Store::open()?.put::<T>(self.id)
    }
}

macro_rules! job {
    ($e:expr) => { Job::new($e, ()) };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn makes_one() {
        job!(1).run().unwrap();
    }
}
