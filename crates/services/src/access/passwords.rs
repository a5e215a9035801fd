//! Judging and offering passwords.

use domain::form::Problem;
use domain::password::{check, generate};

/// An offered password from the system's generator.
pub fn offer() -> String {
    let mut pool = rand::random::<[u8; 32]>().into_iter();
    generate(move || {
        pool.next().unwrap_or_else(|| {
            pool = rand::random::<[u8; 32]>().into_iter();
            pool.next().unwrap_or_default()
        })
    })
}

/// Roots of passwords that everybody tries first, in both alphabets; what is left of a password
/// after its decoration must not be one of them.
const KNOWN: &[&str] = &[
    "password",
    "passw",
    "pass",
    "qwerty",
    "qwertyuiop",
    "asdfgh",
    "asdfghjkl",
    "zxcvbn",
    "zxcvbnm",
    "qazwsx",
    "qazwsxedc",
    "abc",
    "abcd",
    "abcdef",
    "abcdefg",
    "admin",
    "administrator",
    "letmein",
    "welcome",
    "iloveyou",
    "monkey",
    "dragon",
    "master",
    "login",
    "user",
    "test",
    "guest",
    "secret",
    "football",
    "baseball",
    "superman",
    "batman",
    "trustno",
    "sunshine",
    "princess",
    "shadow",
    "samsung",
    "iphone",
    "google",
    "yandex",
    "mailru",
    "vkontakte",
    "russia",
    "rossiya",
    "moskva",
    "marina",
    "natasha",
    "svetlana",
    "sergey",
    "andrey",
    "dmitry",
    "alexander",
    "maksim",
    "vladimir",
    "parol",
    "privet",
    "lubov",
    "solnyshko",
    "zvezda",
    "spartak",
    "zenit",
    "orion",
    "telekarta",
    "orionexpress",
    "televizor",
    "пароль",
    "йцукен",
    "йцукенг",
    "фыва",
    "фывапролд",
    "ячсмить",
    "привет",
    "любовь",
    "солнышко",
    "россия",
    "москва",
    "спартак",
    "зенит",
    "орион",
    "телекарта",
    "наташа",
    "марина",
    "сергей",
    "андрей",
    "кабинет",
    "телевизор",
    "qwe",
    "asd",
    "zxc",
    "йцу",
];

/// Is it one that everybody tries first? Case, the usual replacements of letters by signs, and
/// digits and signs around the root do not make it another.
pub fn is_well_known(password: &str) -> bool {
    let lower = password.to_lowercase();
    let letters = |text: &str| {
        text.chars()
            .filter(|c| c.is_alphabetic())
            .collect::<String>()
    };
    let plain = letters(&lower);
    let swapped: String = lower
        .chars()
        .map(|c| match c {
            '@' | '4' => 'a',
            '0' => 'o',
            '$' | '5' => 's',
            '3' => 'e',
            '1' | '!' => 'i',
            '7' => 't',
            other => other,
        })
        .collect();
    let trimmed = lower.trim_matches(|c: char| !c.is_alphabetic());
    let swapped_trimmed: String = swapped
        .trim_end_matches('i')
        .chars()
        .filter(|c| c.is_alphabetic())
        .collect();
    if [
        plain.as_str(),
        trimmed,
        letters(&swapped).as_str(),
        swapped_trimmed.as_str(),
    ]
    .iter()
    .any(|root| KNOWN.contains(root))
    {
        return true;
    }
    // No letters to speak of: digits in a row or one sign repeated.
    let distinct: std::collections::BTreeSet<char> = lower.chars().collect();
    plain.is_empty() && is_run(&lower) || distinct.len() <= 3
}

/// Digits that only count up or down, whatever signs stand between them.
fn is_run(text: &str) -> bool {
    let digits: Vec<i32> = text
        .chars()
        .filter_map(|c| c.to_digit(10))
        .map(|d| d as i32)
        .collect();
    let steps: Vec<i32> = digits
        .windows(2)
        .map(|pair| (pair[1] - pair[0]).rem_euclid(10))
        .collect();
    digits.len() >= 4 && steps.windows(2).all(|pair| pair[0] == pair[1])
}

/// The whole policy.
///
/// # Errors
/// The first rule the password misses.
pub fn judge(password: &str) -> Result<(), Problem> {
    if password.is_empty() {
        return Err(Problem::PasswordNew);
    }
    check(password).map_err(Problem::from)?;
    if is_well_known(password) {
        Err(Problem::PasswordKnown)
    } else {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_everybody_tries_is_known() {
        for password in [
            "Password1!",
            "P@ssw0rd!",
            "qwerty123!",
            "пароль1!",
            "Орион2026!",
            "12345678!",
            "!87654321",
            "1111111!",
            "Йцукен1!",
            "telekarta-1",
            "abc12345!",
        ] {
            assert_eq!(judge(password), Err(Problem::PasswordKnown), "{password}");
        }
    }

    #[test]
    fn ones_own_passwords_pass() {
        for password in [
            "корова-сено7",
            "m7kd-xw4p-9hra-tq2e",
            "Ключ от сарая, 3",
            "zima!kot4dom",
        ] {
            assert_eq!(judge(password), Ok(()), "{password}");
        }
        for _ in 0..200 {
            assert_eq!(judge(&offer()), Ok(()));
        }
    }
}
