-- One row for each git command, from however many machines; ${table} is what the configuration calls it.
CREATE TABLE ${table} (
  key           text        PRIMARY KEY,  -- the command's trace2 session id; what makes it the same command everywhere
  installation  uuid        NOT NULL,     -- whose daemon delivered it first
  log_id        uuid        NOT NULL,     -- the log it stands in there ...
  seq           bigint      NOT NULL,     -- ... and its place
  digest        text        NOT NULL,     -- of what git said about it; tells the same command from another of the same key
  started_at    timestamptz NOT NULL,
  finished_at   timestamptz,              -- null: no ending was seen
  duration_us   bigint,
  command       text,                     -- aliases resolved
  argv          text[]      NOT NULL,
  outcome       text        NOT NULL,     -- exited, signaled, execed, lost, interrupted
  exit_code     integer,                  -- what git said, never made up
  read_only     boolean     NOT NULL,
  repository    text,                     -- the work tree, or the git directory of a bare one
  caller        text,
  session       text,
  parent        text,
  git_version   text,
  record        jsonb       NOT NULL,     -- all of it, as the README describes it
  delivered_at  timestamptz NOT NULL DEFAULT now()
);

-- What happened lately; how long do fetches take; what happens in this repository; what fails; what did this build run.
CREATE INDEX ${last}_started ON ${table} (started_at);
CREATE INDEX ${last}_command ON ${table} (command, started_at);
CREATE INDEX ${last}_repository ON ${table} (repository, started_at);
CREATE INDEX ${last}_failed ON ${table} (started_at) WHERE outcome <> 'exited' OR exit_code <> 0;
CREATE INDEX ${last}_session ON ${table} (session) WHERE session IS NOT NULL;

-- How far each daemon has got, written in the transaction that writes the rows.
CREATE TABLE ${table}_cursors (
  installation  uuid        NOT NULL,
  sink          text        NOT NULL,
  part          integer     NOT NULL,
  log_id        uuid        NOT NULL,
  seq           bigint      NOT NULL,
  batch         text        NOT NULL,
  delivered_at  timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (installation, sink, part)
);

CREATE TABLE ${table}_schema (version integer PRIMARY KEY, applied_at timestamptz NOT NULL DEFAULT now());
INSERT INTO ${table}_schema (version) VALUES (1);
