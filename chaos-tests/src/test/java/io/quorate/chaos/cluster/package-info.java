/**
 * Clusters of real processes for tests: started, broken and stopped through the launcher that a
 * user has. Depends on the JDK, JUnit and a JSON reader only.
 */
@NullMarked
package io.quorate.chaos.cluster;

import org.jspecify.annotations.NullMarked;
