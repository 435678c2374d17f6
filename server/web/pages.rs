//! The pages, rendered from web/pages: each has a file here and one there.

pub(crate) mod api;
pub(crate) mod article;
pub(crate) mod atlas;
pub(crate) mod atlas_cell;
pub(crate) mod compare;
pub(crate) mod course;
pub(crate) mod embed;
pub(crate) mod free_play;
pub(crate) mod glossary;
pub(crate) mod layout;
pub(crate) mod not_found;
pub(crate) mod recording;
pub(crate) mod search;
pub(crate) mod stage;
pub(crate) mod worksheet;

pub(crate) use api::api;
pub(crate) use article::article;
pub(crate) use atlas::atlas;
pub(crate) use atlas_cell::atlas_cell;
pub(crate) use compare::compare;
pub(crate) use course::course;
pub(crate) use embed::{BareLayout, embed};
pub(crate) use free_play::free_play;
pub(crate) use glossary::{glossary_error, glossary_state};
pub(crate) use not_found::not_found;
pub(crate) use recording::recording;
pub(crate) use search::search;
pub(crate) use stage::{lesson, try_it};
pub(crate) use worksheet::{SheetInfo, SheetQuery, worksheet};
