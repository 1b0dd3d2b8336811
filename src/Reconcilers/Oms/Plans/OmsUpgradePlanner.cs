namespace Drydock.Reconcilers.Oms;

/// <summary>Compiles the plan of an OMS upgrade from the spec and what preflight found; one file a group of phases.
/// Pure and deterministic. The order is the vendor's (docs/research/oms.md#procedure), with everything that can be done
/// before the first old container stops done before: downtime is T1 to T2.</summary>
internal sealed partial class OmsUpgradePlanner(OmsUpgradeSpec spec, OmsDiscovery discovery)
{
    private readonly PlanBuilder _plan = new();
    private List<string> _barrier = [];

    private IReadOnlyList<DiscoveredNode> Nodes => discovery.Nodes;

    public Plan Compile()
    {
        Phase(PrepareImage);
        Phase(DisableHighAvailability);
        Phase(RenameProjects);
        Phase(StopOld);
        Phase(Backup);
        Phase(StartNew);
        Phase(CorrectMetadata);
        Phase(InitMetadata);
        Phase(Verify);
        Phase(EnableHighAvailability);
        Phase(Settle);
        new OmsGuardPlanner(_plan, discovery).Compile();
        new OmsPlanNotes(_plan, spec, discovery).Compile();
        return _plan.Build();
    }

    // Every phase waits for the steps that the phase before it returned.
    private void Phase(Func<List<string>> compile)
    {
        var last = compile();
        if (last.Count > 0)
        {
            _barrier = last;
        }
    }

    private string Add(
        string id, string? node, string title, IStepAction step, IEnumerable<string> after, int attempts) =>
        _plan.Add(spec.Timeouts.Step(id, node, title, step, after, attempts) with
        {
            // The new version works: what is found now is a task for the administrator, and no failure of the upgrade.
            OnlyLists = id.StartsWith(OmsUpgradePhases.Settle, StringComparison.Ordinal)
                && step is not ListActions,
        });

    private DiscoveredNode Node(string name) =>
        Nodes.First(n => string.Equals(n.Name, name, StringComparison.Ordinal));
}
