package io.quorate.amqp.protocol;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

/** The package is pure. */
class ProtocolArchitectureTest {
  @Test
  void dependsOnTheJdkOnly() {
    JavaClasses protocol =
        new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("io.quorate.amqp.protocol");
    classes()
        .should()
        .onlyDependOnClassesThat()
        .resideInAnyPackage(
            "io.quorate.amqp.protocol..",
            "java.lang..",
            "java.math..",
            "java.nio..",
            "java.util..",
            "java.io",
            "org.jspecify..")
        .because("the codec is tested and used without sockets, threads or buffers of Netty")
        .check(protocol);
  }
}
