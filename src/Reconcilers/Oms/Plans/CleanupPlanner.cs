namespace Drydock.Reconcilers.Oms;

/// <summary>Compiles the removal of the old containers, and of their images if asked, after an upgrade that was
/// accepted. Pure.</summary>
internal static class CleanupPlanner
{
    private const int Attempts = 5;

    public static Plan Compile(OmsUpgradeSpec spec, Plan done, int attemptsBefore)
    {
        var plan = new PlanBuilder();
        foreach (var stop in OmsPlanProgress.Stops(done))
        {
            var (node, old) = (stop.Node!, stop.As<StopContainer>());
            var container = plan.Add(spec.Timeouts.Step(
                RollbackIds.CleanupContainer(node),
                node,
                $"Remove {old.Name} from {node}",
                new RemoveOldContainer(old.Container, old.Name, OmsPlanProgress.NewContainer(done, node)),
                [],
                Attempts) with
            { Reversible = false });
            if (spec.Cleanup.RemoveImages)
            {
                plan.Add(spec.Timeouts.Step(
                    RollbackIds.CleanupImage(node),
                    node,
                    $"Remove the old image from {node}",
                    new RemoveOldImage(container),
                    [container],
                    Attempts) with
                { Reversible = false });
            }
        }

        plan.Note("A rollback needs the old containers: after they are removed, this object cannot roll back.");
        return plan.Build() with { AttemptsBefore = attemptsBefore };
    }
}
