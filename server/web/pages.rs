//! The pages, rendered from web/pages: each has a file here and one there.

mod api;
mod article;
mod atlas;
mod cell;
mod compare;
mod course;
mod embed;
mod exercise;
mod find;
mod frame;
mod kept;
mod missing;
mod occurs;
mod play;
mod stage;

pub(super) use api::api;
pub(super) use article::article;
pub(super) use atlas::atlas;
pub(super) use cell::cell;
pub(super) use compare::compare;
pub(super) use course::course;
pub(super) use embed::{Bare, embed};
pub(super) use exercise::{About, Wish, exercise};
pub(super) use find::find;
pub(super) use kept::kept;
pub(super) use missing::not_found;
pub(super) use occurs::{error, state};
pub(super) use play::play;
pub(super) use stage::{scenario, try_it};
