//! The state and the steps of the property test of successions.

use std::collections::BTreeMap;

use chrono::{DateTime, Duration, Utc};
use diesel::sql_types::Text;
use diesel::{Connection as _, RunQueryDsl as _};
use tempfile::TempDir;
use todokede::config::Settings;
use todokede::db::engine::{Conn, savepoint};
use todokede::db::store::accounts;
use todokede::db::store::filings::successions as stored;
use todokede::domain::accounts::{
    Account, Contact, FacilityDetails, FacilityIdentity, Founder, FounderKind, Profile,
};
use todokede::domain::facilities::ListedFacility;
use todokede::domain::filings::successions::{
    GuidanceAddress, Succession, SuccessionForm, SuccessionReason, SuccessionStatus, Successor,
};
use todokede::domain::values::email::EmailAddress;
use todokede::domain::values::facility_code::FacilityCode;
use todokede::domain::values::faults::{Draft, Faults};
use todokede::domain::values::ids::{AccountId, SessionId};
use todokede::domain::values::kana::Kana;
use todokede::domain::values::phone::PhoneNumber;
use todokede::domain::values::postal_code::PostalCode;
use todokede::domain::values::text::{Address, FacilityName, PersonName};
use todokede::error::Error;
use todokede::usecases::accounts::eligibility;
use todokede::usecases::actor::{Actor, Principal, SYSTEM};
use todokede::usecases::filings::declarations::DeclarationDraft;
use todokede::usecases::filings::successions::SuccessionDraft;

use todokede::usecases::facilities::import;
use todokede::usecases::facilities::import::{EditionCodes, ImportReport};
use todokede::usecases::filings::successions;
use todokede::usecases::work::{Call, Policy, Work};
use uuid::Uuid;

use crate::support::database::TestDatabase;
use crate::support::facility_list::code;

/// How many facilities a simulation has.
pub const FACILITIES: usize = 5;

/// The database that simulations use one after the other. It has no listed facilities.
pub struct SimulationDatabase {
    database: TestDatabase,
    _folder: TempDir,
}

impl SimulationDatabase {
    pub fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let database = TestDatabase::migrated(folder.path());
        database.rows("facilities").delete();
        Self { database, _folder: folder }
    }
}

/// A service's data and clock, without a server. All steps run in one transaction, which is never committed.
pub struct Simulation {
    pub conn: Conn,
    pub policy: Policy,
    pub now: DateTime<Utc>,
    pub codes: Vec<FacilityCode>,
    /// The status and version of every succession after the last step, by receipt number.
    pub last_states: BTreeMap<String, (SuccessionStatus, i64)>,
}

/// A row of a query whose three text columns are named `a`, `b` and `c`.
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

impl Simulation {
    pub fn on(database: &SimulationDatabase) -> Self {
        let mut conn = database.database.connect();
        match &mut conn {
            Conn::Sqlite(conn) => conn.begin_test_transaction(),
            Conn::Postgres(conn) => conn.begin_test_transaction(),
        }
        .unwrap();
        let policy =
            todokede::state::policy(&Settings::from_variables(&BTreeMap::new()).unwrap(), &[]).unwrap();
        let now = "2023-02-03T00:00:00Z".parse().unwrap();
        let codes =
            (0..FACILITIES).map(|number| FacilityCode::parse(&code(&format!("13199{number:04}"))).unwrap());
        Self { conn, policy, now, codes: codes.collect(), last_states: BTreeMap::new() }
    }

    /// Runs a use case as the system. A refused use case is rolled back and returns `None`; another error panics.
    pub fn run_as_system<T>(
        &mut self,
        use_case: impl FnOnce(&mut Work<'_>) -> Result<T, Error>,
    ) -> Option<T> {
        self.run_as(&SYSTEM, use_case)
    }

    /// Runs a use case as [`Self::run_as_system`] does, on behalf of an account.
    pub fn run_as_account<T>(
        &mut self,
        principal: Principal,
        use_case: impl FnOnce(&mut Work<'_>) -> Result<T, Error>,
    ) -> Option<T> {
        self.run_as(&Actor::Account(Box::new(principal)), use_case)
    }

    fn run_as<T>(
        &mut self,
        actor: &Actor,
        use_case: impl FnOnce(&mut Work<'_>) -> Result<T, Error>,
    ) -> Option<T> {
        let call = Call::internal(self.now);
        match savepoint(&mut self.conn, |conn| use_case(&mut Work::new(conn, &call, actor, &self.policy))) {
            Ok(value) => Some(value),
            Err(Error::Refused(_) | Error::Invalid(_)) => None,
            Err(other) => panic!("{other:?}"),
        }
    }

    /// The account of a facility, if the facility has one.
    pub fn principal(&mut self, number: usize) -> Option<Principal> {
        let account = accounts::find_by_facility(&mut self.conn, &self.codes[number]).unwrap()?;
        Some(Principal {
            account,
            session_id: SessionId::from_uuid(Uuid::new_v4()),
            authenticated_until: chrono::DateTime::<chrono::Utc>::MAX_UTC,
        })
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

    /// A succession to facility `to` with a change date `day` days from today.
    pub fn draft(&self, to: usize, day: i64) -> Draft<SuccessionDraft> {
        let form = self.form(to, day);
        let parts = SuccessionDraft {
            successor_code: Some(form.successor.facility_code.clone()),
            successor_postal_code: Some(form.successor.postal_code.clone()),
            reason: Some(form.reason),
            has_detail: false,
            change_date: Some(form.change_date),
            form: Some(form),
        };
        Draft::new(parts, Faults::default())
    }

    /// The account of a facility and its live succession, if the facility has both.
    pub fn live_from(&mut self, from: usize) -> Option<(Principal, Succession)> {
        let principal = self.principal(from)?;
        let live = stored::find_live_from(&mut self.conn, &self.codes[from]).unwrap()?;
        Some((principal, live))
    }

    pub fn register(&mut self, number: usize) {
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
        self.run_as_system(|work| {
            eligibility::ensure_eligible(work.conn, &account.identity)?;
            accounts::insert(work.conn, &account, None)
        });
    }

    /// Imports a list with the `listed` facilities. For the facility `moved`, the list has another postal code than
    /// succession forms state. A `whole` list delists the facilities that it lacks.
    pub fn import(&mut self, listed: [bool; FACILITIES], moved: usize, whole: bool) {
        let row = |number: usize| ListedFacility {
            code: self.codes[number].clone(),
            name: name(number),
            postal_code: PostalCode::parse(if number == moved { "100-0001" } else { "100-0000" }).unwrap(),
            address: address(number),
            phone: None,
            founder_name: Some(PersonName::parse("医療法人架空会").unwrap()),
            delisted_at: None,
        };
        let rows: Vec<_> = (0..FACILITIES).filter(|number| listed[*number]).map(row).collect();
        self.run_as_system(|work| {
            let (mut report, mut coverage) = (ImportReport::default(), EditionCodes::default());
            for row in &rows {
                coverage.note(&row.code);
            }
            import::store_rows(work, rows, &mut report)?;
            if whole {
                import::delist_absent(work, &coverage, &mut report)?;
            }
            let mut after = None;
            while let Some(tried) = successions::carry_on_next(work, after)? {
                after = Some(tried.id);
            }
            Ok(())
        });
        self.assert_no_rows(
            "a succession that waits for a listed facility",
            "SELECT predecessor_code a, successor_code b, '' c FROM successions JOIN facilities ON code = successor_code
             WHERE status = 'WAITING_FOR_MASTER' AND delisted_at IS NULL",
        );
    }

    /// The rows of a query with three text columns named `a`, `b` and `c`.
    pub fn rows(&mut self, query: &str) -> Vec<(String, String, String)> {
        let query = diesel::sql_query(query);
        let rows: Vec<Row> = match &mut self.conn {
            Conn::Sqlite(conn) => query.load(conn),
            Conn::Postgres(conn) => query.load(conn),
        }
        .unwrap();
        rows.into_iter().map(|row| (row.a, row.b, row.c)).collect()
    }

    /// Asserts that a query finds nothing. `violation` describes what its rows would be.
    pub fn assert_no_rows(&mut self, violation: &str, query: &str) {
        assert_eq!(self.rows(query), [], "{violation}");
    }
}

fn founder() -> Founder {
    Founder { kind: FounderKind::Corporation, name: PersonName::parse("医療法人架空会").unwrap() }
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

/// A declaration for the reason that no optical line is available.
pub fn declaration() -> Draft<DeclarationDraft> {
    let statement = serde_json::json!({ "category": "NO_NETWORK", "line_status": "NOT_AVAILABLE" });
    let parts = DeclarationDraft {
        round: "2023".to_owned(),
        statement: Some(serde_json::from_value(statement).unwrap()),
        other_facility_codes: Vec::new(),
        attachment_ids: Vec::new(),
        attachments: 0,
        client_reference: None,
    };
    Draft::new(parts, Faults::default())
}
