/**
 * The mutation table: clusters that are broken on purpose, and the checkers that have to notice.
 * Knows {@code check}, {@code report}, {@code fault}, {@code workload}, {@code sut}.
 */
@NullMarked
package io.quorate.chaos.mutation;

import org.jspecify.annotations.NullMarked;
