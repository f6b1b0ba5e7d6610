//! A property test of successions. It runs random sequences of filings, corrections, withdrawals, declarations and
//! imports. After each step, every account and declaration belongs to exactly one facility, and no succession
//! leads back to an earlier facility. The steps call the use cases without HTTP.

use std::collections::BTreeMap;

use chrono::Duration;
use proptest::prelude::*;
use todokede::domain::filings::successions::{SuccessionEvent, SuccessionStatus};
use todokede::usecases::filings::{declarations, successions};

mod simulation;

use simulation::{FACILITIES, Simulation, SimulationDatabase, declaration};

/// One step. A `usize` is the number of a facility; `day` is the change date, in days from today. A step that is
/// not allowed in the current state changes nothing.
#[derive(Debug, Clone)]
enum Step {
    Register(usize),
    Import { listed: [bool; FACILITIES], moved: usize, whole: bool },
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
            .prop_map(|(listed, moved, whole)| Step::Import { listed, moved, whole }),
        4 => (facility.clone(), facility.clone(), day.clone()).prop_map(|(from, to, day)| Step::File { from, to, day }),
        2 => (facility.clone(), facility.clone(), day).prop_map(|(from, to, day)| Step::Revise { from, to, day }),
        1 => facility.clone().prop_map(|from| Step::Withdraw { from }),
        2 => facility.prop_map(Step::Declare),
        1 => Just(Step::NextDay),
    ]
}

impl Simulation {
    fn run(&mut self, step: &Step) {
        match *step {
            Step::Register(number) => self.register(number),
            Step::Import { listed, moved, whole } => self.import(listed, moved, whole),
            Step::File { from, to, day } => {
                let Some(principal) = self.principal(from) else { return };
                let draft = self.draft(to, day);
                self.run_as_account(principal, |work| successions::file(work, draft));
            }
            Step::Revise { from, to, day } => {
                let Some((principal, live)) = self.live_from(from) else { return };
                let draft = self.draft(to, day);
                self.run_as_account(principal, |work| successions::revise(work, live, draft));
            }
            Step::Withdraw { from } => {
                let Some((principal, live)) = self.live_from(from) else { return };
                self.run_as_account(principal, |work| successions::withdraw(work, live));
            }
            Step::Declare(number) => {
                let Some(principal) = self.principal(number) else { return };
                self.run_as_account(principal, |work| declarations::file(work, declaration()));
            }
            Step::NextDay => self.now += Duration::days(1),
        }
    }

    fn assert_invariants(&mut self) {
        self.assert_no_rows(
            "a declaration of a facility that has no account or was succeeded",
            "SELECT d.facility_code a, d.status b, '' c FROM declarations d
             WHERE (SELECT COUNT(*) FROM accounts a WHERE a.facility_code = d.facility_code) <> 1
                OR d.facility_code IN (SELECT facility_code FROM former_facilities)",
        );
        self.assert_no_rows(
            "an account with the code of a facility that was succeeded",
            "SELECT f.facility_code a, '' b, '' c FROM former_facilities f
             JOIN accounts a ON a.facility_code = f.facility_code",
        );
        for side in ["predecessor_code", "account_id, predecessor_code"] {
            self.assert_no_rows(
                "two live successions with the same code",
                &format!(
                    "SELECT min(successor_code) a, min(status) b, '' c FROM successions
                     WHERE status NOT IN ('REJECTED', 'WITHDRAWN', 'LAPSED') GROUP BY {side} HAVING COUNT(*) > 1"
                ),
            );
        }
        self.assert_no_rows(
            "an open succession whose predecessor is no longer the code of its account",
            "SELECT s.predecessor_code a, s.status b, '' c FROM successions s JOIN accounts a ON a.id = s.account_id
             WHERE s.status IN ('SUBMITTED', 'WAITING_FOR_MASTER', 'UNDER_REVIEW', 'RETURNED')
               AND a.facility_code <> s.predecessor_code",
        );
        self.assert_no_rows(
            "an acceptance without a former facility, a letter or a mail",
            "SELECT former a, letters b, mails c FROM (SELECT
               CAST((SELECT COUNT(*) FROM successions WHERE accepted_at IS NOT NULL) AS TEXT) accepted,
               CAST((SELECT COUNT(*) FROM former_facilities) AS TEXT) former,
               CAST((SELECT COUNT(*) FROM postal_items) AS TEXT) letters,
               CAST((SELECT COUNT(*) FROM outbox WHERE kind = 'SUCCESSION_ACCEPTED') AS TEXT) mails) AS counted
             WHERE accepted <> former OR accepted <> letters OR accepted <> mails",
        );
        self.assert_chains_in_order();
        self.assert_allowed_status_changes();
    }

    fn assert_chains_in_order(&mut self) {
        let accepted = self.rows(
            "SELECT predecessor_code a, successor_code b, change_date c FROM successions
             WHERE accepted_at IS NOT NULL",
        );
        let next: BTreeMap<&str, (&str, &str)> =
            accepted.iter().map(|(from, to, date)| (from.as_str(), (to.as_str(), date.as_str()))).collect();
        assert_eq!(next.len(), accepted.len(), "a code has two successors");
        for start in next.keys() {
            let (mut code, mut last_date, mut length) = (*start, "", 0);
            while let Some((to, date)) = next.get(code) {
                assert!(
                    *date > last_date,
                    "{code} was succeeded on {date}, but became a successor only on {last_date}"
                );
                (code, last_date, length) = (*to, *date, length + 1);
                assert!(length <= accepted.len(), "a cycle through {start}");
            }
            let query =
                format!("SELECT facility_code a, kind b, '' c FROM accounts WHERE facility_code = '{code}'");
            assert_eq!(self.rows(&query).len(), 1, "the last facility of a chain must have an account");
        }
    }

    fn assert_allowed_status_changes(&mut self) {
        let now = self.rows("SELECT receipt_number a, status b, CAST(version AS TEXT) c FROM successions");
        for (id, status, version) in now {
            let now = (SuccessionStatus::from_code(&status).unwrap(), version.parse().unwrap());
            let before = self.last_states.insert(id, now);
            let Some((status, version)) = before else {
                assert_eq!(now.1, 1, "the first version of a succession");
                continue;
            };
            assert!(
                now.1 > version || now == (status, version),
                "a succession changed without a new version"
            );
            assert!(reachable(status, now.0), "{status:?} to {:?}", now.0);
        }
    }
}

/// Whether any sequence of events leads from one status to the other.
fn reachable(from: SuccessionStatus, to: SuccessionStatus) -> bool {
    use SuccessionEvent::{
        Accept, Complete, Lapse, Reject, Return, Revise, SendGuidance, TakeUp, Wait, Withdraw,
    };
    let events = [Revise, Withdraw, Wait, TakeUp, Return, Accept, Reject, SendGuidance, Complete, Lapse];
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
fn accounts_and_declarations_belong_to_one_facility_after_any_sequence_of_steps() {
    let config = ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() };
    let database = SimulationDatabase::new();
    proptest!(config, |(steps in proptest::collection::vec(step(), 1..60))| {
        let mut simulation = Simulation::on(&database);
        for step in &steps {
            simulation.run(step);
            simulation.assert_invariants();
        }
    });
}

#[apply(on_both_databases)]
fn the_steps_of_the_property_test_reach_acceptances_and_returns() {
    // The property test would also pass if every step was refused, so this test checks that steps have effects.
    let database = SimulationDatabase::new();
    let mut simulation = Simulation::on(&database);
    let all = [true; FACILITIES];
    let none = FACILITIES;
    for step in [
        Step::Import { listed: [true, false, false, false, false], moved: none, whole: true },
        Step::Register(0),
        Step::Declare(0),
        Step::File { from: 0, to: 1, day: -1 },
        Step::Import { listed: all, moved: 1, whole: true },
        Step::Import { listed: all, moved: none, whole: true },
        Step::Revise { from: 0, to: 1, day: -1 },
        Step::File { from: 1, to: 2, day: 0 },
        Step::File { from: 2, to: 0, day: 1 },
    ] {
        simulation.run(&step);
        simulation.assert_invariants();
    }
    let statuses =
        simulation.rows("SELECT status a, '' b, '' c FROM successions ORDER BY created_at, change_date");
    assert_eq!(statuses.len(), 2);
    assert!(statuses.iter().all(|(status, ..)| status == "ACCEPTED"), "{statuses:?}");
    let end = simulation.rows("SELECT facility_code a, '' b, '' c FROM declarations");
    assert_eq!(end[0].0, simulation.codes[2].to_string());
    assert_eq!(
        simulation.rows("SELECT kind a, '' b, '' c FROM outbox WHERE kind = 'SUCCESSION_RETURNED'").len(),
        1
    );
}
