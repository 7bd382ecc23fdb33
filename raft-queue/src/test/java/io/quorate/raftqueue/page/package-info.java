/** Tests of the page store on real files. */
@NullMarked
package io.quorate.raftqueue.page;

import org.jspecify.annotations.NullMarked;
