"""What a wiki is: standard library only, no input or output, no clock, no globals."""
