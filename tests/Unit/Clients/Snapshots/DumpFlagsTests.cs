using Drydock.Clients.MySql;
using Drydock.Clients.Snapshots;
using Shouldly;
using Xunit;

namespace Drydock.Tests.Unit.Clients.Snapshots;

/// <summary>A dump holds every object that the account may read, whatever the tool leaves out by default.</summary>
public sealed class DumpFlagsTests
{
    [Theory]
    [InlineData(MySqlServerKind.MariaDb, false, "--routines --events --triggers")]
    [InlineData(MySqlServerKind.OceanBase, true, "--routines --events --triggers")]
    [InlineData(MySqlServerKind.OceanBase, false, "--skip-routines --skip-events --skip-triggers")]
    public void Dump_holds_every_object_of_the_database(MySqlServerKind server, bool has, string flags) =>
        string.Join(' ', MySqlDumpTool.ObjectFlags(new DumpScope(server, Routines: has, Triggers: has, Events: has))).ShouldBe(flags);
}
