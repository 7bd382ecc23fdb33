/** Disks of nodes that can lose power, fail and be full. Needs root. */
@NullMarked
package io.quorate.chaos.sut.disk;

import org.jspecify.annotations.NullMarked;
