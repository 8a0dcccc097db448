/** The page to talk on, and what it shows that no API has. */
@NullMarked
package dev.lockstep.server.page;

import org.jspecify.annotations.NullMarked;
