-- Words come first: then a closing brace before one of the last four members ends a requirement or a basis with members.
UPDATE round_editions SET edition =
  replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(
    edition,
    '"requirement":{"kind":"ALWAYS"}', '"requirement":"ALWAYS"'),
    '"requirement":{"kind":"OPTIONAL"}', '"requirement":"OPTIONAL"'),
    '"basis":{"kind":"OPEN"}', '"basis":"OPEN"'),
    '"requirement":{"kind":"WHEN_ONE_OF",', '"requirement":{"WHEN_ONE_OF":{'),
    '"requirement":{"kind":"WHEN_BELOW",', '"requirement":{"WHEN_BELOW":{'),
    '"basis":{"kind":"END_OF_MONTH_OF",', '"basis":{"END_OF_MONTH_OF":{'),
    '"basis":{"kind":"MONTHS_AFTER",', '"basis":{"MONTHS_AFTER":{'),
    '"basis":{"kind":"FIXED",', '"basis":{"FIXED":{'),
    '"basis":{"kind":"DAY_OF",', '"basis":{"DAY_OF":{'),
    '},"not_after":', '}},"not_after":'),
    '},"not_in_future":', '}},"not_in_future":'),
    '},"cap":', '}},"cap":'),
    '},"text":', '}},"text":');
