//! Requests, and their answers held against the document.

use std::cell::RefCell;
use std::collections::BTreeSet;

use serde_json::Value;
use tokio_tungstenite::tungstenite::Message;

use futures_util::StreamExt;

use super::{object, operations};
use crate::support::schema::Document;
use crate::support::{Server, connect, key_of};

/// A request.
#[derive(Clone, Debug)]
pub struct Call {
    pub method: String,
    pub address: String,
    pub headers: Vec<(String, String)>,
    pub body: Option<Vec<u8>>,
}

/// What came of it.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    /// The media type without its parameters; empty where there is no content.
    pub kind: String,
    pub headers: reqwest::header::HeaderMap,
    pub content: Vec<u8>,
}

impl Call {
    pub fn new(method: &str, address: &str) -> Call {
        Call {
            method: method.to_uppercase(),
            address: address.to_owned(),
            headers: Vec::new(),
            body: None,
        }
    }

    pub fn header(mut self, name: &str, value: &str) -> Call {
        self.headers.push((name.into(), value.into()));
        self
    }

    pub fn body(mut self, kind: &str, body: impl Into<Vec<u8>>) -> Call {
        self.body = Some(body.into());
        self.header("content-type", kind)
    }

    /// With the key of a run that was started here.
    pub fn key(self, run: &str) -> Call {
        self.header("authorization", &format!("Bearer {}", key_of(run)))
    }

    pub async fn send(&self, server: &Server) -> Answer {
        let method = self.method.parse().unwrap();
        let mut request = reqwest::Client::new().request(method, server.url(&self.address));
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        if let Some(body) = &self.body {
            request = request.body(body.clone());
        }
        let response = request.send().await.unwrap();
        let headers = response.headers().clone();
        let kind = headers.get("content-type");
        let kind = kind.map_or("", |kind| kind.to_str().unwrap());
        Answer {
            status: response.status().as_u16(),
            kind: kind.split(';').next().unwrap().to_owned(),
            headers,
            content: response.bytes().await.unwrap().to_vec(),
        }
    }
}

/// Which of the promised answers were given so far.
pub struct Seen<'a> {
    pub document: &'a Document,
    answers: RefCell<BTreeSet<String>>,
}

impl<'a> Seen<'a> {
    pub fn new(document: &'a Document) -> Seen<'a> {
        Seen {
            document,
            answers: RefCell::default(),
        }
    }

    fn note(&self, path: &str, method: &str, status: &str, kind: &str) {
        let answer = format!("{method} {path} {status} {kind}");
        self.answers.borrow_mut().insert(answer.trim_end().into());
    }

    /// Fails where an answer is not one of those that the document has for that operation.
    pub fn hold(&self, path: &str, call: &Call, answer: &Answer) {
        let method = call.method.to_lowercase();
        let method = match self.document.whole["paths"][path].get(&method) {
            Some(_) => method,
            None => return self.hold_any(path, answer),
        };
        let responses = &self.document.whole["paths"][path][&method]["responses"];
        let status = answer.status.to_string();
        let status = match responses.get(&status) {
            Some(_) => &status,
            None => "default",
        };
        let place = format!("{method} {path} {}", answer.status);
        let described = self.document.resolve(&responses[status]);
        for (name, _) in object(&described["headers"]) {
            assert!(answer.headers.contains_key(name), "{place}: no {name}");
        }
        let Some(contents) = described["content"].as_object() else {
            self.note(path, &method, status, "");
            assert!(answer.content.is_empty(), "{place}: {answer:?}");
            return;
        };
        self.note(path, &method, status, &answer.kind);
        let media = contents.get(&answer.kind);
        let media = media.unwrap_or_else(|| panic!("{place}: {:?}", answer.kind));
        let text = || std::str::from_utf8(&answer.content).unwrap();
        match media.get("x-itemSchema") {
            Some(schema) => self.hold_lines(schema, text()),
            None if answer.kind == "application/json" => {
                let value: Value = serde_json::from_str(text()).unwrap();
                self.document.hold(&media["schema"], &value);
            }
            None => assert!(!answer.content.is_empty(), "{place}"),
        }
    }

    /// A method that the address does not take: what any operation of it answers by default.
    fn hold_any(&self, path: &str, answer: &Answer) {
        let methods = object(&self.document.whole["paths"][path]);
        for (_, operation) in methods {
            let described = self.document.resolve(&operation["responses"]["default"]);
            let value = serde_json::from_slice(&answer.content).unwrap();
            let schema = &described["content"][&answer.kind]["schema"];
            self.document.hold(schema, &value);
        }
    }

    /// The document's path that an address is of.
    pub fn path(&self, call: &Call) -> Option<String> {
        let address = call.address.split('?').next().unwrap();
        let fits = |path: &str| {
            let parts = || path.split('/').zip(address.split('/'));
            path.split('/').count() == address.split('/').count()
                && parts().all(|(part, given)| part == given || part.starts_with('{'))
        };
        let paths = object(&self.document.whole["paths"]).map(|(path, _)| path);
        let fitting = paths.filter(|path| fits(path));
        fitting
            .min_by_key(|path| path.matches('{').count())
            .cloned()
    }

    pub fn hold_lines(&self, schema: &Value, lines: &str) {
        assert!(lines.ends_with('\n') && !lines.starts_with('\n'));
        for line in lines.lines() {
            let value = serde_json::from_str(line).unwrap();
            self.document.hold(schema, &value);
        }
    }

    /// Fails where the document promises an answer that was never given.
    pub fn assert_all(&self, but: &[&str]) {
        let mut promised = BTreeSet::new();
        for (path, method, operation) in operations(self.document) {
            for (status, response) in object(&operation["responses"]) {
                let response = self.document.resolve(response);
                let kinds = object(&response["content"]).map(|(kind, _)| kind.as_str());
                let kinds: Vec<&str> = kinds.collect();
                let kinds = if kinds.is_empty() { vec![""] } else { kinds };
                for kind in kinds {
                    promised.insert(
                        format!("{method} {path} {status} {kind}")
                            .trim_end()
                            .to_owned(),
                    );
                }
            }
        }
        let seen = self.answers.borrow();
        let never: Vec<_> = promised.difference(&seen).collect();
        assert_eq!(never, but, "these answers were never given");
    }
}

/// Answers that are no single ones: a run's events as they come, and the live socket.
pub async fn follows(server: &Server, seen: &Seen<'_>, run: &str) {
    let script = "server listen\nclient connect\nclient close\n";
    let call = Call::new("post", "/api/runs?follow=1&pace=full").body("text/plain", script);
    seen.hold("/api/runs", &call, &call.send(server).await);
    let call = Call::new("get", &format!("/api/runs/{run}/events?follow=1"));
    seen.hold("/api/runs/{id}/events", &call, &call.send(server).await);

    let mut socket = connect(server, run, 0).await;
    seen.note("/api/runs/{id}/events", "get", "101", "");
    let event = &seen.document.whole["components"]["schemas"]["Event"];
    while let Some(message) = socket.next().await {
        match message.unwrap() {
            Message::Text(text) => seen.hold_lines(event, &format!("{text}\n")),
            Message::Close(frame) => assert_eq!(u16::from(frame.unwrap().code), 1000),
            other => panic!("{other:?}"),
        }
    }
}
