//! How often an address may ask for something that costs: so many at once, then one in a while. The address is the one
//! that the connection comes from: what a header says of it is anybody's to write. The clock is the caller's.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// How many addresses are remembered. Each is forgotten when all its room is free again.
const ADDRESSES: usize = 10_000;

/// What each address has used: until when it pays for that.
pub(crate) struct RateLimit {
    /// How many at once.
    at_once: u32,
    /// After how long there is room for another.
    each: Duration,
    spent: Mutex<HashMap<IpAddr, Instant>>,
}

impl Default for RateLimit {
    /// A class behind one address shares at the same moment.
    fn default() -> RateLimit {
        RateLimit::new(60, Duration::from_secs(1))
    }
}

impl RateLimit {
    /// So many at once, and after each of these times one more.
    pub(crate) fn new(at_once: u32, each: Duration) -> RateLimit {
        RateLimit {
            at_once,
            each,
            spent: Mutex::default(),
        }
    }

    /// So many at once, and as many again in each minute.
    pub(crate) fn per_minute(most: u32) -> RateLimit {
        RateLimit::new(most, Duration::from_secs(60) / most.max(1))
    }

    /// Takes room for one; where there is none, after how long there will be.
    pub(crate) fn take(&self, address: IpAddr, now: Instant) -> Result<(), Duration> {
        let mut spent = self.spent.lock().unwrap_or_else(PoisonError::into_inner);
        let address = network(address);
        if spent.len() >= ADDRESSES && !spent.contains_key(&address) {
            spent.retain(|_, until| *until > now);
            if spent.len() >= ADDRESSES {
                return Err(self.each);
            }
        }
        let until = spent.get(&address).copied().unwrap_or(now).max(now) + self.each;
        let wait = until
            .duration_since(now)
            .saturating_sub(self.each * self.at_once);
        if wait > Duration::ZERO {
            return Err(wait);
        }
        spent.insert(address, until);
        Ok(())
    }
}

/// One IPv6 user has a whole /64 (RFC 6177).
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0).into()
        }
        address => address,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const AT_ONCE: u32 = 60;
    const EACH: Duration = Duration::from_secs(1);

    fn address(number: u32) -> IpAddr {
        IpAddr::V4(number.into())
    }

    #[test]
    fn so_many_at_once_and_then_one_by_one() {
        let (limit, now) = (RateLimit::default(), Instant::now());
        let taken = (0..100).filter(|_| limit.take(address(1), now).is_ok());
        assert_eq!(taken.count(), AT_ONCE as usize);
        assert_eq!(limit.take(address(1), now), Err(EACH));
        assert_eq!(limit.take(address(2), now), Ok(()), "another one's");
        assert_eq!(limit.take(address(1), now + EACH), Ok(()));
        assert_eq!(limit.take(address(1), now + EACH), Err(EACH));
    }

    #[test]
    fn a_whole_network_is_one_user() {
        let (limit, now) = (RateLimit::default(), Instant::now());
        let taken = (0..100).filter(|host| {
            let address = Ipv6Addr::new(0x2001, 0xdb8, 0, 1, 0, 0, 0, *host);
            limit.take(address.into(), now).is_ok()
        });
        assert_eq!(taken.count(), AT_ONCE as usize);
    }

    #[test]
    fn no_more_than_so_many_are_remembered() {
        let (limit, now) = (RateLimit::default(), Instant::now());
        let all = 2 * ADDRESSES as u32;
        let taken = (0..all).filter(|number| limit.take(address(*number), now).is_ok());
        assert_eq!(taken.count(), ADDRESSES);
        assert_eq!(limit.take(address(all), now + EACH), Ok(()));
        assert_eq!(limit.spent.lock().unwrap().len(), 1);
    }
}
