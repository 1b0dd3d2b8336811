using Drydock.Clients.MySql;

namespace Drydock.Tests.Unit.Clients.Snapshots;

/// <summary>A dump holds every object that the account may read, whatever the tool leaves out by default.</summary>
public sealed class DumpFlagsTests
{
    [Theory]
    [InlineData(MySqlServerKind.MariaDb, false, "--routines --events --triggers")]
    [InlineData(MySqlServerKind.OceanBase, true, "--routines --events --triggers")]
    [InlineData(MySqlServerKind.OceanBase, false, "--skip-routines --skip-events --skip-triggers")]
    public void Dump_holds_every_object_of_the_database(MySqlServerKind server, bool has, string flags) =>
        string.Join(' ', MySqlDumpTool.Flags(new ToolInfo(ToolVendor.MariaDb, "10.11.19-MariaDB"), new DumpScope(
            server, Routines: has, Triggers: has, Events: has)))
            .ShouldContain(flags);

    [Theory]
    [InlineData("mysqldump  Ver 10.19 Distrib 10.11.19-MariaDB, for debian-linux-gnu (x86_64)", true, true)]
    [InlineData("mariadb-dump from 11.8.9-MariaDB, client 10.19 for debian-linux-gnu (x86_64)", true, true)]
    [InlineData("mysqldump  Ver 10.19 Distrib 10.6.12-MariaDB, for debian-linux-gnu (x86_64)", true, false)]
    [InlineData("mysqldump  Ver 8.0.36 for Linux on x86_64", true, false)]
    [InlineData("mysqldump  Ver 10.19 Distrib 10.11.19-MariaDB, for debian-linux-gnu (x86_64)", false, false)]
    public void History_is_dumped_or_its_tables_are_named(string tool, bool server, bool dumped)
    {
        var info = new ToolInfo(
            tool.Contains("MariaDB", StringComparison.Ordinal) ? ToolVendor.MariaDb : ToolVendor.MySql, tool);
        var scope = new DumpScope(MySqlServerKind.MariaDb, Routines: false, Triggers: false, Events: false)
        {
            Versioned = ["rm.sv"],
            TakesHistory = server
        };

        MySqlDumpTool.Flags(info, scope).Contains("--dump-history").ShouldBe(dumped);
        (scope.LostHistory(info)?.EndsWith(": rm.sv", StringComparison.Ordinal) ?? false).ShouldBe(!dumped);
        MySqlDumpTool.Flags(info, scope with { Versioned = [] }).ShouldNotContain("--dump-history");
        (scope with { Versioned = [] }).LostHistory(info).ShouldBeNull();
    }

    [Theory]
    [InlineData("STORED GENERATED", true)]
    [InlineData("VIRTUAL GENERATED INVISIBLE", true)]
    [InlineData("DEFAULT_GENERATED on update CURRENT_TIMESTAMP", false)]
    [InlineData("auto_increment", false)]
    public void Generated_column_is_not_one_with_an_expression_as_default(string extra, bool generated) =>
        TableSelection.IsGenerated(extra).ShouldBe(generated);
}
