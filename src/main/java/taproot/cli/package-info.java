/**
 * The program: finds the command that was asked for and runs it. Below are the rooms: the commands by what they are about
 * ({@code daemon}, {@code exec}, {@code log}, {@code show}, {@code gitconfig}, {@code doctor}, {@code config}), and what they stand on ({@code terminal}, {@code text},
 * {@code options}, {@code control}).
 */
@NullMarked
package taproot.cli;

import org.jspecify.annotations.NullMarked;
