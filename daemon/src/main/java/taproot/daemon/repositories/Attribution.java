package taproot.daemon.repositories;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import taproot.normalizer.CommandRecord;
import taproot.normalizer.CommandRecord.RefChange;

/**
 * Says which new entries of the reflogs a command wrote: those that are in its words, of its time, and that nobody else
 * can have written. Anything less than all three is unknown, and then nothing is attributed.
 *
 * <p>The reasoning: git writes a reflog only between its process's start and end. Every traced process that may have
 * written what was read had told its start before, so it is known by the time this is asked (see {@link Movements}).
 * HEAD's reflog of a work tree is written by processes in that work tree alone; all others by any of the family.
 */
final class Attribution {
    private static final Logger LOG = LoggerFactory.getLogger(Attribution.class);

    static final String INFERRED = "inferred";
    static final String UNKNOWN = "unknown";
    private static final String SOURCE = "reflog";

    private static final Pattern RETURNING =
            Pattern.compile("rebase\\b.*\\((?:finish|abort)\\): returning to (refs/heads/.+)");
    private static final Pattern MOVING = Pattern.compile("checkout: moving from (\\S+) to .*");
    private static final Pattern RENAMED = Pattern.compile("Branch: renamed (refs/heads/\\S+) to .*");
    private static final Pattern COMMIT = Pattern.compile("[0-9a-f]{40}([0-9a-f]{24})?");

    /** HEAD goes elsewhere, or stands by itself, and no branch moves with it. */
    private static final Pattern LEAVING =
            Pattern.compile("checkout: .*|rebase\\b.*|pull .*\\((start|pick|finish)\\).*");

    private static final Pattern FINISHED = Pattern.compile("rebase\\b.*\\((?:finish|abort)\\).*");

    /** Nothing that can be told, as opposed to nothing that was done. */
    private static final class Uncertain extends Exception {
        private static final long serialVersionUID = 1L;

        Uncertain(String why) {
            super(why, null, false, false);
        }
    }

    /** What was found. */
    record Found(List<RefChange> changes, @Nullable String confidence) {
        static final Found NOTHING = new Found(List.of(), null);
        static final Found UNCERTAIN = new Found(List.of(), UNKNOWN);
    }

    private final CommandRecord record;
    private final Known known;
    private final Reflogs reflogs;
    private final Company company;
    private final List<RefChange> changes = new ArrayList<>();

    Attribution(CommandRecord record, Known known, Reflogs reflogs, Company company) {
        this.record = record;
        this.known = known;
        this.reflogs = reflogs;
        this.company = company;
    }

    /** Looks at each reflog that the command may have written, once, so that they are read. */
    static void read(CommandRecord record, GitPlace place, Reflogs reflogs) throws IOException {
        String branch =
                reflogs.branch(place); // First: who goes elsewhere later has said so in the reflog that is read next.
        var unused = reflogs.head(place);
        if (branch != null) {
            var head = reflogs.of(place, branch);
        }
        ReflogRule.Expectation expected = ReflogRule.of(record);
        for (ReflogRule.Other other : expected == null ? List.<ReflogRule.Other>of() : expected.others()) {
            if (other.all()) {
                var below = reflogs.below(place, other.ref());
            } else {
                var of = reflogs.of(place, other.ref());
            }
        }
    }

    /** Gives the entries it wrote to the command, or gives up those of which nobody can tell. */
    Found find() throws IOException {
        ReflogRule.Expectation expected = ReflogRule.of(record);
        if (expected == null) {
            return giveUp();
        }
        try {
            Pattern head = expected.head();
            if (head != null) {
                head(head, expected.many());
            }
            for (ReflogRule.Other other : expected.others()) {
                other(other);
            }
            if (!expected.others().isEmpty() && reflogs.head(known.place()).state == Reflog.State.ABSENT) {
                throw new Uncertain(
                        "HEAD has no reflog here"); // Bare, or of another ref format: that others are missing says
                // nothing.
            }
        } catch (Uncertain e) {
            LOG.debug("{} {}: ref changes unknown: {}", record.key(), record.argv(), e.getMessage());
            blurAll(expected);
            return Found.UNCERTAIN;
        }
        return changes.isEmpty() ? Found.NOTHING : new Found(List.copyOf(changes), INFERRED);
    }

    /** Nothing of what was read is anybody's. */
    Found giveUp() throws IOException {
        blurAll(null);
        return Found.UNCERTAIN;
    }

    /** Moves the cursors past what a hook has told already. */
    void passOver() throws IOException {
        for (Reflog reflog : reflogs.all()) {
            int n = 0;
            for (ReflogEntry entry : reflog.entries) {
                boolean told = record.refChanges().stream()
                        .anyMatch(change -> change.current().equals(entry.current()));
                if (!told && entry.moved()) {
                    break;
                }
                n++;
            }
            var unused = reflog.take(n);
        }
    }

    /** Nobody will know whose they are: neither this command nor any that ran when they were read gets them. */
    private void blurAll(ReflogRule.@Nullable Expectation expected) throws IOException {
        GitPlace place = known.place();
        if (expected == null || expected.head() != null) {
            reflogs.blur(reflogs.head(place));
        }
        if (expected == null) {
            reflogs.blurBelow(place, "refs");
            return;
        }
        for (ReflogRule.Other other : expected.others()) {
            if (other.all()) {
                reflogs.blurBelow(place, other.ref());
            } else {
                reflogs.blur(reflogs.of(place, other.ref()));
            }
        }
    }

    private void head(Pattern message, boolean many) throws IOException, Uncertain {
        GitPlace place = known.place();
        Reflog head = reflogs.head(place);
        if (head.state == Reflog.State.ABSENT) {
            throw new Uncertain("HEAD has no reflog");
        }
        List<ReflogEntry> taken = fitting(head, message, many, company.here());
        String branch = branchOf(head, reflogs.branch(place));
        Reflog ofBranch = branch == null ? null : reflogs.of(place, branch);
        String finished = null;
        for (ReflogEntry entry : taken) {
            add("HEAD", entry);
            if (branch != null && ofBranch != null && tookTwin(ofBranch, entry)) {
                add(branch, entry);
            } else if (branch != null
                    && entry.moved()
                    && !LEAVING.matcher(entry.message()).matches()) {
                throw new Uncertain("which branch moved with HEAD is not seen any more");
            }
            Matcher returning = RETURNING.matcher(entry.message());
            finished = returning.matches() ? returning.group(1) : finished;
        }
        if (finished != null) {
            finished(place, finished, taken.getLast());
        }
    }

    /**
     * The branch that HEAD named when the entries were written that have been taken: the one that the next who went
     * elsewhere has left, or else the one it names still. Null where it named none.
     */
    private static @Nullable String branchOf(Reflog head, @Nullable String now) {
        for (ReflogEntry later : head.entries) {
            Matcher moving = MOVING.matcher(later.message());
            if (moving.matches()) {
                String left = moving.group(1);
                return COMMIT.matcher(left).matches() ? null : "refs/heads/" + left;
            }
            Matcher renamed = RENAMED.matcher(later.message());
            if (renamed.matches()) {
                return renamed.group(1);
            }
        }
        return now;
    }

    /** HEAD and the branch it names move together, and the same line is written to both. */
    private static boolean tookTwin(Reflog reflog, ReflogEntry entry) {
        int n = 0;
        for (ReflogEntry candidate : reflog.entries) {
            n++;
            if (candidate.line().equals(entry.line())) {
                var unused = reflog.take(n);
                return true;
            }
        }
        return false;
    }

    /** A rebase moves the branch at its end, to where HEAD has come. */
    private void finished(GitPlace place, String branch, ReflogEntry head) throws IOException {
        Reflog reflog = reflogs.of(place, branch);
        int n = 0;
        for (ReflogEntry entry : reflog.entries) {
            n++;
            if (FINISHED.matcher(entry.message()).matches()
                    && entry.current().equals(head.current())
                    && entry.seconds() == head.seconds()) {
                var unused = reflog.take(n);
                add(branch, entry);
                return;
            }
        }
    }

    private void other(ReflogRule.Other other) throws IOException, Uncertain {
        GitPlace place = known.place();
        if (!other.all()) {
            Reflog reflog = reflogs.of(place, other.ref());
            Integer code = record.exitCode();
            if (other.made() && reflog.state == Reflog.State.ABSENT && code != null && code == 0) {
                throw new Uncertain("what it made is gone already");
            }
            one(other.ref(), reflog, other.message());
            return;
        }
        Map<String, Reflog> all = reflogs.below(place, other.ref());
        if (all == null) {
            throw new Uncertain("there are too many refs");
        }
        for (Map.Entry<String, Reflog> ref : all.entrySet()) {
            one(ref.getKey(), ref.getValue(), other.message());
        }
    }

    private void one(String ref, Reflog reflog, Pattern message) throws Uncertain {
        if (reflog.state != Reflog.State.ABSENT) {
            for (ReflogEntry entry : fitting(reflog, message, false, company.inFamily())) {
                add(new RawPath(ref).text(), entry);
            }
        }
    }

    private void add(String ref, ReflogEntry entry) {
        if (entry.moved()) {
            changes.add(new RefChange(ref, entry.old(), entry.current(), SOURCE, null));
        }
    }

    /** The entries at the front that the command wrote; none, where it wrote none. */
    private List<ReflogEntry> fitting(Reflog reflog, Pattern message, boolean many, Company.Others others)
            throws Uncertain {
        if (reflogs.blurredUntil(reflog) > company.start()) {
            throw new Uncertain("something was given up there");
        }
        boolean surely = ReflogRule.surelyMovedHead(record) && reflog == headOf();
        if (reflog.entries.isEmpty()) {
            if (surely) {
                throw new Uncertain(
                        "it has left no entry"); // The repository keeps no reflogs any more, or somebody took the entry
                // out.
            }
            return List.of();
        }
        if (others.beside()) {
            throw new Uncertain("somebody else ran beside it");
        }
        if (reflog.modified < company.start() - Traffic.TICK) {
            reflog.skip(); // All of it is older than the command: whoever wrote it was not heard.
            return List.of();
        }
        if (reflog.state == Reflog.State.REWRITTEN) {
            throw new Uncertain("the reflog was rewritten");
        }
        dropOlder(reflog);
        // What the file was last written with after the command's end is not its own.
        boolean writtenAfter = reflog.modified > company.end();
        int n = front(reflog, message, many, reflog.entries.size() - (writtenAfter ? 1 : 0));
        boolean inTime = reflog.entries.stream().limit(n).allMatch(this::isInTime);
        if (n > 1 && mayHoldOthers(reflog)) {
            throw new Uncertain("somebody may have written there in the same second");
        }
        if (n == reflog.entries.size()) {
            if (inTime || (n == 1 && reflog.state == Reflog.State.CONTINUED)) {
                return reflog.take(n);
            }
            throw new Uncertain("the entries are not of its time");
        }
        // Others have gone on. Theirs are behind its own, and its own are certain where it cannot have written none.
        if (!others.after()) {
            throw new Uncertain("somebody else wrote there");
        }
        if (n == 0 && !surely) {
            if (reflog.entries.stream()
                    .anyMatch(entry ->
                            isInTime(entry) && message.matcher(entry.message()).matches())) {
                throw new Uncertain("somebody unheard may have written before it");
            }
            return List.of();
        }
        if (n == 1 && !many && surely && inTime && reflog.state == Reflog.State.CONTINUED) {
            return reflog.take(1);
        }
        throw new Uncertain("others wrote there later");
    }

    /** Something was given up there in the second in which the command began, which no entry can be told from. */
    private boolean mayHoldOthers(Reflog reflog) {
        long until = reflogs.blurredUntil(reflog);
        return Math.floorDiv(until, 1_000_000) >= Math.floorDiv(company.start(), 1_000_000);
    }

    /** How many entries at the front are in the command's words. */
    private static int front(Reflog reflog, Pattern message, boolean many, int most) {
        int n = 0;
        for (ReflogEntry entry : reflog.entries) {
            if (n == most
                    || (n == 1 && !many)
                    || !message.matcher(entry.message()).matches()) {
                break;
            }
            n++;
        }
        return n;
    }

    private @Nullable Reflog headOf() {
        return reflogs.known(known.place().gitDir().child("logs/HEAD"));
    }

    /** Entries from before the command, by their own clock; where that was set by somebody, none are taken for older. */
    private void dropOlder(Reflog reflog) {
        long from = firstSecond();
        int n = 0;
        if (reflog.entries.stream().anyMatch(this::isInTime)) {
            for (ReflogEntry entry : reflog.entries) {
                if (entry.seconds() >= from) {
                    break;
                }
                n++;
            }
        } else if (reflog.state == Reflog.State.FIRST_SEEN) {
            n = reflog.entries.size() - 1;
        }
        var unused = reflog.take(n);
    }

    /** Git dates entries by {@code time}, which goes by the kernel's last tick: a second may have begun before it says so. */
    private long firstSecond() {
        return TimeUnit.MICROSECONDS.toSeconds(company.start() - Traffic.TICK);
    }

    private boolean isInTime(ReflogEntry entry) {
        return entry.seconds() >= firstSecond() && entry.seconds() <= TimeUnit.MICROSECONDS.toSeconds(company.end());
    }
}
