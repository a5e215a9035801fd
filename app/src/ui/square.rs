//! A square of a text for cameras (QR). On the server only: the browser's module need not know how.

use crate::i18n::lang;
use fast_qr::{ECL, QRBuilder};
use leptos::prelude::*;

/// The quiet margin that readers need, in modules.
const MARGIN: usize = 4;

/// A square as black runs of modules.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Square {
    /// Modules of a side, with the quiet margin.
    pub side: u16,
    /// Column, line and length of each run.
    pub runs: Vec<(u16, u16, u16)>,
}

impl Square {
    /// The square of a text; nothing when it does not fit into one.
    pub fn of(text: &str) -> Option<Self> {
        let code = QRBuilder::new(text.as_bytes()).ecl(ECL::M).build().ok()?;
        // The largest square has 177 modules a side.
        let module = |count: usize| u16::try_from(count).unwrap_or(u16::MAX);
        let mut runs = Vec::new();
        for y in 0..code.size {
            let row = &code[y];
            let mut x = 0;
            while x < code.size {
                let run = row[x..].iter().take_while(|module| module.value()).count();
                if run > 0 {
                    runs.push((module(x + MARGIN), module(y + MARGIN), module(run)));
                }
                x += run.max(1);
            }
        }
        Some(Self {
            side: module(code.size + 2 * MARGIN),
            runs,
        })
    }

    /// Its black modules as a path.
    fn path(&self) -> String {
        let mut path = String::new();
        for (x, y, run) in &self.runs {
            path.push_str(&format!("M{x} {y}h{run}v1h-{run}z"));
        }
        path
    }
}

/// The square as a picture of its own.
pub fn picture(text: &str) -> Option<String> {
    let square = Square::of(text)?;
    let (side, path) = (square.side, square.path());
    Some(format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {side} {side}\" shape-rendering=\"crispEdges\"><path fill=\"#fff\" d=\"M0 0h{side}v{side}H0z\"/><path d=\"{path}\"/></svg>"
    ))
}

/// The square on a page, black on white in every theme, under a name for those who do not see it.
pub fn square(text: &str, label: &'static str) -> AnyView {
    let Some(square) = Square::of(text) else {
        return ().into_any();
    };
    let (side, path) = (square.side, square.path());
    view! {
        <svg class="c-square" viewBox=format!("0 0 {side} {side}") role="img" aria-label=label lang=lang().code() shape-rendering="crispEdges">
            <rect width=side height=side fill="#fff"></rect>
            <path fill="#000" d=path></path>
        </svg>
    }
    .into_any()
}
