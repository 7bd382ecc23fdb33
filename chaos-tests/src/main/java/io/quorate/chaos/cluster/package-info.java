/**
 * Clusters of real processes on loopback: started, broken and stopped through the launcher that a
 * user has. Depends on the JDK and a JSON reader only.
 */
@NullMarked
package io.quorate.chaos.cluster;

import org.jspecify.annotations.NullMarked;
