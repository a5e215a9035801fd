//! A notice: something the person should know, beside the content it is about.

use super::icon::icon;
use leptos::prelude::*;

/// What a notice is like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    /// To know.
    Info,
    /// It went well.
    Success,
    /// Soon something has to be done.
    Warning,
    /// Something does not work.
    Danger,
}

impl Tone {
    const fn code(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Success => "success",
            Self::Warning => "warning",
            Self::Danger => "danger",
        }
    }

    const fn icon(self) -> &'static str {
        match self {
            Self::Info => "i-info",
            Self::Success => "i-check",
            Self::Warning => "i-clock",
            Self::Danger => "i-alert",
        }
    }
}

/// A notice with a heading and a text.
pub fn notice(tone: Tone, title: String, body: impl IntoView) -> AnyView {
    view! {
        <div class="c-notice" data-tone=tone.code() role="status">
            {icon(tone.icon())}
            <div>
                <h2>{title}</h2>
                <p>{body}</p>
            </div>
        </div>
    }
    .into_any()
}
