//! From JavaScript's regular expressions to those of `fancy-regex`, where the two read the same text differently.
//!
//! JavaScript without flags: `\d`, `\w` and `\b` know ASCII only; an escaped letter without a meaning is that letter; `[^]` is any character;
//! inside a class `[`, `&&`, `--` and `~~` have no meaning. What JavaScript refuses is refused: inline flags, atomic groups, comments.
//! An unfinished `\x` or `\u` is refused as well, though JavaScript reads the letter: nobody means that.
//! Known differences that remain: a back-reference to a group that took no part does not match (in JavaScript it matches nothing), and
//! characters are code points, not halves of surrogate pairs.

use std::{iter::Peekable, str::Chars};

const WORD: &str = "A-Za-z0-9_";
/// JavaScript's `\s`.
const SPACE: &str = r"\t\n\x0B\x0C\r \x{A0}\x{1680}\x{2000}-\x{200A}\x{2028}\x{2029}\x{202F}\x{205F}\x{3000}\x{FEFF}";

/// The same pattern for `fancy-regex`, or what is wrong with it.
pub(super) fn translate(pattern: &str) -> Result<String, &'static str> {
    let mut out = String::with_capacity(pattern.len() * 2);
    let mut rest = pattern.chars().peekable();
    // Whether what came last may be repeated: a quantifier after a quantifier is an error in JavaScript, possession in fancy-regex.
    let mut after_quantifier = false;
    while let Some(c) = rest.next() {
        let mut quantifier = false;
        match c {
            '\\' => escape(&mut rest, &mut out)?,
            '[' => class(&mut rest, &mut out)?,
            '(' => group(&mut rest, &mut out)?,
            ']' => out.push_str(r"\]"),
            '{' => match bounds(rest.clone()) {
                Some(length) => {
                    if after_quantifier {
                        return Err("nothing to repeat");
                    }
                    out.push('{');
                    out.extend(rest.by_ref().take(length));
                    quantifier = true;
                }
                None => out.push_str(r"\{"),
            },
            '}' => out.push_str(r"\}"),
            '*' | '+' | '?' => {
                if after_quantifier {
                    return Err("nothing to repeat");
                }
                out.push(c);
                quantifier = true;
            }
            '.' => out.push_str(r"[^\n\r\x{2028}\x{2029}]"),
            // Written as themselves; `#` and space matter only with a flag that cannot be given.
            other => out.push(other),
        }
        if quantifier && rest.next_if_eq(&'?').is_some() {
            out.push('?');
        }
        after_quantifier = quantifier;
    }
    Ok(out)
}

/// The length of `n}`, `n,}` or `n,m}`, if that is what follows.
fn bounds(rest: Peekable<Chars<'_>>) -> Option<usize> {
    let (mut length, mut digits, mut commas) = (0, 0, 0);
    for c in rest {
        length += 1;
        match c {
            '0'..='9' => digits += usize::from(commas == 0),
            ',' if commas == 0 => commas = 1,
            '}' => return (digits > 0).then_some(length),
            _ => return None,
        }
    }
    None
}

/// After `(`: only JavaScript's kinds of groups.
fn group(rest: &mut Peekable<Chars<'_>>, out: &mut String) -> Result<(), &'static str> {
    out.push('(');
    if rest.next_if_eq(&'?').is_none() {
        // `(*…` is a verb elsewhere.
        return if rest.peek() == Some(&'*') { Err("nothing to repeat") } else { Ok(()) };
    }
    out.push('?');
    match rest.next() {
        Some(c @ (':' | '=' | '!')) => out.push(c),
        Some('<') => {
            out.push('<');
            match rest.peek() {
                Some('=' | '!') => out.extend(rest.next()),
                _ => name(rest, out)?,
            }
        }
        _ => return Err("this kind of group is not known in JavaScript"),
    }
    Ok(())
}

fn name(rest: &mut Peekable<Chars<'_>>, out: &mut String) -> Result<(), &'static str> {
    for (length, c) in rest.by_ref().enumerate() {
        match c {
            '>' if length > 0 => {
                out.push('>');
                return Ok(());
            }
            'A'..='Z' | 'a'..='z' | '_' => out.push(c),
            '0'..='9' if length > 0 => out.push(c),
            _ => return Err("a group's name is letters, digits and underscores"),
        }
    }
    Err("a group's name is not closed")
}

/// After `\` outside a class.
fn escape(rest: &mut Peekable<Chars<'_>>, out: &mut String) -> Result<(), &'static str> {
    let Some(c) = rest.next() else { return Err("it ends with a backslash") };
    match c {
        'd' => out.push_str("[0-9]"),
        'D' => out.push_str("[^0-9]"),
        'w' => push_all(out, &["[", WORD, "]"]),
        'W' => push_all(out, &["[^", WORD, "]"]),
        's' => push_all(out, &["[", SPACE, "]"]),
        'S' => push_all(out, &["[^", SPACE, "]"]),
        'b' => push_all(out, &["(?:(?<=[", WORD, "])(?![", WORD, "])|(?<![", WORD, "])(?=[", WORD, "]))"]),
        'B' => push_all(out, &["(?:(?<=[", WORD, "])(?=[", WORD, "])|(?<![", WORD, "])(?![", WORD, "]))"]),
        'k' if rest.peek() == Some(&'<') => {
            rest.next();
            out.push_str(r"\k<");
            name(rest, out)?;
        }
        // In a group of its own, so that a digit that follows is not read as part of the number.
        '1'..='9' => {
            out.push_str("(?:\\");
            out.push(c);
            while let Some(digit) = rest.next_if(char::is_ascii_digit) {
                out.push(digit);
            }
            out.push(')');
        }
        'p' | 'P' if rest.peek() == Some(&'{') => property(c, rest, out)?,
        other => literal(character(other, rest)?, out),
    }
    Ok(())
}

/// After `[`.
fn class(rest: &mut Peekable<Chars<'_>>, out: &mut String) -> Result<(), &'static str> {
    let negated = rest.next_if_eq(&'^').is_some();
    if rest.next_if_eq(&']').is_some() {
        // JavaScript: `[^]` is any character, `[]` none.
        out.push_str(if negated { r"[\s\S]" } else { "(?!)" });
        return Ok(());
    }
    out.push_str(if negated { "[^" } else { "[" });
    // Whether what came last is one character that a hyphen could make the start of a range.
    let mut startable = false;
    while let Some(c) = rest.next() {
        match c {
            ']' => {
                out.push(']');
                return Ok(());
            }
            '-' if startable && range_follows(rest.clone()) => {
                out.push('-');
                let end = rest.next().unwrap_or('\\');
                if end == '\\' {
                    class_escape(rest, out).map(drop)?
                } else {
                    literal(end, out)
                }
                startable = false;
            }
            '\\' => startable = class_escape(rest, out)?,
            other => {
                literal(other, out);
                startable = true;
            }
        }
    }
    Err("a class is not closed")
}

/// Whether a hyphen is followed by one character: not the end of the class, not a set such as `\d`.
fn range_follows(mut rest: Peekable<Chars<'_>>) -> bool {
    match rest.next() {
        None | Some(']') => false,
        Some('\\') => match rest.next() {
            Some('d' | 'D' | 'w' | 'W' | 's' | 'S') => false,
            Some('p' | 'P') => rest.next() != Some('{'),
            _ => true,
        },
        Some(_) => true,
    }
}

/// After a backslash in a class; says whether it stands for one character.
fn class_escape(rest: &mut Peekable<Chars<'_>>, out: &mut String) -> Result<bool, &'static str> {
    let Some(c) = rest.next() else { return Err("it ends with a backslash") };
    match c {
        'd' => out.push_str("0-9"),
        'D' => out.push_str("[^0-9]"),
        'w' => out.push_str(WORD),
        'W' => push_all(out, &["[^", WORD, "]"]),
        's' => out.push_str(SPACE),
        'S' => push_all(out, &["[^", SPACE, "]"]),
        'p' | 'P' if rest.peek() == Some(&'{') => property(c, rest, out)?,
        'b' => {
            literal('\u{8}', out);
            return Ok(true);
        }
        other => {
            literal(character(other, rest)?, out);
            return Ok(true);
        }
    }
    Ok(false)
}

/// `\p{…}`: JavaScript knows it with a flag only, but nobody who writes it means the letter.
fn property(kind: char, rest: &mut Peekable<Chars<'_>>, out: &mut String) -> Result<(), &'static str> {
    out.push('\\');
    out.push(kind);
    for c in rest.by_ref() {
        out.push(c);
        match c {
            '}' => return Ok(()),
            '{' | '=' | '_' | 'A'..='Z' | 'a'..='z' | '0'..='9' => {}
            _ => break,
        }
    }
    Err("a character property is not closed")
}

/// The character that `\c…` stands for.
fn character(c: char, rest: &mut Peekable<Chars<'_>>) -> Result<char, &'static str> {
    Ok(match c {
        't' => '\t',
        'n' => '\n',
        'v' => '\u{B}',
        'f' => '\u{C}',
        'r' => '\r',
        '0' => '\0',
        'c' => match rest.next() {
            Some(letter @ ('A'..='Z' | 'a'..='z')) => char::from(letter.to_ascii_uppercase() as u8 - b'@'),
            _ => return Err("a control letter is missing"),
        },
        'x' => hex(rest, 2)?,
        'u' if rest.peek() == Some(&'{') => {
            rest.next();
            let digits: String = rest.by_ref().take_while(|c| *c != '}').take(7).collect();
            u32::from_str_radix(&digits, 16).ok().and_then(char::from_u32).ok_or("not a character number")?
        }
        'u' => hex(rest, 4)?,
        other => other,
    })
}

fn hex(rest: &mut Peekable<Chars<'_>>, digits: usize) -> Result<char, &'static str> {
    let text: String = rest.by_ref().take(digits).collect();
    if text.len() != digits || !text.bytes().all(|b| b.is_ascii_hexdigit()) {
        return Err("hexadecimal digits are missing");
    }
    u32::from_str_radix(&text, 16).ok().and_then(char::from_u32).ok_or("half a surrogate pair is not a character")
}

/// A character as itself, wherever it stands.
fn literal(c: char, out: &mut String) {
    if c.is_ascii_alphanumeric() || c == '_' || !c.is_ascii() {
        out.push(c);
    } else {
        out.push_str(&format!(r"\x{{{:X}}}", u32::from(c)));
    }
}

fn push_all(out: &mut String, parts: &[&str]) {
    for part in parts {
        out.push_str(part);
    }
}
