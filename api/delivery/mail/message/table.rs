//! What the table of the mails declares.

/// Declares `Kind`, `Message` and, for each mail, the two templates that its one file becomes.
///
/// An entry is the mail's name, the code that is stored and shown (never reused), its template, the
/// member that ends its use if it carries a link, and its facts. The template reads the facts by their
/// names, and `portal`.
macro_rules! mails {
    ($(
        $(#[$doc:meta])*
        $name:ident = $code:literal from $template:literal $(until $expires_at:ident)? {
            $($(#[$fact_doc:meta])* $fact:ident: $type:ty,)*
        }
    )*) => {
        $crate::domain::values::words::words! {
            /// What a mail is about, without any of its contents.
            pub enum Kind {
                $($(#[$doc])* $name = $code,)*
            }
        }

        /// What a mail says, with everything it needs.
        #[derive(Clone, PartialEq, Eq)]
        pub enum Message {
            $($(#[$doc])* $name { $($(#[$fact_doc])* $fact: $type,)* },)*
        }

        impl Message {
            /// What the mail is about.
            #[must_use]
            pub const fn kind(&self) -> Kind {
                match self {
                    $(Self::$name { .. } => Kind::$name,)*
                }
            }

            /// When the mail is not worth delivering any more, if it carries a link.
            #[must_use]
            pub const fn expires_at(&self) -> Option<Instant> {
                match self {
                    $($(Self::$name { $expires_at, .. } => Some(*$expires_at),)?)*
                    _ => None,
                }
            }

            /// Writes the mail in the portal's name.
            ///
            /// # Errors
            /// An internal error if the template cannot be written.
            pub fn compose(&self, portal: &Portal) -> Result<Composed, Error> {
                match self {
                    $(Self::$name { $($fact),* } => writing::composed(
                        &text::$name { portal, $($fact),* },
                        &html::$name { portal, $($fact),* },
                    ),)*
                }
            }
        }

        mod text {
            use super::*;
            $(
                #[derive(askama::Template)]
                #[template(path = $template, config = "api/delivery/mail/templates/text/askama.toml")]
                pub(super) struct $name<'a> {
                    pub(super) portal: &'a Portal,
                    $(pub(super) $fact: &'a $type,)*
                }
            )*
        }

        mod html {
            use super::*;
            $(
                #[derive(askama::Template)]
                #[template(path = $template, config = "api/delivery/mail/templates/html/askama.toml")]
                pub(super) struct $name<'a> {
                    pub(super) portal: &'a Portal,
                    $(pub(super) $fact: &'a $type,)*
                }
            )*
        }
    };
}

pub(super) use mails;
