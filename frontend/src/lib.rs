//! The browser's entry: wakes the server-rendered cabinet up.

use app::cabinet::Cabinet;
use app::i18n::{provide_lang, provide_phone};
use domain::Lang;
use domain::support::CallNumber;
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use wasm_bindgen::prelude::wasm_bindgen;

/// Hydrates the cabinet inside `#app`, in the language of the document and with its number to call.
#[wasm_bindgen]
pub fn hydrate() {
    let document = document();
    let attribute = |name: &str| {
        document
            .document_element()
            .and_then(|html| html.get_attribute(name))
            .unwrap_or_default()
    };
    let (lang, phone) = (
        attribute("lang"),
        CallNumber::try_from(attribute("data-phone")),
    );
    let Some(root) = document
        .get_element_by_id("app")
        .and_then(|node| node.dyn_into().ok())
    else {
        return;
    };
    leptos::mount::hydrate_from(root, move || {
        provide_lang(Lang::from_code(&lang));
        if let Ok(phone) = phone {
            provide_phone(phone);
        }
        view! { <Cabinet/> }
    })
    .forget();
}
