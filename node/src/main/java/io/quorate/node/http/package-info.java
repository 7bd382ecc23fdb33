/**
 * The HTTP port of a node: a small, bounded server on Netty that answers GET and HEAD from a table
 * of pages. Depends on Netty; knows nothing of what the pages say.
 */
@NullMarked
package io.quorate.node.http;

import org.jspecify.annotations.NullMarked;
