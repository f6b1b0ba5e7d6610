-- A requirement and a basis are objects with a kind: {"kind": "WHEN_BELOW", "field": …, "limit": …} instead of
-- {"WHEN_BELOW": {"field": …, "limit": …}}, and {"kind": "ALWAYS"} instead of "ALWAYS".
-- The service writes a document without spaces and its members in a fixed order. Two closing braces before one of these
-- four members end a requirement or a basis.
UPDATE round_editions SET edition =
  replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(
    edition,
    '"requirement":{"WHEN_ONE_OF":{', '"requirement":{"kind":"WHEN_ONE_OF",'),
    '"requirement":{"WHEN_BELOW":{', '"requirement":{"kind":"WHEN_BELOW",'),
    '"basis":{"END_OF_MONTH_OF":{', '"basis":{"kind":"END_OF_MONTH_OF",'),
    '"basis":{"MONTHS_AFTER":{', '"basis":{"kind":"MONTHS_AFTER",'),
    '"basis":{"FIXED":{', '"basis":{"kind":"FIXED",'),
    '"basis":{"DAY_OF":{', '"basis":{"kind":"DAY_OF",'),
    '}},"not_after":', '},"not_after":'),
    '}},"not_in_future":', '},"not_in_future":'),
    '}},"cap":', '},"cap":'),
    '}},"text":', '},"text":'),
    '"requirement":"ALWAYS"', '"requirement":{"kind":"ALWAYS"}'),
    '"requirement":"OPTIONAL"', '"requirement":{"kind":"OPTIONAL"}'),
    '"basis":"OPEN"', '"basis":{"kind":"OPEN"}');
-- The day from which a line can be used has come when it is declared (line_ready_date).
UPDATE round_editions SET edition = replace(edition, '"words":["AVAILABLE"]},"not_in_future":false', '"words":["AVAILABLE"]},"not_in_future":true') WHERE round = '2023';
