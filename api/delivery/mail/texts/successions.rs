//! Mails about successions (オンライン資格確認関係 保険医療機関等承継届出).

use chrono::NaiveDate;

use super::letter::{Letter, PLEASE_CALL};
use crate::delivery::mail::message::SuccessionFacts;
use crate::domain::values::wareki::wareki;

const NOT_YOURS: &str = "If you did not file it, please call the call centre.";

pub(super) fn received(facts: &SuccessionFacts, waiting_for_master: bool) -> Letter {
    let letter = about(facts, &facts.predecessor_name, "承継届出を受け付けました")
        .says(&["次の承継届出を受け付けました。"]);
    let letter = facts_of(letter, facts);
    let letter = if waiting_for_master {
        letter.says(&[
            "承継先の医療機関等コードは、地方厚生（支）局の医療機関等の一覧に、まだ掲載されて",
            "いません。掲載され次第、手続きを自動的に進めますので、あらためて届け出て",
            "いただく必要はありません。",
        ])
    } else {
        letter.says(&["現在、内容を審査しています。補正が必要な場合は、メールでお知らせします。"])
    };
    letter
        .says(&[
            "受理した際に、承継届出の受理メールをお送りし、その後、今後の手続きに関する",
            "ご案内を郵送します。受理されるまでは、承継元のアカウントをこれまでどおり",
            "ご利用いただけます。",
        ])
        .if_unasked(&[PLEASE_CALL])
        .in_english(&[
            "We have received your succession from the old facility code to the new one.",
            if waiting_for_master {
                "We go on by ourselves once the regional bureau's list has the new code."
            } else {
                "It is under review."
            },
            "You will hear from us by mail; guidance by post follows the acceptance.",
            NOT_YOURS,
        ])
}

pub(super) fn accepted(facts: &SuccessionFacts) -> Letter {
    let letter = about(facts, &facts.successor_name, "承継届出の受理のお知らせ")
        .says(&["次の承継届出を受理しました。"]);
    facts_of(letter, facts)
        .says(&[
            "オンライン資格確認に関するすべての権利・義務は、承継先の医療機関等コードに",
            "承継されました。猶予届出等の届出も引き継がれています。",
        ])
        .section(
            "今後のお手続き",
            &[
                "・今後の手続きに関するご案内を、届出に記載の送付先へ郵送します。",
                "・ログインには、これまでと同じメールアドレスとパスワードをお使いください。",
                "・承継元の医療機関等コードの電子証明書は、受理の日から120日間ご利用いただけます。",
            ],
        )
        .if_unasked(&[PLEASE_CALL])
        .in_english(&[
            "Your succession has been accepted: all rights and duties pass to the new code.",
            "Your mail address and password for the login stay the same.",
            "Guidance on the next steps follows by post.",
            "Certificates of the old code stay usable for 120 days from the acceptance.",
            NOT_YOURS,
        ])
}

pub(super) fn returned(facts: &SuccessionFacts, reason: &str, due: NaiveDate) -> Letter {
    let letter = about(facts, &facts.predecessor_name, "承継届出の返戻と補正のお願い")
        .says(&["次の承継届出について補正が必要なため、返戻いたします。"]);
    facts_of(letter, facts)
        .quotes("補正が必要な内容", reason)
        .section(
            "補正の方法",
            &[
                "ポータルサイトにログインし、承継届出を補正して、もう一度提出してください。",
                &format!("提出期限：{}まで", wareki(due)),
            ],
        )
        .if_unasked(&[PLEASE_CALL])
        .in_english(&[
            "Your succession was returned: it has to be corrected (see above).",
            &format!("Please log in and submit it again by {}.", due.format("%-d %B %Y")),
            NOT_YOURS,
        ])
}

pub(super) fn rejected(facts: &SuccessionFacts, reason: &str) -> Letter {
    let letter = about(facts, &facts.predecessor_name, "承継届出の不受理のお知らせ")
        .says(&["次の承継届出は、受理できないこととなりました（不受理）。"]);
    facts_of(letter, facts)
        .quotes("理由", reason)
        .says(&[
            "承継は行われていません。承継元のアカウントは、これまでどおりご利用いただけます。",
            "ご不明な点は、下記のコールセンターへお問い合わせください。",
        ])
        .if_unasked(&[PLEASE_CALL])
        .in_english(&[
            "Your succession could not be accepted; the reason is given above.",
            "Nothing has passed to the new code, and the old code's account stays as it is.",
            NOT_YOURS,
        ])
}

pub(super) fn withdrawn(facts: &SuccessionFacts) -> Letter {
    let letter = about(facts, &facts.predecessor_name, "承継届出の取下げのお知らせ")
        .says(&["次の承継届出の取下げを受け付けました。"]);
    facts_of(letter, facts)
        .says(&[
            "承継は行われていません。承継元のアカウントは、これまでどおりご利用いただけます。",
            "承継手続きが必要な場合は、あらためて届け出てください。",
        ])
        .if_unasked(&[PLEASE_CALL])
        .in_english(&[
            "Your succession has been withdrawn.",
            "Nothing has passed to the new code, and the old code's account stays as it is.",
            "If you did not withdraw it, please call the call centre.",
        ])
}

fn about(facts: &SuccessionFacts, addressee: &str, title: &str) -> Letter {
    Letter::to_facility(addressee, title).about(&facts.receipt_number)
}

fn facts_of(letter: Letter, facts: &SuccessionFacts) -> Letter {
    letter.facts(&[
        ("届出番号", &facts.receipt_number),
        ("承継元の医療機関等名", &facts.predecessor_name),
        ("承継元の医療機関等コード", &facts.predecessor_code),
        ("承継先の医療機関等名", &facts.successor_name),
        ("承継先の医療機関等コード", &facts.successor_code),
    ])
}

#[cfg(test)]
mod tests {
    use crate::delivery::mail::texts::samples::{
        NAME, proper, succession_accepted, succession_received, succession_rejected, succession_returned,
        succession_waiting, succession_withdrawn,
    };

    #[test]
    fn a_succession_with_a_listed_code_is_under_review() {
        let mail = proper(&succession_received());
        assert_eq!(
            mail.subject,
            "【医療機関等向けポータルサイト】承継届出を受け付けました（届出番号 S4HT-2MWC）"
        );
        mail.is_addressed_to(&format!("{NAME} 御中"));
        mail.says("　承継元の医療機関等コード：1810110016");
        mail.says("　承継先の医療機関等コード：1810112343");
        mail.says("現在、内容を審査しています。");
        assert!(!mail.text.contains("地方厚生"));
    }

    #[test]
    fn a_succession_whose_code_is_not_listed_yet_goes_on_by_itself() {
        let mail = proper(&succession_waiting());
        mail.says("地方厚生（支）局の医療機関等の一覧");
        mail.says("自動的に進めます");
        mail.says("We go on by ourselves once");
    }

    #[test]
    fn an_accepted_succession_tells_the_new_facility_what_comes_next() {
        let mail = proper(&succession_accepted());
        assert_eq!(
            mail.subject,
            "【医療機関等向けポータルサイト】承継届出の受理のお知らせ（届出番号 S4HT-2MWC）"
        );
        mail.is_addressed_to("医療法人さくら会 さくら内科クリニック 御中");
        mail.says("すべての権利・義務");
        mail.says("今後の手続きに関するご案内を、届出に記載の送付先へ郵送します。");
        mail.says("これまでと同じメールアドレスとパスワード");
        mail.says("120日間");
    }

    #[test]
    fn a_returned_succession_says_what_to_correct_and_by_when() {
        let mail = proper(&succession_returned());
        assert!(mail.subject.contains("】承継届出の返戻と補正のお願い（"), "{}", mail.subject);
        mail.says("開設者の欄には、法人の名称を入力してください。");
        mail.says("提出期限：令和5年3月10日（金）まで");
    }

    #[test]
    fn a_rejected_and_a_withdrawn_succession_leave_the_account_as_it_is() {
        let rejected = proper(&succession_rejected());
        assert!(rejected.subject.contains("】承継届出の不受理のお知らせ（"), "{}", rejected.subject);
        let withdrawn = proper(&succession_withdrawn());
        assert!(withdrawn.subject.contains("】承継届出の取下げのお知らせ（"), "{}", withdrawn.subject);
        for mail in [rejected, withdrawn] {
            mail.says("承継は行われていません。");
        }
    }
}
