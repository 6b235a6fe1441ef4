"""The commands of `denktank`, one module per noun."""
