package dev.lockstep.text.template;

/** A place in the source of a template; both numbers start at 1, columns count UTF-16 units. */
record Position(int line, int column) {}
