using Drydock.Reconcilers.Databases.TiDb;

namespace Drydock.Tests.Unit.Databases.TiDb;

/// <summary>What is refused before and after a process is stopped for its new program.</summary>
public sealed class SwapTests
{
    private static readonly TiDbWorldSetup Whole = new() { Pumps = 2, Drainers = 1 };

    [Fact]
    public void Refused_preparation_stops_nothing_and_says_so()
    {
        var world = new TiDbWorld(Whole).Begin();
        world["tikv-1"].RefusesStage = new HostException(
            "192.0.2.1", Reasons.NoSpace, "192.0.2.1: No space left on device.", retryable: false);
        world.RunToStall();

        world.Life.Outcome!.Reason.ShouldBe(Reasons.NoSpace);
        world.Life.Outcome.Message.ShouldBeWorded();
        world.Done.ShouldNotContain(d => d.StartsWith("stop tikv-1", StringComparison.Ordinal));
        world.Evicted.ShouldBeEmpty();
    }

    [Fact]
    public void Former_program_is_started_again_after_refused_swap()
    {
        var world = new TiDbWorld(Whole).Begin();
        world["tikv-1"].RefusesSwap = new HostException(
            "192.0.2.1", Reasons.NoSpace, "192.0.2.1: No space left on device.", retryable: false);
        world.RunToStall();

        (world["tikv-1"].Running, world["tikv-1"].IsStopped).ShouldBe((TiDbWorld.Old, false));
        world.Life.Outcome!.Message.ShouldBeWorded();
        world.Evicted.ShouldBeEmpty();
        world.Violations.ShouldBeEmpty();

        world["tikv-1"].RefusesSwap = null;
        world.Controls = world.Controls with { Retry = true };
        world.Life.Wake();
        world.RunToSuccess();
    }

    [Theory]
    [InlineData("pd-2", true)]
    [InlineData("tikv-1", true)]
    [InlineData("tidb-1", true)]
    [InlineData("tikv-1", false)]
    public void Instance_is_stopped_once_and_only_if_it_could_be_started(string name, bool hasWatchdog)
    {
        var world = new TiDbWorld(Whole).Begin();
        world[name].HasWatchdog = hasWatchdog;
        world[name].RefusesStop = hasWatchdog
            ? null
            : new HostException("192.0.2.1", Reasons.ControlMismatch, "ExecStart leads elsewhere.", retryable: false);
        world.RunToStall();

        world.Life.Outcome!.Reason.ShouldBe(hasWatchdog ? Reasons.ProcessLivesOn : Reasons.ControlMismatch);
        world.Done.Count(a => a.StartsWith($"stop {name} ", StringComparison.Ordinal)).ShouldBe(hasWatchdog ? 1 : 0);
        world[name].Running.ShouldBe(TiDbWorld.Old);
        world.Evicted.ShouldBeEmpty();
        world.Violations.ShouldBeEmpty();

        (world[name].HasWatchdog, world[name].RefusesStop) = (false, null);
        world.Controls = world.Controls with { Retry = true };
        world.Life.Wake();
        world.RunToSuccess();
        world.Violations.ShouldBeEmpty();
    }

    [Fact]
    public void Instance_that_stays_down_is_named_so()
    {
        var world = new TiDbWorld(Whole).Begin();
        world["tikv-1"].RefusesStart = true;
        world.RunToStall();

        world["tikv-1"].Installed.ShouldBe(TiDbWorld.New);
        world.Life.Outcome!.Reason.ShouldBe(Reasons.InstanceUnhealthy);
        world.Life.Outcome!.Message.ShouldBeWorded();
    }

    [Fact]
    public void New_program_with_former_configuration_file_is_not_done()
    {
        const string File = "/data/tikv-1/conf/tikv.toml";
        var world = new TiDbWorld(Whole).Begin();
        world.Fates = p => p.What == $"write 192.0.2.1:{File}" ? Fate.DieBefore : Fate.Live;
        world.RunUntil(() => world.Life.IsDead, "killed between the program and the file");
        world.Fates = static _ => Fate.Live;
        world.Run(world["tikv-1"]);
        world.RunToStall();

        (world.Life.Outcome!.StepId, world.Life.Outcome.Reason)
            .ShouldBe(("UpgradeTiKV/tikv-1/swap", Reasons.TargetChanged));
        world.Life.Outcome.Message.ShouldBeWorded();

        world.End(world["tikv-1"], byOperator: false);
        world["tikv-1"].IsStopped = true;
        world.Controls = world.Controls with { Retry = true };
        world.Life.Wake();
        world.RunToSuccess();
        world.Files[("192.0.2.1", File)].ShouldContain("capacity = \"16GB\"");
        world.Violations.ShouldBeEmpty();
    }

    [Fact]
    public void Supervisor_that_restarts_with_former_configuration_file_is_stopped()
    {
        const string File = "/data/tikv-1/conf/tikv.toml";
        var world = new TiDbWorld(Whole).Begin();
        world.Fates = p => p.What == $"write 192.0.2.1:{File}" ? Fate.DieBefore : Fate.Live;
        world.RunUntil(() => world.Life.IsDead, "killed between the program and the file");
        world.Fates = static _ => Fate.Live;
        world["tikv-1"].IsStopped = false;
        world.RunToSuccess();

        world.Files[("192.0.2.1", File)].ShouldContain("capacity = \"16GB\"");
        world.Violations.ShouldBeEmpty();
    }

    [Fact]
    public void Prepared_program_is_removed_when_run_stops()
    {
        var world = new TiDbWorld(Whole).Begin();
        world["tikv-1"].RefusesSwap = new HostException(
            "192.0.2.1", Reasons.NoSpace, "192.0.2.1: No space left on device.", retryable: false);
        world.RunToStall();
        world["tikv-1"].IsStaged.ShouldBeTrue();
        var status = new DatabaseRollingUpgradeStatus { Plan = world.Stored! };
        new TiDbUndo(world.Upgrade.Spec, status.Plan).Leftovers.Where(l => l.Kind == LeftoverKind.Program)
            .Select(l => l.Name).ShouldBe(["tikv-1"]);

        world.CleanUp().Removed.ShouldBe(["tikv-1", "UpgradeTiKV/hold-scheduling"]);
        world["tikv-1"].IsStaged.ShouldBeFalse();
    }

    [Fact]
    public void Successful_run_leaves_no_prepared_program()
    {
        var world = new TiDbWorld(Whole).Begin();
        world.RunToSuccess();

        world.Processes.ShouldAllBe(p => !p.IsStaged);
        new TiDbUndo(world.Upgrade.Spec, world.Stored!).IsAnyRemovable.ShouldBeFalse();
    }

    [Theory]
    [InlineData("")]
    [InlineData("/usr/bin/bash")]
    public void Process_that_is_being_started_is_blamed_on_nobody(string before)
    {
        var world = new TiDbWorld(Whole).Begin();
        world.RunUntil(() => world.Step("UpgradePD/pd-2/swap").State == StepState.Succeeded, "pd-2 swapped");
        world["pd-2"].Becoming = before;
        world.RunFor(TimeSpan.FromSeconds(20));

        var verify = world.Step("UpgradePD/pd-2/verify");
        (verify.State, verify.Record.Tries).ShouldBe((StepState.Running, 1));
        verify.Message.ShouldBeWorded();
        world["pd-2"].Becoming = null;
        world.RunToSuccess();
        world.Done.Count(d => d.StartsWith("stop pd-2", StringComparison.Ordinal)).ShouldBe(1);
    }

    [Fact]
    public void Process_that_cannot_start_is_retried_until_verify_timeout()
    {
        var world = new TiDbWorld(Whole with { Spec = s => s with { Timeouts = s.Timeouts with { Verify = "10m" } } })
            .Begin();
        world.RunUntil(() => world.Step("UpgradePD/pd-2/swap").State == StepState.Succeeded, "pd-2 swapped");
        var since = world.Now;
        (world["pd-2"].RefusesStart, world["pd-2"].IsStopped) = (true, true);
        world.End(world["pd-2"], byOperator: false);
        world.RunFor(TimeSpan.FromMinutes(8));
        world.Step("UpgradePD/pd-2/verify").State.ShouldBe(StepState.Running, world.Describe());
        world.Step("UpgradePD/pd-2/verify").Record.Tries.ShouldBe(1);
        world.RunToStall();

        world.Life.Outcome!.Reason.ShouldBe(Reasons.InstanceUnhealthy);
        world.Life.Outcome.Message.ShouldContain("within 10m (spec.timeouts.verify)");
        (world.Now - since).ShouldBeInRange(TimeSpan.FromMinutes(10), TimeSpan.FromMinutes(13));

        world["pd-2"].RefusesStart = false;
        world.Controls = world.Controls with { Retry = true };
        world.Life.Wake();
        world.RunToSuccess();
    }

    [Fact]
    public void Store_that_is_disconnected_again_counts_no_failed_attempt()
    {
        var world = new TiDbWorld(Whole).Begin();
        world.RunUntil(() => world.Step("UpgradeTiKV/tikv-1/swap").State == StepState.Succeeded, "tikv-1 swapped");
        var asked = 0;
        world.Answers = (_, p, path) => p.Component == DatabaseComponent.PD
            && path.EndsWith("/store/1", StringComparison.Ordinal) && ++asked % 2 == 0
            ? (
                200,
                """{"store":{"id":1,"address":"192.0.2.1:20160","version":"3.0.9","state_name":"Disconnected"},"status":{"leader_count":0,"region_count":1}}""")
            : null;
        world.RunFor(TimeSpan.FromSeconds(30));
        world.Answers = static (_, _, _) => null;
        world.RunUntil(() => world.Step("UpgradeTiKV/tikv-1/verify").State == StepState.Succeeded, "tikv-1 verified");

        world.Step("UpgradeTiKV/tikv-1/verify").Record.Tries.ShouldBe(1);
    }
}
