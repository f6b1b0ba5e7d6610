//! Finds the paths of modules and crates in a source file.

use std::collections::BTreeSet;

use syn::visit::{self, Visit};
use syn::{Attribute, ItemMod, ItemUse, Macro, Meta, UseTree};

/// Every path in a file. `super::…` and `self::…` are resolved to `crate::…`; other paths are returned as written.
pub fn imports(file: &str, source: &str) -> BTreeSet<String> {
    let tree = syn::parse_file(source).unwrap_or_else(|error| panic!("api/{file} cannot be parsed: {error}"));
    let mut reader = Reader { module: module_path(file), found: BTreeSet::new() };
    reader.visit_file(&tree);
    reader.found
}

/// The module of a file: `routes/problems/page.rs` is `routes::problems::page`, and `routes/mod.rs` is `routes`.
fn module_path(file: &str) -> Vec<String> {
    let mut path: Vec<String> = file.trim_end_matches(".rs").split('/').map(str::to_owned).collect();
    if path.last().is_some_and(|last| last == "mod") || matches!(file, "lib.rs" | "main.rs") {
        path.pop();
    }
    path
}

struct Reader {
    module: Vec<String>,
    found: BTreeSet<String>,
}

impl Reader {
    /// Adds a path, resolved relative to the module that contains it.
    fn add(&mut self, segments: &[String]) {
        let mut base = self.module.clone();
        let mut relative = false;
        let mut rest = segments;
        while let Some((first, tail)) = rest.split_first() {
            match first.as_str() {
                "crate" => base.clear(),
                "self" => {}
                "super" => drop(base.pop()),
                _ => break,
            }
            relative = true;
            rest = tail;
        }
        let path: Vec<&str> = if relative {
            ["crate"]
                .into_iter()
                .chain(base.iter().map(String::as_str))
                .chain(rest.iter().map(String::as_str))
                .collect()
        } else {
            rest.iter().map(String::as_str).collect()
        };
        self.found.insert(path.join("::"));
    }

    fn add_use_tree(&mut self, prefix: &mut Vec<String>, tree: &UseTree) {
        match tree {
            UseTree::Path(path) => {
                prefix.push(path.ident.to_string());
                self.add_use_tree(prefix, &path.tree);
                prefix.pop();
            }
            UseTree::Group(group) => group.items.iter().for_each(|tree| self.add_use_tree(prefix, tree)),
            UseTree::Glob(_) => self.add(prefix),
            UseTree::Name(name) => self.add_with_last(prefix, &name.ident),
            UseTree::Rename(rename) => self.add_with_last(prefix, &rename.ident),
        }
    }

    fn add_with_last(&mut self, prefix: &[String], last: &syn::Ident) {
        let mut path = prefix.to_vec();
        path.push(last.to_string());
        self.add(&path);
    }

    /// Adds every `a::b` in the tokens of a macro or an attribute, which `syn` does not parse.
    fn add_from_tokens(&mut self, tokens: &str) {
        let words: Vec<&str> =
            tokens.split(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | ':'))).collect();
        let joined = words.join(" ").replace(" :: ", "::");
        for path in joined.split_whitespace().filter(|word| word.contains("::")) {
            let segments: Vec<String> =
                path.split("::").filter(|segment| !segment.is_empty()).map(str::to_owned).collect();
            self.add(&segments);
        }
    }
}

impl<'ast> Visit<'ast> for Reader {
    fn visit_item_mod(&mut self, item: &'ast ItemMod) {
        self.module.push(item.ident.to_string());
        visit::visit_item_mod(self, item);
        self.module.pop();
    }

    fn visit_item_use(&mut self, item: &'ast ItemUse) {
        self.add_use_tree(&mut Vec::new(), &item.tree);
    }

    /// Ignores a visibility such as `pub(in crate::db)`, because it imports nothing.
    fn visit_visibility(&mut self, _: &'ast syn::Visibility) {}

    fn visit_path(&mut self, path: &'ast syn::Path) {
        let segments: Vec<String> = path.segments.iter().map(|segment| segment.ident.to_string()).collect();
        self.add(&segments);
        visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, item: &'ast Macro) {
        self.add_from_tokens(&item.tokens.to_string());
        visit::visit_macro(self, item);
    }

    fn visit_attribute(&mut self, attribute: &'ast Attribute) {
        if let Meta::List(list) = &attribute.meta {
            self.add_from_tokens(&list.tokens.to_string());
        }
        visit::visit_attribute(self, attribute);
    }
}

#[test]
fn every_kind_of_path_is_found() {
    let source = "
        use super::super::super::db::{self, pool::Pool as P};
        use self::page::*;
        #[schema(value_type = crate::state::State)]
        struct S(crate::mail::Message);
        fn f() { let _ = format!(\"{}\", crate::boot::open()); super::super::edge::g(); diesel::sql_query(\"\"); }
        mod tests { use super::super::catalogue; }
    ";
    let found = imports("routes/problems/page.rs", source);
    for path in [
        "crate::db::self",
        "crate::db::pool::Pool",
        "crate::routes::problems::page::page",
        "crate::state::State",
        "crate::mail::Message",
        "crate::boot::open",
        "crate::routes::edge::g",
        "diesel::sql_query",
        "crate::routes::problems::catalogue",
    ] {
        assert!(found.contains(path), "{path} is missing in {found:#?}");
    }
}
