/**
 * The command line {@code quorate}: an ordinary client of the admin services. Depends on the
 * generated {@code io.quorate.admin.v1}, grpc-java and picocli; sees nothing of the server side.
 */
@NullMarked
package io.quorate.admin.cli;

import org.jspecify.annotations.NullMarked;
