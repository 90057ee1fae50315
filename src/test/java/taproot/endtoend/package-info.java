/**
 * The whole daemon with the real git: a {@link taproot.endtoend.GitLab} for each test, in which a shell says what is
 * given and what happens, and the log says what became of it.
 */
@NullMarked
package taproot.endtoend;

import org.jspecify.annotations.NullMarked;
