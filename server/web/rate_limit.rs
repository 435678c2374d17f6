//! The rate limit of a client for costly requests: a burst, then one in a while (the generic cell rate algorithm, GCRA).
//! The client is the address at the other end of the connection, since anybody can write a header. The caller brings the
//! clock.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// How many clients are remembered. A client is forgotten when its whole burst is free again.
const ADDRESSES: usize = 10_000;

/// The theoretical arrival time (GCRA) of each client.
pub(crate) struct RateLimit {
    /// The largest burst.
    at_once: u32,
    /// The time after which one more request is allowed.
    each: Duration,
    arrivals: Mutex<HashMap<IpAddr, Instant>>,
}

impl Default for RateLimit {
    /// Room for a class behind one address that shares at the same moment.
    fn default() -> RateLimit {
        RateLimit::new(60, Duration::from_secs(1))
    }
}

impl RateLimit {
    /// A burst of so many, and one more after each of these times.
    pub(crate) fn new(at_once: u32, each: Duration) -> RateLimit {
        RateLimit {
            at_once,
            each,
            arrivals: Mutex::default(),
        }
    }

    /// A burst of so many, and as many again in each minute.
    pub(crate) fn per_minute(most: u32) -> RateLimit {
        RateLimit::new(most, Duration::from_secs(60) / most.max(1))
    }

    /// Allows one request.
    ///
    /// # Errors
    /// Where there is no room: the time until there is.
    pub(crate) fn take(&self, address: IpAddr, now: Instant) -> Result<(), Duration> {
        let mut arrivals = self.arrivals.lock().unwrap_or_else(PoisonError::into_inner);
        let address = network(address);
        if arrivals.len() >= ADDRESSES && !arrivals.contains_key(&address) {
            arrivals.retain(|_, until| *until > now);
            if arrivals.len() >= ADDRESSES {
                return Err(self.each);
            }
        }
        let arrival = arrivals.get(&address).copied().unwrap_or(now).max(now) + self.each;
        let wait = arrival
            .duration_since(now)
            .saturating_sub(self.each * self.at_once);
        if wait > Duration::ZERO {
            return Err(wait);
        }
        arrivals.insert(address, arrival);
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
        assert_eq!(limit.arrivals.lock().unwrap().len(), 1);
    }
}
