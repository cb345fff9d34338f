//! A QR code as a path of an inline SVG, dark on light in every theme, so that every camera reads it.

use doorward_names::SecretString;
use fast_qr::{ECL, QRBuilder};
use std::fmt::Write as _;

/// Light modules around the code (ISO/IEC 18004 asks for four).
const QUIET: usize = 4;

/// A QR code.
pub struct Qr {
    /// Modules on each side, with the quiet zone.
    pub side: usize,
    /// The dark modules, as the `d` of a path.
    pub path: SecretString,
}

impl Qr {
    /// The code of a text; `None` when it is too long for one.
    pub fn of(text: &SecretString) -> Option<Self> {
        let code = QRBuilder::new(text.expose().as_str()).ecl(ECL::M).build().ok()?;
        let mut path = String::new();
        for (y, row) in code.data.chunks(code.size).take(code.size).enumerate() {
            for (x, module) in row.iter().enumerate() {
                if module.value() {
                    // Writing into a String cannot fail.
                    let _ = write!(path, "M{} {}h1v1h-1z", x + QUIET, y + QUIET);
                }
            }
        }
        Some(Self {
            side: code.size + 2 * QUIET,
            path: SecretString::new(path),
        })
    }
}
