"""Things that one may do: a module per noun, functions are verbs, the actor is an argument."""
