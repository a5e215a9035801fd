//! An empty or broken place: a drawing, why, and one thing to do.

use leptos::prelude::*;

/// `art` is an id of the sprite, `actions` the links under the text.
pub fn empty(art: &str, title: AnyView, body: String, actions: AnyView) -> AnyView {
    view! {
        <div class="c-empty">
            <svg class="c-art" viewBox="0 0 96 96" aria-hidden="true">
                <use href=format!("#{art}")></use>
            </svg>
            {title}
            <p>{body}</p>
            {actions}
        </div>
    }
    .into_any()
}
