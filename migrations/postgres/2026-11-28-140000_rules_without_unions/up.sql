-- A requirement and a basis are objects with a kind: {"kind": "WHEN_BELOW", "field": …, "limit": …} instead of
-- {"WHEN_BELOW": {"field": …, "limit": …}}, and {"kind": "ALWAYS"} instead of "ALWAYS".
UPDATE round_editions SET edition = regexp_replace(
  regexp_replace(edition::text, '"(requirement|basis)": "([A-Z_]+)"', '"\1": {"kind": "\2"}', 'g'),
  '"(requirement|basis)": \{"([A-Z_]+)": \{([^{}]*)\}\}', '"\1": {"kind": "\2", \3}', 'g'
)::jsonb;
-- The day from which a line can be used has come when it is declared (line_ready_date).
UPDATE round_editions SET edition = replace(edition::text, '"words": ["AVAILABLE"]}, "not_in_future": false', '"words": ["AVAILABLE"]}, "not_in_future": true')::jsonb WHERE round = '2023';
