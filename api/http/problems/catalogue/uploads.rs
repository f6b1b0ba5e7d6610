//! The texts of the refusals of uploads. A file is first announced and then sent.

use super::{Entry, StaticText, call_centre};
use crate::domain::filings::uploads::UploadRefusal as Refusal;

/// The entry of each refusal.
#[expect(clippy::too_many_lines, reason = "a table")]
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
                ja: "ファイルをもう一度選んで送信し、保存されたことを確かめてから、届出に添付してください。",
                en: "Choose the file again and send it, check that it is stored, and then attach it.",
            },
            advice: Some(StaticText {
                ja: "PUT /v1/uploads/{id}/contentで内容を送信してください。",
                en: "Send the content with PUT /v1/uploads/{id}/content.",
            }),
            retryable: false,
        },
        Refusal::UploadScanning => Entry {
            status: 409,
            title: StaticText { ja: "検査中のファイル", en: "File is being scanned" },
            cause: StaticText {
                ja: "ファイルの内容は届いていますが、コンピュータウイルス等の検査が終わっていません。\
                     届出への添付は、検査中でもできます。",
                en: "The content of the file has arrived, but the malware scanner has not examined it yet. You can \
                     attach the file already.",
            },
            fix: StaticText {
                ja: "しばらく待ってから、もう一度ダウンロードしてください。",
                en: "Wait a while, and download the file again.",
            },
            advice: Some(StaticText {
                ja: "GET /v1/uploads/{id}のstatusがSTOREDになってから、ダウンロードしてください。",
                en: "Download the content when the status of GET /v1/uploads/{id} is STORED.",
            }),
            retryable: true,
        },
        Refusal::UploadRefused => Entry {
            status: 409,
            title: StaticText {
                ja: "ウイルス等が検出されたファイル", en: "Malware found in the file"
            },
            cause: StaticText {
                ja: "ファイルの内容からコンピュータウイルス等が検出されたため、その内容を削除しました。\
                     このファイルを添付した届出は、届け出たときのまま残っています。",
                en: "The malware scanner found malware in the content of the file, and the content was deleted. \
                     Declarations with this file stay as they were filed.",
            },
            fix: StaticText {
                ja: concat!(
                    "お使いの端末をウイルス対策ソフトで検査してください。そのあと、紙からスキャンするなどして\
                     作り直したファイルを新しいファイルとして登録し、届出に添付してください。ご不明な点は、",
                    call_centre!(ja),
                    "へご連絡ください。",
                ),
                en: concat!(
                    "Check your computer with an antivirus program. Then make the file anew, for example by scanning \
                     the paper, announce it as a new file, and attach it to the declaration. If you have questions, \
                     please call ",
                    call_centre!(en),
                    ".",
                ),
            },
            advice: None,
            retryable: false,
        },
        Refusal::UploadInUse => Entry {
            status: 409,
            title: StaticText { ja: "届出に使われているファイル", en: "File is attached" },
            cause: StaticText {
                ja: "このファイルは、届け出た猶予届出またはその訂正前の内容に添付されているため、削除できません。",
                en: "The file is attached to a declaration, or to a former revision of one, so it cannot be deleted.",
            },
            fix: StaticText {
                ja: "届出とその添付ファイルは、記録として保管されます。別のファイルに差し替える場合は、届出を訂正して\
                     ください。",
                en: "Declarations and their files are kept as records. To use another file, correct the declaration.",
            },
            advice: None,
            retryable: false,
        },
        Refusal::UploadQuota => Entry {
            status: 409,
            title: StaticText {
                ja: "ファイルの数または大きさの超過", en: "Too many or too large files"
            },
            cause: StaticText {
                ja: "このアカウントで登録できるファイルの数（100）または大きさの合計（300 MiB）の上限を超えます。",
                en: "The announced and stored files of the account would exceed 100 files or 300 MiB.",
            },
            fix: StaticText {
                ja: concat!(
                    "届出に使わないファイルを削除するか、登録済みのファイルを添付してください。さらにファイルが必要な場合は、",
                    call_centre!(ja),
                    "へご連絡ください。",
                ),
                en: concat!(
                    "Delete files that you do not use, or attach a file that is already announced. If you need more files, \
                     please call ",
                    call_centre!(en),
                    ".",
                ),
            },
            advice: Some(StaticText {
                ja: "使っていないファイルは、DELETE /v1/uploads/{id}で削除できます。",
                en: "DELETE /v1/uploads/{id} deletes a file that no filing uses.",
            }),
            retryable: false,
        },
        Refusal::ContentMismatch => Entry {
            status: 422,
            title: StaticText {
                ja: "登録時と異なるファイルの内容",
                en: "Content differs from the announcement",
            },
            cause: StaticText {
                ja: "届いた内容の大きさまたはSHA-256のハッシュ値が、登録時に申告した値と異なります。何も保存していません。",
                en: "The size or the SHA-256 digest of the content differs from the announced one. Nothing was stored.",
            },
            fix: StaticText {
                ja: "同じファイルを、もう一度送信してください。登録のあとにファイルを変更した場合は、\
                     新しいファイルとして登録し直してください。",
                en: "Send the same file again. If the file was changed after it was announced, announce it as a new \
                     file.",
            },
            advice: None,
            retryable: false,
        },
        Refusal::ContentNotOfType => Entry {
            status: 422,
            title: StaticText {
                ja: "形式の異なるまたは破損したファイル",
                en: "Content not of the announced type",
            },
            cause: StaticText {
                ja: "ファイルの内容が、登録時に申告した形式（PDF、JPEGまたはPNG）の完全なファイルではありません。\
                     途中で切れている、破損している、または別の形式のデータ（写真に付いた動画等）を含んでいます。\
                     何も保存していません。",
                en: "The content is not a complete file of the announced type (PDF, JPEG or PNG). It is cut off or \
                     damaged, or it contains data of another type, such as the film of a motion photo. Nothing was \
                     stored.",
            },
            fix: StaticText {
                ja: "拡張子の変更だけでは、形式は変わりません。ファイルを開けることを確かめ、PDF、JPEGまたはPNGとして\
                     保存し直し、新しいファイルとして登録してください。スマートフォンの写真（HEIC）は、JPEGに\
                     変換してください。動画付きの写真（モーションフォト等）は、静止画として保存し直してください。",
                en: "Renaming a file does not change its type. Check that you can open the file, save it again as PDF, \
                     JPEG or PNG, and announce it as a new file. Convert photos of a telephone (HEIC) to JPEG, and save \
                     photos with a film (motion photos) as a still picture.",
            },
            advice: None,
            retryable: false,
        },
        Refusal::ContentActive => Entry {
            status: 422,
            title: StaticText {
                ja: "プログラム等を含むPDF", en: "PDF with scripts or embedded files"
            },
            cause: StaticText {
                ja: "PDFに、プログラム（JavaScript等）、他のファイルを開いたり送信したりする操作、ファイルや\
                     フォルダーへのリンク、自動的に開くリンク、添付ファイル、動画等が含まれています。\
                     何も保存していません。",
                en: "The PDF contains a script (such as JavaScript), an action that opens or sends a file, a link to a \
                     file or folder, a link that opens by itself, an embedded file, or a film or sound. Nothing was \
                     stored.",
            },
            fix: StaticText {
                ja: "PDFを開き、印刷の画面でプリンターとして「PDF」を選んで保存し直すか、紙に印刷してスキャンし、\
                     新しいファイルとして登録してください。添付ファイルが必要な場合は、別のファイルとして\
                     登録してください。",
                en: "Open the PDF and print it to a PDF printer, or print it on paper and scan it. Announce the result \
                     as a new file. If an embedded file is needed, announce it as a file of its own.",
            },
            advice: None,
            retryable: false,
        },
        Refusal::ContentNotCheckable => Entry {
            status: 422,
            title: StaticText { ja: "内容を確認できないPDF", en: "PDF that cannot be checked" },
            cause: StaticText {
                ja: "PDFがパスワードや印刷・編集の制限により暗号化されている、または内容が複雑すぎるため、\
                     安全かどうかを確認できません。何も保存していません。",
                en: "The PDF is encrypted, by a password or by restrictions on printing or editing, or it is too \
                     complex, so the service cannot check whether it is safe. Nothing was stored.",
            },
            fix: StaticText {
                ja: "PDFを開き、印刷の画面でプリンターとして「PDF」を選んで保存し直し、新しいファイルとして登録して\
                     ください。印刷が制限されている場合は、作成に使ったソフトのセキュリティの設定で、パスワードと\
                     制限を「なし」にして保存し直すか、紙に印刷してスキャンしてください。",
                en: "Open the PDF, print it to a PDF printer, and announce the result as a new file. If printing is \
                     restricted, save the PDF without password and restrictions in the program that made it, or scan it \
                     from paper.",
            },
            advice: None,
            retryable: false,
        },
        Refusal::ImageTooLarge => Entry {
            status: 422,
            title: StaticText { ja: "大きすぎる画像", en: "Image with too many pixels" },
            cause: StaticText {
                ja: "画像の縦または横が20,000画素を超えている、または全体で1億5,000万画素を超えています。\
                     何も保存していません。",
                en: "The image has more than 20,000 pixels on a side, or more than 150,000,000 pixels. Nothing was \
                     stored.",
            },
            fix: StaticText {
                ja: "解像度を下げてスキャンし直すか、画像を縮小し、新しいファイルとして登録してください。\
                     A4の書類には300dpiで足ります。",
                en: "Scan the document at a lower resolution or reduce the image, and announce it as a new file. 300 \
                     dpi are enough for a document of A4.",
            },
            advice: None,
            retryable: false,
        },
    }
}
