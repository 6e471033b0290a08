"""`vez catalog`: the catalog as files. Validate a file by itself; plan, apply and export against a running system.

The system answers `PUT /api/workflow/v1/catalog?dry_run=&prune=&name=` (the file as it is, `If-Match: *`) with

    {applied, version, changes: [{kind, code, change, details: [text]}], versions: {type: number},
     open_tickets: {type: {version: count}}, warnings: [problem]}

or with a problem document whose `problems` are `{file, line, path, message, remedy}`, as those of `validate` are; and
`GET` of the same address with `Accept: application/yaml` with the file that would make the present catalog.
`change` is new, changed, new_version, unchanged or retired.
"""
