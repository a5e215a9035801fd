//! Plain pages of the cabinet: the profile (access, contacts, personal data), autopay, saved cards, the
//! promised payment, prepaid cards, expenses, the statement, receipts, refunds. Signed in like the cabinet and in its
//! frame, but plain HTML like the public pages: what is done here is rare, must not be kept in the
//! browser, and would only make the browser's module heavier for everybody. See
//! docs/adr/0014-profile-is-plain.md.

use crate::features::frame::{footer, navigation, topbar};
use crate::features::profile::{
    cards, confirm, contacts, data, home, passkeys, password, security,
};
use crate::features::{expenses, operation, payments, receipts, refunds, statement};
use crate::i18n::{
    auth::window_title, autopay, cabinet, common, expenses as expense_texts, profile as t,
    receipt as receipt_texts, refund, statement as statement_texts, voucher,
};
use crate::request::Request;
use crate::shell;
use crate::ui::{icon_small, summary};
use domain::Lang;
use domain::autopay::page::{AutopayPage, SetupPage};
use domain::form::FieldError;
use domain::operation::OperationView;
use domain::overview::Frame;
use domain::promise::PromisePage;
use domain::receipt::{ReceiptView, ReceiptsPage};
use domain::refund::{AskPage, PartState, RefundView};
use domain::saved_card::CardsPage;
use domain::spending::ExpensesPage;
use domain::statement::Statement;
use domain::voucher::VoucherPage;
use leptos::prelude::*;
use leptos_meta::{Title, provide_meta_context};
use leptos_router::components::Router;
use services::access::contacts::Contacts;
use services::access::contracts::{Card, Held};
use services::access::devices::Security;
use services::access::passkeys::Shown;
use services::payments::Confirming;
use services::privacy::{Consequences, Data};
use services::profile::Profile;

/// Addresses that are there for every contract.
pub const PATHS: &[&str] = &[
    "/profile",
    "/profile/access-cards",
    "/profile/contacts",
    "/profile/security",
    "/profile/data",
    "/payments/promised",
    "/payments/voucher",
    "/payments/autopay",
    "/payments/cards",
    "/expenses",
    "/expenses/statement",
    "/receipts",
    "/refunds/new",
];

/// A page with its data.
#[derive(Debug, Clone)]
pub enum AccountPage {
    /// Who one is: contract, cards, ways on.
    Home(Profile),
    /// E-mail and phone.
    Contacts {
        /// The bound ones.
        contacts: Contacts,
        /// What was just done.
        done: Option<String>,
    },
    /// Another e-mail.
    NewEmail,
    /// Another phone.
    NewPhone,
    /// Password, devices, log.
    Security {
        /// What there is.
        security: Security,
        /// What was just done.
        done: Option<String>,
    },
    /// Another password.
    NewPassword {
        /// An offered one.
        offered: String,
        /// The login that a password manager should keep.
        login: String,
    },
    /// A new passkey.
    NewPasskey {
        /// Where somebody goes who was only asked and does not want one.
        not_now: Option<String>,
    },
    /// One passkey.
    Passkey(Shown),
    /// Contracts and cards.
    Cards {
        /// What there is.
        held: Vec<Held>,
        /// What was just done.
        done: Option<String>,
    },
    /// The name of a card.
    CardName(Card),
    /// Another contract.
    AddContract,
    /// Consents and what may be done with one's data.
    Data {
        /// What holds.
        data: Data,
        /// What was just done.
        done: Option<String>,
    },
    /// The promised payment.
    Promised(PromisePage),
    /// A prepaid card.
    Voucher(VoucherPage),
    /// The yes to a payment by a saved card.
    PayConfirm(Option<Confirming>),
    /// Autopay.
    Autopay {
        /// How it stands.
        page: AutopayPage,
        /// What was just done.
        done: String,
    },
    /// The form that switches it on.
    AutopaySetup(SetupPage),
    /// Saved bank cards.
    BankCards {
        /// What there is.
        page: CardsPage,
        /// What was just done.
        done: String,
    },
    /// What services have cost, and operations.
    Expenses(ExpensesPage),
    /// One operation.
    Operation(Box<OperationView>),
    /// The statement of some days.
    Statement {
        /// What was asked for.
        asked: statement::Asked,
        /// What there is, when it was understood.
        found: Option<Statement>,
    },
    /// Receipts.
    Receipts(ReceiptsPage),
    /// One receipt.
    Receipt {
        /// It.
        shown: Box<ReceiptView>,
        /// On what it is printed.
        paper: receipts::Paper,
        /// What was just done.
        done: Option<String>,
    },
    /// Asking for a refund.
    AskRefund(Box<AskPage>),
    /// One refund.
    Refund(Box<RefundView>),
    /// The end of the cabinet.
    Delete(Consequences),
    /// The password anew, before something that matters.
    Confirm {
        /// Where to go on.
        next: String,
        /// The login that a password manager should fill.
        login: String,
    },
}

/// A page's head.
struct Head {
    title: &'static str,
    lead: &'static str,
    back: (&'static str, &'static str),
}

impl AccountPage {
    fn head(&self, lang: Lang) -> Head {
        let to_profile = ("/profile", t::profile(lang));
        let to_payments = ("/payments", cabinet::payments(lang));
        let to_contacts = ("/profile/contacts", t::contacts(lang));
        let to_security = ("/profile/security", t::security(lang));
        let to_cards = ("/profile/access-cards", t::cards(lang));
        let (title, lead, back) = match self {
            Self::Home(_) => (t::profile(lang), "", ("", "")),
            Self::Contacts { .. } => (t::contacts(lang), t::contacts_lead(lang), to_profile),
            Self::NewEmail => (t::new_email(lang), t::new_email_lead(lang), to_contacts),
            Self::NewPhone => (t::new_phone(lang), t::new_phone_lead(lang), to_contacts),
            Self::Security { .. } => (t::security(lang), "", to_profile),
            Self::NewPassword { .. } => (
                t::new_password(lang),
                t::new_password_lead(lang),
                to_security,
            ),
            Self::Cards { .. } => (t::cards(lang), "", to_profile),
            Self::CardName(_) => (t::name_card(lang), "", to_cards),
            Self::AddContract => (t::add_contract(lang), t::add_contract_lead(lang), to_cards),
            Self::Data { .. } => (t::data(lang), "", to_profile),
            Self::Delete(_) => (t::delete(lang), "", ("/profile/data", t::data(lang))),
            Self::NewPasskey { not_now: Some(_) } => {
                (t::offer_passkey(lang), t::add_passkey_lead(lang), ("", ""))
            }
            Self::NewPasskey { not_now: None } => {
                (t::add_passkey(lang), t::add_passkey_lead(lang), to_security)
            }
            Self::Passkey(_) => (t::passkey(lang), "", to_security),
            Self::Promised(_) => (cabinet::promised(lang), "", to_payments),
            Self::Voucher(_) => (voucher::title(lang), "", to_payments),
            Self::PayConfirm(_) => (
                autopay::confirm(lang),
                "",
                ("/payments/top-up", cabinet::top_up_title(lang)),
            ),
            Self::Autopay { .. } => (autopay::title(lang), autopay::lead(lang), to_payments),
            Self::AutopaySetup(page) => {
                let title = if page.change {
                    autopay::change(lang)
                } else {
                    autopay::setup(lang)
                };
                (title, "", ("/payments/autopay", autopay::title(lang)))
            }
            Self::BankCards { .. } => {
                (autopay::cards(lang), autopay::cards_lead(lang), to_payments)
            }
            Self::Expenses(_) => (
                cabinet::expenses(lang),
                cabinet::expenses_lead(lang),
                ("", ""),
            ),
            Self::Operation(_) => (
                expense_texts::one(lang),
                "",
                ("/expenses", cabinet::expenses(lang)),
            ),
            Self::Statement { .. } => (
                statement_texts::title(lang),
                statement_texts::lead(lang),
                ("/expenses", cabinet::expenses(lang)),
            ),
            Self::Receipts(_) => (
                cabinet::receipts(lang),
                receipt_texts::lead(lang),
                to_payments,
            ),
            Self::Receipt { .. } => (
                receipt_texts::one(lang),
                "",
                ("/receipts", cabinet::receipts(lang)),
            ),
            Self::AskRefund(_) => (refund::title(lang), refund::lead(lang), to_payments),
            Self::Refund(shown) => {
                let returned = shown.sum_of(PartState::Succeeded);
                (refund::status(lang, shown.state, returned), "", to_payments)
            }
            Self::Confirm { .. } => (t::confirm(lang), t::confirm_lead(lang), to_profile),
        };
        Head { title, lead, back }
    }

    fn body(&self, request: &Request) -> AnyView {
        match self {
            Self::Home(profile) => home::page(profile),
            Self::Contacts { contacts, done } => contacts::page(contacts, done.as_deref()),
            Self::NewEmail => contacts::new_email(request),
            Self::NewPhone => contacts::new_phone(request),
            Self::Security { security, done } => security::page(security, done.as_deref()),
            Self::NewPassword { offered, login } => password::page(request, offered, login),
            Self::Cards { held, done } => cards::page(held, done.as_deref()),
            Self::CardName(card) => cards::name(request, card),
            Self::AddContract => cards::add(request),
            Self::Data { data, done } => data::page(data, done.as_deref()),
            Self::Delete(means) => data::delete(request, means),
            Self::Promised(page) => payments::promised::page(page),
            Self::Voucher(page) => payments::voucher::page(request, page),
            Self::PayConfirm(asked) => payments::confirm::page(request, asked.as_ref()),
            Self::Autopay { page, done } => payments::autopay::page(page, done),
            Self::AutopaySetup(page) => payments::autopay::setup(request, page),
            Self::BankCards { page, done } => payments::cards::page(page, done),
            Self::Expenses(page) => expenses::page(page),
            Self::Operation(shown) => operation::page(shown),
            Self::Statement { asked, found } => statement::page(asked, found.as_ref()),
            Self::Receipts(page) => receipts::page(page),
            Self::Receipt { shown, paper, done } => receipts::one(shown, *paper, done.as_deref()),
            Self::AskRefund(page) => refunds::ask(request, page),
            Self::Refund(shown) => refunds::one(shown),
            Self::NewPasskey { not_now } => passkeys::add(request, not_now.as_deref()),
            Self::Passkey(shown) => passkeys::one(request, shown),
            Self::Confirm { next, login } => confirm::page(request, next, login),
        }
    }

    /// What is wrong with the form that was sent: one that asks has its answer with it, any other was kept.
    fn errors<'a>(&'a self, request: &'a Request) -> &'a [FieldError] {
        match self {
            Self::Statement { asked, .. } => &asked.errors,
            _ => &request.draft.errors,
        }
    }

    /// The whole document.
    pub fn document(self, request: &Request, frame: Frame) -> AnyView {
        provide_meta_context();
        let within = request.clone();
        shell::account(request, move || {
            let lang = within.lang;
            let wrong = !self.errors(&within).is_empty();
            let window = window_title(lang, self.head(lang).title, wrong);
            let within_more = !matches!(
                self,
                Self::Promised(_)
                    | Self::Voucher(_)
                    | Self::PayConfirm(_)
                    | Self::Autopay { .. }
                    | Self::AutopaySetup(_)
                    | Self::BankCards { .. }
                    | Self::Expenses(_)
                    | Self::Operation(_)
                    | Self::Statement { .. }
                    | Self::Receipts(_)
                    | Self::Receipt { .. }
                    | Self::AskRefund(_)
                    | Self::Refund(_)
            );
            view! {
                <Title text=window/>
                <Router>
                    <a class="c-skip" href="#main">{common::skip(lang)}</a>
                    <div class="l-app">
                        {topbar(&frame)}
                        {navigation(frame.unread, within_more)}
                        <main class="l-main" id="main">{self.main(&within)}</main>
                        {footer(false)}
                    </div>
                </Router>
            }
            .into_any()
        })
    }

    fn main(&self, request: &Request) -> AnyView {
        let Head { title, lead, back } = self.head(request.lang);
        let has_back = (!back.0.is_empty()).then_some("");
        view! {
            <div class="l-text">
                {summary(self.errors(request))}
                <div class="l-head" data-back=has_back>
                    {has_back.map(|_| view! { <a class="c-back" href=back.0>{icon_small("i-chev-l")}{back.1}</a> })}
                    <h1 tabindex="-1">{title}</h1>
                    {(!lead.is_empty()).then(|| view! { <p>{lead}</p> })}
                </div>
                {self.body(request)}
            </div>
        }
        .into_any()
    }
}
