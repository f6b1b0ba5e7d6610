//! Mails about declarations under the transitional measure (経過措置の猶予届出).

use chrono::NaiveDate;

use super::letter::{Letter, PLEASE_CALL};
use crate::delivery::mail::message::DeclarationFacts;
use crate::domain::values::wareki::wareki;

const NOT_YOURS: &str = "If you did not file it, please call the call centre.";

pub(super) fn received(facts: &DeclarationFacts, late: bool) -> Letter {
    let letter = about(facts, "猶予届出を受け付けました")
        .says(&["オンライン資格確認の導入義務の経過措置について、次の猶予届出を受け付けました。"]);
    let letter = facts_of(letter, facts).says(&[
        "現在、内容を審査しています。不備がない場合、おおむね1週間で受理の結果を",
        "メールでお知らせします。補正が必要な場合も、メールでお知らせします。",
    ]);
    let letter = if late {
        letter.says(&["この猶予届出は、届出期限を過ぎてから受け付けました。期限後の届出として審査します。"])
    } else {
        letter
    };
    letter.if_unasked(&[PLEASE_CALL]).in_english(&[
        "We have received your declaration under the transitional measure.",
        if late {
            "It came after the deadline and is reviewed as a late filing."
        } else {
            "It is under review."
        },
        "You will hear from us by mail, usually within about a week.",
        NOT_YOURS,
    ])
}

pub(super) fn accepted(
    facts: &DeclarationFacts,
    excused_until: Option<NaiveDate>,
    excused_text: &str,
) -> Letter {
    let last_day = excused_until
        .map_or_else(|| "現時点では定まっていません".to_owned(), |day| format!("{}まで", wareki(day)));
    let letter = about(facts, "猶予届出の受理のお知らせ").says(&["次の猶予届出を受理しました。"]);
    facts_of(letter, facts)
        .says(&["経過措置により、次の期間、オンライン資格確認の導入義務が猶予されます。"])
        .facts(&[("猶予の期間", excused_text), ("猶予の期限", &last_day)])
        .says(&[
            "廃止される場合を除き、猶予の期間が終わるまでにオンライン資格確認の導入を",
            "お願いいたします。",
            "このメールは、猶予の期間が終わるまで保管してください。",
        ])
        .if_unasked(&[PLEASE_CALL])
        .in_english(&[
            "Your declaration under the transitional measure has been accepted.",
            &excused_until.map_or_else(
                || "Excused from the duty; the last day is not fixed yet.".to_owned(),
                |day| format!("Excused from the duty until {}, inclusive.", day.format("%-d %B %Y")),
            ),
            "Please introduce online verification by then, unless the facility closes.",
            NOT_YOURS,
        ])
}

pub(super) fn returned(facts: &DeclarationFacts, reason: &str, due: NaiveDate) -> Letter {
    let letter = about(facts, "猶予届出の返戻と補正のお願い")
        .says(&["次の猶予届出について補正が必要なため、返戻いたします。"]);
    facts_of(letter, facts)
        .quotes("補正が必要な内容", reason)
        .section(
            "補正の方法",
            &[
                "ポータルサイトにログインし、猶予届出を補正して、もう一度提出してください。",
                &format!("提出期限：{}まで", wareki(due)),
            ],
        )
        .if_unasked(&[PLEASE_CALL])
        .in_english(&[
            "Your declaration was returned: it has to be corrected (see above).",
            &format!("Please log in and submit it again by {}.", due.format("%-d %B %Y")),
            NOT_YOURS,
        ])
}

pub(super) fn rejected(facts: &DeclarationFacts, reason: &str) -> Letter {
    let letter = about(facts, "猶予届出の不受理のお知らせ")
        .says(&["次の猶予届出は、受理できないこととなりました（不受理）。"]);
    facts_of(letter, facts)
        .quotes("理由", reason)
        .says(&[
            "この猶予届出による経過措置は適用されません。",
            "ご不明な点は、下記のコールセンターへお問い合わせください。",
        ])
        .if_unasked(&[PLEASE_CALL])
        .in_english(&[
            "Your declaration could not be accepted; the reason is given above.",
            "The transitional measure does not apply on the ground of this declaration.",
            NOT_YOURS,
        ])
}

pub(super) fn withdrawn(facts: &DeclarationFacts) -> Letter {
    let letter = about(facts, "猶予届出の取下げのお知らせ").says(&["次の猶予届出の取下げを受け付けました。"]);
    facts_of(letter, facts)
        .says(&[
            "この猶予届出による経過措置は適用されません。経過措置の適用を受けられる場合は、",
            "受付期間内に、あらためて届け出てください。",
        ])
        .if_unasked(&[PLEASE_CALL])
        .in_english(&[
            "Your declaration has been withdrawn.",
            "To be excused from the duty, file again while declarations are taken.",
            "If you did not withdraw it, please call the call centre.",
        ])
}

fn about(facts: &DeclarationFacts, title: &str) -> Letter {
    Letter::to_facility(&facts.facility_name, title).about(&facts.receipt_number)
}

fn facts_of(letter: Letter, facts: &DeclarationFacts) -> Letter {
    letter.facts(&[
        ("届出番号", &facts.receipt_number),
        ("医療機関等名", &facts.facility_name),
        ("医療機関等コード", &facts.facility_code),
        ("届出の対象", &facts.round_name),
        ("猶予類型", &facts.category_name),
    ])
}

#[cfg(test)]
mod tests {
    use crate::delivery::mail::texts::samples::{
        NAME, declaration_accepted, declaration_accepted_without_last_day, declaration_received,
        declaration_received_late, declaration_rejected, declaration_returned, declaration_withdrawn, proper,
    };

    #[test]
    fn a_declaration_in_time_is_under_review() {
        let mail = proper(&declaration_received());
        assert_eq!(
            mail.subject,
            "【医療機関等向けポータルサイト】猶予届出を受け付けました（届出番号 D7K2-9QXM）"
        );
        mail.is_addressed_to(&format!("{NAME} 御中"));
        mail.says("　届出番号：D7K2-9QXM");
        mail.says("　猶予類型：第1号 システム整備中");
        mail.says("経過措置");
        mail.says("It is under review.");
        assert!(!mail.text.contains("期限を過ぎて"));
    }

    #[test]
    fn a_late_declaration_is_told_so() {
        let mail = proper(&declaration_received_late());
        mail.says("届出期限を過ぎてから受け付けました。");
        mail.says("after the deadline");
    }

    #[test]
    fn an_accepted_declaration_names_the_last_day_of_the_excuse() {
        let mail = proper(&declaration_accepted());
        assert_eq!(
            mail.subject,
            "【医療機関等向けポータルサイト】猶予届出の受理のお知らせ（届出番号 D7K2-9QXM）"
        );
        mail.says("　猶予の期間：システム整備が完了する日まで");
        mail.says("　猶予の期限：令和5年9月30日（土）まで");
        mail.says("until 30 September 2023, inclusive.");
    }

    #[test]
    fn an_open_excuse_says_that_its_last_day_is_not_fixed() {
        let mail = proper(&declaration_accepted_without_last_day());
        mail.says("　猶予の期限：現時点では定まっていません");
        mail.says("the last day is not fixed yet.");
    }

    #[test]
    fn a_returned_declaration_says_what_to_correct_and_by_when() {
        let mail = proper(&declaration_returned());
        assert_eq!(
            mail.subject,
            "【医療機関等向けポータルサイト】猶予届出の返戻と補正のお願い（届出番号 D7K2-9QXM）"
        );
        mail.says("契約書の写しが読み取れません。\n鮮明な写しを添付してください。");
        mail.says("提出期限：令和5年3月10日（金）まで");
        mail.says("by 10 March 2023.");
    }

    #[test]
    fn a_rejected_and_a_withdrawn_declaration_bring_no_excuse() {
        let rejected = proper(&declaration_rejected());
        assert!(rejected.subject.contains("】猶予届出の不受理のお知らせ（"), "{}", rejected.subject);
        let withdrawn = proper(&declaration_withdrawn());
        assert!(withdrawn.subject.contains("】猶予届出の取下げのお知らせ（"), "{}", withdrawn.subject);
        for mail in [rejected, withdrawn] {
            mail.says("この猶予届出による経過措置は適用されません。");
        }
    }
}
