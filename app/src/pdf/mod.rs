//! PDF documents: a sheet that is filled from top to bottom, with texts, tables and rules. Server only.
//! What a document says is written in `receipt` and `statement`.
//!
//! Lengths are points, 1/72 inch. The font is the cabinet's own, with Latin and Cyrillic; a letter that it
//! lacks becomes a question mark.

pub mod receipt;
pub mod statement;

use crate::ui::square::Square;
use krilla::Document;
use krilla::color::rgb;
use krilla::geom::{PathBuilder, Point, Rect};
use krilla::metadata::Metadata;
use krilla::page::PageSettings;
use krilla::paint::Fill;
use krilla::surface::Surface;
use krilla::text::{Font, GlyphId, KrillaGlyph};
use skrifa::instance::{LocationRef, Size};
use skrifa::{FontRef, MetadataProvider};

/// A document could not be made.
#[derive(Debug, thiserror::Error)]
#[error("the PDF could not be made: {0}")]
pub struct PdfError(String);

const REGULAR: &[u8] = include_bytes!("../../fonts/onest-400.ttf");
const BOLD: &[u8] = include_bytes!("../../fonts/onest-600.ttf");

/// Millimetres as points.
const fn mm(millimetres: f32) -> f32 {
    millimetres * 72.0 / 25.4
}

/// A count of lines as a length.
fn count(lines: usize) -> f32 {
    f32::from(u16::try_from(lines).unwrap_or(u16::MAX))
}

/// One weight of the font.
struct Face {
    font: Font,
    metrics: FontRef<'static>,
}

impl Face {
    fn new(data: &'static [u8]) -> Result<Self, PdfError> {
        let wrong = || PdfError("the font cannot be read".into());
        Ok(Self {
            font: Font::new(data.into(), 0).ok_or_else(wrong)?,
            metrics: FontRef::new(data).map_err(|_| wrong())?,
        })
    }

    /// The glyphs of a text, with advances in parts of the size.
    fn glyphs(&self, text: &str) -> Vec<KrillaGlyph> {
        let map = self.metrics.charmap();
        let metrics = self
            .metrics
            .glyph_metrics(Size::new(1.0), LocationRef::default());
        text.char_indices()
            .map(|(at, letter)| {
                let id = map.map(letter).or_else(|| map.map('?')).unwrap_or_default();
                let advance = metrics.advance_width(id).unwrap_or(0.5);
                let range = at..at + letter.len_utf8();
                KrillaGlyph::new(
                    GlyphId::new(id.to_u32()),
                    advance,
                    0.0,
                    0.0,
                    0.0,
                    range,
                    None,
                )
            })
            .collect()
    }

    fn width(&self, text: &str, size: f32) -> f32 {
        self.glyphs(text)
            .iter()
            .map(|glyph| glyph.x_advance)
            .sum::<f32>()
            * size
    }
}

/// How a text looks.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Style {
    size: f32,
    bold: bool,
    pale: bool,
}

/// Where a text stands in its column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Align {
    /// At its left edge.
    Left,
    /// In its middle.
    Middle,
    /// At its right edge.
    Right,
}

/// A column of a table: its share of the width, and where its texts stand.
pub type Column = (f32, Align);

enum Draw {
    Text {
        x: f32,
        baseline: f32,
        style: Style,
        text: String,
    },
    Box {
        x: f32,
        y: f32,
        width: f32,
        height: f32,
    },
}

/// A document in the making.
pub struct Sheet {
    regular: Face,
    bold: Face,
    width: f32,
    /// None for a roll, which is as long as what stands on it.
    height: Option<f32>,
    margin: f32,
    /// Size of ordinary text.
    size: f32,
    pages: Vec<Vec<Draw>>,
    y: f32,
    /// The head of the table that is being filled, which every page of it begins with.
    head: Option<(Vec<Column>, Vec<String>)>,
}

impl Sheet {
    /// A sheet of A4.
    ///
    /// # Errors
    /// [`PdfError`] when the font cannot be read.
    pub fn a4() -> Result<Self, PdfError> {
        Self::new(mm(210.0), Some(mm(297.0)), mm(18.0), 10.0)
    }

    /// A roll of 80 mm.
    ///
    /// # Errors
    /// [`PdfError`] when the font cannot be read.
    pub fn tape() -> Result<Self, PdfError> {
        Self::new(mm(80.0), None, mm(4.0), 9.0)
    }

    fn new(width: f32, height: Option<f32>, margin: f32, size: f32) -> Result<Self, PdfError> {
        Ok(Self {
            regular: Face::new(REGULAR)?,
            bold: Face::new(BOLD)?,
            width,
            height,
            margin,
            size,
            pages: vec![Vec::new()],
            y: margin,
            head: None,
        })
    }

    /// Ordinary text.
    pub const fn plain(&self) -> Style {
        Style {
            size: self.size,
            bold: false,
            pale: false,
        }
    }

    /// Text that matters.
    pub const fn strong(&self) -> Style {
        Style {
            bold: true,
            ..self.plain()
        }
    }

    /// Text that explains.
    pub const fn pale(&self) -> Style {
        Style {
            pale: true,
            ..self.plain()
        }
    }

    /// A heading.
    pub const fn heading(&self) -> Style {
        Style {
            size: self.size * 1.5,
            bold: true,
            pale: false,
        }
    }

    fn face(&self, style: Style) -> &Face {
        if style.bold {
            &self.bold
        } else {
            &self.regular
        }
    }

    fn content(&self) -> f32 {
        self.width - 2.0 * self.margin
    }

    /// Leaves room.
    pub fn gap(&mut self, points: f32) {
        self.y += points;
    }

    /// A thin line across.
    pub fn rule(&mut self) {
        let (x, width) = (self.margin, self.content());
        self.gap(self.size * 0.4);
        self.draw(Draw::Box {
            x,
            y: self.y,
            width,
            height: 0.5,
        });
        self.gap(self.size * 0.6);
    }

    /// A text over the whole width, broken into lines.
    pub fn text(&mut self, style: Style, align: Align, text: &str) {
        self.row(style, &[(1.0, align)], &[text]);
    }

    /// A name and its value.
    pub fn pair(&mut self, style: Style, name: &str, value: &str) {
        let columns = [(0.5, Align::Left), (0.5, Align::Right)];
        self.row(style, &columns, &[name, value]);
    }

    /// The head of a table.
    pub fn head(&mut self, columns: &[Column], names: &[&str]) {
        let names = names.iter().map(|name| (*name).to_owned()).collect();
        self.head = Some((columns.to_vec(), names));
        self.draw_head();
    }

    fn draw_head(&mut self) {
        let Some((columns, names)) = self.head.clone() else {
            return;
        };
        let names: Vec<_> = names.iter().map(String::as_str).collect();
        self.row(self.pale(), &columns, &names);
        self.rule();
    }

    /// A line of a table; longer texts break within their column.
    pub fn row(&mut self, style: Style, columns: &[Column], texts: &[&str]) {
        let line = style.size * 1.35;
        let gutter = self.size * 0.8;
        let broken: Vec<Vec<String>> = columns
            .iter()
            .zip(texts)
            .map(|((share, _), text)| {
                let room = self.content() * share - if columns.len() > 1 { gutter } else { 0.0 };
                self.lines(style, text, room)
            })
            .collect();
        let lines = broken.iter().map(Vec::len).max().unwrap_or(0);
        let height = line * count(lines);
        self.make_room(height);
        let mut left = self.margin;
        for ((share, align), texts) in columns.iter().zip(broken) {
            let width = self.content() * share;
            for (n, text) in texts.into_iter().enumerate() {
                let free = width - self.face(style).width(&text, style.size);
                let x = left
                    + match align {
                        Align::Left => 0.0,
                        Align::Middle => free / 2.0,
                        Align::Right => free,
                    };
                let baseline = self.y + line * count(n) + style.size;
                self.draw(Draw::Text {
                    x,
                    baseline,
                    style,
                    text,
                });
            }
            left += width;
        }
        self.y += height;
    }

    /// A square for cameras in the middle.
    pub fn square(&mut self, square: &Square, side: f32) {
        self.make_room(side);
        let module = side / f32::from(square.side);
        let left = (self.width - side) / 2.0;
        for (x, y, run) in &square.runs {
            self.draw(Draw::Box {
                x: left + module * f32::from(*x),
                y: self.y + module * f32::from(*y),
                width: module * f32::from(*run),
                height: module,
            });
        }
        self.y += side;
    }

    /// Breaks a text at its spaces; a word that is too long for a line, anywhere.
    fn lines(&self, style: Style, text: &str, room: f32) -> Vec<String> {
        let face = self.face(style);
        let mut lines = vec![String::new()];
        for word in text.split(' ').filter(|word| !word.is_empty()) {
            let last = lines.last().cloned().unwrap_or_default();
            let together = if last.is_empty() {
                word.to_owned()
            } else {
                format!("{last} {word}")
            };
            if face.width(&together, style.size) <= room {
                if let Some(last) = lines.last_mut() {
                    *last = together;
                }
                continue;
            }
            if !last.is_empty() {
                lines.push(String::new());
            }
            for letter in word.chars() {
                let Some(last) = lines.last_mut() else {
                    continue;
                };
                last.push(letter);
                if face.width(last, style.size) > room && last.chars().count() > 1 {
                    last.pop();
                    lines.push(letter.to_string());
                }
            }
        }
        lines
    }

    /// Begins a new page when so much does not fit on this one.
    fn make_room(&mut self, height: f32) {
        let Some(page) = self.height else {
            return;
        };
        // The number of the page stands below.
        let fits = self.y + height <= page - self.margin - self.size * 2.0;
        if !fits {
            self.pages.push(Vec::new());
            self.y = self.margin;
            self.draw_head();
        }
    }

    fn draw(&mut self, draw: Draw) {
        if let Some(page) = self.pages.last_mut() {
            page.push(draw);
        }
    }

    /// The finished document. Pages are numbered when there are several.
    ///
    /// # Errors
    /// [`PdfError`] when it cannot be written.
    pub fn finish(mut self, title: &str, language: &str) -> Result<Vec<u8>, PdfError> {
        let height = self.height.unwrap_or(self.y + self.margin);
        let pages = self.pages.len();
        if pages > 1 {
            let style = self.pale();
            for n in 0..pages {
                let text = format!("{} / {pages}", n + 1);
                let x = (self.width - self.face(style).width(&text, style.size)) / 2.0;
                self.pages[n].push(Draw::Text {
                    x,
                    baseline: height - self.margin,
                    style,
                    text,
                });
            }
        }
        let mut document = Document::new();
        document.set_metadata(
            Metadata::new()
                .title(title.to_owned())
                .language(language.to_owned()),
        );
        for draws in &self.pages {
            let settings = PageSettings::from_wh(self.width, height)
                .ok_or_else(|| PdfError("the page has no size".into()))?;
            let mut page = document.start_page_with(settings);
            let mut surface = page.surface();
            for draw in draws {
                self.put(&mut surface, draw);
            }
            surface.finish();
            page.finish();
        }
        document
            .finish()
            .map_err(|error| PdfError(format!("{error:?}")))
    }

    fn put(&self, surface: &mut Surface<'_>, draw: &Draw) {
        let ink = |grey: u8| Fill {
            paint: rgb::Color::new(grey, grey, grey).into(),
            ..Fill::default()
        };
        match draw {
            Draw::Text {
                x,
                baseline,
                style,
                text,
            } => {
                let face = self.face(*style);
                surface.set_fill(Some(ink(if style.pale { 90 } else { 0 })));
                surface.draw_glyphs(
                    Point::from_xy(*x, *baseline),
                    &face.glyphs(text),
                    face.font.clone(),
                    text,
                    style.size,
                    false,
                );
            }
            Draw::Box {
                x,
                y,
                width,
                height,
            } => {
                let mut path = PathBuilder::new();
                if let Some(rect) = Rect::from_xywh(*x, *y, *width, *height) {
                    path.push_rect(rect);
                }
                if let Some(path) = path.finish() {
                    surface.set_fill(Some(ink(0)));
                    surface.draw_path(&path);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_break_at_spaces_and_long_words_anywhere() {
        let sheet = Sheet::tape().unwrap();
        let style = sheet.plain();
        let lines = sheet.lines(style, "Пополнение лицевого счёта 7700000001", 90.0);
        assert!(lines.len() > 1, "{lines:?}");
        for line in &lines {
            assert!(sheet.regular.width(line, style.size) <= 90.0, "{line}");
        }
        assert_eq!(lines.join(" "), "Пополнение лицевого счёта 7700000001");
        let long = sheet.lines(style, &"я".repeat(100), 50.0);
        assert!(
            long.iter()
                .all(|line| sheet.regular.width(line, style.size) <= 50.0)
        );
        assert_eq!(long.concat(), "я".repeat(100));
    }

    #[test]
    fn every_letter_that_documents_use_is_in_the_font() {
        let face = Face::new(REGULAR).unwrap();
        let map = face.metrics.charmap();
        let letters = "АБВЯабвяёЁ0123456789 ₽№—−×•«»“”’.,:;/()%\u{a0}AZaz@";
        for letter in letters.chars() {
            assert!(map.map(letter).is_some(), "{letter:?}");
        }
    }

    #[test]
    fn a_long_table_goes_on_on_the_next_page_under_its_head() {
        let mut sheet = Sheet::a4().unwrap();
        let style = sheet.plain();
        let column = [(1.0, Align::Left)];
        sheet.head(&column, &["Число"]);
        for n in 0..200 {
            sheet.row(style, &column, &[&n.to_string()]);
        }
        assert!((3..7).contains(&sheet.pages.len()), "{}", sheet.pages.len());
        let texts = |page: &Vec<Draw>| -> Vec<String> {
            page.iter()
                .filter_map(|draw| match draw {
                    Draw::Text { text, .. } => Some(text.clone()),
                    Draw::Box { .. } => None,
                })
                .collect()
        };
        let mut numbers = Vec::new();
        for page in &sheet.pages {
            let texts = texts(page);
            assert_eq!(texts[0], "Число");
            numbers.extend(texts[1..].iter().map(|text| text.parse::<i32>().unwrap()));
        }
        assert_eq!(numbers, (0..200).collect::<Vec<_>>(), "each once, in order");
        let pdf = sheet.finish("Таблица", "ru").unwrap();
        assert!(pdf.starts_with(b"%PDF-"));
    }
}
