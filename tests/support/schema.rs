//! Holds values against the schemas of an OpenAPI document: as much of JSON Schema as ours uses, and strictly. A property
//! that a schema does not name is a fault here, for whoever reads the document shall find all that is sent.

use std::cell::RefCell;
use std::collections::BTreeSet;

use serde_json::{Map, Value};

/// The keywords that are understood here; a schema with another one would say more than is held against it.
const KEYWORDS: [&str; 15] = [
    "$ref",
    "additionalProperties",
    "const",
    "default",
    "description",
    "discriminator",
    "enum",
    "example",
    "items",
    "minItems",
    "minimum",
    "oneOf",
    "properties",
    "required",
    "type",
];

pub struct Document {
    pub whole: Value,
    /// What was met in values, as `SCHEMA.PROPERTY`.
    met: RefCell<BTreeSet<String>>,
}

impl Document {
    pub fn new(whole: Value) -> Document {
        Document {
            whole,
            met: RefCell::default(),
        }
    }

    /// What a `$ref` means, or the value itself.
    pub fn resolve<'a>(&'a self, value: &'a Value) -> &'a Value {
        match value["$ref"].as_str() {
            Some(address) => self.at(address),
            None => value,
        }
    }

    fn at(&self, address: &str) -> &Value {
        let pointer = address.strip_prefix('#');
        let found = pointer.and_then(|pointer| self.whole.pointer(pointer));
        found.unwrap_or_else(|| panic!("there is no {address}"))
    }

    /// The properties of the named schemas that no value had so far.
    pub fn unmet(&self, schemas: &[&str]) -> Vec<String> {
        let met = self.met.borrow();
        let named = schemas.iter().flat_map(|name| {
            let schema = &self.whole["components"]["schemas"][name];
            let properties = schema["properties"].as_object();
            let properties = properties.into_iter().flat_map(Map::keys);
            properties.map(move |property| format!("{name}.{property}"))
        });
        named.filter(|name| !met.contains(name)).collect()
    }

    /// Fails where a value is not what a schema says.
    pub fn hold(&self, schema: &Value, value: &Value) {
        let mut faults = Vec::new();
        self.compare(schema, "", value, "", &mut faults);
        assert!(faults.is_empty(), "{}\n{value}", faults.join("\n"));
    }

    /// What is wrong with a value at a `place`; `name` is the schema's, where it has one.
    fn compare(
        &self,
        schema: &Value,
        name: &str,
        value: &Value,
        place: &str,
        faults: &mut Vec<String>,
    ) {
        if let Some(address) = schema["$ref"].as_str() {
            let name = address.rsplit('/').next().unwrap();
            return self.compare(self.at(address), name, value, place, faults);
        }
        let mut fault = |what: String| faults.push(format!("{place}: {what}"));
        let types = match &schema["type"] {
            Value::Array(types) => types.iter().collect(),
            Value::Null => Vec::new(),
            one => vec![one],
        };
        if !types.is_empty() && !types.iter().any(|kind| is(value, kind)) {
            fault(format!("{value} is not of type {}", schema["type"]));
        }
        if let Some(allowed) = schema["enum"].as_array()
            && !allowed.contains(value)
        {
            fault(format!("{value} is none of {}", schema["enum"]));
        }
        if schema.get("const").is_some_and(|only| only != value) {
            fault(format!("{value} is not {}", schema["const"]));
        }
        if let (Some(least), Some(number)) = (schema["minimum"].as_f64(), value.as_f64())
            && number < least
        {
            fault(format!("{value} is less than {least}"));
        }
        if let (Some(least), Some(items)) = (schema["minItems"].as_u64(), value.as_array())
            && items.len() < least as usize
        {
            fault(format!("{value} has fewer than {least} items"));
        }
        if let Some(items) = value.as_array() {
            for (index, item) in items.iter().enumerate() {
                let place = format!("{place}/{index}");
                self.compare(&schema["items"], "", item, &place, faults);
            }
        }
        if let Some(object) = value.as_object() {
            self.compare_object(schema, name, object, place, faults);
        }
        if let Some(all) = schema["oneOf"].as_array() {
            self.compare_one(schema, all, value, place, faults);
        }
    }

    fn compare_object(
        &self,
        schema: &Value,
        name: &str,
        object: &Map<String, Value>,
        place: &str,
        faults: &mut Vec<String>,
    ) {
        for required in schema["required"].as_array().into_iter().flatten() {
            if !object.contains_key(required.as_str().unwrap()) {
                faults.push(format!("{place}: there is no {required}"));
            }
        }
        let known = schema["properties"].as_object();
        for (property, value) in object {
            let place = format!("{place}/{property}");
            if let Some(schema) = known.and_then(|known| known.get(property)) {
                let met = format!("{name}.{property}");
                self.met.borrow_mut().insert(met);
                self.compare(schema, "", value, &place, faults);
            } else if let Some(others) = schema.get("additionalProperties") {
                self.compare(others, "", value, &place, faults);
            } else if known.is_some() {
                faults.push(format!("{place}: the document does not name this"));
            }
        }
    }

    /// One of several schemas: the one that the discriminator tells, else the only one that fits.
    fn compare_one(
        &self,
        schema: &Value,
        all: &[Value],
        value: &Value,
        place: &str,
        faults: &mut Vec<String>,
    ) {
        if let Some(property) = schema["discriminator"]["propertyName"].as_str() {
            let kind = value[property].as_str().unwrap_or_default();
            let Some(address) = schema["discriminator"]["mapping"][kind].as_str() else {
                return faults.push(format!("{place}: no schema for {property} {kind:?}"));
            };
            let one = all.iter().find(|one| one["$ref"] == address);
            let one = one.unwrap_or_else(|| panic!("{address} is none of those"));
            return self.compare(one, "", value, place, faults);
        }
        let fitting = all.iter().filter(|one| {
            let mut faults = Vec::new();
            self.compare(one, "", value, place, &mut faults);
            faults.is_empty()
        });
        let fitting = fitting.count();
        if fitting != 1 {
            faults.push(format!("{place}: {fitting} of the schemas fit {value}"));
        }
    }

    /// Fails where a schema says what is not understood here, or refers to what is not there.
    pub fn check_schema(&self, schema: &Value) {
        let keywords = schema.as_object().unwrap_or_else(|| panic!("{schema}"));
        for (keyword, value) in keywords {
            assert!(KEYWORDS.contains(&keyword.as_str()), "{keyword}: {schema}");
            match keyword.as_str() {
                "$ref" => drop(self.at(value.as_str().unwrap())),
                "items" | "additionalProperties" => self.check_schema(value),
                "oneOf" => {
                    (value.as_array().unwrap().iter()).for_each(|one| self.check_schema(one))
                }
                "properties" => {
                    let properties = value.as_object().unwrap();
                    properties.values().for_each(|one| self.check_schema(one));
                    for name in schema["required"].as_array().into_iter().flatten() {
                        assert!(properties.contains_key(name.as_str().unwrap()), "{name}");
                    }
                }
                _ => {}
            }
        }
    }
}

fn is(value: &Value, kind: &Value) -> bool {
    match kind.as_str().unwrap() {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "boolean" => value.is_boolean(),
        "integer" => value.is_i64() || value.is_u64(),
        "null" => value.is_null(),
        other => panic!("type {other}"),
    }
}
