/** What an operator has: the launcher and the command line. */
@NullMarked
package io.quorate.chaos.operate;

import org.jspecify.annotations.NullMarked;
