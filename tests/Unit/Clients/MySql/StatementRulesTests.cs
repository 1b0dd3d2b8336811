using Drydock.Clients.MySql;
using Shouldly;
using Xunit;

namespace Drydock.Tests.Unit.Clients.MySql;

public sealed class StatementRulesTests
{
    [Theory]
    [InlineData("SELECT @a", true)]
    [InlineData("SELECT @a; \n", true)]
    [InlineData("SELECT @a /* it's; a comment @b */", true)]
    [InlineData("SELECT ';', \"a;b\", `c;d`, 'it''s; one' FROM t WHERE a = @a", true)]
    [InlineData("SELECT '@a', \"@a\", `@a`, @@version, @@global.port", false)]
    [InlineData("GRANT SELECT ON x.* TO 'u'@'%'", false)]
    [InlineData("GRANT SELECT ON x.* TO u@localhost, u@'%'", false)]
    [InlineData("CREATE DEFINER=`r`@`%` VIEW v AS SELECT 1", false)]
    public void One_statement_with_known_names_passes(string sql, bool hasParameters) =>
        Should.NotThrow(() => StatementRules.Require(sql, hasParameters, new MySqlConnectionStringBuilder()));

    [Theory]
    [InlineData("SELECT @a; DROP TABLE t", true, "semicolon")]
    [InlineData("SELECT 'x'; SELECT @a;", true, "semicolon")]
    [InlineData("SELECT @a /*!; DROP TABLE t */", true, "semicolon")]
    [InlineData("DELETE FROM t WHERE id = @idd", false, "'@idd'")]
    [InlineData("SET @x := 1", false, "'@x'")]
    [InlineData("SELECT 5--@a", false, "'@a'")]
    public void Second_statement_and_unknown_name_are_refused(string sql, bool hasParameters, string says) =>
        Should.Throw<InvalidOperationException>(
            () => StatementRules.Require(sql, hasParameters, new MySqlConnectionStringBuilder()))
            .Message.ShouldContain(says);

    [Fact]
    public void Options_allow_user_variables_and_several_statements()
    {
        var options = new MySqlConnectionStringBuilder { AllowUserVariables = true, AllowMultipleStatements = true };
        Should.NotThrow(() => StatementRules.Require("SET @x := @`y z`", hasParameters: false, options));
        Should.NotThrow(() => StatementRules.Require("SELECT @a; SELECT @a", hasParameters: true, options));
    }
}
