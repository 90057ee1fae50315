package taproot.daemon.log;

import static org.assertj.core.api.Assertions.assertThat;
import static taproot.daemon.log.Commands.STARTED;
import static taproot.daemon.log.Commands.command;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import taproot.normalizer.CommandRecord;
import taproot.normalizer.FinishedCommand;
import taproot.normalizer.Outcome;

/** A condition means the same in the database and for a record at hand. */
class ConditionsTest extends LogTestBase {
    private static final int RECORDS = 400;
    private static final int QUERIES = 2_000;

    private final Random random = new Random(7);

    @Test
    void theDatabaseAndThePredicateAgree() throws Exception {
        CommandLog log = open();
        List<FinishedCommand> commands = new ArrayList<>();
        for (int i = 0; i < RECORDS; i++) {
            commands.add(anyCommand("k" + i));
        }
        append(log, commands.toArray(FinishedCommand[]::new));
        settled(log);

        int matched = 0;
        try (LogReader reader = reader()) {
            for (int i = 0; i < QUERIES; i++) {
                CommandQuery query = anyQuery();
                List<String> inDatabase = new ArrayList<>();
                reader.query(query, stored -> inDatabase.add(stored.key()));
                Predicate<CommandFacts> wanted = query.predicate();
                List<String> atHand = commands.stream()
                        .map(FinishedCommand::record)
                        .filter(record -> wanted.test(CommandFacts.of(record)))
                        .map(CommandRecord::key)
                        .toList();
                assertThat(atHand).as(query.toString()).isEqualTo(inDatabase);
                matched += atHand.size();
            }
        }
        assertThat(matched).isBetween(QUERIES, QUERIES * RECORDS / 2);
    }

    private FinishedCommand anyCommand(String key) {
        Outcome outcome = any(Outcome.values());
        Commands command = command(key)
                .named(mostly(any("status", "fetch", "commit")))
                .ended(outcome, outcome == Outcome.EXITED ? mostly(any(0, 0, 1)) : null)
                .startedAt(STARTED + random.nextInt(10) * 500_000L)
                .took(mostly(any(0L, 999L, 1_000L, 5_000_000L)))
                .session(mostly(any("ide", "ide/2")));
        String place = mostly(any("/src/app", "/src/app/lib", "/src/app2", "/src/app-x", "/src", "/", "/größe/app"));
        command = place != null && random.nextBoolean() ? command.inBare(place) : command.in(place);
        return (random.nextBoolean() ? command.readOnly() : command).finished();
    }

    private CommandQuery anyQuery() {
        return CommandQuery.where()
                .repository(rarely(any("/src/app", "/src/app/", "/src", "/", "/größe", "/src/ap")))
                .command(rarely(any("status", "commit", "gc")))
                .outcome(rarely(any(Outcome.values())))
                .failed(rarely(random.nextBoolean()))
                .readOnly(rarely(random.nextBoolean()))
                .since(rarely(time()))
                .until(rarely(time()))
                .minDurationUs(rarely(any(0L, 1_000L, 1_001L)))
                .session(rarely(any("ide", "none")))
                .after(0, 0);
    }

    private Instant time() {
        return Instant.ofEpochSecond(STARTED / 1_000_000, random.nextInt(10) * 500_000_000L);
    }

    private <T> @Nullable T rarely(T value) {
        return random.nextInt(4) == 0 ? value : null;
    }

    private <T> @Nullable T mostly(T value) {
        return random.nextInt(4) == 0 ? null : value;
    }

    @SafeVarargs
    private <T> T any(T... values) {
        return values[random.nextInt(values.length)];
    }
}
