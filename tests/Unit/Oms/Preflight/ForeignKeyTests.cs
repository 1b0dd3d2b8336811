namespace Drydock.Tests.Unit.Oms;

/// <summary>Tables of other databases refer to those that a rollback drops.</summary>
public sealed class ForeignKeyTests
{
    private const string Word = "ForeignKeysFromOutside/oth.my_child";

    [Fact]
    public void Key_from_outside_is_acknowledged_and_in_the_cost_of_what_drops()
    {
        var world = new OmsWorld(new WorldSetup { RealJson = false });
        world.Metadata.OutsideKeys.Add(new OutsideKey("oth.my child", "oth.my child (fk_x) to rm_340.parent"));
        world.Apply();
        world.RunToStall();

        var finding = world.Status.Findings.ShouldHaveSingleItem();
        (finding.Reason, finding.Acknowledge).ShouldBe((Reasons.ForeignKeysFromOutside, Word));
        finding.Message.ShouldBeWorded();

        world.EditSpec(
            s => s with { Preflight = s.Preflight with { Acknowledge = [.. s.Preflight.Acknowledge, Word] } });
        world.RunToSuccess();
        world.Status.Rollback?.Cost.ShouldBeWorded(Word);

        world.Metadata.OutsideKeys.Add(new OutsideKey("late.c", "late.c (fk_y) to cm_340.parent"));
        world.EditSpec(s => s with { DesiredState = DesiredState.RolledBack });
        world.RunUntil(() => world.Is("Held"), "held");
        world.Status.RollbackPlan!.Notes.ShouldContain(
            n => n.Contains("late.c (fk_y) to cm_340.parent", StringComparison.Ordinal));
    }

    [Fact]
    public void Redo_names_the_keys_before_it_drops()
    {
        var world = new OmsWorld(new WorldSetup { RealJson = false });
        world.Metadata.OutsideKeys.Add(new OutsideKey("oth.c", "oth.c (fk_x) to rm_340.parent"));
        world.Apply(s => s with
        {
            Preflight = s.Preflight with { Acknowledge = [.. s.Preflight.Acknowledge, Reasons.ForeignKeysFromOutside] }
        });
        world.RunUntil(() => world.Count("jar", "oms-a") == 1, "jar");
        world.RunFor(TimeSpan.FromSeconds(5));
        world["oms-a"].RestartDockerd();
        world.RunToStall();

        world.Retry();
        world.RunUntil(() => world.Is("Held"), "held");
        world.Status.Message.ShouldBeWorded();
    }
}
