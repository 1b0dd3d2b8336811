namespace Drydock.Tests.Unit.Oms;

/// <summary>No node name is reserved: the ids of steps on nodes and on the whole system never collide.</summary>
public sealed class NodeNameTests
{
    private static readonly string[] Names = ["create-a", "hosts", "same-image", "snapshot"];

    [Fact]
    public void Upgrade_and_rollback_of_nodes_named_like_steps_succeed()
    {
        var world = new OmsWorld(new WorldSetup { Nodes = 4, NodeNames = Names, RealJson = false }).Apply();
        OmsSpecPreflight.Check(world.Spec()).ShouldBeEmpty();
        world.RunToSuccess();
        IdsFit(world.Plan);

        RollbackTests.GoBack(world);
        IdsFit(world.Status.RollbackPlan!);
        world.Rules.Broken.ShouldBeEmpty();
    }

    [Fact]
    public void Undo_of_nodes_named_like_steps_succeeds()
    {
        var world = new OmsWorld(new WorldSetup { Nodes = 4, NodeNames = Names, RealJson = false })
            .Apply(s => s with { HoldBefore = ["StopOld"] });
        world.RunUntil(() => world.Is("Held"), "held");
        world.EditSpec(s => s with { DesiredState = DesiredState.RolledBack });
        world.RunToRolledBack();

        IdsFit(world.Status.RollbackPlan!);
        world.Status.RollbackPlan!.Steps.Count(s => s.Is<RemoveContainer>()).ShouldBe(4);
    }

    private static void IdsFit(PlanProgress plan)
    {
        plan.Steps.Select(s => s.Id).ShouldBeUnique();
        plan.Steps.Where(s => s.Node is not null)
            .ShouldAllBe(s => s.Id == $"{s.Phase}/{s.Node}" || s.Id.StartsWith($"{s.Phase}/{s.Node}/"));
    }
}
