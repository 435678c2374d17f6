//! A run as a capture file, read by tshark and capinfos.

use std::process::Command;

use reqwest::header;
use serde_json::{Value, json};

use crate::support::temp_dir::Folder;
use crate::support::{Events, Server, command, events_to_end, fetch, request, start_run, stop_run};

/// A capture in a folder of its own.
struct Capture(Folder);

const FILE: &str = "capture.pcapng";

/// A packet, as tshark shows it and as the events have it.
#[derive(Debug, PartialEq)]
struct Packet {
    interface: String,
    /// Seconds since 1970, with nine digits behind the point.
    time: String,
    /// Bytes on the wire, and in the file.
    lengths: (usize, usize),
    /// `epb_flags`: 1 is inbound, 2 outbound.
    direction: u32,
    flags: String,
}

/// A connection whose segments are cut for their length, lost, sent again, held, doubled and forged.
const ADVENTURES: &str = "
server listen
client connect
server accept
client send 1000 => 1000
server recv 1000 all => 1000
wire duplicate data from server
server send \"twice\"
client recv => \"twice\"
wire inject ACK to server seq next-1
wire drop FIN from client
client close
expect server CLOSE_WAIT within 5s
wire hold FIN from server
server close
";

impl Capture {
    fn of(bytes: &[u8]) -> Capture {
        let folder = Folder::new();
        folder.write(FILE, bytes);
        Capture(folder)
    }

    /// Plays a script, or a scenario where there is no script.
    fn play(what: &str, script: &str) -> (Events, Capture) {
        let capture = Capture::of(b"");
        let file = capture.0.file(FILE);
        let args = ["run", what, "--json", "--pcapng", file.to_str().unwrap()];
        let output = command(&args, script);
        let events = Events::parse(&String::from_utf8(output.stdout).unwrap());
        assert!(output.status.success(), "{events}");
        (events, capture)
    }

    async fn download(url: String, name: &str) -> Capture {
        let answer = reqwest::get(url).await.unwrap();
        assert_eq!(answer.status(), 200);
        assert_eq!(
            answer.headers()[header::CONTENT_TYPE],
            "application/x-pcapng"
        );
        assert_eq!(
            answer.headers()[header::CONTENT_DISPOSITION],
            format!("attachment; filename=\"fourwave-{name}.pcapng\"")
        );
        Capture::of(&answer.bytes().await.unwrap())
    }

    /// The output of a program that reads the capture. The program must not complain.
    fn read(&self, program: &str, args: &[&str]) -> String {
        let mut command = Command::new(program);
        let output = command.args(args).arg(self.0.file(FILE)).output().unwrap();
        let complaints = String::from_utf8(output.stderr).unwrap();
        // tshark prints this warning to root, for any input.
        let root = "Running as user \"root\" and group \"root\". This could be dangerous.";
        let complaints: Vec<&str> = complaints.lines().filter(|line| *line != root).collect();
        assert_eq!(complaints, Vec::<&str>::new());
        assert!(output.status.success());
        String::from_utf8(output.stdout).unwrap()
    }

    /// Some fields of every packet. Several values of one field are joined by `|`.
    fn fields(&self, fields: &[&str]) -> Vec<Vec<String>> {
        let mut args = vec!["-n", "-T", "fields", "-E", "aggregator=|"];
        // tshark takes data for port 7000 for a protocol of car makers.
        args.extend(["--disable-protocol", "gryphon"]);
        for check in ["tcp.check_checksum:TRUE", "ip.check_checksum:TRUE"] {
            args.extend(["-o", check]);
        }
        args.extend(fields.iter().flat_map(|field| ["-e", field]));
        args.push("-r");
        let text = self.read("tshark", &args);
        text.lines()
            .map(|line| line.split('\t').map(Into::into).collect())
            .collect()
    }

    fn packets(&self) -> Vec<Packet> {
        let fields = [
            "frame.interface_name",
            "frame.time_epoch",
            "frame.len",
            "frame.cap_len",
            "frame.packet_flags",
            "tcp.flags.str",
        ];
        let packets = self.fields(&fields).into_iter().map(|fields| {
            let [interface, time, len, cap_len, direction, flags] = fields.try_into().unwrap();
            Packet {
                interface,
                time,
                lengths: (len.parse().unwrap(), cap_len.parse().unwrap()),
                direction: u32::from_str_radix(direction.trim_start_matches("0x"), 16).unwrap(),
                flags: flags.replace('·', ""),
            }
        });
        packets.collect()
    }

    /// The comments of every packet.
    fn comments(&self) -> Vec<Vec<String>> {
        let packets = self.fields(&["frame.comment"]).into_iter();
        packets
            .map(|fields| fields[0].split('|').map(Into::into).collect())
            .collect()
    }
}

/// The packets that each host has sent and received, by the events.
fn packets_of(events: &Events) -> Vec<Packet> {
    let began = events.0[0]["began"].as_u64().unwrap_or(0);
    let segments = events.of("segment").into_iter().filter_map(|segment| {
        let (interface, direction) = match segment["phase"].as_str().unwrap() {
            "sent" => ("from", 2),
            "delivered" => ("to", 1),
            _ => return None,
        };
        let bytes = events.0.iter().find_map(|event| {
            let is_it = event["id"] == segment["id"];
            is_it.then(|| event["bytes"].as_str()).flatten()
        });
        let kept = bytes.unwrap().len() / 2;
        let at = began + segment["t"].as_u64().unwrap();
        let names = segment["flags"].as_array().unwrap();
        let has = |name: &&(&str, &str)| names.contains(&json!(name.0));
        // In the order of the header's bits.
        let letters = [
            ("ACK", "A"),
            ("PSH", "P"),
            ("RST", "R"),
            ("SYN", "S"),
            ("FIN", "F"),
        ];
        Some(Packet {
            interface: segment[interface].as_str().unwrap().into(),
            time: format!("{}.{:06}000", at / 1_000_000, at % 1_000_000),
            lengths: (
                kept + (segment["len"].as_u64().unwrap() as usize).saturating_sub(256),
                kept,
            ),
            direction,
            flags: letters
                .iter()
                .filter(has)
                .map(|(_, letter)| *letter)
                .collect(),
        })
    });
    segments.collect()
}

#[test]
fn tshark_finds_every_packet_where_and_when_it_was() {
    let (events, capture) = Capture::play("-", ADVENTURES);
    let (found, expected) = (capture.packets(), packets_of(&events));
    assert_eq!(found, expected);
    assert!(events.0[0]["began"].as_u64() > Some(1_700_000_000_000_000));
    assert!(
        expected
            .iter()
            .any(|packet| packet.lengths.0 > packet.lengths.1)
    );
    for phase in ["held", "injected", "dropped"] {
        let segments = events.of("segment").into_iter();
        assert!(segments.filter(|segment| segment["phase"] == phase).count() > 0);
    }
}

#[test]
fn checksums_are_right_and_nothing_is_malformed() {
    let (_, capture) = Capture::play("-", ADVENTURES);
    let fields = [
        "ip.checksum.status",
        "tcp.checksum.status",
        "frame.len",
        "frame.cap_len",
        "_ws.expert.group",
    ];
    for packet in capture.fields(&fields) {
        let is_cut = packet[2] != packet[3];
        // 1 is good; 2 is unverified, because a part is missing.
        assert_eq!(packet[0], "1", "{packet:?}");
        assert_eq!(packet[1], if is_cut { "2" } else { "1" }, "{packet:?}");
        // Notes on sequence numbers are allowed: readers want them, and a file with both ends of a wire causes more of them.
        const SEQUENCE: &str = "33554432";
        const COMMENT: &str = "184549376";
        let mut groups = packet[4].split('|');
        assert!(
            groups.all(|group| [SEQUENCE, COMMENT].contains(&group)),
            "{packet:?}"
        );
    }
}

#[test]
fn comments_tell_causes_fates_and_changes() {
    let (events, capture) = Capture::play("-", ADVENTURES);
    let packets: Vec<_> = capture
        .packets()
        .into_iter()
        .zip(capture.comments())
        .collect();
    let rows = |interface: &str, direction: u32, flags: &str| -> Vec<&Vec<String>> {
        let wanted = (interface, direction, flags);
        packets
            .iter()
            .filter(|(packet, _)| {
                wanted
                    == (
                        packet.interface.as_str(),
                        packet.direction,
                        packet.flags.as_str(),
                    )
            })
            .map(|(_, comments)| comments)
            .collect()
    };
    let id = |flags: Value, from: &str| {
        let segments = events.of("segment").into_iter();
        let mut ids = segments
            .filter(|segment| segment["flags"] == flags && segment["from"] == from)
            .map(|segment| segment["id"].as_u64().unwrap());
        ids.next().unwrap()
    };
    let [syn, syn_ack, fin] = [
        id(json!(["SYN"]), "client"),
        id(json!(["SYN", "ACK"]), "server"),
        id(json!(["FIN", "ACK"]), "client"),
    ];

    assert_eq!(
        *rows("client", 2, "S")[0],
        [format!(
            "segment {syn} SYN: sent because client called connect(3, 127.0.0.2:7000)"
        )]
    );
    assert_eq!(
        *rows("server", 1, "S")[0],
        [
            format!("segment {syn} SYN"),
            "server 127.0.0.2:7000: LISTEN → SYN_RECEIVED".into()
        ]
    );
    assert_eq!(
        *rows("server", 2, "AS")[0],
        [format!(
            "segment {syn_ack} SYN,ACK: sent in answer to segment {syn} SYN"
        )]
    );
    assert_eq!(
        *rows("client", 1, "AS")[0],
        [
            format!("segment {syn_ack} SYN,ACK"),
            "client conn: SYN_SENT → ESTABLISHED".into(),
            "connect(3, 127.0.0.2:7000) of client wakes".into()
        ]
    );
    let fins = rows("client", 2, "AF");
    assert_eq!(
        *fins[0],
        [
            format!("segment {fin} FIN,ACK: sent because client called close(3)"),
            "lost: dropped by the script".into()
        ]
    );
    assert!(fins[1][0].ends_with("FIN,ACK: sent because of the retransmission timer"));
    assert_eq!(
        rows("server", 1, "AF").last().unwrap()[1..],
        ["server conn: ESTABLISHED → CLOSE_WAIT"]
    );
    let held = rows("server", 2, "AF")[0];
    assert!(
        held[0].ends_with("FIN,ACK: sent because server called close(4)"),
        "{held:?}"
    );
    assert_eq!(
        held[1..],
        ["held on the wire", "still on the wire when the run ended"]
    );
    let of_nobody: Vec<&str> = packets
        .iter()
        .filter_map(|(_, comments)| comments[0].split_once(": not sent by "))
        .map(|(_, rest)| rest)
        .collect();
    assert!(
        of_nobody[0].starts_with("server, a copy of segment "),
        "{of_nobody:?}"
    );
    assert_eq!(of_nobody[1..], ["client, forged by the script"]);
}

#[test]
fn a_reset_carries_its_reason() {
    let (_, capture) = Capture::play("reset-linger-0", "");
    let comments = capture.comments().concat();
    assert!(
        comments.contains(&"RST: closed with SO_LINGER 0".into()),
        "{comments:?}"
    );
}

#[test]
fn the_file_names_hosts_kernel_and_program() {
    let (events, capture) = Capture::play("half-close", "");
    let text = capture.read("capinfos", &[]);
    let kernel = events.0[0]["kernel"].as_str().unwrap();
    let count = packets_of(&events).len();
    for line in [
        &format!("Number of packets:   {count}"),
        "File encapsulation:  Raw IP",
        "Strict time order:   True",
        &format!("Capture hardware:    {}", std::env::consts::ARCH),
        &format!("Capture oper-sys:    Linux {kernel}"),
        "Capture application: fourwave ",
        "Capture comment:     the lesson half-close",
        "Name = client\n",
        "Description = wire0 of the host client, 127.0.0.1\n",
        "Name = server\n",
        "Description = wire0 of the host server, 127.0.0.2\n",
        "Time precision = nanoseconds (9)",
        "Time ticks per second = 1000000000",
    ] {
        assert!(text.contains(line), "no {line:?} in\n{text}");
    }
}

#[test]
fn a_file_that_cannot_be_written_costs_only_itself() {
    let output = command(
        &["run", "four-waves", "--pcapng", "/proc/no/where.pcapng"],
        "",
    );
    assert_eq!(output.status.code(), Some(2));
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.contains("✓ played to the end"), "{text}");
    let text = String::from_utf8(output.stderr).unwrap();
    assert!(
        text.contains("writing /proc/no/where.pcapng: No such file or directory")
            && text.contains("name a file after --pcapng that can be written"),
        "{text}"
    );
}

#[tokio::test]
async fn runs_and_recordings_are_downloaded() {
    let server = Server::start(&[]);
    for id in ["four-waves", "cable-send", "blind-reset", "lost-fin"] {
        let address = server.url(&format!("/api/recordings/{id}"));
        let events = fetch(&address).await;
        let capture = Capture::download(format!("{address}/pcapng"), id).await;
        assert_eq!(capture.packets(), packets_of(&Events::parse(&events)));
    }
    // This run goes on until it is stopped. A capture before that has the packets so far.
    let script = "server listen\nclient connect\nserver accept\nclient recv";
    let id = start_run(&server, json!({ "script": script, "pace": "full" })).await;
    let address = server.url(&format!("/api/runs/{id}"));
    let capture = Capture::download(format!("{address}/pcapng"), &id).await;
    let so_far = capture.packets();
    stop_run(&server, &id).await;
    let events = events_to_end(&server, &id).await;
    let capture = Capture::download(format!("{address}/pcapng"), &id).await;
    let all = capture.packets();
    assert_eq!(all, packets_of(&events));
    assert_eq!(all[..so_far.len()], so_far);

    for unknown in ["/api/runs/nobody/pcapng", "/api/recordings/nobody/pcapng"] {
        let (status, answer) = request("GET", &server.url(unknown), None).await;
        assert_eq!((status, &answer["error"]), (404, &json!("unknown")));
    }
}
