"""The administrators' reports as pages show them: what is asked for, charts with their tables, and figures."""
