//! `/sandbox/facilities`: the facility list, in which testers find facilities to register.

use crate::routes::tags;
use actix_web::{get, web};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;

use crate::db::store::{accounts, facilities};
use crate::domain::facilities::ListedFacility;
use crate::domain::values::facility_code::FacilityKind;
use crate::domain::values::fault::Fault;
use crate::error::Error;
use crate::http::answer::Answer;
use crate::http::context::Context;
use crate::http::operation::Operation;
use crate::http::paging::{PageQuery, page, page_of};
use crate::http::problems::Problem;

const LIST: Operation = Operation::public("listFacilities");

/// The operations of this resource.
pub const OPERATIONS: &[&Operation] = &[&LIST];

/// Registers the routes. A production service has none of them.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config.service(list_facilities);
}

/// A facility of the facility list.
#[derive(Serialize, ToSchema)]
pub struct ListedFacilityResponse {
    /// The facility code.
    #[schema(max_length = 10, pattern = "^[0-9]{10}$", example = "1312345676")]
    pub facility_code: String,
    /// The kind of facility.
    pub kind: FacilityKind,
    /// The name of the facility.
    #[schema(max_length = 100, example = "架空さくら診療所")]
    pub name: String,
    /// The postal code.
    #[schema(max_length = 8, pattern = "^[0-9]{3}-[0-9]{4}$", example = "100-0000")]
    pub postal_code: String,
    /// The address.
    #[schema(max_length = 200, example = "東京都千代田区架空町１－１")]
    pub address: String,
    /// Whether the facility has an account.
    pub has_account: bool,
}

page! {
    /// A page of the facility list.
    ListedFacilityPage {
        /// The facilities, in the order of their facility codes.
        ListedFacilityResponse
    }
}

/// The query of the facility list.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct FacilityQuery {
    /// Only facilities in this prefecture: the number of the prefecture, two digits, such as `13` for Tokyo.
    #[serde(default)]
    #[param(pattern = "^[0-9]{2}$", max_length = 2)]
    prefecture: Option<String>,
    /// Only facilities of this kind.
    #[serde(default)]
    kind: Option<FacilityKind>,
}

/// List facilities for tests
///
/// The facility list, in the order of the facility codes. A new sandbox has fictitious facilities.
#[utoipa::path(
    tag = tags::SANDBOX,
    operation_id = LIST.id,
    params(FacilityQuery, PageQuery),
    responses((status = 200, description = "A page of facilities.", body = ListedFacilityPage)),
)]
#[get("/sandbox/facilities")]
pub async fn list_facilities(
    context: Context,
    query: web::Query<FacilityQuery>,
    page: web::Query<PageQuery>,
) -> Result<Answer<ListedFacilityPage>, Problem> {
    let FacilityQuery { prefecture, kind } = query.into_inner();
    let slice = page.slice::<String>()?;
    if prefecture.as_ref().is_some_and(|two| two.len() != 2 || !two.bytes().all(|byte| byte.is_ascii_digit()))
    {
        return Err(Error::parameter("prefecture", Fault::PrefectureForm).into());
    }
    let list = context.read(move |reading| {
        let rows = facilities::list(reading.conn, prefecture.as_deref(), kind, &slice)?;
        let key = |facility: &ListedFacility| facility.code.to_string();
        page_of(rows, slice.limit, key, |facility| {
            let has_account = accounts::find_by_facility(reading.conn, &facility.code)?.is_some();
            Ok(ListedFacilityResponse {
                facility_code: facility.code.to_string(),
                kind: facility.code.kind(),
                name: facility.name.to_string(),
                postal_code: facility.postal_code.to_string(),
                address: facility.address.to_string(),
                has_account,
            })
        })
    });
    Ok(context.answer_page(&list.await?)?)
}
