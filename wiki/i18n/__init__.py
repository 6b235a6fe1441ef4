"""Languages: translations, sentences for error codes, dates and numbers as people write them."""
