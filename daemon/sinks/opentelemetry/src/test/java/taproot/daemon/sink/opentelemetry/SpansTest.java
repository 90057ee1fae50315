package taproot.daemon.sink.opentelemetry;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.trace.v1.Span;
import io.opentelemetry.proto.trace.v1.Status;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import taproot.daemon.sink.TraceSource;
import taproot.normalizer.CommandRecord;
import taproot.normalizer.trace.Trace;

class SpansTest {
    private static List<Span> spans(CommandRecord record, Detail detail) {
        return Spans.of(record, Above.of(record, TraceSource.NONE), null, detail, Trace.of(null));
    }

    private static AnyValue value(Span span, String key) {
        return span.getAttributesList().stream()
                .filter(attribute -> attribute.getKey().equals(key))
                .map(KeyValue::getValue)
                .findFirst()
                .orElse(AnyValue.getDefaultInstance());
    }

    private static Span named(List<Span> spans, String name) {
        return spans.stream()
                .filter(span -> span.getName().equals(name))
                .findFirst()
                .orElseThrow(() -> new AssertionError(name + " is none of "
                        + spans.stream().map(Span::getName).toList()));
    }

    @Test
    void everyRecordOfEveryRecordingIsOneTreeInOneTrace() throws Exception {
        Set<ByteString> traces = new HashSet<>();
        int records = 0;
        for (CommandRecord record : Records.all()) {
            List<Span> spans = spans(record, Detail.PROCESS);
            Set<ByteString> ids = spans.stream().map(Span::getSpanId).collect(Collectors.toSet());
            assertThat(ids).as("the span ids of %s", record.key()).hasSameSizeAs(spans);
            assertThat(spans).allSatisfy(span -> {
                assertThat(span.getTraceId()).isEqualTo(spans.getFirst().getTraceId());
                assertThat(span.getTraceId().size()).isEqualTo(16);
                assertThat(span.getSpanId().size()).isEqualTo(8);
                assertThat(span.getEndTimeUnixNano()).isGreaterThanOrEqualTo(span.getStartTimeUnixNano());
                assertThat(span.getKind()).isEqualTo(Span.SpanKind.SPAN_KIND_INTERNAL);
            });
            assertThat(spans.getFirst().getParentSpanId()).isEmpty();
            assertThat(spans.subList(1, spans.size()))
                    .allSatisfy(span -> assertThat(ids).contains(span.getParentSpanId()));
            traces.add(spans.getFirst().getTraceId());
            records++;
        }
        // Recordings of several versions of git have no command in common, so neither have their traces.
        assertThat(traces).hasSize((int)
                Records.all().stream().map(CommandRecord::key).distinct().count());
        assertThat(records).isGreaterThan(100);
    }

    @Test
    void aReplayGivesTheSameSpans() throws Exception {
        for (CommandRecord record : Records.all()) {
            assertThat(spans(record, Detail.VERBOSE)).isEqualTo(spans(record, Detail.VERBOSE));
        }
    }

    @Test
    void timesAreGitsOwn() throws Exception {
        for (CommandRecord record : Records.all()) {
            Span span = spans(record, Detail.SUMMARY).getFirst();
            assertThat(span.getStartTimeUnixNano()).isEqualTo(record.startedAt() * 1_000);
            Long duration = record.durationUs();
            if (duration == null) {
                assertThat(value(span, "git.end_unknown").getBoolValue()).isTrue();
            } else {
                assertThat(span.getEndTimeUnixNano() - span.getStartTimeUnixNano())
                        .isEqualTo(duration * 1_000);
            }
        }
    }

    @Test
    void aCommandSaysWhatTheConventionForCommandLineProgramsWants() throws Exception {
        CommandRecord record = Records.of("fail-checkout").getFirst();
        Span span = spans(record, Detail.SUMMARY).getFirst();
        assertThat(span.getName()).isEqualTo("git checkout");
        assertThat(value(span, "process.executable.name").getStringValue()).isEqualTo("git");
        assertThat(value(span, "process.exit.code").getIntValue()).isEqualTo(1);
        assertThat(value(span, "process.pid").getIntValue()).isPositive();
        assertThat(value(span, "error.type").getStringValue()).isEqualTo("1");
        assertThat(value(span, "process.command_args").getArrayValue().getValuesList().stream()
                        .map(AnyValue::getStringValue)
                        .toList())
                .isEqualTo(record.argv());
        assertThat(span.getStatus().getCode()).isEqualTo(Status.StatusCode.STATUS_CODE_ERROR);
        assertThat(span.getStatus().getMessage()).isEqualTo(record.errors().getFirst());
    }

    @Test
    void whatSucceededHasNoErrorAndNoStatus() throws Exception {
        Span span = spans(Records.of("version").getFirst(), Detail.SUMMARY).getFirst();
        assertThat(span.getStatus()).isEqualTo(Status.getDefaultInstance());
        assertThat(value(span, "error.type")).isEqualTo(AnyValue.getDefaultInstance());
        assertThat(value(span, "process.exit.code").getIntValue()).isZero();
        assertThat(value(span, "process.exit.code").getValueCase()).isEqualTo(AnyValue.ValueCase.INT_VALUE);
    }

    @Test
    void aHookIsASpanBelowTheCommandThatRanIt() throws Exception {
        CommandRecord commit = Records.of("commit-hooks").getFirst();
        List<Span> spans = spans(commit, Detail.PROCESS);
        Span hook = named(spans, "hook pre-commit");
        assertThat(hook.getParentSpanId()).isEqualTo(spans.getFirst().getSpanId());
        assertThat(value(hook, "git.hook.name").getStringValue()).isEqualTo("pre-commit");
        assertThat(spans(commit, Detail.SUMMARY)).hasSize(1);
        assertThat(spans(commit, Detail.DROP)).isEmpty();
    }

    @Test
    void aGitChildIsOneSpanNotTwo() throws Exception {
        for (CommandRecord record : Records.of("fetch-two-remotes-j4")) {
            long children = spans(record, Detail.PROCESS).stream()
                    .filter(span -> value(span, "git.child.class").hasStringValue())
                    .filter(span -> value(span, "process.executable.name")
                            .getStringValue()
                            .equals("git"))
                    .count();
            assertThat(children).isZero();
        }
    }

    @Test
    void whatHangsUnderAFinishedCommandIsLinkedToItAndNotItsChild() throws Exception {
        List<CommandRecord> records = Records.of("gc-auto-detach");
        CommandRecord second =
                records.stream().filter(CommandRecord::detached).findFirst().orElseThrow();
        CommandRecord first = records.stream()
                .filter(record -> record.key().equals(second.sid()))
                .findFirst()
                .orElseThrow();
        Span span = spans(second, Detail.SUMMARY).getFirst();
        assertThat(span.getParentSpanId()).isEmpty();
        assertThat(span.getLinksList()).singleElement().satisfies(link -> {
            Span linked = spans(first, Detail.SUMMARY).getFirst();
            assertThat(link.getTraceId()).isEqualTo(linked.getTraceId());
            assertThat(link.getSpanId()).isEqualTo(linked.getSpanId());
        });
    }

    @Test
    void aNicknameStandsForThePath() throws Exception {
        CommandRecord record = Records.of("commit").getFirst();
        Span plain = spans(record, Detail.SUMMARY).getFirst();
        Span named = Spans.of(record, null, "monorepo", Detail.SUMMARY, Trace.of(null))
                .getFirst();
        assertThat(value(plain, "git.repository.worktree").getStringValue()).startsWith("/");
        assertThat(value(named, "git.repository.worktree")).isEqualTo(AnyValue.getDefaultInstance());
        assertThat(value(named, "vcs.repository.name").getStringValue()).isEqualTo("monorepo");
    }
}
