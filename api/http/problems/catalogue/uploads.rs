//! The problems of files, which are announced first and sent afterwards.

use super::{Entry, Words, call_centre};
use crate::domain::filings::uploads::UploadRefusal as Refusal;

/// The entry of each refusal.
pub(super) const fn entry(refusal: Refusal) -> Entry {
    match refusal {
        Refusal::UploadIncomplete => Entry {
            status: 409,
            title: Words { ja: "内容が届いていないファイル", en: "File content missing" },
            cause: Words {
                ja: "ファイルは登録されていますが、その内容がまだ届いていません。",
                en: "The file was announced, but its content has not come.",
            },
            fix: Words {
                ja: "ファイルの内容を送信し、保存されたことを確かめてから、届出に添付してください。",
                en: "Send the content of the file, see that it is stored, and then attach it.",
            },
            retryable: false,
        },
        Refusal::UploadQuota => Entry {
            status: 409,
            title: Words { ja: "ファイル数の上限", en: "Too many files" },
            cause: Words {
                ja: "このアカウントで登録できるファイルの数の上限に達しています。",
                en: "The account has reached the number of files it may announce or store.",
            },
            fix: Words {
                ja: concat!(
                    "登録済みのファイルを届出に添付できないかを確かめてください。さらにファイルが必要な場合は、",
                    call_centre!(ja),
                    "へご連絡ください。",
                ),
                en: concat!(
                    "See whether a file that is announced already can be attached. If you need more files, please \
                     call ",
                    call_centre!(en),
                    ".",
                ),
            },
            retryable: false,
        },
        Refusal::ContentMismatch => Entry {
            status: 422,
            title: Words {
                ja: "登録時と異なるファイルの内容", en: "Content differs from the announcement"
            },
            cause: Words {
                ja: "届いた内容の大きさ又はSHA-256が、登録時に申し出た値と異なります。何も保存していません。",
                en: "The size or the SHA-256 digest of the content is not the announced one. Nothing was stored.",
            },
            fix: Words {
                ja: "同じファイルを、もう一度送信してください。登録のあとにファイルを変更した場合は、\
                     新しいファイルとして登録し直してください。",
                en: "Send the same file once more. If the file was changed after it was announced, announce it as \
                     a new one.",
            },
            retryable: false,
        },
        Refusal::ContentNotOfType => Entry {
            status: 422,
            title: Words { ja: "形式の異なるファイル", en: "Content not of the announced type" },
            cause: Words {
                ja: "ファイルの内容が、登録時に申し出た形式（PDF、JPEG又はPNG）ではありません。\
                     何も保存していません。",
                en: "The content is not a file of the announced type (PDF, JPEG or PNG). Nothing was stored.",
            },
            fix: Words {
                ja: "拡張子の変更だけでは、形式は変わりません。PDF、JPEG又はPNGとして保存し直し、\
                     新しいファイルとして登録してください。",
                en: "Renaming a file does not change its type. Save it as PDF, JPEG or PNG, and announce it as a \
                     new file.",
            },
            retryable: false,
        },
    }
}
