/** Tests of the normalizer, and the recordings they share with other modules' tests. */
@NullMarked
package taproot.normalizer;

import org.jspecify.annotations.NullMarked;
