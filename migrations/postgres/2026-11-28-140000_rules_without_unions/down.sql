-- jsonb orders members by the length of their names, so only "date" stands before "kind".
UPDATE round_editions SET edition = regexp_replace(regexp_replace(regexp_replace(
  edition::text,
  '"(requirement|basis)": \{"kind": "([A-Z_]+)"\}', '"\1": "\2"', 'g'),
  '"(requirement|basis)": \{"kind": "([A-Z_]+)", ([^{}]*)\}', '"\1": {"\2": {\3}}', 'g'),
  '"basis": \{("date": "[^"]*"), "kind": "FIXED"\}', '"basis": {"FIXED": {\1}}', 'g'
)::jsonb;
