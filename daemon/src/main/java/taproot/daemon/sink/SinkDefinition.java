package taproot.daemon.sink;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import taproot.daemon.config.Config;
import taproot.daemon.config.ConfigException;
import taproot.daemon.config.ConfigTable;
import taproot.daemon.log.SinkCursors;

/** A configured sink: its type and everything the configuration says about it, checked. */
record SinkDefinition(String name, SinkFactory factory, ConfigTable.Values values) {

    /**
     * All sinks of a configuration.
     *
     * @throws ConfigException naming everything that is wrong with any of them
     */
    static List<SinkDefinition> of(Config.Sinks config, SinkTypes types) throws ConfigException {
        List<SinkDefinition> sinks = new ArrayList<>();
        List<ConfigException.Problem> problems = new ArrayList<>();
        for (ConfigTable table : config.tables()) {
            try {
                sinks.add(of(table, types));
            } catch (ConfigException e) {
                problems.addAll(e.problems());
            }
        }
        if (!problems.isEmpty()) {
            throw new ConfigException(problems);
        }
        return List.copyOf(sinks);
    }

    private static SinkDefinition of(ConfigTable table, SinkTypes types) throws ConfigException {
        String type = table.get(SinkKeys.TYPE);
        SinkFactory factory = factory(table, type, types);
        List<taproot.daemon.config.ConfigKey<?>> keys =
                Stream.concat(SinkKeys.ALL.stream(), factory.keys().stream()).toList();
        SinkDefinition sink = new SinkDefinition(table.word(), factory, table.read(keys));
        if (sink.parts() > factory.mostParts()) {
            throw wrong(
                    table, SinkKeys.PARTS.name(), "at most " + factory.mostParts() + " for a " + type, sink.parts());
        }
        try {
            factory.check(sink.settings(Sinks.NO_INSTALLATION, TraceSource.NONE));
        } catch (SinkException e) {
            throw wrong(table, "", "settings that can work", String.valueOf(e.getMessage()));
        }
        return sink;
    }

    private static SinkFactory factory(ConfigTable table, String type, SinkTypes types) throws ConfigException {
        try {
            SinkFactory factory = types.find(type);
            if (factory == null) {
                throw wrong(table, SinkKeys.TYPE.name(), "one of " + String.join(", ", types.names()), type);
            }
            return factory;
        } catch (IOException | UncheckedIOException e) {
            throw wrong(table, SinkKeys.TYPE.name(), "a readable installation", e);
        }
    }

    private static ConfigException wrong(ConfigTable table, String key, String expected, Object got) {
        return new ConfigException(List.of(table.problem(key, expected, String.valueOf(got), null)));
    }

    SinkSettings settings(String installation, TraceSource traces) {
        return new SinkSettings(name, installation, parts(), deliveryTimeout(), traces, values);
    }

    SinkCursors.Start start() {
        return new SinkCursors.Start(name, values.get(SinkKeys.START) == SinkKeys.Start.BEGINNING);
    }

    int batchRecords() {
        return values.get(SinkKeys.BATCH_RECORDS).intValue();
    }

    long batchBytes() {
        return values.get(SinkKeys.BATCH_BYTES);
    }

    Duration batchAge() {
        return values.get(SinkKeys.BATCH_AGE);
    }

    Duration deliveryTimeout() {
        return values.get(SinkKeys.DELIVERY_TIMEOUT);
    }

    int parts() {
        return values.get(SinkKeys.PARTS).intValue();
    }

    Duration retryFirst() {
        return values.get(SinkKeys.RETRY_FIRST);
    }

    Duration retryLongest() {
        return values.get(SinkKeys.RETRY_LONGEST);
    }
}
