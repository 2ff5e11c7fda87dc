-- One domain of the company, folded. The directory's own routing domain is not among them.
CREATE TABLE domain (
    name     TEXT    PRIMARY KEY,
    verified INTEGER NOT NULL                 -- 1 once the company has proved that it is its own
) STRICT, WITHOUT ROWID;
