//! The facility list, to find a facility to try with.

use crate::routes::tags;
use actix_web::{HttpRequest, HttpResponse, get, web};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::db::store::{accounts, facilities};
use crate::domain::values::facility_code::FacilityKind;
use crate::error::Error;
use crate::http::context::Context;
use crate::http::paging::{self, PageQuery};
use crate::http::problems::Problem;
use crate::http::problems::refusals::RequestRefusal;

/// A facility of the list, to try with.
#[derive(Serialize, ToSchema)]
pub struct ListedFacilityResponse {
    /// The code.
    #[schema(max_length = 10, pattern = "^[0-9]{10}$", example = "1312345676")]
    pub facility_code: String,
    /// The kind.
    pub kind: FacilityKind,
    /// Name.
    #[schema(max_length = 100, example = "架空さくら診療所")]
    pub name: String,
    /// Postal code.
    #[schema(max_length = 8, pattern = "^[0-9]{3}-[0-9]{4}$", example = "100-0000")]
    pub postal_code: String,
    /// Address.
    #[schema(max_length = 200, example = "東京都千代田区架空町１－１")]
    pub address: String,
    /// Whether it has an account.
    pub has_account: bool,
}

/// A page of the facility list.
#[derive(Serialize, ToSchema)]
pub struct ListedFacilityPage {
    /// The facilities, by code.
    #[schema(max_items = 100)]
    pub items: Vec<ListedFacilityResponse>,
    /// The token of the next page, if there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, max_length = 400)]
    pub next_page_token: Option<String>,
}

/// The query of the facility list.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct FacilityQuery {
    /// Only facilities of this prefecture, two digits.
    #[serde(default)]
    #[param(pattern = "^[0-9]{2}$", max_length = 2)]
    prefecture: Option<String>,
    /// Only facilities of this kind.
    #[serde(default)]
    #[param(inline)]
    kind: Option<FacilityKind>,
    /// Most entries wanted.
    #[serde(default)]
    #[param(minimum = 1, maximum = 100, default = 20)]
    page_size: Option<i64>,
    /// The `next_page_token` of the page before.
    #[serde(default)]
    #[param(max_length = 400)]
    page_token: Option<String>,
}

/// List facilities to try with
///
/// The facility list (in a new sandbox invented facilities), by code.
#[utoipa::path(
    tag = tags::SANDBOX,
    operation_id = "listFacilities",
    params(FacilityQuery),
    responses((status = 200, description = "A page of facilities.", body = ListedFacilityPage)),
    security(()),
)]
#[get("/sandbox/facilities")]
pub(super) async fn list_facilities(
    context: Context,
    query: web::Query<FacilityQuery>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let FacilityQuery { prefecture, kind, page_size, page_token } = query.into_inner();
    let slice = PageQuery { page_size, page_token }.slice::<String>()?;
    if prefecture.as_ref().is_some_and(|two| two.len() != 2 || !two.bytes().all(|byte| byte.is_ascii_digit()))
    {
        return Err(RequestRefusal::InvalidParameter.into());
    }
    let page = context.state.database.read(move |conn| {
        let mut rows = facilities::list(conn, prefecture.as_deref(), kind, &slice)?;
        let next_page_token = paging::cut(&mut rows, slice.limit, |row| row.code.to_string())?;
        let items = rows.into_iter().map(|row| {
            let has_account = accounts::find_by_facility(conn, &row.code)?.is_some();
            Ok(ListedFacilityResponse {
                facility_code: row.code.to_string(),
                kind: row.code.kind(),
                name: row.name.to_string(),
                postal_code: row.postal_code.to_string(),
                address: row.address.to_string(),
                has_account,
            })
        });
        Ok(ListedFacilityPage { items: items.collect::<Result<_, Error>>()?, next_page_token })
    });
    let page = page.await?;
    paging::write(&request, &page, page.next_page_token.as_ref())
}
