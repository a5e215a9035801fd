//! Fields and the error summary. The error model: nothing is checked while typing; after the form
//! was sent, a summary on top names every problem and leads to its field, where the same words stand.

use super::icon::icon;
use crate::i18n::{auth, common, lang, problem};
use domain::form::{FieldError, Problem};
use leptos::attr::custom::custom_attribute;
use leptos::prelude::*;

/// What a field is.
#[derive(Debug, Clone, Copy)]
pub struct Input {
    /// `name` and `id`; never changes, password managers remember it.
    pub name: &'static str,
    /// What to type.
    pub label: &'static str,
    /// How to type it.
    pub hint: &'static str,
    /// `type`.
    pub kind: &'static str,
    /// `inputmode`.
    pub inputmode: &'static str,
    /// `autocomplete`.
    pub autocomplete: &'static str,
    /// Digits in groups.
    pub numeric: bool,
    /// Sign after the field.
    pub unit: &'static str,
    /// Longest text; 0 for none.
    pub maxlength: u16,
    /// Id of something else that describes the field.
    pub described: &'static str,
    /// Rules for password managers.
    pub passwordrules: &'static str,
}

impl Input {
    /// A text field.
    pub const fn text(name: &'static str, label: &'static str) -> Self {
        Self {
            name,
            label,
            hint: "",
            kind: "text",
            inputmode: "text",
            autocomplete: "off",
            numeric: false,
            unit: "",
            maxlength: 0,
            described: "",
            passwordrules: "",
        }
    }
}

/// The words for the problem of a field, if it has one.
pub fn error_of(errors: &[FieldError], field: &str) -> Option<String> {
    let lang = lang();
    errors
        .iter()
        .find(|error| error.field == field)
        .map(|error| problem::text(lang, &error.problem))
}

/// The problem's words at its field.
pub fn error_text(name: &str, error: Option<String>) -> AnyView {
    let lang = lang();
    error
        .map(|text| {
            view! {
                <p class="c-error" id=format!("{name}-e")>
                    {icon("i-alert")}
                    <span>
                        <span class="u-vh">{common::error_prefix(lang)}</span>
                        {text}
                    </span>
                </p>
            }
        })
        .into_any()
}

fn described_by(input: Input, wrong: bool) -> Option<String> {
    let mut ids = Vec::new();
    if !input.hint.is_empty() {
        ids.push(format!("{}-h", input.name));
    }
    if !input.described.is_empty() {
        ids.push(input.described.to_owned());
    }
    if wrong {
        ids.push(format!("{}-e", input.name));
    }
    (!ids.is_empty()).then(|| ids.join(" "))
}

/// The address that a form has just asked about as a slip of the finger: sent again it is meant.
pub fn seen_email(errors: &[FieldError]) -> Option<AnyView> {
    let typed = errors.iter().find_map(|error| match &error.problem {
        Problem::EmailSlip { typed, .. } => Some(typed.clone()),
        _ => None,
    })?;
    Some(view! { <input type="hidden" name="seen_email" value=typed/> }.into_any())
}

/// A field with its label, hint and problem.
pub fn field(input: Input, value: String, error: Option<String>) -> AnyView {
    let wrong = error.is_some();
    let name = input.name;
    let password = input.kind == "password";
    let rules = (!input.passwordrules.is_empty()).then_some(input.passwordrules);
    let rules = custom_attribute("passwordrules", rules);
    let lang = lang();
    view! {
        <div class="c-field" data-state=wrong.then_some("error")>
            <label for=name>{input.label}</label>
            {(!input.hint.is_empty())
                .then(|| view! { <p class="c-hint" id=format!("{name}-h")>{input.hint}</p> })}
            {error_text(name, error)}
            <div class="c-input" data-num=input.numeric.then_some("")>
                <input
                    id=name
                    name=name
                    type=input.kind
                    inputmode=input.inputmode
                    autocomplete=input.autocomplete
                    autocapitalize="off"
                    spellcheck="false"
                    {..rules}
                    maxlength=(input.maxlength > 0).then_some(i64::from(input.maxlength))
                    value=value
                    aria-invalid=wrong.then_some("true")
                    aria-describedby=described_by(input, wrong)
                />
                {(!input.unit.is_empty())
                    .then(|| {
                        view! {
                            <span class="c-input__unit" aria-hidden="true">
                                {input.unit}
                            </span>
                        }
                    })}
                {password
                    .then(|| {
                        view! {
                            <button class="c-input__btn" type="button" aria-pressed="false" data-show=name hidden="">
                                {icon("i-eye")}
                                <span class="u-vh">{auth::show_password(lang)}</span>
                            </button>
                        }
                    })}
            </div>
        </div>
    }
    .into_any()
}

/// A box to tick.
pub fn checkbox(name: &'static str, label: impl IntoView, checked: bool, wrong: bool) -> AnyView {
    view! {
        <label class="c-check" data-state=wrong.then_some("error")>
            <input
                id=name
                type="checkbox"
                name=name
                value="true"
                checked=checked
                aria-invalid=wrong.then_some("true")
                aria-describedby=wrong.then(|| format!("{name}-e"))
            />
            <span>{label}</span>
        </label>
    }
    .into_any()
}

/// One of several, told apart by a word each: `value` and what it is called.
pub fn radios(
    name: &'static str,
    legend: &'static str,
    choices: &[(String, String)],
    chosen: &str,
    error: Option<String>,
) -> AnyView {
    let wrong = error.is_some();
    let choices: Vec<_> = choices
        .iter()
        .enumerate()
        .map(|(index, (value, words))| {
            // The summary leads to the first one.
            let id = if index == 0 { name.to_owned() } else { format!("{name}-{value}") };
            let checked = value == chosen;
            view! {
                <label class="c-check">
                    <input type="radio" id=id name=name value=value.clone() checked=checked aria-invalid=wrong.then_some("true") aria-describedby=wrong.then(|| format!("{name}-e"))/>
                    <span>{words.clone()}</span>
                </label>
            }
        })
        .collect();
    view! {
        <fieldset class="c-field" data-state=wrong.then_some("error")>
            <legend class="c-legend">{legend}</legend>
            {error_text(name, error)}
            {choices}
        </fieldset>
    }
    .into_any()
}

/// One of several ways, as a card.
#[derive(Debug, Clone, Copy)]
pub struct Choice {
    /// `name` of the group.
    pub name: &'static str,
    /// `value` of this one.
    pub value: &'static str,
    /// Icon of the sprite.
    pub icon: &'static str,
    /// What it is.
    pub title: &'static str,
    /// What it leads to.
    pub hint: &'static str,
}

/// Everything that is wrong, on top of the form; takes the focus when the page opens.
pub fn summary(errors: &[FieldError]) -> AnyView {
    let lang = lang();
    if errors.is_empty() {
        return ().into_any();
    }
    let lines: Vec<_> = errors
        .iter()
        .map(|error| {
            let text = problem::text(lang, &error.problem);
            if error.field.is_empty() {
                view! { <li><p class="c-error"><span>{text}</span></p></li> }.into_any()
            } else {
                view! { <li><a href=format!("#{}", error.field)>{text}</a></li> }.into_any()
            }
        })
        .collect();
    view! {
        <div class="c-summary" role="alert" tabindex="-1" autofocus="" aria-labelledby="sum-h">
            <h2 id="sum-h">{common::check_form(lang)}</h2>
            <ul>{lines}</ul>
        </div>
    }
    .into_any()
}
