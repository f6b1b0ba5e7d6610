-- A requirement and a basis are objects with a kind: {"kind": "WHEN_BELOW", "field": …, "limit": …} instead of
-- {"WHEN_BELOW": {"field": …, "limit": …}}, and {"kind": "ALWAYS"} instead of "ALWAYS".
UPDATE round_editions SET edition = regexp_replace(
  regexp_replace(edition::text, '"(requirement|basis)": "([A-Z_]+)"', '"\1": {"kind": "\2"}', 'g'),
  '"(requirement|basis)": \{"([A-Z_]+)": \{([^{}]*)\}\}', '"\1": {"kind": "\2", \3}', 'g'
)::jsonb;
