//! Fast payments shown as a square on the cabinet's own page.

use crate::support::{Cabinet, cabinet, cabinet_with, start};
use domain::payment::PaymentState;
use services::Services;
use services::payments::{self, StartTopUp, view};
use sqlx::PgPool;

/// Another node on which fast payments are shown as a square.
fn with_square(cabinet: &Cabinet) -> Services {
    cabinet.node(|settings| settings.sbp_square = true)
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn a_fast_payment_waits_as_a_square_on_its_own_page(pool: PgPool) {
    let cabinet = cabinet(pool).await;
    let actor = cabinet.person("suspended, 140").await;
    let node = with_square(&cabinet);
    let command = StartTopUp {
        amount: "140".into(),
        key: "form-0001".into(),
        means: "sbp".into(),
        ..StartTopUp::default()
    };
    let started = start(&node, &actor, command.clone()).await.unwrap();
    assert_eq!(started.confirmation_url, None, "it stays in the cabinet");
    let shown = view(&node, &actor, started.payment).await.unwrap();
    assert!(shown.by_square);
    let text = payments::square(&node, &actor, started.payment)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(shown.confirmation_url.as_deref(), Some(text.as_str()));
    let object = cabinet.object(&started).await;
    let theirs = cabinet.acquirer.payment(&object).unwrap();
    assert_eq!(theirs["confirmation"]["type"], "qr");
    assert_eq!(theirs["confirmation"]["confirmation_data"], text);
    // Whoever has the return address sees the square too, and nobody else does.
    let public = payments::public_state(&node, &started.return_token)
        .await
        .unwrap();
    assert_eq!(public.square, Some(text));
    let other = cabinet.person("ends in two days").await;
    assert!(
        payments::square(&node, &other, started.payment)
            .await
            .is_err()
    );

    // The same form is the same payment, on a node that shows no squares too.
    let again = start(&cabinet.services, &actor, command).await.unwrap();
    assert_eq!(
        (again.payment, again.confirmation_url),
        (started.payment, None)
    );

    cabinet.acquirer.complete(&object).unwrap();
    cabinet.notify(&object).await;
    cabinet.jobs().await;
    let shown = view(&node, &actor, started.payment).await.unwrap();
    assert_eq!((shown.state, shown.served), (PaymentState::Succeeded, true));
    let square = payments::square(&node, &actor, started.payment).await;
    assert_eq!(square.unwrap(), None);
    let public = payments::public_state(&node, &started.return_token)
        .await
        .unwrap();
    assert_eq!(public.square, None);
    cabinet.check().await;
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn a_lost_answer_about_a_square_is_asked_for_with_the_same_words(pool: PgPool) {
    let cabinet = cabinet_with(pool, std::time::Duration::from_millis(800)).await;
    let actor = cabinet.person("ends in two days").await;
    let node = with_square(&cabinet);
    cabinet.acquirer.add_fault(sandbox::FaultRule::once(
        sandbox::Endpoint::Create,
        sandbox::Fault::Drop {
            when: sandbox::When::AfterCommit,
        },
    ));
    let command = StartTopUp {
        amount: "140".into(),
        key: "form-0001".into(),
        means: "sbp".into(),
        ..StartTopUp::default()
    };
    let started = start(&node, &actor, command).await.unwrap();
    // A node whose setting was changed meanwhile repeats the call; another body would be refused.
    cabinet.shift(60).await;
    services::upkeep::find_due(&cabinet.services).await.unwrap();
    cabinet.jobs().await;
    let shown = view(&node, &actor, started.payment).await.unwrap();
    assert_eq!(
        (shown.state, shown.by_square),
        (PaymentState::Pending, true)
    );
    assert!(
        payments::square(&node, &actor, started.payment)
            .await
            .unwrap()
            .is_some()
    );
    assert_eq!(cabinet.acquirer.payments().len(), 1);
}
