//! Whether a JSON value still has all that it had. A fixture has marks for what differs between runs, machines and days:
//! `‹integer›` for a number, `‹anything›` for any value, and any other name for a part of a text, as in `/api/runs/‹id›`.

use serde_json::Value;

/// The parts of an old value that a new one lacks or has otherwise, each with its place. Further keys are allowed, and
/// further items in a list; the old items keep their order.
pub fn missing(old: &Value, new: &Value) -> Vec<String> {
    let mut faults = Vec::new();
    compare(old, new, "", &mut faults);
    faults
}

/// The same for lists whose order does not count: a few of a run's events.
pub fn missing_items(old: &[Value], new: &[Value]) -> Vec<String> {
    let mut faults = Vec::new();
    for item in old {
        let closest = new.iter().map(|one| missing(item, one));
        let closest = closest.min_by_key(Vec::len);
        let closest = closest.unwrap_or_else(|| vec!["there is none".into()]);
        if !closest.is_empty() {
            faults.push(format!(
                "{}, in the one most like {item}",
                closest.join("; ")
            ));
        }
    }
    faults
}

fn compare(old: &Value, new: &Value, place: &str, faults: &mut Vec<String>) {
    match (old, new) {
        (Value::Object(old), Value::Object(new)) => {
            for (key, value) in old {
                let place = format!("{place}/{key}");
                match new.get(key) {
                    Some(new) => compare(value, new, &place, faults),
                    None => faults.push(format!("{place} is gone")),
                }
            }
        }
        (Value::Array(old), Value::Array(new)) if old.len() == new.len() => {
            for (index, (old, new)) in old.iter().zip(new).enumerate() {
                compare(old, new, &format!("{place}/{index}"), faults);
            }
        }
        (Value::Array(old), Value::Array(new)) => {
            let mut rest = new.iter();
            let is_gone = |item: &&Value| !rest.any(|new| missing(item, new).is_empty());
            if let Some(item) = old.iter().find(is_gone) {
                faults.push(format!("{place} has no {item}, or in another order"));
            }
        }
        _ if stands_for(old, new) => {}
        _ => faults.push(format!("{place} was {old}, is {new}")),
    }
}

fn stands_for(old: &Value, new: &Value) -> bool {
    match (old.as_str(), new) {
        (Some("‹anything›"), _) => true,
        (Some("‹integer›"), new) => new.is_i64() || new.is_u64(),
        (Some(pattern), Value::String(text)) => is_like(pattern, text),
        _ => old == new,
    }
}

/// Whether a text is as a pattern has it, with anything in its gaps.
pub fn is_like(pattern: &str, text: &str) -> bool {
    let parts = pattern.split('‹');
    let parts = parts.map(|part| part.split_once('›').map_or(part, |(_, after)| after));
    let parts: Vec<&str> = parts.collect();
    let [first, middle @ .., last] = parts.as_slice() else {
        return pattern == text;
    };
    let Some(mut rest) = text.strip_prefix(first) else {
        return false;
    };
    for part in middle {
        match rest.split_once(part) {
            Some((_, after)) => rest = after,
            None => return false,
        }
    }
    rest.ends_with(last)
}

#[test]
fn what_is_gone_or_otherwise_is_named_and_what_is_new_is_not() {
    use serde_json::json;
    let old = json!({
        "id": "‹id›", "count": "‹integer›", "kind": ["call", "deed"], "page": "/s/‹id›/x",
        "none": null, "any": "‹anything›",
    });
    let new = json!({
        "id": "a", "count": 3, "kind": ["call", "new", "deed"], "page": "/s/a/x", "none": null, "any": [], "more": 1,
    });
    assert_eq!(missing(&old, &new), [""; 0]);
    for (key, value, fault) in [
        ("id", json!(3), "/id was \"‹id›\", is 3"),
        ("count", json!("3"), "/count was \"‹integer›\", is \"3\""),
        (
            "kind",
            json!(["call"]),
            "/kind has no \"deed\", or in another order",
        ),
        (
            "kind",
            json!(["deed", "call"]),
            "/kind/0 was \"call\", is \"deed\"",
        ),
        (
            "page",
            json!("/t/a/x"),
            "/page was \"/s/‹id›/x\", is \"/t/a/x\"",
        ),
        ("none", json!(0), "/none was null, is 0"),
    ] {
        let mut changed = new.clone();
        changed[key] = value;
        assert!(
            missing(&old, &changed).contains(&fault.to_owned()),
            "{changed}"
        );
    }
    let mut lacking = new.clone();
    lacking.as_object_mut().unwrap().remove("none");
    assert_eq!(missing(&old, &lacking), ["/none is gone"]);
    assert_eq!(
        missing_items(&[json!(1), json!(2)], &[json!(2), json!(1)]),
        [""; 0]
    );
    assert_eq!(
        missing_items(&[json!(1)], &[json!(2)]),
        [" was 1, is 2, in the one most like 1"]
    );
}
