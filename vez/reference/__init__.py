"""The reference pages of docs/reference, made from the code: `python -m vez.reference FOLDER`."""
