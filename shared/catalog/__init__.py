"""Published definitions and the one policy over them: parameter kinds, the matrix of access, conditions. All pure.

`definitions` is the vocabulary. `reading` and `writing` turn files into it and back, `wire` a version into JSON values;
`access`, `values` and `conditions` judge what a side may see, write and do; `plan` compares two catalogs.
"""
