//! What receipts need to know of the company.

use anyhow::{Result, bail};
use domain::Email;
use domain::settings::OffsetPolicy;
use serde::Deserialize;

/// Who sells, as receipts name it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Seller {
    /// The company's name.
    pub name: String,
    /// Its taxpayer number.
    #[serde(deserialize_with = "super::text")]
    pub inn: String,
    /// Its system of taxes.
    pub tax_system: String,
}

/// Receipts.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Receipt {
    /// When services get receipts of their own.
    pub offset_policy: OffsetPolicy,
    /// Where receipts go whose subscriber has no confirmed e-mail.
    pub fallback_email: Option<String>,
}

impl Seller {
    /// A name and a taxpayer number whose check digits are right, or neither.
    pub(super) fn check(&self) -> Result<()> {
        if !self.inn.is_empty() && !domain::receipt::is_inn(&self.inn) {
            bail!("setting seller.inn: 10 or 12 digits with their check digits");
        }
        if self.name.is_empty() != self.inn.is_empty() {
            bail!("settings seller.name and seller.inn: both or neither");
        }
        Ok(())
    }
}

impl Receipt {
    /// The address.
    pub fn email(&self) -> Result<Option<Email>> {
        let parsed = self.fallback_email.as_deref().map(Email::parse);
        parsed
            .transpose()
            .map_err(|_| anyhow::anyhow!("setting receipt.fallback_email: is no e-mail address"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seller_has_a_name_and_a_number() {
        let said = |name: &str, inn: &str| {
            let seller = Seller {
                name: name.into(),
                inn: inn.into(),
                tax_system: String::new(),
            };
            seller.check().map_err(|error| error.to_string())
        };
        assert_eq!(said("", ""), Ok(()));
        assert_eq!(said("ООО", "7707083893"), Ok(()));
        assert!(said("ООО", "7707083894").is_err_and(|e| e.contains("seller.inn")));
        assert!(said("ООО", "").is_err_and(|e| e.contains("both")));
        assert!(said("", "7707083893").is_err_and(|e| e.contains("both")));
    }

    #[test]
    fn the_address_for_those_who_have_none_is_one() {
        let email = |text: Option<&str>| {
            let receipt = Receipt {
                offset_policy: OffsetPolicy::PerCharge,
                fallback_email: text.map(str::to_owned),
            };
            receipt.email()
        };
        assert_eq!(email(None).unwrap(), None);
        assert!(email(Some("nobody")).is_err());
        assert!(email(Some("cheque@orion.example")).unwrap().is_some());
    }
}
