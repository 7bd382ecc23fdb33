/** Tests of the admin services and the command line over real sockets. */
@NullMarked
package io.quorate.admin;

import org.jspecify.annotations.NullMarked;
