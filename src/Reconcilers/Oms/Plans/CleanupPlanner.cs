using Drydock.Abstractions.Plans;
using Drydock.Crds.OmsUpgrades;
using Drydock.Engine.Planning;
using Drydock.Reconcilers.Upgrades;

namespace Drydock.Reconcilers.Oms;

/// <summary>
/// Compiles the removal of the old containers, and of their images if asked, after an upgrade that was accepted. Pure.
/// </summary>
internal static class CleanupPlanner
{
    /// <summary>The plan.</summary>
    public static Plan Compile(OmsUpgradeSpec spec, Plan done, int attemptsBefore)
    {
        ArgumentNullException.ThrowIfNull(spec);
        ArgumentNullException.ThrowIfNull(done);
        var plan = new PlanBuilder();
        foreach (var stop in OmsPlanProgress.Stops(done))
        {
            var (node, name) = (stop.Node!, stop.Parameters["name"]);
            var container = plan.Add(Step(spec, RollbackIds.CleanupContainer(node), OmsActions.RemoveOldContainer, node, $"remove {name} from {node}", [], new(StringComparer.Ordinal)
            {
                ["old"] = stop.Parameters["container"],
                ["name"] = name,
                ["container"] = done.Step(StepIds.Create(node))?.Recorded(CreateContainer.ContainerIdFact) ?? done.Step(StepIds.StartNew(node))!.Parameters["container"],
            }));
            if (spec.Cleanup.RemoveImages)
            {
                plan.Add(Step(spec, RollbackIds.CleanupImage(node), OmsActions.RemoveOldImage, node, $"remove the old image from {node}", [container], new(StringComparer.Ordinal)
                {
                    ["containerStep"] = container,
                }));
            }
        }

        plan.Note("the old containers are the way back: once they are gone this object cannot go back");
        return plan.Build() with { AttemptsBefore = attemptsBefore };
    }

    private static PlanStep Step(OmsUpgradeSpec spec, string id, string action, string node, string title, List<string> after, SortedDictionary<string, string> parameters) => new()
    {
        Id = id,
        Phase = OmsUpgradePhases.Cleanup,
        Node = node,
        Title = title,
        After = after,
        Action = action,
        Parameters = parameters,
        Timeout = spec.Timeouts.Of(OmsUpgradePhases.Cleanup),
        MaxAttempts = 5,
        Reversible = false,
    };
}
