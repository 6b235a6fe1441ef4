"""Http: what every address needs: context, forms, caches, safety, errors, who is here.

One blueprint for each noun; handlers of about ten lines, which ask services.
"""
