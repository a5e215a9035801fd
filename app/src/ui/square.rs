//! A square of a text for cameras (QR). On the server only: the browser's module need not know how.

use fast_qr::{ECL, QRBuilder};
use leptos::prelude::*;

/// The quiet margin that readers need, in modules.
const MARGIN: usize = 4;

/// A square as black runs of modules.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Square {
    /// Modules of a side, with the quiet margin.
    pub side: usize,
    /// Column, line and length of each run.
    pub runs: Vec<(usize, usize, usize)>,
}

impl Square {
    /// The square of a text; nothing when it does not fit into one.
    pub fn of(text: &str) -> Option<Self> {
        let code = QRBuilder::new(text.as_bytes()).ecl(ECL::M).build().ok()?;
        let mut runs = Vec::new();
        for y in 0..code.size {
            let row = &code[y];
            let mut x = 0;
            while x < code.size {
                let run = row[x..].iter().take_while(|module| module.value()).count();
                if run > 0 {
                    runs.push((x + MARGIN, y + MARGIN, run));
                }
                x += run.max(1);
            }
        }
        Some(Self {
            side: code.size + 2 * MARGIN,
            runs,
        })
    }
}

/// The square on a page, black on white in every theme, under a name for those who do not see it.
pub fn square(text: &str, label: &'static str) -> AnyView {
    let Some(Square { side, runs }) = Square::of(text) else {
        return ().into_any();
    };
    let path: String = runs
        .iter()
        .map(|(x, y, run)| format!("M{x} {y}h{run}v1h-{run}z"))
        .collect();
    view! {
        <svg class="c-square" viewBox=format!("0 0 {side} {side}") role="img" aria-label=label shape-rendering="crispEdges">
            <rect width=side height=side fill="#fff"></rect>
            <path fill="#000" d=path></path>
        </svg>
    }
    .into_any()
}
