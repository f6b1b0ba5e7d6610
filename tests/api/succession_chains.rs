//! Whatever is filed, withdrawn, corrected, declared and imported in whatever order: rights and
//! duties stay with exactly one facility, and codes never run in circles.

use std::collections::BTreeMap;
use std::path::Path;

use chrono::{DateTime, Duration, Utc};
use diesel::RunQueryDsl as _;
use diesel::sql_types::Text;
use proptest::prelude::*;
use todokede::config::Settings;
use todokede::db::pool::open_writing;
use todokede::db::{Conn, accounts, migrations, savepoint, successions as stored};
use todokede::domain::account::{
    Account, Contact, FacilityDetails, FacilityIdentity, Founder, FounderKind, ListedFacility, Profile,
};
use todokede::domain::declaration::DeclarationContent;
use todokede::domain::email::EmailAddress;
use todokede::domain::facility_code::FacilityCode;
use todokede::domain::ids::{AccountId, SessionId};
use todokede::domain::kana::Kana;
use todokede::domain::phone::PhoneNumber;
use todokede::domain::postal_code::PostalCode;
use todokede::domain::succession::{
    GuidanceAddress, Succession, SuccessionEvent, SuccessionForm, SuccessionReason, SuccessionStatus,
    Successor,
};
use todokede::domain::text::{Address, FacilityName, PersonName};
use todokede::error::Error;
use todokede::usecases::facility_import::{self, Coverage, Report};
use todokede::usecases::sessions::Principal;
use todokede::usecases::work::{Call, Policy, Work};
use todokede::usecases::{declarations, facility_check, rounds, successions};
use uuid::Uuid;

use crate::support::list::code;

/// Facilities of the small world.
const FACILITIES: usize = 5;

/// What somebody does. Numbers stand for facilities; a step that makes no sense is refused.
#[derive(Debug, Clone)]
enum Step {
    Register(usize),
    Import { which: [bool; FACILITIES], moved: usize, whole: bool },
    File { from: usize, to: usize, day: i64 },
    Revise { from: usize, to: usize, day: i64 },
    Withdraw { from: usize },
    Declare(usize),
    NextDay,
}

fn step() -> impl Strategy<Value = Step> {
    let facility = 0..FACILITIES;
    let day = -2..3_i64;
    prop_oneof![
        2 => facility.clone().prop_map(Step::Register),
        2 => (any::<[bool; FACILITIES]>(), 0..FACILITIES * 3, any::<bool>())
            .prop_map(|(which, moved, whole)| Step::Import { which, moved, whole }),
        4 => (facility.clone(), facility.clone(), day.clone()).prop_map(|(from, to, day)| Step::File { from, to, day }),
        2 => (facility.clone(), facility.clone(), day).prop_map(|(from, to, day)| Step::Revise { from, to, day }),
        1 => facility.clone().prop_map(|from| Step::Withdraw { from }),
        2 => facility.prop_map(Step::Declare),
        1 => Just(Step::NextDay),
    ]
}

struct World {
    conn: Conn,
    policy: Policy,
    now: DateTime<Utc>,
    codes: Vec<FacilityCode>,
    /// Every succession as it stood: status and version.
    seen: BTreeMap<String, (SuccessionStatus, i64)>,
}

#[derive(diesel::QueryableByName)]
struct Row {
    #[diesel(sql_type = Text)]
    a: String,
    #[diesel(sql_type = Text)]
    b: String,
    #[diesel(sql_type = Text)]
    c: String,
}

fn postal_code() -> PostalCode {
    PostalCode::parse("100-0000").unwrap()
}

fn contact() -> Contact {
    Contact {
        department: None,
        name: PersonName::parse("架空 太郎").unwrap(),
        phone: PhoneNumber::parse("0300001234").unwrap(),
    }
}

fn address(number: usize) -> Address {
    Address::parse(&format!("東京都架空区試験町{number}")).unwrap()
}

fn name(number: usize) -> FacilityName {
    FacilityName::parse(&format!("架空第{number}診療所")).unwrap()
}

impl World {
    fn new() -> Self {
        let mut conn = open_writing(Path::new(":memory:")).unwrap();
        migrations::run(&mut conn).unwrap();
        let policy = todokede::state::policy(&Settings::from_variables(&BTreeMap::new()).unwrap());
        let now = "2023-02-03T00:00:00Z".parse().unwrap();
        let call = Call::internal("system", now);
        rounds::load_shipped(&mut Work::new(&mut conn, &call, &policy)).unwrap();
        let codes = (0..FACILITIES).map(|n| FacilityCode::parse(&code(&format!("13199{n:04}"))).unwrap());
        Self { conn, policy, now, codes: codes.collect(), seen: BTreeMap::new() }
    }

    /// One transaction. A refusal is an answer; anything else that fails is a bug.
    fn act<T>(&mut self, act: impl FnOnce(&mut Work<'_>) -> Result<T, Error>) -> Option<T> {
        let call = Call::internal("test", self.now);
        match savepoint(&mut self.conn, |conn| act(&mut Work::new(conn, &call, &self.policy))) {
            Ok(value) => Some(value),
            Err(Error::Refused(_) | Error::Invalid(_)) => None,
            Err(other) => panic!("{other:?}"),
        }
    }

    fn principal(&mut self, number: usize) -> Option<Principal> {
        let account = accounts::find_by_facility(&mut self.conn, &self.codes[number]).unwrap()?;
        Some(Principal { account, session_id: SessionId::from_uuid(Uuid::new_v4()) })
    }

    fn form(&self, to: usize, day: i64) -> SuccessionForm {
        SuccessionForm {
            successor: Successor {
                facility_code: self.codes[to].clone(),
                name: name(to),
                postal_code: postal_code(),
                address: address(to),
                phone: PhoneNumber::parse("0300005678").unwrap(),
            },
            successor_founder: founder(),
            reason: SuccessionReason::Relocation,
            reason_detail: None,
            change_date: self.now.date_naive() + Duration::days(day),
            guidance_address: GuidanceAddress {
                postal_code: postal_code(),
                address: address(to),
                name: PersonName::parse("架空 太郎").unwrap(),
            },
            contact: contact(),
        }
    }

    fn live_from(&mut self, from: usize) -> Option<(Principal, Succession)> {
        let principal = self.principal(from)?;
        let live = stored::find_live_from(&mut self.conn, &self.codes[from]).unwrap()?;
        Some((principal, live))
    }

    fn take(&mut self, step: &Step) {
        match *step {
            Step::Register(number) => self.register(number),
            Step::Import { which, moved, whole } => self.import(which, moved, whole),
            Step::File { from, to, day } => {
                let Some(principal) = self.principal(from) else { return };
                let form = self.form(to, day);
                self.act(|work| successions::file(work, &principal, form));
            }
            Step::Revise { from, to, day } => {
                let Some((principal, live)) = self.live_from(from) else { return };
                let form = self.form(to, day);
                self.act(|work| successions::revise(work, &principal, live, form));
            }
            Step::Withdraw { from } => {
                let Some((principal, live)) = self.live_from(from) else { return };
                self.act(|work| successions::withdraw(work, &principal, live));
            }
            Step::Declare(number) => {
                let Some(principal) = self.principal(number) else { return };
                self.act(|work| declarations::file(work, &principal, "2023", content()));
            }
            Step::NextDay => self.now += Duration::days(1),
        }
    }

    fn register(&mut self, number: usize) {
        let code = self.codes[number].clone();
        let account = Account {
            id: AccountId::from_uuid(Uuid::new_v4()),
            email: EmailAddress::parse(&format!("{}@clinic.example", Uuid::new_v4().simple())).unwrap(),
            identity: FacilityIdentity::Designated(code),
            profile: profile(number),
            version: 1,
            created_at: self.now,
            updated_at: self.now,
        };
        self.act(|work| {
            facility_check::may_register(work.conn, &account.identity)?;
            accounts::insert(work.conn, &account, "hash")
        });
    }

    /// An edition of some of the facilities; one of them may have another postal code than stated.
    fn import(&mut self, which: [bool; FACILITIES], moved: usize, whole: bool) {
        let listed = |number: usize| ListedFacility {
            code: self.codes[number].clone(),
            name: name(number),
            postal_code: PostalCode::parse(if number == moved { "100-0001" } else { "100-0000" }).unwrap(),
            address: address(number),
            phone: None,
            founder_name: None,
            delisted_at: None,
        };
        let rows: Vec<_> = (0..FACILITIES).filter(|number| which[*number]).map(listed).collect();
        self.act(|work| {
            let (mut report, mut coverage) = (Report::default(), Coverage::default());
            rows.iter().for_each(|row| coverage.note(&row.code));
            facility_import::put(work, rows, &mut report)?;
            if whole {
                facility_import::delist_absent(work, &coverage, &mut report)?;
            }
            facility_import::carry_on(work, &mut report)
        });
        self.none(
            "waits for a facility that the list has",
            "SELECT predecessor_code a, successor_code b, '' c FROM successions JOIN facilities ON code = successor_code
             WHERE status = 'WAITING_FOR_MASTER' AND delisted_at IS NULL",
        );
    }

    fn rows(&mut self, query: &str) -> Vec<(String, String, String)> {
        let rows: Vec<Row> = diesel::sql_query(query).load(&mut self.conn).unwrap();
        rows.into_iter().map(|row| (row.a, row.b, row.c)).collect()
    }

    fn none(&mut self, what: &str, query: &str) {
        assert_eq!(self.rows(query), [], "{what}");
    }

    fn holds(&mut self) {
        self.none(
            "a declaration whose facility has no account or is former",
            "SELECT d.facility_code a, d.status b, '' c FROM declarations d
             WHERE (SELECT COUNT(*) FROM accounts a WHERE a.facility_code = d.facility_code) <> 1
                OR d.facility_code IN (SELECT facility_code FROM former_facilities)",
        );
        self.none(
            "a former code with an account",
            "SELECT f.facility_code a, '' b, '' c FROM former_facilities f
             JOIN accounts a ON a.facility_code = f.facility_code",
        );
        for side in ["predecessor_code", "successor_code", "account_id || predecessor_code"] {
            self.none(
                "two live successions of one code",
                &format!(
                    "SELECT successor_code a, status b, '' c FROM successions
                     WHERE status NOT IN ('REJECTED', 'WITHDRAWN') GROUP BY {side} HAVING COUNT(*) > 1"
                ),
            );
        }
        self.none(
            "a succession that is still open from a code that its account has left",
            "SELECT s.predecessor_code a, s.status b, '' c FROM successions s JOIN accounts a ON a.id = s.account_id
             WHERE s.status IN ('SUBMITTED', 'WAITING_FOR_MASTER', 'UNDER_REVIEW', 'RETURNED')
               AND a.facility_code <> s.predecessor_code",
        );
        self.none(
            "an acceptance without its history, letter or mail",
            "SELECT p a, l b, m c FROM (SELECT
               CAST((SELECT COUNT(*) FROM successions WHERE accepted_at IS NOT NULL) AS TEXT) s,
               CAST((SELECT COUNT(*) FROM former_facilities) AS TEXT) p,
               CAST((SELECT COUNT(*) FROM postal_items) AS TEXT) l,
               CAST((SELECT COUNT(*) FROM outbox WHERE kind = 'SUCCESSION_ACCEPTED') AS TEXT) m)
             WHERE s <> p OR s <> l OR s <> m",
        );
        self.chains_are_in_order();
        self.statuses_move_along_the_machine();
    }

    fn chains_are_in_order(&mut self) {
        let passed = self.rows(
            "SELECT predecessor_code a, successor_code b, change_date c FROM successions
             WHERE accepted_at IS NOT NULL",
        );
        let next: BTreeMap<&str, (&str, &str)> =
            passed.iter().map(|(from, to, date)| (from.as_str(), (to.as_str(), date.as_str()))).collect();
        assert_eq!(next.len(), passed.len(), "a code passed on twice");
        for start in next.keys() {
            let (mut at, mut last, mut steps) = (*start, "", 0);
            while let Some((to, date)) = next.get(at) {
                assert!(*date > last, "{at} passed on on {date}, but came on {last}");
                (at, last, steps) = (*to, *date, steps + 1);
                assert!(steps <= passed.len(), "a circle through {start}");
            }
            let holders = self.rows(&format!("SELECT id a, kind b, '' c FROM (SELECT 'x' id, kind FROM accounts WHERE facility_code = '{at}')"));
            assert_eq!(holders.len(), 1, "the end of a chain holds everything");
        }
    }

    fn statuses_move_along_the_machine(&mut self) {
        let now = self.rows("SELECT hex(id) a, status b, CAST(version AS TEXT) c FROM successions");
        for (id, status, version) in now {
            let now = (SuccessionStatus::parse(&status).unwrap(), version.parse().unwrap());
            let before = self.seen.insert(id, now);
            let Some((status, version)) = before else {
                assert_eq!(now.1, 1);
                continue;
            };
            assert!(now.1 > version || now == (status, version), "changed without a new version");
            assert!(reachable(status, now.0), "{status:?} to {:?}", now.0);
        }
    }
}

/// Whether events lead from one status to the other.
fn reachable(from: SuccessionStatus, to: SuccessionStatus) -> bool {
    use SuccessionEvent::{Accept, Complete, Reject, Return, Revise, SendGuidance, TakeUp, Wait, Withdraw};
    let events = [Revise, Withdraw, Wait, TakeUp, Return, Accept, Reject, SendGuidance, Complete];
    let mut reached = vec![from];
    let mut at = 0;
    while let Some(status) = reached.get(at).copied() {
        let more = events.iter().filter_map(|event| status.after(*event));
        let more: Vec<_> = more.filter(|next| !reached.contains(next)).collect();
        reached.extend(more);
        at += 1;
    }
    reached.contains(&to)
}

fn founder() -> Founder {
    Founder::new(FounderKind::Corporation, PersonName::parse("医療法人架空会").unwrap()).unwrap()
}

fn profile(number: usize) -> Profile {
    Profile {
        facility: FacilityDetails {
            name: name(number),
            name_kana: Kana::parse("カクウ").unwrap(),
            postal_code: postal_code(),
            address: address(number),
            phone: PhoneNumber::parse("0300001234").unwrap(),
        },
        founder: founder(),
        contact: contact(),
    }
}

fn content() -> DeclarationContent {
    serde_json::from_value(serde_json::json!({
        "statement": { "category": "NO_NETWORK", "line_status": "NOT_AVAILABLE" },
        "other_facility_codes": [],
        "attachment_ids": [],
    }))
    .unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn rights_and_duties_belong_to_one_facility_whatever_happens(
        steps in proptest::collection::vec(step(), 1..60)
    ) {
        let mut world = World::new();
        for step in &steps {
            world.take(step);
            world.holds();
        }
    }
}

#[test]
fn the_small_world_reaches_what_it_speaks_of() {
    // A property that holds because nothing ever happens proves nothing.
    let mut world = World::new();
    let all = [true; FACILITIES];
    let none = FACILITIES;
    for step in [
        Step::Import { which: [true, false, false, false, false], moved: none, whole: true },
        Step::Register(0),
        Step::Declare(0),
        Step::File { from: 0, to: 1, day: -1 },
        Step::Import { which: all, moved: 1, whole: true },
        Step::Import { which: all, moved: none, whole: true },
        Step::Revise { from: 0, to: 1, day: -1 },
        Step::File { from: 1, to: 2, day: 0 },
        Step::File { from: 2, to: 0, day: 1 },
    ] {
        world.take(&step);
        world.holds();
    }
    let statuses =
        world.rows("SELECT status a, '' b, '' c FROM successions ORDER BY created_at, change_date");
    assert_eq!(statuses.len(), 2);
    assert!(statuses.iter().all(|(status, ..)| status == "ACCEPTED"), "{statuses:?}");
    let end = world.rows("SELECT facility_code a, '' b, '' c FROM declarations");
    assert_eq!(end[0].0, world.codes[2].to_string());
    assert_eq!(
        world.rows("SELECT kind a, '' b, '' c FROM outbox WHERE kind = 'SUCCESSION_RETURNED'").len(),
        1
    );
}
