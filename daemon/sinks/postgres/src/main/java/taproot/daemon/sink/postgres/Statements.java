package taproot.daemon.sink.postgres;

/** The three statements there are. */
record Statements(TableName table) {
    /** All columns are taken out of the JSON by the server; ordered, because rows lock in the order in which they come. */
    String insert() {
        return """
            INSERT INTO %s (key, installation, log_id, seq, digest, started_at, finished_at, duration_us, command, argv,
              outcome, exit_code, read_only, repository, caller, session, parent, git_version, record)
            SELECT r->>'key', ?::uuid, log_id::uuid, seq, digest, (r->>'started_at')::timestamptz,
              (r->>'finished_at')::timestamptz, (r->>'duration_us')::bigint, r->>'command',
              ARRAY(SELECT jsonb_array_elements_text(r->'argv')), r->>'outcome', (r->>'exit_code')::integer,
              (r->>'read_only')::boolean, coalesce(r->'repository'->>'worktree', r->'repository'->>'git_dir'), r->>'caller',
              r->>'session', r->>'parent', r->>'git_version', r
            FROM (SELECT seq, digest, json::jsonb AS r FROM unnest(?::bigint[], ?::text[], ?::text[]) AS b(seq, digest, json))
              AS rows, (SELECT ? AS log_id) AS log
            ORDER BY 1
            ON CONFLICT (key) DO NOTHING RETURNING key""".formatted(table.name());
    }

    String whose() {
        return "SELECT key, installation, digest FROM " + table.name() + " WHERE key = ANY (?)";
    }

    String cursor() {
        return "INSERT INTO " + table.cursors() + " (installation, sink, part, log_id, seq, batch)"
                + " VALUES (?::uuid, ?, ?, ?::uuid, ?, ?) ON CONFLICT (installation, sink, part) DO UPDATE SET"
                + " log_id = excluded.log_id, seq = excluded.seq, batch = excluded.batch, delivered_at = now()";
    }
}
