//! What is done to the wire and to the hosts.

use super::{Author, FILTERS, HOSTS};

impl Author {
    pub(super) fn wire(&mut self) {
        let filter = self.dice.pick(&FILTERS);
        let (line, whole) = match self.dice.below(16) {
            0..2 => (format!("wire drop {filter}"), self.whole),
            2 => (format!("wire drop 3 {filter}"), false),
            3..6 => (format!("wire hold {filter}"), false),
            6..8 => ("wire release".into(), true),
            8 => (format!("wire release {filter}"), self.whole),
            9..11 => (format!("wire duplicate {filter}"), self.whole),
            11 => {
                let delay = self.dice.pick(&["0ms", "1ms", "20ms"]);
                (format!("wire delay {delay}"), self.whole)
            }
            12 => ("wire cut".into(), false),
            13 => ("wire mend".into(), true),
            _ => {
                let flags = self
                    .dice
                    .pick(&["RST", "RST,ACK", "SYN", "FIN,ACK", "ACK", "PSH,ACK"]);
                let seq = self.dice.pick(&["", " seq next+1000", " seq next-1"]);
                let data = self.dice.pick(&["", "", " data \"forged\""]);
                let host = self.dice.pick(&HOSTS);
                (
                    format!("wire inject {flags} to {host}{seq}{data}"),
                    self.whole,
                )
            }
        };
        self.whole = whole;
        self.write(line);
    }

    pub(super) fn host(&mut self) {
        let host = self.dice.below(2);
        let name = HOSTS[host];
        if !self.power[host] {
            self.power[host] = true;
            self.write(format!("{name} boot"));
            return self.enter(name.into(), host);
        }
        match self.dice.below(10) {
            0..2 => {
                self.write(format!("{name} link down"));
                self.whole = false;
            }
            2 => {
                self.write(format!("{name} link up"));
                self.whole = true;
            }
            3 => {
                self.write(format!("{name} crash"));
                (self.power[host], self.whole) = (false, false);
                self.gone(|actor| actor.host == host);
            }
            4..7 => {
                let socket = self.socket_of(host);
                let socket = if self.dice.percent(70) {
                    "conn"
                } else {
                    &socket
                };
                self.write(format!("{name} destroy {socket}"));
            }
            _ => {
                let sysctl = self.dice.pick(&[
                    "tcp_fin_timeout 1",
                    "tcp_max_tw_buckets 0",
                    "tcp_timestamps 0",
                    "tcp_sack 0",
                    "tcp_rfc1337 1",
                    "tcp_tw_reuse 1",
                    "tcp_orphan_retries 1",
                    "tcp_retries2 2",
                    "tcp_syncookies 0",
                    "tcp_abort_on_overflow 1",
                    "tcp_syn_retries 1",
                ]);
                self.write(format!("{name} sysctl {sysctl}"));
            }
        }
    }
}
