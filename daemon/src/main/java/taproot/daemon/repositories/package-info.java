/**
 * The step between the roots and the log: says in which repository a command ran and what it moved there, by looking at
 * the file system, on threads of its own.
 */
@NullMarked
package taproot.daemon.repositories;

import org.jspecify.annotations.NullMarked;
