"""What one may do: one module per noun, functions are verbs, the actor is an argument."""
