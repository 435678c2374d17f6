//! How scripts begin: what dice alone would hardly come to.

use super::Author;

impl Author {
    /// Most scripts begin with a connection: without one there is little to end.
    pub(super) fn opening(&mut self) {
        let kind = self.dice.below(16);
        let (before, after): (&[&str], &[&str]) = match kind {
            0 => return,
            1 => return self.both_connect(),
            2 => (&["client bind 4000"], &[]),
            3 | 4 => (&["client bind 4000"], &["server close", "client close"]),
            5 => (&["wire delay 5ms"], &[]),
            6 => (&["client socket", "client set rcvbuf 4K"], &[]),
            7 => (&["client connect as early"], &["server accept as early"]),
            8 => (&["wire duplicate any"], &[]),
            9 => return self.close_while_connecting(),
            _ => (&[], &[]),
        };
        self.write("server listen");
        before.iter().for_each(|line| self.write(*line));
        self.write("client connect");
        self.write("server accept");
        after.iter().for_each(|line| self.write(*line));
        if kind == 4 {
            self.same_port_again();
        }
    }

    /// Simultaneous open, RFC 9293, figure 7.
    fn both_connect(&mut self) {
        for line in [
            "client bind 7000",
            "server bind 7000",
            "wire hold SYN",
            "client thread c",
            "server thread s",
            "c connect &",
            "s connect &",
            "wire release",
        ] {
            self.write(line);
        }
    }

    /// The connect, once it is woken, is the last to hold its socket.
    fn close_while_connecting(&mut self) {
        for line in [
            "server listen",
            "client thread c",
            "wire hold SYN",
            "c connect &",
            "client close",
            "wire release",
        ] {
            self.write(line);
        }
    }

    /// Another connection between the ends of one that may still be in TIME_WAIT.
    fn same_port_again(&mut self) {
        for line in [
            "client socket as again",
            "client set reuseaddr on on again",
            "client bind 4000 on again",
            "client connect on again",
        ] {
            self.write(line);
        }
        self.queued += 1;
        self.sockets[0].push("again".into());
    }
}
