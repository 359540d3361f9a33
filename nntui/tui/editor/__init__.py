"""The editor of a document: what its lists show, and the forms that change an entry."""
