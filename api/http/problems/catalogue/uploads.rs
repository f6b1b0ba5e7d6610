//! The texts of the refusals of uploads. A file is first announced and then sent.

use super::{Entry, StaticText, call_centre};
use crate::domain::filings::uploads::UploadRefusal as Refusal;

/// The entry of each refusal.
pub(super) const fn entry(refusal: Refusal) -> Entry {
    match refusal {
        Refusal::UploadIncomplete => Entry {
            status: 409,
            title: StaticText { ja: "内容が届いていないファイル", en: "File content missing" },
            cause: StaticText {
                ja: "ファイルは登録されていますが、その内容がまだ届いていません。",
                en: "The file was announced, but its content has not arrived.",
            },
            fix: StaticText {
                ja: "ファイルの内容を送信し、保存されたことを確かめてから、届出に添付してください。",
                en: "Send the content of the file, check that the file is stored, and then attach it.",
            },
            retryable: false,
        },
        Refusal::UploadQuota => Entry {
            status: 409,
            title: StaticText { ja: "ファイル数の上限の超過", en: "Too many files" },
            cause: StaticText {
                ja: "このアカウントで登録できるファイルの数の上限に達しています。",
                en: "The account has reached the maximum number of announced and stored files.",
            },
            fix: StaticText {
                ja: concat!(
                    "登録済みのファイルを届出に添付できないかを確かめてください。さらにファイルが必要な場合は、",
                    call_centre!(ja),
                    "へご連絡ください。",
                ),
                en: concat!(
                    "Check whether you can attach a file that is already announced. If you need more files, please \
                     call ",
                    call_centre!(en),
                    ".",
                ),
            },
            retryable: false,
        },
        Refusal::ContentMismatch => Entry {
            status: 422,
            title: StaticText {
                ja: "登録時と異なるファイルの内容",
                en: "Content differs from the announcement",
            },
            cause: StaticText {
                ja: "届いた内容の大きさ又はSHA-256のハッシュ値が、登録時に申告した値と異なります。何も保存していません。",
                en: "The size or the SHA-256 digest of the content differs from the announced one. Nothing was stored.",
            },
            fix: StaticText {
                ja: "同じファイルを、もう一度送信してください。登録のあとにファイルを変更した場合は、\
                     新しいファイルとして登録し直してください。",
                en: "Send the same file again. If the file was changed after it was announced, announce it as a new \
                     file.",
            },
            retryable: false,
        },
        Refusal::ContentNotOfType => Entry {
            status: 422,
            title: StaticText {
                ja: "形式の異なるファイル", en: "Content not of the announced type"
            },
            cause: StaticText {
                ja: "ファイルの内容が、登録時に申告した形式（PDF、JPEG又はPNG）ではありません。\
                     何も保存していません。",
                en: "The content is not a file of the announced type (PDF, JPEG or PNG). Nothing was stored.",
            },
            fix: StaticText {
                ja: "拡張子の変更だけでは、形式は変わりません。PDF、JPEG又はPNGとして保存し直し、\
                     新しいファイルとして登録してください。",
                en: "Renaming a file does not change its type. Save it as PDF, JPEG or PNG, and announce it as a \
                     new file.",
            },
            retryable: false,
        },
    }
}
