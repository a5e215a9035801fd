//! The subscriber's cabinet: the router and the frame around pages. Rendered by the server, hydrated
//! in the browser.

use crate::features::frame::{footer, load_frame, navigation, topbar};
use crate::features::home::HomePage;
use crate::features::messages::{MessagePage, MessagesPage};
use crate::features::more::{MenuPage, TariffPage};
use crate::features::payments::list::Payments;
use crate::features::payments::payment::PaymentPage;
use crate::features::payments::top_up::TopUp;
use crate::i18n::{common, lang};
use crate::page::{Key, loaded, not_found};
use domain::overview::Frame;
use leptos::prelude::*;
use leptos_meta::provide_meta_context;
use leptos_router::components::{Route, Router, Routes};
use leptos_router::path;

/// Addresses of the cabinet, as the server mounts them.
pub const PATHS: &[&str] = &[
    "/home",
    "/payments",
    "/payments/top-up",
    "/payments/{id}",
    "/messages",
    "/messages/{id}",
    "/tariff",
    "/menu",
];

/// The application.
#[component]
pub fn Cabinet() -> impl IntoView {
    provide_meta_context();
    let around = loaded(Key::default, |_| load_frame());
    let lang = lang();
    view! {
        <Router>
            <a class="c-skip" href="#main">{common::skip(lang)}</a>
            <div class="l-app">
                <Suspense>
                    {move || Suspend::new(async move {
                        match around.await.read::<Frame>() {
                            Ok(frame) => view! { {topbar(&frame)} {navigation(frame.unread, false)} }.into_any(),
                            Err(_) => ().into_any(),
                        }
                    })}
                </Suspense>
                <main class="l-main" id="main">
                    <Routes fallback=not_found>
                        <Route path=path!("/home") view=HomePage/>
                        <Route path=path!("/payments") view=Payments/>
                        <Route path=path!("/payments/top-up") view=TopUp/>
                        <Route path=path!("/payments/:id") view=PaymentPage/>
                        <Route path=path!("/messages") view=MessagesPage/>
                        <Route path=path!("/messages/:id") view=MessagePage/>
                        <Route path=path!("/tariff") view=TariffPage/>
                        <Route path=path!("/menu") view=MenuPage/>
                    </Routes>
                </main>
                {footer(false)}
            </div>
        </Router>
    }
}
