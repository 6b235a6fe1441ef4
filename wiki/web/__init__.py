"""HTTP: one blueprint per noun, handlers of about ten lines."""
