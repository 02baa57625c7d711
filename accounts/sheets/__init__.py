"""Tables as files: Excel and CSV, read with care and written so that no program takes a word for a formula."""
