"""Where a link leads whom: UTM fields, rules, variants, apps; and whom it tells."""
