"""Where people and talk live, and the projections that SQL holds."""
