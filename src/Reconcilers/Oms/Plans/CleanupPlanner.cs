namespace Drydock.Reconcilers.Oms;

/// <summary>Compiles the removal of the old containers, and of their images if asked, after an upgrade that was
/// accepted. Pure.</summary>
internal sealed class CleanupPlanner(OmsUpgradeSpec spec, PlanProgress done) : OmsPhases(spec)
{
    public Plan Compile()
    {
        Phase(OmsUpgradePhases.Cleanup, () => [.. OmsPlanProgress.Stops(done).Select(CleanUp)]);
        Built.Note("A rollback needs the old containers: after they are removed, this object cannot roll back.");
        return Built.Build();
    }

    private string CleanUp(Step stop)
    {
        var (node, old) = (stop.Node!, stop.As<StopContainer>());
        var verified = done.Step<AwaitPrograms>(node, OmsUpgradePhases.Verify)!.As<AwaitPrograms>();
        var remove = new RemoveOldContainer(
            old.Container, old.Name, OmsPlanProgress.NewName(done, node), verified.Running, verified.IfListed);
        var container = Final(Planned(remove, node));
        return Spec.Cleanup.RemoveImages ? Final(Planned(new RemoveOldImage(container), node, [container])) : container;
    }

    private string Final(PlannedStep step) => Built.Add(step with { Reversible = false });
}
