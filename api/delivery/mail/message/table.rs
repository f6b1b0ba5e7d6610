//! The macro that declares the mails from their table.

/// Declares `Kind`, `Message` and, for each mail, a text template and an HTML template from the same file.
///
/// An entry has the mail's name, the code that is stored and shown (codes are never reused), the template, the fact
/// with the expiry of the link if the mail has a link, and the facts. The template can use `portal` and the facts by
/// their names.
macro_rules! mails {
    ($(
        $(#[$doc:meta])*
        $name:ident = $code:literal from $template:literal $(until $expires_at:ident)? {
            $($(#[$fact_doc:meta])* $fact:ident: $type:ty,)*
        }
    )*) => {
        $crate::domain::values::coded_enum::coded_enum! {
            /// The kind of a mail, without its contents.
            pub enum Kind {
                $($(#[$doc])* $name = $code,)*
            }
        }

        /// A mail with the facts that its template needs.
        #[derive(Clone, PartialEq, Eq)]
        pub enum Message {
            $($(#[$doc])* $name { $($(#[$fact_doc])* $fact: $type,)* },)*
        }

        impl Message {
            /// The kind of the mail.
            #[must_use]
            pub const fn kind(&self) -> Kind {
                match self {
                    $(Self::$name { .. } => Kind::$name,)*
                }
            }

            /// When the mail's link expires, if it has one. An expired mail is not sent.
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
            /// An internal error if the template cannot be rendered.
            pub fn compose(&self, portal: &Portal) -> Result<Composed, Error> {
                match self {
                    $(Self::$name { $($fact),* } => writing::compose(
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
