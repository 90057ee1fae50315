/** Times, durations, words and endings as people write and read them. */
@NullMarked
package taproot.cli.text;

import org.jspecify.annotations.NullMarked;
