//! `/sandbox`: operations for testers, which production does not have: the mails, the clock, the facility list, and the
//! page that a mailed link opens.

pub(super) mod clock;
mod facilities;
mod links;
mod messages;

use utoipa_actix_web::service_config::ServiceConfig;

use crate::http::operation::Operation;

/// The operations of the sandbox.
pub const OPERATIONS: [&[&Operation]; 3] = [messages::OPERATIONS, clock::OPERATIONS, facilities::OPERATIONS];

/// Registers the routes. A service in production does not call this function.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config
        .service(messages::list_messages)
        .service(messages::delete_messages)
        .service(clock::read_clock)
        .service(clock::move_clock)
        .service(facilities::list_facilities)
        .map(|config| config.service(links::link_script).service(links::link_page));
}
