//! The browser's entry: wakes the server-rendered cabinet up.

use app::cabinet::Cabinet;
use app::i18n::provide_lang;
use domain::Lang;
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use wasm_bindgen::prelude::wasm_bindgen;

/// Hydrates the cabinet inside `#app`, in the language of the document.
#[wasm_bindgen]
pub fn hydrate() {
    let document = document();
    let lang = document
        .document_element()
        .and_then(|html| html.get_attribute("lang"))
        .unwrap_or_default();
    let Some(root) = document
        .get_element_by_id("app")
        .and_then(|node| node.dyn_into().ok())
    else {
        return;
    };
    leptos::mount::hydrate_from(root, move || {
        provide_lang(Lang::from_code(&lang));
        view! { <Cabinet/> }
    })
    .forget();
}
