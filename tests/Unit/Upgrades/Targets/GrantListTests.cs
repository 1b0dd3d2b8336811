using Drydock.Clients.MySql;

namespace Drydock.Tests.Unit.Upgrades;

public sealed class GrantListTests
{
    [Theory]
    // MariaDB
    [InlineData("GRANT ALL PRIVILEGES ON *.* TO `root`@`localhost` IDENTIFIED VIA unix_socket WITH GRANT OPTION")]
    [InlineData("GRANT ALL PRIVILEGES ON *.* TO 'root'@'%' WITH GRANT OPTION")] // MySQL 5.7
    [InlineData("GRANT ALL PRIVILEGES ON *.* TO 'root'")] // OceanBase
    // MySQL 8
    [InlineData(
        "GRANT SELECT, INSERT, UPDATE, DELETE, CREATE, DROP, PROCESS, INDEX, ALTER, SUPER, LOCK TABLES, CREATE VIEW, "
        + "SHOW VIEW, CREATE ROUTINE, EVENT, TRIGGER ON *.* TO `a`@`%`")]
    public void Account_with_all_privileges_lacks_nothing(string grant) =>
        new GrantList([grant]).Missing(["oms_rm", "oms_cm"], "root").ShouldBeEmpty();

    [Fact]
    public void Missing_privilege_is_listed_by_database_with_its_grant()
    {
        var missing = new GrantList(
        [
            "GRANT USAGE ON *.* TO `oms`@`%`",
            "GRANT ALL PRIVILEGES ON `oms\\_rm`.* TO `oms`@`%`",
            "GRANT SELECT, INSERT, UPDATE, DELETE, CREATE, ALTER, INDEX ON `oms_cm`.* TO `oms`@`%`",
            "GRANT DROP ON `oms_cm`.`host` TO `oms`@`%`",
        ]).Missing(["oms_rm", "oms_cm", "omsXrm"], "oms");

        missing.Where(item => item.Database == "oms_rm").ShouldBeEmpty();
        var drop = missing.Single(item => item is { Database: "oms_cm", Required: true });
        drop.Privilege.ShouldBe("DROP");
        drop.Message.ShouldContain("GRANT DROP ON `oms_cm`.*");
        missing.Count(item => item is { Database: "omsXrm", Required: true }).ShouldBe(8);
    }

    [Fact]
    public void Patterns_column_privileges_and_partial_revokes_are_understood()
    {
        new GrantList(["GRANT SELECT ON `oms%`.* TO `a`@`%`"]).Has("SELECT", "oms_rm").ShouldBeTrue();
        new GrantList(["GRANT SELECT ON `oms_rm`.* TO `a`@`%`"]).Has("SELECT", "OMS-rm").ShouldBeTrue();
        new GrantList(["GRANT SELECT (a, b), INSERT ON `x`.* TO `a`@`%`"]).Has("SELECT", "x").ShouldBeFalse();
        new GrantList(["GRANT SELECT (a, b), INSERT ON `x`.* TO `a`@`%`"]).Has("INSERT", "x").ShouldBeTrue();
        new GrantList(["GRANT SELECT ON *.* TO `a`@`%`", "REVOKE SELECT ON `x`.* FROM `a`@`%`"])
            .Has("SELECT", "x").ShouldBeFalse();
        new GrantList(["GRANT EXECUTE ON PROCEDURE `x`.`p` TO `a`@`%`", "nonsense"]).Missing(["x"], "a")
            .Count(item => item.Required).ShouldBe(8);
        new GrantList(["GRANT CONNECTION_ADMIN,PROCESS ON *.* TO `a`@`%`"])
            .HasGlobal("CONNECTION_ADMIN").ShouldBeTrue();
    }

    [Fact]
    public void Database_pattern_needs_its_own_grant_or_a_wider_one()
    {
        new GrantList([@"GRANT ALL PRIVILEGES ON `scratch\_%`.* TO `a`@`%`"]).Missing([@"scratch\_%"], "a")
            .ShouldAllBe(item => !item.Required);
        new GrantList([@"GRANT ALL PRIVILEGES ON *.* TO `a`@`%`"]).Missing([@"scratch\_%"], "a").ShouldBeEmpty();
        new GrantList([@"GRANT ALL PRIVILEGES ON `scratch\_7`.* TO `a`@`%`"]).Missing([@"scratch\_%"], "a")[0].Message
            .ShouldContain(@"GRANT SELECT ON `scratch\_%`.*");
    }

    [Fact]
    public void Account_with_role_lacks_no_required_privilege()
    {
        var grants = new GrantList(["GRANT USAGE ON *.* TO `a`@`%`", "GRANT `oms_role`@`%` TO `a`@`%`"]);

        grants.HasRoles.ShouldBeTrue();
        grants.Missing(["x"], "a").ShouldBeEmpty();
    }

    [Theory]
    [InlineData("`oms_role`@`%`,`other`@`h`", "SHOW GRANTS FOR CURRENT_USER() USING `oms_role`@`%`,`other`@`h`")]
    [InlineData("oms_role", "SHOW GRANTS")]
    [InlineData("NONE", "SHOW GRANTS")]
    [InlineData("`a`@`%`; DROP DATABASE x", "SHOW GRANTS")]
    public async Task Privileges_of_active_roles_are_asked_for(string active, string last)
    {
        var asked = new List<string>();
        var grants = await GrantList.ReadAsync(sql =>
        {
            asked.Add(sql);
            return Task.FromResult<IEnumerable<string>>(sql switch
            {
                "SELECT CURRENT_ROLE()" => [active],
                "SHOW GRANTS" => ["GRANT USAGE ON *.* TO `a`@`%`", "GRANT `oms_role`@`%` TO `a`@`%`"],
                _ => ["GRANT USAGE ON *.* TO `a`@`%`", "GRANT SELECT ON `x`.* TO `a`@`%`", "GRANT `oms_role`@`%` TO "
                    + "`a`@`%`"],
            });
        });

        (asked[^1], grants.HasRoles).ShouldBe((last, false));
        grants.Has("SELECT", "x").ShouldBe(last != "SHOW GRANTS");
        grants.Missing(["x"], "a").ShouldContain(item => item.Privilege == "DROP" && item.Required);
    }

    [Fact]
    public async Task Roles_that_a_server_does_not_tell_hide_what_is_missing()
    {
        var grants = await GrantList.ReadAsync(sql => sql == "SHOW GRANTS"
            ? Task.FromResult<IEnumerable<string>>(["GRANT `oms_role`@`%` TO `a`@`%`"])
            : Task.FromException<IEnumerable<string>>(
                new MySqlSessionException("FUNCTION CURRENT_ROLE does not exist", 1305)));

        grants.HasRoles.ShouldBeTrue();
        grants.Missing(["x"], "a").ShouldBeEmpty();
    }

    [Fact]
    public Task Lost_session_is_no_answer_about_roles() => Should.ThrowAsync<MySqlSessionException>(() =>
        GrantList.ReadAsync(sql => sql == "SHOW GRANTS"
            ? Task.FromResult<IEnumerable<string>>(["GRANT `oms_role`@`%` TO `a`@`%`"])
            : Task.FromException<IEnumerable<string>>(new MySqlSessionException("gone", 2013))));

    [Fact]
    public void Privileges_that_show_objects_are_marked()
    {
        var missing = new GrantList(
            ["GRANT SELECT, INSERT, UPDATE, DELETE, CREATE, DROP, ALTER, INDEX ON `x`.* TO `a`@`%`"])
            .Missing(["x"], "a");

        missing.Where(item => !item.Required).Select(item => item.Privilege)
            .ShouldBe(["SHOW VIEW", "CREATE VIEW", "TRIGGER", "EVENT", "CREATE ROUTINE"], ignoreOrder: true);
        missing.ShouldAllBe(item => !item.Required);
    }
}
