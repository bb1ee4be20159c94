"""The node kinds of rules, found by their `kind`: the key that only they have in a document."""
