using Drydock.Clients.MySql.Protocol;
using Shouldly;
using Xunit;

namespace Drydock.Tests.Unit.Clients.MySql;

public sealed class SqlTokenizerTests
{
    [Theory]
    [InlineData("SELECT @a, @b, @a", "SELECT ?, ?, ?", "a,b,a")]
    [InlineData("SELECT '@a', \"@a\", `@a`, @a", "SELECT '@a', \"@a\", `@a`, ?", "a")]
    [InlineData("SELECT 'it''s @a', @a", "SELECT 'it''s @a', ?", "a")]
    [InlineData(@"SELECT 'it\'s @a', @a", @"SELECT 'it\'s @a', ?", "a")]
    [InlineData("SELECT 1 -- @a\n, @a", "SELECT 1 -- @a\n, ?", "a")]
    [InlineData("SELECT 5--@a", "SELECT 5--?", "a")]
    [InlineData("SELECT 1 # @a\n, @a", "SELECT 1 # @a\n, ?", "a")]
    [InlineData("SELECT /* @a ' */ @a", "SELECT /* @a ' */ ?", "a")]
    [InlineData("SELECT /*!50000 @a */ + 1", "SELECT /*!50000 ? */ + 1", "a")]
    [InlineData("SELECT @@version, @@global.port, @a", "SELECT @@version, @@global.port, ?", "a")]
    [InlineData("SELECT * FROM t WHERE a=@a AND b IN (@b,@b)", "SELECT * FROM t WHERE a=? AND b IN (?,?)", "a,b,b")]
    [InlineData("GRANT SELECT ON x.* TO 'u'@'%'", "GRANT SELECT ON x.* TO 'u'@'%'", "")]
    [InlineData("GRANT SELECT ON x.* TO u@localhost", "GRANT SELECT ON x.* TO u@localhost", "")]
    [InlineData("CREATE DEFINER=`r`@`%` VIEW v AS SELECT 1", "CREATE DEFINER=`r`@`%` VIEW v AS SELECT 1", "")]
    [InlineData("SELECT '", "SELECT '", "")]
    [InlineData("SELECT @心", "SELECT ?", "心")]
    public void Only_names_outside_of_strings_names_and_comments_are_parameters(
        string sql, string expected, string names)
    {
        var rewritten = SqlTokenizer.Rewrite(
            sql, static name => name is "a" or "b" or "心", allowUserVariables: false, backslashEscapes: true);
        rewritten.Text.ShouldBe(expected);
        string.Join(',', rewritten.Names).ShouldBe(names);
    }

    [Fact]
    public void Without_backslash_escapes_a_backslash_ends_no_string()
    {
        SqlTokenizer.Rewrite(
            @"SELECT '\', @a",
            static _ => true,
            allowUserVariables: false,
            backslashEscapes: false).Text.ShouldBe(@"SELECT '\', ?");
        SqlTokenizer.Rewrite(
            @"SELECT '\', @a",
            static _ => true,
            allowUserVariables: false,
            backslashEscapes: true).Text.ShouldBe(@"SELECT '\', @a");
    }

    [Theory]
    [InlineData("DELETE FROM t WHERE id = @idd", "'@idd'")]
    [InlineData("SET @x := 1", "'@x'")]
    [InlineData("SELECT ?", "'?'")]
    public void Name_without_parameter_and_bare_question_mark_are_errors(string sql, string named)
    {
        Should.Throw<InvalidOperationException>(
            () => SqlTokenizer.Rewrite(sql, static _ => false, allowUserVariables: false, backslashEscapes: true))
            .Message.ShouldContain(named);
    }

    [Fact]
    public void User_variables_pass_when_they_are_allowed()
    {
        SqlTokenizer.Rewrite(
            "SET @x := @`y z`, @a",
            static n => n == "a",
            allowUserVariables: true,
            backslashEscapes: true).Text.ShouldBe("SET @x := @`y z`, ?");
    }
}
