//! Server functions of payments.

use crate::error::AppError;
use crate::wire::{Answer, Json, PageData};
use domain::form::FieldError;
use domain::payment::{PaymentView, PaymentsPage};
use domain::top_up::TopUpForm;
use leptos::prelude::*;
use serde::{Deserialize, Serialize};
use server_fn::codec::GetUrl;

/// The form with what was typed before, when it was refused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TopUpPage {
    /// The form's data.
    pub form: TopUpForm,
    /// The chosen sum of a refused form.
    pub sum: String,
    /// The typed sum of a refused form.
    pub amount: String,
    /// The typed e-mail of a refused form.
    pub receipt_email: String,
    /// The chosen means of a refused form.
    pub means: String,
    /// Was the card to be kept?
    pub save: bool,
    /// What was wrong.
    pub errors: Vec<FieldError>,
}

/// The data of the top-up page.
#[server(endpoint = "payments/form", input = GetUrl, output = PageData)]
pub async fn load_top_up() -> Result<Answer<TopUpPage>, AppError> {
    let request = crate::request::request()?;
    let form = services::payments::form(&request.services, &request.actor).await;
    let kept = |name: &str| request.draft.fields.get(name).cloned().unwrap_or_default();
    let (sum, amount, receipt_email) = (kept("sum"), kept("amount"), kept("receipt_email"));
    crate::wire::answer(form.map(|form| TopUpPage {
        form,
        sum,
        amount,
        receipt_email,
        means: kept("means"),
        // What was ticked, or not, in a refused form; else what the way here asks for.
        save: if request.draft.fields.is_empty() {
            request.path.ends_with("?save=1")
        } else {
            !kept("save").is_empty()
        },
        errors: request.draft.errors.clone(),
    }))
}

/// Makes a payment and sends the payer to the acquirer's page.
#[server(endpoint = "payments/start", output = Json)]
pub async fn start_top_up(
    #[server(default)] sum: String,
    #[server(default)] amount: String,
    #[server(default)] receipt_email: String,
    #[server(default)] means: String,
    #[server(default)] save: String,
    #[server(default)] confirmed: String,
    #[server(default)] contract: String,
    key: String,
) -> Result<(), AppError> {
    use services::payments::Start;
    let request = crate::request::request()?;
    let typed = [
        ("sum", &sum),
        ("amount", &amount),
        ("receipt_email", &receipt_email),
        ("means", &means),
    ]
    .map(|(name, value)| (name.to_owned(), value.clone()));
    let command = services::payments::StartTopUp {
        sum,
        amount,
        key,
        receipt_email,
        means,
        save: !save.is_empty(),
        confirmed: !confirmed.is_empty(),
        contract,
    };
    let begun = services::payments::start(&request.services, &request.actor, command)
        .await
        .map_err(crate::error::fail)?;
    let started = match begun {
        Start::Made(started) => started,
        Start::Confirm(_) => {
            return go_on_with(&request, "/payments/top-up/confirm", typed.into()).await;
        }
    };
    let own_page = format!("/payments/{}", started.payment);
    leptos_axum::redirect(started.confirmation_url.as_deref().unwrap_or(&own_page));
    Ok(())
}

/// What was typed goes on to another page in a kept form, not in its address.
#[cfg(feature = "ssr")]
async fn go_on_with(
    request: &crate::request::Request,
    page: &str,
    fields: std::collections::BTreeMap<String, String>,
) -> Result<(), AppError> {
    use services::drafts::{Draft, keep};
    let (services, actor) = (&request.services, &request.actor);
    let owner = actor.viewer.as_ref().map(|viewer| viewer.account.0);
    let typed = Draft {
        fields,
        errors: Vec::new(),
    };
    let id = keep(services, actor, page, owner, typed)
        .await
        .map_err(crate::error::fail)?;
    leptos_axum::redirect(&format!("{page}?f={id}"));
    Ok(())
}

/// One payment. `check` asks the acquirer first.
#[server(endpoint = "payments/one", input = GetUrl, output = PageData)]
pub async fn load_payment(id: String, check: bool) -> Result<Answer<PaymentView>, AppError> {
    let request = crate::request::request()?;
    let id = id
        .parse()
        .map_err(|_| crate::error::fail(services::ServiceError::NotFound))?;
    let (services, actor) = (&request.services, &request.actor);
    let found = if check {
        services::payments::refresh(services, actor, id).await
    } else {
        services::payments::view(services, actor, id).await
    };
    crate::wire::answer(found)
}

/// Ways to pay and the newest payments.
#[server(endpoint = "payments/list", input = GetUrl, output = PageData)]
pub async fn load_payments() -> Result<Answer<PaymentsPage>, AppError> {
    let request = crate::request::request()?;
    crate::wire::answer(services::payments::page(&request.services, &request.actor).await)
}

/// Activates a prepaid card by its PIN.
#[server(endpoint = "payments/voucher", output = Json)]
pub async fn redeem_voucher(
    #[server(default)] contract: String,
    #[server(default)] pin: String,
) -> Result<(), AppError> {
    let request = crate::request::request()?;
    let serial = services::voucher::redeem(&request.services, &request.actor, &contract, &pin)
        .await
        .map_err(crate::error::fail)?;
    leptos_axum::redirect(&format!("/payments/voucher?done={serial}"));
    Ok(())
}

/// Takes a promised payment of the sum that was shown.
#[server(endpoint = "payments/promise", output = Json)]
pub async fn take_promise(
    #[server(default)] contract: String,
    amount: String,
) -> Result<(), AppError> {
    let request = crate::request::request()?;
    services::promise::take(&request.services, &request.actor, &contract, &amount)
        .await
        .map_err(crate::error::fail)?;
    leptos_axum::redirect("/payments/promised");
    Ok(())
}

/// Asks for what was not spent to go back.
#[server(endpoint = "refunds/request", output = Json)]
pub async fn request_refund(
    #[server(default)] sum: String,
    #[server(default)] contract: String,
    key: String,
) -> Result<(), AppError> {
    let request = crate::request::request()?;
    let ask = services::refunds::Ask { sum, key, contract };
    let id = services::refunds::request(&request.services, &request.actor, &ask)
        .await
        .map_err(crate::error::fail)?;
    leptos_axum::redirect(&format!("/refunds/{id}"));
    Ok(())
}

/// Takes a request back that nobody has decided.
#[server(endpoint = "refunds/withdraw", output = Json)]
pub async fn withdraw_refund(#[server(default)] refund: String) -> Result<(), AppError> {
    let request = crate::request::request()?;
    let id = refund
        .parse()
        .map_err(|_| crate::error::fail(services::ServiceError::NotFound))?;
    services::refunds::withdraw(&request.services, &request.actor, id)
        .await
        .map_err(crate::error::fail)?;
    leptos_axum::redirect(&format!("/refunds/{id}"));
    Ok(())
}

/// Sends a receipt once more by e-mail.
#[server(endpoint = "receipts/send", output = Json)]
pub async fn send_receipt(
    #[server(default)] receipt: String,
    #[server(default)] paper: String,
) -> Result<(), AppError> {
    let request = crate::request::request()?;
    let id = receipt
        .parse()
        .map_err(|_| crate::error::fail(services::ServiceError::NotFound))?;
    services::receipts::send(&request.services, &request.actor, id)
        .await
        .map_err(crate::error::fail)?;
    let paper = if paper == "80mm" { "&paper=80mm" } else { "" };
    leptos_axum::redirect(&format!("/receipts/{id}?done=sent{paper}"));
    Ok(())
}

/// Removes a saved card.
#[server(endpoint = "payments/card-remove", output = Json)]
pub async fn remove_card(
    #[server(default)] contract: String,
    #[server(default)] card: String,
) -> Result<(), AppError> {
    let request = crate::request::request()?;
    let id = card
        .parse()
        .map_err(|_| crate::error::fail(services::ServiceError::NotFound))?;
    let removed = services::cards::remove(&request.services, &request.actor, &contract, id)
        .await
        .map_err(crate::error::fail)?;
    // A second click, or another tab: nothing was removed now.
    let done = match (removed.autopay.is_some(), removed.card) {
        (true, _) => "?done=autopay",
        (false, true) => "?done=removed",
        (false, false) => "",
    };
    leptos_axum::redirect(&format!("/payments/cards{done}"));
    Ok(())
}

/// Switches autopay on, or changes it.
#[server(endpoint = "payments/autopay", output = Json)]
pub async fn enable_autopay(
    #[server(default)] contract: String,
    #[server(default)] card: String,
    #[server(default)] day: String,
    #[server(default)] receipt_email: String,
    #[server(default)] agreed: String,
    #[server(default)] shown: String,
) -> Result<(), AppError> {
    let request = crate::request::request()?;
    let form = services::autopay::Enable {
        contract,
        card,
        day,
        receipt_email,
        agreed: !agreed.is_empty(),
        shown,
    };
    services::autopay::enable(&request.services, &request.actor, &form)
        .await
        .map_err(crate::error::fail)?;
    leptos_axum::redirect("/payments/autopay?done=on");
    Ok(())
}

/// Switches autopay off.
#[server(endpoint = "payments/autopay-off", output = Json)]
pub async fn disable_autopay(#[server(default)] contract: String) -> Result<(), AppError> {
    let request = crate::request::request()?;
    services::autopay::disable(&request.services, &request.actor, &contract)
        .await
        .map_err(crate::error::fail)?;
    leptos_axum::redirect("/payments/autopay?done=off");
    Ok(())
}

/// Switches autopay off by the link of a notice, signed in or not.
#[server(endpoint = "payments/autopay-link", output = Json)]
pub async fn disable_autopay_by_link(token: String) -> Result<(), AppError> {
    let request = crate::request::request()?;
    services::autopay::disable_by_link(&request.services, &token)
        .await
        .map_err(crate::error::fail)?;
    leptos_axum::redirect(&format!("/autopay/off/{token}"));
    Ok(())
}

/// Looks a card up for somebody who has not signed in; its number goes on in the kept form, not in an
/// address.
#[server(endpoint = "pay/check", output = Json)]
pub async fn check_card(#[server(default)] card: String) -> Result<(), AppError> {
    let request = crate::request::request()?;
    services::guest::check(&request.services, &request.actor, &card)
        .await
        .map_err(crate::error::fail)?;
    go_on_with(&request, "/pay/details", [("card".to_owned(), card)].into()).await
}

/// Pays for a card without signing in.
#[server(endpoint = "pay/start", output = Json)]
pub async fn start_guest_payment(
    #[server(default)] card: String,
    #[server(default)] sum: String,
    #[server(default)] amount: String,
    #[server(default)] means: String,
    #[server(default)] receipt_email: String,
    key: String,
) -> Result<(), AppError> {
    let request = crate::request::request()?;
    let command = services::guest::Pay {
        card,
        sum,
        amount,
        means,
        receipt_email,
        key,
    };
    let started = services::guest::pay(&request.services, &request.actor, command)
        .await
        .map_err(crate::error::fail)?;
    let result = format!("/pay/result/{}", started.return_token);
    leptos_axum::redirect(started.confirmation_url.as_deref().unwrap_or(&result));
    Ok(())
}
