//! The pages of the doors of partners and staff: which there are, what each shows, and the console's
//! frame. Plain HTML like the profile: none of this is in the subscribers' module.

use crate::features::auth::frame::{Sky, sky_with};
use crate::features::frame::footer;
use crate::features::office::{
    audit, enrolment, home, people, people_path, refunds, restore, security, sign_in,
};
use crate::i18n::{auth::window_title, common, office as t, refund};
use crate::request::Request;
use crate::shell;
use crate::ui::{icon, icon_small, logo, summary};
use domain::Lang;
use domain::office::Door;
use domain::refund::RefundView;
use http::StatusCode;
use leptos::prelude::*;
use leptos_meta::{Title, provide_meta_context};
use services::office::audit::Log;
use services::office::case::Case;
use services::office::enrolment::Step;
use services::office::people::{People, Shown};
use services::office::refunds::Queue;
use services::office::security::Security;
use services::office::{Member, OfficeActor};

/// A page with its data.
#[derive(Debug, Clone)]
pub enum OfficePage {
    /// The door.
    SignIn {
        /// Where to go after it.
        next: String,
        /// Did a session end while somebody was at work?
        ended: Option<sign_in::Ended>,
    },
    /// Staff outside the company's network.
    Closed,
    /// Behind a link to set up the way in.
    Invite {
        /// The secret of the link.
        token: String,
        /// Where one stands.
        step: Step,
    },
    /// Recovery codes that were not kept yet.
    Codes(Vec<String>),
    /// What one may do.
    Home,
    /// One's own way in.
    Security {
        /// What there is.
        security: Security,
        /// What was just done.
        done: Option<String>,
    },
    /// People behind the door.
    People {
        /// Who they are.
        people: People,
        /// What was just done.
        done: Option<String>,
    },
    /// Asking somebody in.
    NewPerson,
    /// One of them.
    Person(Shown),
    /// Finding a subscriber who cannot come in.
    FindSubscriber,
    /// One of them.
    Subscriber {
        /// How they stand.
        case: Case,
        /// What was just done.
        done: Option<String>,
    },
    /// Refunds that wait for a decision.
    Refunds {
        /// Which.
        queue: Queue,
        /// What was just done.
        done: Option<String>,
    },
    /// One of them.
    Refund(RefundView),
    /// The log of what was done.
    Audit(Log),
    /// No such page, or none for this role: both read the same.
    NotFound,
    /// There is no answer now.
    Broken {
        /// Where to try again; empty for the same address.
        again: String,
    },
}

/// A page's head.
struct Head {
    /// For the window: a text of ours always, since the library writes it into the page as it is.
    window: &'static str,
    title: String,
    lead: &'static str,
    back: Option<(&'static str, &'static str)>,
}

impl OfficePage {
    /// The HTTP status of the page.
    pub const fn status(&self) -> StatusCode {
        match self {
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::Broken { .. } => StatusCode::SERVICE_UNAVAILABLE,
            Self::Closed => StatusCode::FORBIDDEN,
            Self::Invite {
                step: Step::Unknown,
                ..
            } => StatusCode::NOT_FOUND,
            Self::Invite {
                step: Step::Used | Step::Expired,
                ..
            } => StatusCode::GONE,
            _ => StatusCode::OK,
        }
    }

    fn head(&self, lang: Lang, door: Door, member: Option<&Member>) -> Head {
        let people = match door {
            Door::Partner => t::people_partner(lang),
            Door::Staff => t::people(lang),
        };
        let to_people = Some((people_path(door), people));
        let (title, lead, back) = match self {
            Self::SignIn { .. } => (t::sign_in(lang, door), "", None),
            Self::Closed => (t::closed_network(lang), "", None),
            Self::Invite { step, .. } => (
                match step {
                    Step::Password { .. } => t::invite_password(lang),
                    Step::SecondFactor { .. } => t::invite_app(lang),
                    Step::Used => t::link_used(lang),
                    Step::Expired => t::link_expired(lang),
                    Step::Unknown => t::link_unknown(lang),
                },
                "",
                None,
            ),
            Self::Codes(_) => (t::codes(lang), t::codes_lead(lang), None),
            Self::Home => {
                let name = member
                    .map(|member| member.name.as_str())
                    .unwrap_or_default();
                return Head {
                    window: t::home(lang),
                    title: format!("{}, {name}", t::hello(lang)),
                    lead: "",
                    back: None,
                };
            }
            Self::Security { .. } => (t::own_access_section(lang), "", None),
            Self::People { .. } => (people, "", None),
            Self::NewPerson => (t::add(lang), "", to_people),
            Self::Person(one) => {
                return Head {
                    window: people,
                    title: one.name.clone(),
                    lead: "",
                    back: to_people,
                };
            }
            Self::FindSubscriber => (t::restore_section(lang), "", None),
            Self::Subscriber { .. } => (
                t::subscriber(lang),
                "",
                Some((restore::PATH, t::restore_section(lang))),
            ),
            Self::Refunds { .. } => (refund::desk(lang), "", None),
            Self::Refund(_) => (
                refund::one(lang),
                "",
                Some((refunds::PATH, refund::desk(lang))),
            ),
            Self::Audit(_) => (t::audit(lang), t::audit_lead(lang), None),
            Self::NotFound => (t::not_found(lang), t::not_found_body(lang), None),
            Self::Broken { .. } => (t::broken(lang), t::broken_body(lang), None),
        };
        Head {
            window: title,
            title: title.to_owned(),
            lead,
            back,
        }
    }

    /// The whole document.
    pub fn document(&self, request: &Request, actor: &OfficeActor) -> AnyView {
        provide_meta_context();
        if let Some(response) = use_context::<leptos_axum::ResponseOptions>() {
            response.set_status(self.status());
        }
        let (lang, door) = (request.lang, actor.door);
        let Head {
            window,
            title,
            lead,
            back,
        } = self.head(lang, door, actor.member.as_ref());
        let wrong = !request.draft.errors.is_empty();
        let window = window_title(lang, &format!("{} · {window}", t::door(lang, door)), wrong);
        match (&actor.member, self) {
            (_, Self::SignIn { .. } | Self::Closed | Self::Invite { .. }) | (None, _) => {
                shell::public(request, &["art-login"], || {
                    view! { <Title text=window/> {outside(door, self.outside(request, door))} }
                        .into_any()
                })
            }
            (Some(member), _) => shell::account(request, || {
                let body = view! {
                    <div class="l-text">
                        {summary(&request.draft.errors)}
                        <div class="l-head" data-back=back.map(|_| "")>
                            {back.map(|(href, text)| view! { <a class="c-back" href=href>{icon_small("i-chev-l")}{text}</a> })}
                            <h1 tabindex="-1">{title}</h1>
                            {(!lead.is_empty()).then(|| view! { <p>{lead}</p> })}
                        </div>
                        {self.inside(request, door, member)}
                    </div>
                };
                view! { <Title text=window/> {console(request, door, member, body.into_any())} }
                    .into_any()
            }),
        }
    }

    fn outside(&self, request: &Request, door: Door) -> AnyView {
        match self {
            Self::Closed => sign_in::closed(),
            Self::NotFound => sign_in::not_found(door),
            Self::Broken { again } => sign_in::broken(again),
            Self::Invite { token, step } => enrolment::page(request, door, token, step),
            Self::SignIn { next, ended } => sign_in::page(request, door, next, *ended),
            _ => sign_in::page(request, door, "", None),
        }
    }

    fn inside(&self, request: &Request, door: Door, member: &Member) -> AnyView {
        match self {
            Self::Codes(codes) => enrolment::codes(door, codes),
            Self::Security { security, done } => {
                security::page(request, door, member, *security, done.as_deref())
            }
            Self::People { people, done } => people::page(door, people, done.as_deref()),
            Self::NewPerson => people::invite(request, door),
            Self::Person(one) => people::one(request, door, one),
            Self::FindSubscriber => restore::find(request),
            Self::Subscriber { case, done } => {
                restore::case(request, member, case, done.as_deref())
            }
            Self::Refunds { queue, done } => refunds::list(queue, done.as_deref()),
            Self::Refund(shown) => refunds::one(request, shown),
            Self::Audit(log) => audit::page(log),
            Self::NotFound => sign_in::way_home(home_path(door)),
            Self::Broken { again } => sign_in::try_again(again),
            _ => home::page(door, member),
        }
    }
}

/// The frame before coming in.
fn outside(door: Door, body: AnyView) -> AnyView {
    let lang = crate::i18n::lang();
    let (home, slogan, promise) = match door {
        Door::Partner => (
            "/partner/login",
            t::partner_slogan(lang),
            t::partner_promise(lang),
        ),
        Door::Staff => (
            "/staff/login",
            t::staff_slogan(lang),
            t::staff_promise(lang),
        ),
    };
    sky_with(
        Sky {
            home,
            slogan,
            promise,
        },
        false,
        body,
    )
}

/// Where a console begins.
const fn home_path(door: Door) -> &'static str {
    match door {
        Door::Partner => "/partner",
        Door::Staff => "/staff",
    }
}

/// The frame of a console: a strip in the door's colour, who one is, the sections.
fn console(request: &Request, door: Door, member: &Member, body: AnyView) -> AnyView {
    let lang = crate::i18n::lang();
    let home = home_path(door);
    let here = request
        .path
        .split('?')
        .next()
        .unwrap_or_default()
        .to_owned();
    let current = |href: &str| {
        let own = here == href || (href != home && here.starts_with(&format!("{href}/")));
        own.then_some("page")
    };
    let items: Vec<_> = home::sections(door, member)
        .into_iter()
        .map(|section| {
            let now = current(&section.href);
            view! {
                <li><a href=section.href aria-current=now>{icon(section.icon)}<span>{section.title}</span></a></li>
            }
        })
        .collect();
    // Whose console it is: a partner's, or one's own.
    let whose = member
        .organisation
        .clone()
        .unwrap_or_else(|| member.name.clone());
    view! {
        <a class="c-skip" href="#main">{common::skip(lang)}</a>
        <div class="l-app" data-door=door.code()>
            <header class="c-topbar">
                {logo(home)}
                <div class="c-switcher">
                    <p class="c-switcher__one"><span>{whose} " " <small>{member.role.title(lang)}</small></span></p>
                </div>
                <form method="post" action=format!("{home}/logout")>
                    <button class="c-btn" data-kind="text">{t::sign_out(lang)}</button>
                </form>
            </header>
            <nav class="c-nav" aria-label=t::sections(lang)>
                <ul>
                    <li><a href=home aria-current=current(home)>{icon("i-home")}<span>{t::home(lang)}</span></a></li>
                    {items}
                </ul>
            </nav>
            <main class="l-main" id="main">{body}</main>
            {footer(false)}
        </div>
    }
    .into_any()
}
