//! The description of the API is held against what answers: every address and method, every answer that it promises, every
//! event. Neither can change alone.

mod call;
mod events;
mod refusals;

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::{Map, Value, json};

use crate::support::schema::Document;
use crate::support::{Server, request, start_run, until_told};
use call::{Call, Seen};

/// The document, as a server serves it.
async fn document(server: &Server) -> Document {
    let (status, whole) = request("GET", &server.url("/api/openapi.json"), None).await;
    assert_eq!(status, 200);
    Document::new(whole)
}

/// Each operation with its address and method.
fn operations(document: &Document) -> Vec<(&str, &str, &Value)> {
    let paths = document.whole["paths"].as_object().unwrap().iter();
    let all = paths.flat_map(|(path, methods)| {
        let methods = methods.as_object().unwrap().iter();
        methods.map(move |(method, operation)| (path.as_str(), method.as_str(), operation))
    });
    all.collect()
}

fn object(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().into_iter().flat_map(Map::iter)
}

/// The addresses that the source text of the router has.
fn routes(folder: &Path) -> BTreeSet<String> {
    let mut routes = BTreeSet::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            routes.extend(self::routes(&path));
        } else {
            let text = std::fs::read_to_string(&path).unwrap();
            let after = text.split(".route(").skip(1);
            routes.extend(after.filter_map(|after| Some(after.split('"').nth(1)?.to_owned())));
        }
    }
    routes
}

#[tokio::test]
async fn every_address_is_described_and_no_other() {
    let server = Server::start(&[]);
    let document = document(&server).await;
    let routes = routes(&Path::new(env!("CARGO_MANIFEST_DIR")).join("server"));
    let is_api = |route: &&String| route.starts_with("/api/") || route.starts_with("/oembed");
    let routes: BTreeSet<&String> = routes.iter().filter(is_api).collect();
    let described: BTreeSet<&String> = object(&document.whole["paths"])
        .map(|(path, _)| path)
        .collect();
    assert_eq!(described, routes);

    for (path, methods) in object(&document.whole["paths"]) {
        let url = server.url(&path.replace(['{', '}'], ""));
        let asked = reqwest::Client::new().request(reqwest::Method::OPTIONS, url);
        let answer = asked.send().await.unwrap();
        assert_eq!(answer.status(), 204, "{path}");
        let allowed = answer.headers()["allow"].to_str().unwrap().to_lowercase();
        let allowed: BTreeSet<&str> = allowed.split(',').filter(|one| *one != "head").collect();
        let described: BTreeSet<&str> = object(methods).map(|(name, _)| name.as_str()).collect();
        assert_eq!(described, allowed, "{path}");
    }
}

#[tokio::test]
async fn the_document_is_whole() {
    let server = Server::start(&[]);
    let document = document(&server).await;
    assert_eq!(document.whole["openapi"], "3.1.0");
    let text = document.whole.to_string();
    for (kind, all) in object(&document.whole["components"]) {
        for (name, component) in object(all) {
            let address = format!("#/components/{kind}/{name}");
            let is_used = kind == "securitySchemes" || text.contains(&format!("\"{address}\""));
            assert!(is_used, "{address} is used nowhere");
            match kind.as_str() {
                "schemas" => document.check_schema(component),
                "responses" => check_content(&document, component),
                "parameters" | "headers" => check_schema_and_example(&document, component),
                _ => {}
            }
        }
    }
    let mut ids = BTreeSet::new();
    for (path, method, operation) in operations(&document) {
        let place = format!("{method} {path}");
        assert!(
            ids.insert(operation["operationId"].as_str().unwrap()),
            "{place}"
        );
        assert!(operation["summary"].is_string(), "{place}");
        let named = parameters(&document, operation);
        let in_path = named.iter().filter(|one| one["in"] == "path");
        let in_path: BTreeSet<&str> = in_path.map(|one| one["name"].as_str().unwrap()).collect();
        let gaps: BTreeSet<&str> = path.split(['{', '}']).skip(1).step_by(2).collect();
        assert_eq!(gaps, in_path, "{place}");
        for parameter in named {
            check_schema_and_example(&document, parameter);
        }
        check_content(&document, &operation["requestBody"]);
        for (_, response) in object(&operation["responses"]) {
            check_content(&document, document.resolve(response));
        }
    }
}

/// Schemas that are understood, and examples that are what the schemas say.
fn check_content(document: &Document, holder: &Value) {
    for (_, media) in object(&holder["content"]) {
        check_schema_and_example(document, media);
        if let Some(items) = media.get("x-itemSchema") {
            document.check_schema(items);
        }
        for (_, example) in object(&media["examples"]) {
            document.hold(&media["schema"], &example["value"]);
        }
    }
    for (_, header) in object(&holder["headers"]) {
        document.resolve(header);
    }
}

fn check_schema_and_example(document: &Document, holder: &Value) {
    let Some(schema) = holder.get("schema") else {
        return;
    };
    document.check_schema(schema);
    if let Some(example) = holder.get("example") {
        document.hold(schema, example);
    }
}

fn parameters<'a>(document: &'a Document, operation: &'a Value) -> Vec<&'a Value> {
    let all = operation["parameters"].as_array().into_iter().flatten();
    all.map(|one| document.resolve(one)).collect()
}

/// Runs and recordings that stand for those of the document's examples.
struct StandIns {
    /// Takes lines.
    open: String,
    /// Has ended.
    ended: String,
    kept: String,
}

/// The run of the document's examples.
const RUN: &str = "k7wq2f9a";

/// The values of a parameter: one that stands in, its example, or else all that there are.
fn values(document: &Document, written: &Value, stand_ins: &StandIns) -> Vec<String> {
    match written["$ref"].as_str() {
        Some("#/components/parameters/Run") => return vec![stand_ins.open.clone()],
        Some("#/components/parameters/Kept") => return vec![stand_ins.kept.clone()],
        _ => {}
    }
    let parameter = document.resolve(written);
    let schema = document.resolve(&parameter["schema"]);
    let all = match parameter.get("example") {
        Some(one) => vec![one],
        None => schema["enum"].as_array().into_iter().flatten().collect(),
    };
    assert!(!all.is_empty(), "no example: {parameter}");
    let text = |value: &Value| value.as_str().map_or(value.to_string(), str::to_owned);
    all.into_iter().map(text).collect()
}

/// What an operation's examples ask: with what it must be given, and once more with whatever else has an example.
fn examples(
    document: &Document,
    [path, method]: [&str; 2],
    operation: &Value,
    stand_ins: &StandIns,
) -> Vec<Call> {
    let mut addresses = vec![path.to_owned()];
    let (mut least, mut most) = (Vec::new(), Vec::new());
    for written in operation["parameters"].as_array().into_iter().flatten() {
        let parameter = document.resolve(written);
        let name = parameter["name"].as_str().unwrap();
        if parameter["in"] == "path" {
            let gap = format!("{{{name}}}");
            let values = values(document, written, stand_ins);
            let pairs = addresses.iter().flat_map(|address| {
                let fill = |value: &String| address.replace(&gap, value);
                values.iter().map(fill).collect::<Vec<_>>()
            });
            addresses = pairs.collect();
        } else if parameter.get("example").is_some() {
            let query = format!("{name}={}", values(document, written, stand_ins)[0]);
            if parameter["required"] == true {
                least.push(query.clone());
            }
            most.push(query);
        }
    }
    let mut queries = BTreeSet::from([most.join("&")]);
    if addresses.len() == 1 {
        queries.insert(least.join("&"));
    }
    let mut calls = Vec::new();
    for address in &addresses {
        for query in &queries {
            let address = format!("{address}?{query}");
            let mut call = Call::new(method, address.trim_end_matches('?'));
            if operation.get("security").is_some() {
                call = call.key(&stand_ins.open);
            }
            calls.extend(with_bodies(&call, operation, &stand_ins.ended));
        }
    }
    assert!(!calls.is_empty(), "{path}: no example of what to send");
    calls
}

/// A call with each body that an operation has an example of; as it is where it takes none.
fn with_bodies(call: &Call, operation: &Value, run: &str) -> Vec<Call> {
    if operation.get("requestBody").is_none() {
        return vec![call.clone()];
    }
    let mut calls = Vec::new();
    for (kind, media) in object(&operation["requestBody"]["content"]) {
        for (_, example) in object(&media["examples"]) {
            let body = match &example["value"] {
                Value::String(text) => text.clone(),
                other => other.to_string(),
            };
            calls.push(call.clone().body(kind, body.replace(RUN, run)));
        }
    }
    calls
}

/// Every answer that the document promises is given, and is as promised.
#[tokio::test]
async fn every_operation_answers_as_it_is_described() {
    let server = Server::start(&[]);
    let document = document(&server).await;
    let seen = Seen::new(&document);
    let open = json!({ "script": "", "pace": "full", "open": true });
    let ended = json!({ "scenario": "half-close", "pace": "full" });
    let ended = start_run(&server, ended).await;
    call::follows(&server, &seen, &ended).await;
    let keep = Some(json!({ "run": ended }));
    let (_, kept) = request("POST", &server.url("/api/recordings"), keep).await;
    let open = start_run(&server, open).await;
    until_told(&server, &open, "\"type\":\"run\"", 1).await;
    let stand_ins = StandIns {
        open,
        kept: kept["id"].as_str().unwrap().to_owned(),
        ended,
    };
    let mut operations = operations(&document);
    operations.sort_by_key(|(_, method, _)| *method == "delete"); // what has ended takes no lines
    for (path, method, operation) in operations {
        for call in examples(&document, [path, method], operation, &stand_ins) {
            let answer = call.send(&server).await;
            assert!(answer.status < 400, "{call:?}: {answer:?}");
            seen.hold(path, &call, &answer);
        }
    }
    refusals::provoke(&server, &seen, &stand_ins).await;
    seen.assert_all(&refusals::NOT_PROVOKED);
}
