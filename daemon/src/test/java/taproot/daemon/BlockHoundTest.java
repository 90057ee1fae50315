package taproot.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import reactor.blockhound.BlockingOperationError;
import reactor.core.scheduler.NonBlocking;
import reactor.netty.resources.LoopResources;

/** That a blocking call on an event loop fails the tests of this module: without it their silence would mean nothing. */
class BlockHoundTest {

    @Test
    void aBlockingCallOnAnEventLoopThrows() {
        LoopResources loops = LoopResources.create("blockhound", 1, true);
        try {
            AtomicReference<@Nullable Throwable> thrown = new AtomicReference<>();
            AtomicReference<@Nullable Thread> loop = new AtomicReference<>();
            loops.onServer(true).execute(() -> {
                try {
                    Thread.sleep(1);
                } catch (InterruptedException | BlockingOperationError e) {
                    thrown.set(e);
                }
                loop.set(Thread.currentThread());
            });
            Awaitility.await().until(() -> loop.get() != null);
            assertThat(loop.get()).isInstanceOf(NonBlocking.class);
            assertThat(thrown.get()).isInstanceOf(BlockingOperationError.class).hasMessageContaining("sleep");
        } finally {
            loops.disposeLater(Duration.ZERO, Duration.ofSeconds(5)).block();
        }
    }

    @Test
    void aBlockingCallElsewhereIsAllowed() {
        assertThatCode(() -> Thread.sleep(1)).doesNotThrowAnyException();
    }
}
