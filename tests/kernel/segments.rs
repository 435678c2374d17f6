//! Segments are read off the wire and decoded, and each arrives at a moment of its own.

use serde_json::{Value, json};

use crate::support::{Events, OPEN, play};

fn phase<'a>(events: &'a Events, phase: &str) -> Vec<&'a Value> {
    events
        .of("segment")
        .into_iter()
        .filter(|segment| segment["phase"] == phase)
        .collect()
}

#[test]
fn a_segment_is_decoded() {
    let events = play(&format!(
        "{OPEN}client send \"hello\" => 5\nserver recv => \"hello\"\nclient close"
    ));
    let sent = phase(&events, "sent");
    let [syn, syn_ack, _, data, ack, fin, ..] = &sent[..] else {
        panic!("{events}")
    };

    assert_eq!(syn["flags"], json!(["SYN"]));
    assert_eq!(
        (&syn["seq_rel"], &syn["ack_rel"], &syn["len"]),
        (&json!(0), &Value::Null, &json!(0))
    );
    let options = syn["options"].as_array().unwrap();
    assert!(
        options.contains(&json!("mss 1460")) && options.contains(&json!("sackOK")),
        "{options:?}"
    );
    assert_eq!(syn["destination"], "127.0.0.2:7000");

    assert_eq!(
        (&syn_ack["seq_rel"], &syn_ack["ack_rel"]),
        (&json!(0), &json!(1))
    );
    assert_eq!(
        syn_ack["ack_abs"].as_u64().unwrap(),
        (syn["seq_abs"].as_u64().unwrap() + 1) % (1 << 32)
    );

    assert_eq!(
        (&data["seq_rel"], &data["len"], &data["data"]),
        (&json!(1), &json!(5), &json!("hello"))
    );
    assert_eq!(
        (&ack["from"], &ack["ack_rel"]),
        (&json!("server"), &json!(6))
    );
    assert_eq!(
        (&fin["flags"], &fin["seq_rel"]),
        (&json!(["FIN", "ACK"]), &json!(6))
    );
    assert!(
        sent.iter()
            .all(|segment| segment["retransmission"] == false
                && segment["window"].as_u64() > Some(0))
    );
}

#[test]
fn every_segment_that_was_sent_is_delivered_once_and_later() {
    let events = play(&format!(
        "{OPEN}client send 64K => 65536\nserver recv\nclient close\nserver close"
    ));
    let (sent, delivered) = (phase(&events, "sent"), phase(&events, "delivered"));
    assert!(sent.len() > 40, "{}", sent.len());
    assert_eq!(sent.len(), delivered.len());
    for segment in sent {
        let arrivals: Vec<_> = delivered
            .iter()
            .filter(|arrival| arrival["id"] == segment["id"])
            .collect();
        assert_eq!(arrivals.len(), 1);
        assert!(arrivals[0]["seq"].as_u64() > segment["seq"].as_u64());
    }
}

#[test]
fn each_segment_has_a_deadline_of_its_own() {
    // Two connections open at once: the second SYN is sent while the first still flies.
    let events = play(
        "server listen\nserver listen 8000 as second\nwire delay 300ms\nclient thread other\n\
         client connect &\nother connect 8000 as two &\nwait client => 0\nwait other => 0",
    );
    let sent = phase(&events, "sent");
    let delivered = phase(&events, "delivered");
    let arrival = |id: &Value| {
        delivered
            .iter()
            .find(|arrival| arrival["id"] == *id)
            .unwrap()
    };
    assert!(
        sent[1]["seq"].as_u64() < arrival(&sent[0]["id"])["seq"].as_u64(),
        "two are on the wire at once"
    );
    for segment in sent {
        let flight = segment["due"].as_u64().unwrap() - segment["t"].as_u64().unwrap();
        assert!((299_999..=300_001).contains(&flight), "{flight}");
        assert!(arrival(&segment["id"])["t"].as_u64() >= segment["due"].as_u64());
    }
}

#[test]
fn a_late_acknowledgment_makes_a_retransmission_that_is_marked() {
    // A round trip of 1.4 s: the SYN is sent again after 1 s (RFC 6298, section 2.1).
    let events = play("wire delay 700ms\nserver listen\nclient connect => 0");
    let syns: Vec<_> = phase(&events, "sent")
        .into_iter()
        .filter(|segment| segment["flags"] == json!(["SYN"]))
        .collect();
    assert_eq!(syns.len(), 2, "{events}");
    assert_eq!(
        (&syns[0]["retransmission"], &syns[1]["retransmission"]),
        (&json!(false), &json!(true))
    );
    assert_eq!(syns[0]["seq_abs"], syns[1]["seq_abs"]);
}

#[test]
fn a_send_fills_the_queues_and_a_recv_empties_them() {
    let events = play(&format!(
        "{OPEN}client send \"hello\" => 5\nclient close\nserver recv 2 => \"he\"\nserver recv => \"llo\"\nserver recv => 0"
    ));
    let queue = |host: &str, end: &str| -> Vec<u64> {
        let of_host = events
            .of("queue")
            .into_iter()
            .filter(|queue| queue["host"] == host);
        of_host.map(|queue| queue[end].as_u64().unwrap()).collect()
    };
    assert_eq!(queue("server", "recv_q"), [5, 3, 0], "a FIN is not counted");
    assert_eq!(queue("client", "send_q"), [5, 0], "a FIN is not counted");
}

/// The bytes that arrived from a host, told one by one and together. A loaded machine sends again what is late; that
/// counts once.
fn arrived(events: &Events, from: &str) -> u64 {
    let one_by_one = phase(events, "delivered");
    let first = |segment: &&&Value| segment["retransmission"] == false;
    let one_by_one = one_by_one
        .iter()
        .filter(first)
        .map(|segment| (segment, "len"));
    let together = events.of("passed");
    let together = together.iter().map(|passed| (passed, "bytes"));
    one_by_one
        .chain(together)
        .filter(|(event, _)| event["from"] == from)
        .map(|(event, bytes)| event[bytes].as_u64().unwrap())
        .sum()
}

#[test]
fn many_segments_are_told_together_and_none_is_missing() {
    let megabyte = "client send 1M &\nserver recv 1M all => 1048576\nwait client => 1048576\n";
    let events = play(&format!(
        "{OPEN}{}last: client send 1M &\nserver recv 1M all => 1048576\nwait client\nexpect client sent ACK since last\n\
         expect server sent ACK since last\nexpect client sendq 0\nexpect server recvq 0\nquiet: settle\n\
         expect client sent nothing since quiet\nclient close\nserver recv => 0\nserver close\nexpect client TIME_WAIT",
        megabyte.repeat(7)
    ));
    assert_eq!(arrived(&events, "client"), 8 << 20);
    assert!(!events.of("passed").is_empty());
    assert!(events.of("gap").is_empty());
    // What ends the connection is told one by one, however many there were.
    let fins = |sent: &&String| sent.contains("FIN");
    assert_eq!(events.sent().iter().filter(fins).count(), 2);
}

#[test]
fn the_numbers_of_a_former_connection_on_the_same_ports_are_its_own() {
    let events = play(
        "server listen\nclient bind 40000\nclient connect\nserver accept as old\nclient crash\nclient boot\n\
         client bind 40000\nagain: client connect => 0\nexpect client sent RST since again",
    );
    let sent = phase(&events, "sent");
    let answer = (sent.iter())
        .position(|segment| segment["flags"] == json!(["RST"]))
        .expect("what the old connection acknowledged is reset");
    let (question, reset) = (sent[answer - 1], sent[answer]);
    // The server still has the old connection, in which the client's SYN was number 0.
    assert_eq!(
        (&question["flags"], &question["ack_rel"]),
        (&json!(["ACK"]), &json!(1)),
        "{events}"
    );
    assert_eq!(reset["seq_rel"], json!(1), "{events}");
}

#[test]
fn a_number_that_belongs_to_no_connection_is_not_told_relative() {
    let events = play(&format!(
        "{OPEN}wire inject RST to client seq next-1000\nexpect client ESTABLISHED"
    ));
    let forged = phase(&events, "injected");
    assert_eq!(forged[0]["seq_rel"], Value::Null, "{events}");
}
