//! A registered receipt as a document. It is Russian in every language of the cabinet.

use super::{Align, PdfError, Sheet, mm};
use crate::features::receipts::Paper;
use crate::i18n::receipt as t;
use crate::ui::square::Square;
use domain::Lang;
use domain::format::{money_full, stamp};
use domain::receipt::{Fiscal, ReceiptView};

/// The document.
///
/// # Errors
/// [`PdfError`] when it cannot be made.
pub fn make(shown: &ReceiptView, fiscal: &Fiscal, paper: Paper) -> Result<Vec<u8>, PdfError> {
    let ru = Lang::Ru;
    let mut sheet = match paper {
        Paper::A4 => Sheet::a4()?,
        Paper::Tape => Sheet::tape()?,
    };
    let (plain, strong, pale) = (sheet.plain(), sheet.strong(), sheet.pale());
    let seller = &shown.seller;
    if !seller.name.is_empty() {
        sheet.text(strong, Align::Middle, &seller.name);
        sheet.text(plain, Align::Middle, &format!("ИНН {}", seller.inn));
        sheet.gap(6.0);
    }
    let title = format!("{} {}", t::DOCUMENT, fiscal.document);
    let heading = sheet.heading();
    sheet.text(heading, Align::Middle, t::DOCUMENT);
    sheet.text(plain, Align::Middle, t::sign(shown.kind));
    sheet.text(plain, Align::Middle, &stamp(ru, fiscal.at));
    sheet.rule();
    for line in &shown.lines {
        let sum = money_full(ru, line.sum);
        sheet.text(strong, Align::Left, &line.name);
        sheet.text(plain, Align::Right, &format!("1 шт × {sum} = {sum}"));
        sheet.text(pale, Align::Left, &t::line_kind(line));
        sheet.text(pale, Align::Left, &line.tax());
    }
    sheet.rule();
    sheet.pair(heading, t::TOTAL, &money_full(ru, shown.total));
    sheet.gap(6.0);
    for (name, value) in t::facts(shown) {
        sheet.pair(plain, name, &value);
    }
    sheet.rule();
    for (name, value) in t::fiscal(fiscal) {
        sheet.pair(plain, name, &value);
    }
    sheet.gap(6.0);
    if let Some(square) = Square::of(&fiscal.square(shown.kind, shown.total)) {
        sheet.square(&square, mm(38.0));
    }
    sheet.finish(&title, "ru")
}
