//! People behind the door: who they are, asking somebody in, changing or ending their access.

use super::{confirm_field, people_path};
use crate::features::profile::done;
use crate::i18n::{lang, office as t};
use crate::request::Request;
use crate::ui::{Input, error_of, field, icon, icon_small, radios};
use domain::format::moment;
use domain::office::{Door, Right, Role};
use leptos::prelude::*;
use services::office::people::{People, Shown, Standing};

/// The list, and who may do what.
pub fn page(door: Door, people: &People, just: Option<&str>) -> AnyView {
    let lang = lang();
    let rows: Vec<_> = people
        .people
        .iter()
        .map(|one| person(door, people, one))
        .collect();
    view! {
        <div class="l-stack">
            {match just {
                Some("invited") => done(t::was_invited(lang)),
                Some("changed") => done(t::was_changed(lang)),
                _ => ().into_any(),
            }}
            <p><a class="c-btn" href=format!("{}/new", people_path(door))>{icon("i-plus")}{t::add(lang)}</a></p>
            <section class="c-card" data-flush="">
                <ul class="c-list">{rows}</ul>
            </section>
            {match door {
                Door::Staff => rights(door),
                // Whoever a partner lets in does not work with subscribers here yet.
                Door::Partner => view! { <p class="c-hint">{t::partner_rights(lang)}</p> }.into_any(),
            }}
        </div>
    }
    .into_any()
}

fn standing(standing: Standing) -> (&'static str, &'static str) {
    let lang = lang();
    match standing {
        Standing::Invited => ("info", t::invited(lang)),
        Standing::Active => ("success", t::active(lang)),
        Standing::Blocked => ("danger", t::blocked(lang)),
    }
}

fn person(door: Door, people: &People, one: &Shown) -> AnyView {
    let lang = lang();
    let (tone, words) = standing(one.standing);
    let when = match one.last_sign_in {
        Some(at) => format!("{} {}", t::last_in(lang), moment(lang, at, people.today)),
        None => t::never(lang).to_owned(),
    };
    let mut about = format!("{} · {} · {when}", one.login, one.role.title(lang));
    if one.oneself {
        about.push_str(" · ");
        about.push_str(t::oneself(lang));
    }
    view! {
        <li>
            <a class="c-row" href=format!("{}/{}", people_path(door), one.id)>
                <span class="c-tile">{icon("i-user")}</span>
                <span class="c-row__text">
                    <b>{one.name.clone()}</b>
                    <small>{about}</small>
                    {(one.standing != Standing::Active).then(|| view! { <span class="c-chip" data-tone=tone>{words}</span> })}
                </span>
                {icon("i-chev-r")}
            </a>
        </li>
    }
    .into_any()
}

/// The table of rights, as the code has it.
fn rights(door: Door) -> AnyView {
    let lang = lang();
    let roles: Vec<Role> = Role::all().filter(|role| role.door() == door).collect();
    let rights: Vec<Right> = Right::ALL
        .into_iter()
        .filter(|right| roles.iter().any(|role| role.may(*right)))
        .collect();
    let heads: Vec<_> = rights
        .iter()
        .map(|right| view! { <th scope="col">{right.title(lang)}</th> })
        .collect();
    let lines: Vec<_> = roles
        .iter()
        .map(|role| {
            let cells: Vec<_> = rights
                .iter()
                .map(|right| {
                    let words = if role.may(*right) {
                        t::may(lang)
                    } else {
                        t::may_not(lang)
                    };
                    view! { <td data-no=(!role.may(*right)).then_some("")>{words}</td> }
                })
                .collect();
            view! { <tr><th scope="row">{role.title(lang)}</th>{cells}</tr> }
        })
        .collect();
    view! {
        <section class="c-card">
            <h2 id="rights">{t::rights(lang)}</h2>
            <div class="c-scroll" tabindex="0" role="region" aria-labelledby="rights">
                <table class="c-table">
                    <thead><tr><th scope="col">{t::role(lang)}</th>{heads}</tr></thead>
                    <tbody>{lines}</tbody>
                </table>
            </div>
        </section>
    }
    .into_any()
}

fn roles(request: &Request, door: Door, now: Option<Role>) -> AnyView {
    let lang = lang();
    let typed = request.draft.fields.get("role").cloned();
    let chosen = typed.or_else(|| now.map(|role| role.code().to_owned()));
    let choices: Vec<_> = Role::to_give(door)
        .map(|role| (role.code().to_owned(), role.title(lang).to_owned()))
        .collect();
    let error = error_of(&request.draft.errors, "role");
    radios(
        "role",
        t::role(lang),
        &choices,
        &chosen.unwrap_or_default(),
        error,
    )
}

/// Asking somebody in.
pub fn invite(request: &Request, door: Door) -> AnyView {
    let lang = lang();
    let draft = &request.draft;
    let typed = |name: &str| draft.fields.get(name).cloned().unwrap_or_default();
    let error = |name: &str| error_of(&draft.errors, name);
    let name = Input {
        maxlength: 60,
        ..Input::text("name", t::name(lang))
    };
    let login = Input {
        hint: t::login_hint(lang),
        maxlength: 32,
        ..Input::text("login", t::staff_login(lang))
    };
    let email = Input {
        hint: match door {
            Door::Partner => t::email_login_hint(lang),
            Door::Staff => t::email_hint(lang),
        },
        inputmode: "email",
        ..Input::text("email", t::email(lang))
    };
    view! {
        <form class="l-stack l-form" method="post" action=format!("{}/new", people_path(door)) novalidate="">
            {field(name, typed("name"), error("name"))}
            {(door == Door::Staff).then(|| field(login, typed("login"), error("login")))}
            {field(email, typed("email"), error("email"))}
            {roles(request, door, None)}
            {field(confirm_field(), String::new(), error("code"))}
            <button class="c-btn" data-wide="" data-once="">{t::add(lang)}</button>
        </form>
    }
    .into_any()
}

/// One of them.
pub fn one(request: &Request, door: Door, one: &Shown) -> AnyView {
    let lang = lang();
    let (tone, words) = standing(one.standing);
    let base = format!("{}/{}", people_path(door), one.id);
    let code = || {
        field(
            confirm_field(),
            String::new(),
            error_of(&request.draft.errors, "code"),
        )
    };
    let head = view! {
        <section class="c-card">
            <dl class="c-dl">
                <div><dt>{match door { Door::Staff => t::staff_login(lang), Door::Partner => t::email(lang) }}</dt><dd>{one.login.clone()}</dd></div>
                {(door == Door::Staff).then(|| view! { <div><dt>{t::email(lang)}</dt><dd>{one.email.clone()}</dd></div> })}
                <div><dt>{t::role(lang)}</dt><dd>{one.role.title(lang)}</dd></div>
            </dl>
            <p><span class="c-chip" data-tone=tone>{words}</span></p>
        </section>
    };
    if one.oneself {
        return view! { <div class="l-stack l-form">{head}<p class="c-hint">{t::own_access(lang)}</p></div> }
            .into_any();
    }
    let blocked = one.standing == Standing::Blocked;
    let (entry, entry_words) = if blocked {
        ("unblock", t::unblock(lang))
    } else {
        ("reset", t::reset(lang))
    };
    let actions = [("role", t::set_role(lang)), (entry, entry_words)];
    let options: Vec<_> = actions
        .iter()
        .map(|(action, words)| {
            view! { <button class="c-btn" data-kind="soft" data-once="" formaction=format!("{base}/{action}")>{*words}</button> }
        })
        .collect();
    view! {
        <div class="l-stack l-form">
            {head}
            <form class="c-card l-stack" data-gap="m" method="post" action=format!("{base}/role") novalidate="">
                {roles(request, door, Some(one.role))}
                {code()}
                <div class="l-actions">{options}</div>
                {(!blocked).then(|| view! { <p class="c-hint">{t::reset_hint(lang)}</p> })}
            </form>
            {(!blocked).then(|| view! {
                <section class="c-card">
                    <details class="c-fold">
                        <summary>{icon_small("i-chev-d")}{t::block(lang)}</summary>
                        <form class="l-stack" data-gap="m" method="post" action=format!("{base}/block")>
                            <p class="c-hint">{t::block_hint(lang)}</p>
                            <button class="c-btn" data-kind="danger" data-once="">{t::block_now(lang)}</button>
                        </form>
                    </details>
                </section>
            })}
        </div>
    }
    .into_any()
}
