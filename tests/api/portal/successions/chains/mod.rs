//! Random orders of filings, withdrawals, corrections, declarations and imports: rights and duties always
//! belong to exactly one facility, and successions never form a cycle.

use std::collections::BTreeMap;

use chrono::Duration;
use proptest::prelude::*;
use todokede::domain::filings::successions::{SuccessionEvent, SuccessionStatus};
use todokede::usecases::filings::{declarations, successions};

mod world;

use world::{FACILITIES, Ground, World, declaration};

/// One action. Numbers stand for facilities. An action that is not possible is refused.
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

impl World {
    fn take(&mut self, step: &Step) {
        match *step {
            Step::Register(number) => self.register(number),
            Step::Import { which, moved, whole } => self.import(which, moved, whole),
            Step::File { from, to, day } => {
                let Some(principal) = self.principal(from) else { return };
                let draft = self.draft(to, day);
                self.act_as(principal, |work| successions::file(work, draft));
            }
            Step::Revise { from, to, day } => {
                let Some((principal, live)) = self.live_from(from) else { return };
                let draft = self.draft(to, day);
                self.act_as(principal, |work| successions::revise(work, live, draft));
            }
            Step::Withdraw { from } => {
                let Some((principal, live)) = self.live_from(from) else { return };
                self.act_as(principal, |work| successions::withdraw(work, live));
            }
            Step::Declare(number) => {
                let Some(principal) = self.principal(number) else { return };
                self.act_as(principal, |work| declarations::file(work, declaration()));
            }
            Step::NextDay => self.now += Duration::days(1),
        }
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
        for side in ["predecessor_code", "successor_code", "account_id, predecessor_code"] {
            self.none(
                "two live successions of one code",
                &format!(
                    "SELECT min(successor_code) a, min(status) b, '' c FROM successions
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
               CAST((SELECT COUNT(*) FROM outbox WHERE kind = 'SUCCESSION_ACCEPTED') AS TEXT) m) AS counted
             WHERE s <> p OR s <> l OR s <> m",
        );
        self.chains_are_in_order();
        self.statuses_move_along_the_machine();
    }

    fn chains_are_in_order(&mut self) {
        let accepted = self.rows(
            "SELECT predecessor_code a, successor_code b, change_date c FROM successions
             WHERE accepted_at IS NOT NULL",
        );
        let next: BTreeMap<&str, (&str, &str)> =
            accepted.iter().map(|(from, to, date)| (from.as_str(), (to.as_str(), date.as_str()))).collect();
        assert_eq!(next.len(), accepted.len(), "a code has two successors");
        for start in next.keys() {
            let (mut at, mut last, mut steps) = (*start, "", 0);
            while let Some((to, date)) = next.get(at) {
                assert!(*date > last, "{at} has a successor from {date} on, but became one only on {last}");
                (at, last, steps) = (*to, *date, steps + 1);
                assert!(steps <= accepted.len(), "a cycle through {start}");
            }
            let holders = self.rows(&format!("SELECT id a, kind b, '' c FROM (SELECT 'x' id, kind FROM accounts WHERE facility_code = '{at}') AS holders"));
            assert_eq!(holders.len(), 1, "the last facility of a chain has the account");
        }
    }

    fn statuses_move_along_the_machine(&mut self) {
        let now = self.rows("SELECT receipt_number a, status b, CAST(version AS TEXT) c FROM successions");
        for (id, status, version) in now {
            let now = (SuccessionStatus::from_code(&status).unwrap(), version.parse().unwrap());
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

/// Whether any sequence of events leads from one status to the other.
fn reachable(from: SuccessionStatus, to: SuccessionStatus) -> bool {
    use SuccessionEvent::{Accept, Complete, Reject, Return, Revise, SendGuidance, TakeUp, Wait, Withdraw};
    let events = [Revise, Withdraw, Wait, TakeUp, Return, Accept, Reject, SendGuidance, Complete];
    let mut reached = vec![from];
    let mut position = 0;
    while let Some(status) = reached.get(position).copied() {
        let more = events.iter().filter_map(|event| status.after(*event));
        let more: Vec<_> = more.filter(|next| !reached.contains(next)).collect();
        reached.extend(more);
        position += 1;
    }
    reached.contains(&to)
}

#[apply(on_both_databases)]
fn rights_and_duties_belong_to_one_facility_whatever_happens() {
    let config = ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() };
    let ground = Ground::new();
    proptest!(config, |(steps in proptest::collection::vec(step(), 1..60))| {
        let mut world = World::on(&ground);
        for step in &steps {
            world.take(step);
            world.holds();
        }
    });
}

#[apply(on_both_databases)]
fn the_steps_of_the_property_test_reach_acceptances_and_returns() {
    // The property test would also pass if every step was refused, so this checks that steps have effects.
    let ground = Ground::new();
    let mut world = World::on(&ground);
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
