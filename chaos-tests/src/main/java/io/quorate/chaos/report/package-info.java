/**
 * Reports: a page for each run with plots, verdicts and the story of each violation, and a page
 * over many runs. Pages hold all they need. Knows {@code check} and {@code history}.
 */
@NullMarked
package io.quorate.chaos.report;

import org.jspecify.annotations.NullMarked;
