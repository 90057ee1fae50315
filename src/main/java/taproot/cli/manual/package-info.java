/** What is made from the commands' own descriptions: man pages, and completion for shells. */
@NullMarked
package taproot.cli.manual;

import org.jspecify.annotations.NullMarked;
