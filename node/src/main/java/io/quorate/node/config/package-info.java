/**
 * The settings of a node: each is declared once in {@link io.quorate.node.config.Settings}, with
 * its type, default, check and documentation; files, environment and flags are read into a {@link
 * io.quorate.node.config.Configuration}. Depends on nothing but the JDK.
 */
@NullMarked
package io.quorate.node.config;

import org.jspecify.annotations.NullMarked;
