package taproot.daemon.repositories;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReflogTest {
    @TempDir
    Path directory;

    @Test
    void whatWasAddedIsReadOnce() throws Exception {
        append(line(1, "commit: one"), line(2, "commit: two"));
        Reflog first = read(null);
        assertThat(first.state).isEqualTo(Reflog.State.FIRST_SEEN);
        assertThat(first.take(2)).extracting(ReflogEntry::message).containsExactly("commit: one", "commit: two");
        assertThat(read(first.cursor()).entries).isEmpty();
        append(line(3, "commit: three"));
        Reflog second = read(first.cursor());
        assertThat(second.state).isEqualTo(Reflog.State.CONTINUED);
        assertThat(second.entries).extracting(ReflogEntry::message).containsExactly("commit: three");
        // What nobody took is read again.
        assertThat(read(second.cursor()).entries).hasSize(1);
        second.skip();
        append(line(4, "commit: four"), line(5, "commit: five"));
        Reflog third = read(second.cursor());
        third.take(1);
        assertThat(read(third.cursor()).entries)
                .extracting(ReflogEntry::message)
                .containsExactly("commit: five");
    }

    @Test
    void aTruncatedOrRewrittenReflogIsRecognized() throws Exception {
        append(line(1, "commit: one"), line(2, "commit: two"));
        Cursor cursor = atTheEnd();
        Files.writeString(log(), line(1, "commit: one"));
        assertThat(read(cursor).state).isEqualTo(Reflog.State.REWRITTEN);
        // As long as before and longer, but not the same.
        Files.writeString(log(), line(1, "commit: one") + line(2, "commit: TWO") + line(3, "commit: three"));
        assertThat(read(cursor).state).isEqualTo(Reflog.State.REWRITTEN);
        // git expires into a new file.
        Files.writeString(log(), line(1, "commit: one") + line(2, "commit: two"));
        cursor = atTheEnd();
        Path fresh = directory.resolve("HEAD.lock");
        Files.writeString(fresh, line(1, "commit: one") + line(2, "commit: two") + line(3, "commit: three"));
        Files.move(fresh, log(), StandardCopyOption.REPLACE_EXISTING);
        assertThat(read(cursor).state).isEqualTo(Reflog.State.REWRITTEN);
        Files.delete(log());
        assertThat(read(cursor).state).isEqualTo(Reflog.State.ABSENT);
    }

    @Test
    void aLineThatIsStillBeingWrittenIsLeftForLater() throws Exception {
        append(line(1, "commit: one"), "0000");
        Reflog first = read(null);
        assertThat(first.take(1)).hasSize(1);
        String rest = line(2, "commit: two").substring(4);
        append(rest);
        assertThat(read(first.cursor()).entries)
                .extracting(ReflogEntry::message)
                .containsExactly("commit: two");
    }

    @Test
    void whatIsNoEntryIsPassedOver() throws Exception {
        append("garbage\n", "\n", line(1, "commit: \u00e9"), "0 0 x 1 +0000\tz\n");
        assertThat(read(null).entries).hasSize(1);
    }

    @Test
    void cursorsSurviveARestart() throws Exception {
        Path file = directory.resolve("reflogs");
        Cursors cursors = new Cursors(file, Runnable::run);
        RawPath odd = new RawPath("/a b/\u00ff%\n/logs/HEAD");
        cursors.put(odd, new Cursor(7, 8, 9, -10));
        cursors.save();
        Cursors again = new Cursors(file, Runnable::run);
        again.load();
        assertThat(again.get(odd)).isEqualTo(new Cursor(7, 8, 9, -10));
        Files.writeString(file, "something else\n");
        new Cursors(file, Runnable::run).load();
        Files.writeString(file, "taproot reflog cursors 1\nnonsense\n");
        new Cursors(file, Runnable::run).load();
    }

    private Path log() {
        return directory.resolve("HEAD");
    }

    private Reflog read(@Nullable Cursor cursor) throws Exception {
        return Reflog.read(RawPath.ofText(log().toString()), cursor);
    }

    private @Nullable Cursor atTheEnd() throws Exception {
        Reflog reflog = read(null);
        reflog.skip();
        return reflog.cursor();
    }

    private void append(String... texts) throws Exception {
        Files.writeString(
                log(),
                String.join("", texts),
                StandardCharsets.UTF_8,
                StandardOpenOption.CREATE,
                StandardOpenOption.APPEND);
    }

    private static String line(int n, String message) {
        String old = "%040x".formatted(n - 1);
        String current = "%040x".formatted(n);
        return old + " " + current + " Dev <dev@example.com> 1795168349 +0000\t" + message + "\n";
    }
}
