/**
 * What the admin server and the command line share. Depends on nothing of Quorate; the server and
 * the command line meet only in the generated {@code io.quorate.admin.v1}.
 */
@NullMarked
package io.quorate.admin;

import org.jspecify.annotations.NullMarked;
