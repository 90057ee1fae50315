@NullMarked
package taproot.daemon.sink.opentelemetry;

import org.jspecify.annotations.NullMarked;
