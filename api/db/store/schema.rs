//! The tables, which are the same in both databases. The module `db::engine::columns` explains `Id`, `Moment` and
//! `Document`.

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::engine::columns::sql::{Document, Id, Moment};

    facilities (code) {
        code -> Text,
        kind -> Text,
        name -> Text,
        name_key -> Text,
        postal_code -> Text,
        address -> Text,
        address_key -> Text,
        phone -> Nullable<Text>,
        founder_name -> Nullable<Text>,
        listed_at -> Moment,
        changed_at -> Moment,
        delisted_at -> Nullable<Moment>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::engine::columns::sql::{Document, Id, Moment};

    accounts (id) {
        id -> Id,
        email -> Text,
        email_key -> Text,
        password_hash -> Text,
        kind -> Text,
        facility_code -> Nullable<Text>,
        designation_receipt -> Nullable<Text>,
        receipt_prefecture -> Nullable<Text>,
        profile -> Document,
        version -> BigInt,
        created_at -> Moment,
        updated_at -> Moment,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::engine::columns::sql::{Document, Id, Moment};

    former_facilities (facility_code) {
        facility_code -> Text,
        account_id -> Id,
        succession_id -> Id,
        profile -> Document,
        until -> Moment,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::engine::columns::sql::{Document, Id, Moment};

    links (id) {
        id -> Id,
        purpose -> Text,
        token_hash -> Binary,
        email -> Text,
        email_key -> Text,
        account_id -> Nullable<Id>,
        created_at -> Moment,
        expires_at -> Moment,
        used_at -> Nullable<Moment>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::engine::columns::sql::{Document, Id, Moment};

    link_requests (id) {
        id -> Id,
        purpose -> Text,
        email -> Text,
        email_key -> Text,
        account_id -> Nullable<Id>,
        client -> Nullable<Text>,
        request_id -> Nullable<Text>,
        attempts -> BigInt,
        requested_at -> Moment,
        next_attempt_at -> Moment,
        expires_at -> Moment,
        lease_holder -> Nullable<Id>,
        leased_until -> Nullable<Moment>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::engine::columns::sql::{Document, Id, Moment};

    sessions (id) {
        id -> Id,
        account_id -> Id,
        client -> Text,
        user_agent -> Nullable<Text>,
        created_at -> Moment,
        last_used_at -> Moment,
        expires_at -> Moment,
        ended_at -> Nullable<Moment>,
        authenticated_at -> Moment,
        device_hash -> Nullable<Binary>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::engine::columns::sql::{Document, Id, Moment};

    refresh_tokens (token_hash) {
        token_hash -> Binary,
        session_id -> Id,
        issued_at -> Moment,
        replaced_at -> Nullable<Moment>,
        successor_salt -> Nullable<Binary>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::engine::columns::sql::{Document, Id, Moment};

    known_devices (token_hash) {
        token_hash -> Binary,
        account_id -> Id,
        last_used_at -> Moment,
        logins -> BigInt,
        failures -> BigInt,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::engine::columns::sql::{Document, Id, Moment};

    wrong_passwords (pseudonym) {
        pseudonym -> Binary,
        in_a_row -> BigInt,
        last_at -> Moment,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::engine::columns::sql::{Document, Id, Moment};

    round_editions (round, effective_from) {
        round -> Text,
        effective_from -> Text,
        edition -> Document,
        loaded_at -> Moment,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::engine::columns::sql::{Document, Id, Moment};

    uploads (id) {
        id -> Id,
        account_id -> Id,
        file_name -> Text,
        media_type -> Text,
        size_bytes -> BigInt,
        sha256 -> Text,
        created_at -> Moment,
        expires_at -> Moment,
        stored_at -> Nullable<Moment>,
        received_at -> Nullable<Moment>,
        refused_at -> Nullable<Moment>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::engine::columns::sql::{Id, Moment};

    scans (upload_id) {
        upload_id -> Id,
        account_id -> Id,
        attempts -> BigInt,
        received_at -> Moment,
        next_attempt_at -> Moment,
        lease_holder -> Nullable<Id>,
        leased_until -> Nullable<Moment>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::engine::columns::sql::{Document, Id, Moment};

    declarations (id) {
        id -> Id,
        facility_code -> Text,
        round -> Text,
        receipt_number -> Text,
        status -> Text,
        revision -> BigInt,
        content -> Document,
        late -> Bool,
        review -> Nullable<Document>,
        version -> BigInt,
        created_at -> Moment,
        updated_at -> Moment,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::engine::columns::sql::{Document, Id, Moment};

    declaration_revisions (declaration_id, revision) {
        declaration_id -> Id,
        revision -> BigInt,
        facility_code -> Text,
        content -> Document,
        filed_by -> Id,
        filed_at -> Moment,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::engine::columns::sql::{Document, Id, Moment};

    successions (id) {
        id -> Id,
        account_id -> Id,
        predecessor_code -> Text,
        successor_code -> Text,
        receipt_number -> Text,
        status -> Text,
        change_date -> Text,
        form -> Document,
        review -> Nullable<Document>,
        version -> BigInt,
        created_at -> Moment,
        updated_at -> Moment,
        accepted_at -> Nullable<Moment>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::engine::columns::sql::{Document, Id, Moment};

    postal_items (id) {
        id -> Id,
        kind -> Text,
        succession_id -> Nullable<Id>,
        postal_code -> Text,
        address -> Text,
        addressee -> Text,
        queued_at -> Moment,
        posted_at -> Nullable<Moment>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::engine::columns::sql::{Document, Id, Moment};

    outbox (id) {
        id -> Id,
        kind -> Text,
        recipient -> Text,
        subject -> Text,
        body -> Text,
        account_id -> Nullable<Id>,
        state -> Text,
        attempts -> BigInt,
        queued_at -> Moment,
        next_attempt_at -> Moment,
        expires_at -> Moment,
        sent_at -> Nullable<Moment>,
        html -> Text,
        lease_holder -> Nullable<Id>,
        leased_until -> Nullable<Moment>,
        failure -> Nullable<Text>,
        recipient_domain -> Text,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::engine::columns::sql::{Document, Id, Moment};

    sandbox_messages (id) {
        id -> Id,
        kind -> Text,
        recipient -> Text,
        subject -> Text,
        body -> Text,
        delivered_at -> Moment,
        html -> Text,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::engine::columns::sql::{Document, Id, Moment};

    sandbox_clock (only) {
        only -> BigInt,
        offset_micros -> BigInt,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::engine::columns::sql::{Document, Id, Moment};

    idempotency_keys (principal, operation, key) {
        principal -> Id,
        operation -> Text,
        key -> Text,
        fingerprint -> Binary,
        answer -> Document,
        created_at -> Moment,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::engine::columns::sql::{Document, Id, Moment};

    audit_log (id) {
        id -> Id,
        at -> Moment,
        actor -> Text,
        action -> Text,
        subject -> Text,
        client -> Nullable<Text>,
        request_id -> Nullable<Text>,
        details -> Nullable<Document>,
    }
}

diesel::joinable!(refresh_tokens -> sessions (session_id));
diesel::allow_tables_to_appear_in_same_query!(refresh_tokens, sessions);
diesel::allow_tables_to_appear_in_same_query!(accounts, facilities);
diesel::allow_tables_to_appear_in_same_query!(successions, facilities);
