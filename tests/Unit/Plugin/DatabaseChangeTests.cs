using Drydock.Cli.Changes;
using Drydock.Cli.CommandLine;
using Drydock.Cli.Runs;
using ShownKind = Drydock.Cli.Runs.ShownKind;

namespace Drydock.Tests.Unit.Plugin;

/// <summary>Changes of a database upgrade, which has no downtime and, for TiDB, no rollback.</summary>
public sealed class DatabaseChangeTests
{
    [Fact]
    public void Rollback_that_operator_refuses_is_neither_offered_nor_written()
    {
        var world = new DatabaseRunWorld();
        world.Truth.Refusing.Add("UpgradeTiKV/tikv-1/swap");
        world.Apply();
        world.RunUntil(() => world.Is("Stalled"), "a failure");
        var run = RunOf(world);

        OfferedVerbs.Of(run).Select(o => o.Verb).ShouldNotContain("rollback");
        var refused = Should.Throw<CliException>(() => TokenChange.Rollback(run));
        (refused.ExitCode, refused.Message)
            .ShouldBe((ExitCodes.Refused, $"{run.FullName}: {run.Status!.Rollback!.Cost}"));
        refused.Message.ShouldBeWorded();
    }

    [Fact]
    public void Rollback_is_offered_before_first_process_is_stopped()
    {
        var world = new DatabaseRunWorld().Apply(s => s with { HoldBefore = ["UpgradePD"] });
        world.RunUntil(() => world.Is("Held"), "held");

        OfferedVerbs.Of(RunOf(world)).Select(o => o.Verb).ShouldContain("rollback");
    }

    [Fact]
    public void Rollback_refused_after_the_write_is_reported_as_ignored()
    {
        var world = new DatabaseRunWorld().Apply();
        world.RunUntil(() => world.IsOver, "the end");
        var change = TokenChange.Rollback(RunOf(world) with { Status = world.Status with { Rollback = null } });

        world.Annotate(Annotations.Rollback, change.Annotations[Annotations.Rollback]!);
        world.RunUntil(() => change.Effect(RunOf(world)) is not null, "an answer");

        var effect = change.Effect(RunOf(world))!;
        (effect.IsRefused, effect.Sentence.StartsWith(
            "The rollback does not start. A rollback is not possible", StringComparison.Ordinal))
            .ShouldBe((true, true), effect.Sentence);
    }

    [Fact]
    public void Abort_promises_no_undo_after_first_process_was_stopped()
    {
        var world = new DatabaseRunWorld().Apply(s => s with { HoldBefore = ["UpgradePD", "UpgradeTiKV"] });
        world.RunUntil(() => world.Is("Held"), "held");
        TokenChange.Abort(RunOf(world)).Sentence.ShouldBeWorded();
        world.Edit(s => s with { HoldBefore = ["UpgradeTiKV"] });
        world.RunUntil(() => world.Is("Held") && world.Status.Holds.Exists(h => h.Name == "UpgradeTiKV"), "held later");

        var sentence = TokenChange.Abort(RunOf(world)).Sentence;

        sentence.ShouldBeWorded();
        sentence.ShouldNotContain("is then undone");
    }

    [Theory]
    [InlineData(false, " stop ", "(replace tikv-server by that of ", " start ")]
    [InlineData(true, "change_leader_blacklist ADD ", "promote_auto_flags", "upgrade_", "(replace ")]
    public void Plan_tells_what_its_steps_execute(bool yugabyte, params string[] executed)
    {
        var world = yugabyte ? new DatabaseRunWorld(new YugaWorld()) : new DatabaseRunWorld();
        world.Apply();
        world.RunUntil(() => world.Status.Plan is not null, "the plan");

        var told = string.Join('\n', world.Status.Plan!.Steps.Select(s => s.Planned.Runs));

        executed.ShouldAllBe(text => told.Contains(text, StringComparison.Ordinal), told);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Abort_undoes_until_former_version_is_stopped(bool yugabyte)
    {
        var world = yugabyte ? new DatabaseRunWorld(new YugaWorld()) : new DatabaseRunWorld();
        world.Apply();
        var kind = new DatabaseUpgradeKind(
            Drydock.Operator.Composition.SupportedEngines.All, (_, _) => throw new NotSupportedException());
        HashSet<bool> seen = [];

        world.RunUntil(
            () =>
            {
                if (world.Found?.Status is { Plan: { } plan, FinishedAt: null } status)
                {
                    var undoes = status.AbortUndoes == true;
                    seen.Add(undoes);
                    undoes.ShouldBe(!kind.Steps(world.Found.Spec).IsPastUndo(plan), status.Step);
                }

                return world.Is(ConditionTypes.Succeeded);
            },
            "it succeeds");

        seen.ShouldBe([true, false], ignoreOrder: true);
        world.Status.AbortUndoes.ShouldBeNull();
    }

    private static Run RunOf(DatabaseRunWorld world) => ShownKind.Read(world.Found!)!;
}
