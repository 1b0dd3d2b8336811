using Drydock.Clients.MySql;

namespace Drydock.Tests.Unit.Oms;

/// <summary>What a rollback needs is missing before the downtime, and which fence is used.</summary>
public sealed class RestoreNeedsTests
{
    private const string OnEach = "SELECT, INSERT, UPDATE, DELETE, CREATE, DROP, ALTER, INDEX, SHOW VIEW, CREATE VIEW, "
        + "TRIGGER, EVENT, CREATE ROUTINE";

    private readonly OmsWorld _world = new(new WorldSetup { RealJson = false });

    [Fact]
    public void Trigger_of_another_account_needs_privilege_before_downtime()
    {
        _world.Metadata.Grants[0] = $"GRANT {OnEach} ON *.* TO `drc`@`%`";
        _world.Metadata.Definers.Add("root@localhost");

        Finding().ShouldBeWorded();
    }

    [Fact]
    public void Trigger_under_binary_log_needs_SUPER_before_downtime()
    {
        _world.Metadata.Grants[0] = $"GRANT {OnEach}, SET USER ON *.* TO `drc`@`%`";
        _world.Metadata.Definers.Add("root@localhost");
        _world.Metadata.FunctionsNeedSuper = true;

        Finding().ShouldContain("log_bin_trust_function_creators");
    }

    [Fact]
    public void Lock_rows_need_privileges_on_their_database()
    {
        _world.Metadata.NamedLocks = false;
        _world.Metadata.Grants[0] = "GRANT ALL PRIVILEGES ON `%340`.* TO `drc`@`%`";

        Finding().ShouldBeWorded();
    }

    [Theory]
    [InlineData(DumpTool.MySqlDump, true)]
    [InlineData(DumpTool.MyDumper, false)]
    public void Dump_that_the_server_could_not_load_is_reported_before_downtime(DumpTool tool, bool refused)
    {
        _world.Metadata.Refusals[DumpToolKind.MySqlDump] = "rm_340 is not dumped.";
        _world.Apply(s => s with { Backup = s.Backup with { Tool = tool } });
        _world.RunUntil(() => _world.Is("Stalled") || _world.IsOver, "an end");

        _world.IsOver.ShouldBe(!refused);
        _world.Status.Findings.Select(f => (f.Reason, f.Field, f.Message)).Distinct()
            .ShouldBe(refused ? [(Reasons.DumpFailed, "spec.backup.tool", "rm_340 is not dumped.")] : []);
    }

    [Fact]
    public void Plan_names_lock_rows_and_absent_catalogue_lists()
    {
        _world.Metadata.NamedLocks = false;
        _world.Metadata.AbsentLists.Add("EVENTS");
        _world.Apply();
        _world.RunUntil(() => _world.Is("Stalled") || _world.IsOver, "an end");

        _world.Status.Findings.ShouldBeEmpty();
        var notes = string.Join('\n', _world.Plan.Notes);
        notes.ShouldContain("drydock_fence");
        notes.ShouldContain("information_schema.EVENTS");
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, true)]
    public void Only_dumps_with_table_locks_need_LOCK_TABLES(bool locks, bool needed)
    {
        var server = new ServerFacts
        {
            Identity = "uuid:1",
            Address = "db:3306",
            Account = "drc@%",
            Grants = new GrantList([$"GRANT {OnEach} ON *.* TO `drc`@`%`"]),
            NamedLocks = true,
        };

        RestoreNeeds.Missing(server, [new RestoreContent("rm") { LocksTables = locks, HasTriggers = true }])
            .Select(m => m.Privilege)
            .ShouldBe(needed ? ["LOCK TABLES"] : []);
    }

    private string Finding()
    {
        _world.Apply();
        _world.RunUntil(() => _world.Is("Stalled") || _world.IsOver, "an end");
        return string.Join(
            '\n', _world.Status.Findings.Where(f => f.Reason == Reasons.AccessDenied).Select(f => f.Message));
    }
}
