/** One self-contained HTML file that answers how fast and why not faster. */
@NullMarked
package dev.lockstep.compiler.report;

import org.jspecify.annotations.NullMarked;
