/** The daemon as a service: what it says to systemd, what it takes from it, its units, its packages. */
@NullMarked
package taproot.service;

import org.jspecify.annotations.NullMarked;
