//! Invented names of corporations, public bodies, persons and representatives.

use super::*;
use crate::domain::values::text::PersonName;
use proptest::prelude::*;

fn warning_of(kind: FounderKind, name: &str) -> Option<Warning> {
    let founder = Founder { kind, name: PersonName::parse(name).unwrap() };
    let found = founder.warnings("/founder");
    assert!(found.len() < 2 && found.iter().all(|warning| warning.pointer == "/founder/name"));
    found.first().map(|found| found.warning)
}

/// Names of corporations and public bodies. Some contain a title or end as a given name does.
const CORPORATIONS: [&str; 44] = [
    "医療法人社団院長会",
    "医療法人架空会",
    "医療法人社団　架空会",
    "医療法人財団 架空記念会",
    "医療法人 会長寿会",
    "社会福祉法人架空長生会長寿園",
    "社会医療法人社団 理事長会",
    "学校法人総長学園",
    "学校法人 架空大学",
    "国立大学法人架空大学",
    "独立行政法人架空病院機構",
    "地方独立行政法人架空市立病院機構",
    "株式会社架空そら",
    "架空商事株式会社",
    "㈱架空薬局",
    "（株）架空",
    "㈲架空調剤",
    "有限会社 架空",
    "合同会社架空ファーマ",
    "（医）架空会",
    "一般社団法人架空医師会",
    "公益財団法人 架空県予防医学協会",
    "特定非営利活動法人架空ネット",
    "NPO法人架空",
    "宗教法人 架空寺",
    "架空県",
    "架空市",
    "架空町",
    "架空村",
    "東京都",
    "北海道",
    "国",
    "厚生労働省",
    "架空赤十字社",
    "社会福祉法人恩賜財団架空済生会",
    "架空県厚生農業協同組合連合会",
    "架空健康保険組合",
    "架空生協",
    "架空広域連合",
    "架空・別架空衛生施設組合",
    "架空市病院企業団",
    "架空県病院局",
    "医療法人架空会 架空クリニック",
    "Kakuu Pharma Inc.",
];

const REPRESENTATIVES: [&str; 28] = [
    "架空 太郎",
    "架空太郎",
    "架空　花子",
    "髙橋 架空",
    "佐々木 架空",
    "架空 さくら",
    "架空 健市",
    "架空 都",
    "ジョン スミス",
    "医療法人架空会 理事長 架空花子",
    "医療法人架空会理事長架空花子",
    "医療法人架空会 理事長",
    "理事長 架空 花子",
    "理事長架空花子",
    "株式会社架空 代表取締役 架空 太郎",
    "株式会社架空 代表取締役社長 架空 太郎",
    "合同会社架空 代表社員 架空 太郎",
    "一般社団法人架空 代表理事 架空太郎",
    "宗教法人架空寺 代表役員 架空太郎",
    "学長 架空 太郎",
    "学長架空太郎",
    "国立大学法人架空大学 学長 架空太郎",
    "架空大学長 架空 太郎",
    "架空市長 架空 太郎",
    "架空県知事",
    "院長 架空 太郎",
    "架空会 会長 架空太郎",
    "架空病院長 架空太郎",
];

#[test]
fn a_corporation_under_its_own_name_has_no_warning() {
    for name in CORPORATIONS {
        assert_eq!(warning_of(FounderKind::Corporation, name), None, "{name}");
    }
}

#[test]
fn a_person_or_a_representative_in_place_of_a_corporation_has_a_warning() {
    for name in REPRESENTATIVES {
        let found = warning_of(FounderKind::Corporation, name);
        assert_eq!(found, Some(Warning::CorporationNameExpected), "{name}");
    }
}

#[test]
fn a_corporation_in_place_of_a_person_has_a_warning() {
    for name in CORPORATIONS.into_iter().filter(|name| !["架空市", "架空町", "架空村"].contains(name))
    {
        let expected = !["東京都", "北海道", "国", "厚生労働省", "架空県病院局"].contains(&name);
        let found = warning_of(FounderKind::Individual, name);
        assert_eq!(found, expected.then_some(Warning::PersonNameExpected), "{name}");
    }
}

#[test]
fn a_person_under_its_own_name_has_no_warning() {
    for name in [
        "架空 太郎",
        "架空太郎",
        "髙橋　架空",
        "架空 健市",
        "架空 都",
        "架空 さくら",
        "ジョン スミス",
        "John Smith",
        "架空 国",
    ] {
        assert_eq!(warning_of(FounderKind::Individual, name), None, "{name}");
    }
}

proptest! {
    #[test]
    fn a_name_with_a_legal_form_has_a_warning_of_one_kind_at_most(name in "[架空会社院長太郎 ]{1,12}") {
        let name = format!("医療法人{name}");
        prop_assert_eq!(warning_of(FounderKind::Individual, &name), Some(Warning::PersonNameExpected));
    }
}
