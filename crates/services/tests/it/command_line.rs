//! What the command line does at the doors.

use crate::office::invite;
use crate::support::{Cabinet, cabinet, problem};
use domain::form::Problem;
use domain::office::Door;
use services::office::command_line::{self, Doors};
use services::office::enrolment::{self, Step};
use services::office::people::Invite;
use services::seal::Keys;
use services::{Neighbours, ServiceError, Services, Settings};
use sqlx::PgPool;
use std::sync::Arc;

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn the_command_line_lets_the_first_ones_in(pool: PgPool) {
    let cabinet = cabinet(pool).await;
    let services = &cabinet.services;
    let form = invite("root", "root@orion.example", "administrator", "");
    let first = command_line::invite_staff(services, &form, false)
        .await
        .unwrap();
    assert!(first.ignored.is_empty());
    let other = invite("root", "other@orion.example", "auditor", "");
    let second = command_line::invite_staff(services, &other, false)
        .await
        .unwrap();
    assert_eq!(second.ignored, ["--email", "--role"]);
    let look = |link: &str, door| {
        let token = link.rsplit('/').next().unwrap().to_owned();
        async move {
            enrolment::look(services, &Cabinet::at(door, "b"), &token)
                .await
                .unwrap()
        }
    };
    assert_eq!(look(&first.link, Door::Staff).await, Step::Expired);
    assert!(matches!(
        look(&second.link, Door::Staff).await,
        Step::Password { .. }
    ));
    let form = Invite {
        name: "Клим Ворон".into(),
        email: "klim@north.example".into(),
        ..Invite::default()
    };
    let owner = command_line::invite_partner(services, "33 0001-01", "Север", &form, false)
        .await
        .unwrap();
    assert!(owner.link.contains("/partner/invite/"));
    assert!(matches!(
        look(&owner.link, Door::Partner).await,
        Step::Password { login, .. } if login == "klim@north.example"
    ));
    let wrong = command_line::invite_partner(services, "33", "Север", &form, false).await;
    assert_eq!(problem(wrong), Problem::PartnerLoginMalformed);
    let written = "select count(*) from office.audit where person_id is null";
    assert_eq!(cabinet.count(written).await, 3);
    // What is written down of an existing one is what the log names.
    let said = "select count(*) from office.audit where subject like '%Администратор%'";
    assert_eq!(cabinet.count(said).await, 2);
}

/// The cabinet's services as somebody runs them who has another key.
fn with_key(cabinet: &Cabinet, key: u8) -> Services {
    let theirs = &cabinet.services;
    Services::new(
        theirs.db.clone(),
        Neighbours {
            acquirer: theirs.acquirer.clone(),
            fiscal: theirs.fiscal.clone(),
            mail: theirs.mail.clone(),
            sms: theirs.sms.clone(),
        },
        Settings {
            office_keys: Keys::new([[key; 32]]),
            ..Settings::default()
        },
    )
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn a_key_that_is_not_the_cabinets_makes_no_link(pool: PgPool) {
    let cabinet = cabinet(pool).await;
    let stranger = Arc::new(with_key(&cabinet, 7));
    let form = invite("root", "root@orion.example", "administrator", "");
    let refused = command_line::invite_staff(&stranger, &form, false).await;
    let Err(ServiceError::Internal(said)) = refused else {
        panic!("{refused:?}");
    };
    assert!(
        said.contains("office.keys") && said.contains("--new-key"),
        "{said}"
    );
    let people = "select count(*) from office.person where login = 'root'";
    assert_eq!(cabinet.count(people).await, 0);
    let doors = command_line::look(&stranger).await.unwrap();
    assert_eq!((doors.administrators, doors.locked_out), (0, doors.people));
    // Said to be the new one, it lets somebody in.
    let invited = command_line::invite_staff(&stranger, &form, true).await;
    assert!(invited.is_ok());
    let doors = command_line::look(&cabinet.services).await.unwrap();
    let none = Doors {
        locked_out: 0,
        administrators: 4,
        ..doors
    };
    assert_eq!(doors, none);
}
