using Drydock.Abstractions.Plans;
using Drydock.Crds.OmsUpgrades;
using Drydock.Reconcilers.Upgrades;

namespace Drydock.Reconcilers.Oms;

/// <content>The metadata is corrected and initialised.</content>
internal sealed partial class OmsUpgradePlanner
{
    private List<string> CorrectMetadata()
    {
        if (!discovery.Path.NeedsCorrectionJar)
        {
            return [];
        }

        foreach (var node in Nodes)
        {
            _plan.Add(Step(StepIds.CorrectionPrograms(node.Name), OmsActions.AwaitPrograms, node.Name, $"programs run on {node.Name}", _barrier, attempts: 2, new(StringComparer.Ordinal)
            {
                ["container"] = node.NewContainer,
                ["running"] = string.Join(',', OmsPrograms.AllButConsole),
                ["runningOrStopped"] = OmsPrograms.Console,
            }));
            _plan.Add(Step(StepIds.CorrectionConsole(node.Name), OmsActions.StopConsole, node.Name, $"stop oms_console on {node.Name}", [StepIds.CorrectionPrograms(node.Name)], attempts: 3, new(StringComparer.Ordinal)
            {
                ["container"] = node.NewContainer,
            }));
        }

        var after = Nodes.Select(n => StepIds.CorrectionConsole(n.Name)).ToList();
        foreach (var (node, last) in CorrectionOrder())
        {
            after = [_plan.Add(Step(StepIds.Jar(node.Name), OmsActions.RunCorrectionJar, node.Name, $"correction JAR on {node.Name} (-l{Flag(last)})", after, attempts: 1, new(StringComparer.Ordinal)
            {
                ["container"] = node.NewContainer,
                ["jar"] = spec.Correction.JarPath,
                ["workingDir"] = spec.Correction.WorkingDir,
                ["last"] = Flag(last),
            }) with
            {
                RunOnce = true,
                Retry = RetryRule.RestoreFirst,
                PointOfNoReturn = true,
            })];
        }

        return after;
    }

    // One region runs it on every node with -ltrue; several run it on the first node of each, the last region with
    // -ltrue (docs/research/oms.md#correction-jar).
    private IEnumerable<(DiscoveredNode Node, bool Last)> CorrectionOrder()
    {
        var everyNode = spec.Correction.RunOn == CorrectionScope.EveryNode
            || (spec.Correction.RunOn == CorrectionScope.Auto && discovery.Regions.Count == 1);
        foreach (var region in discovery.Regions)
        {
            var last = ReferenceEquals(region, discovery.Regions[^1]);
            foreach (var name in everyNode ? region.Nodes : region.Nodes.Take(1))
            {
                yield return (Node(name), last);
            }
        }
    }

    private List<string> InitMetadata()
    {
        if (!discovery.Path.NeedsInit)
        {
            return [];
        }

        // One after the other in the whole system: two at a time corrupt the metadata
        // (docs/research/oms.md#initialisation).
        var inits = _barrier;
        foreach (var region in discovery.Regions)
        {
            foreach (var name in region.SameNodesEverywhere ? region.Nodes.Take(1) : region.Nodes)
            {
                inits = [_plan.Add(Step(StepIds.Init(name), OmsActions.RunDockerInit, name, $"docker_init.sh on {name}", inits, attempts: 1, InitParameters(name)) with
                {
                    RunOnce = true,
                    Retry = RetryRule.RepeatAfterProvenFailure,
                    PointOfNoReturn = true,
                })];
            }
        }

        foreach (var region in discovery.Regions.Where(r => r.SameNodesEverywhere))
        {
            foreach (var name in region.Nodes.Skip(1))
            {
                _plan.Add(Step(StepIds.InitConsole(name), OmsActions.StartConsole, name, $"start oms_console on {name}", inits, attempts: 3, new(StringComparer.Ordinal)
                {
                    ["container"] = Node(name).NewContainer,
                }));
            }
        }

        return _plan.Phase(OmsUpgradePhases.InitMetadata);
    }

    private SortedDictionary<string, string> InitParameters(string node)
    {
        var parameters = new SortedDictionary<string, string>(StringComparer.Ordinal) { ["container"] = Node(node).NewContainer };
        if (discovery.Path.Unlisted is not null)
        {
            // What was let through is part of what is approved: the hash is another one.
            parameters["unlistedPath"] = $"{discovery.Path.From} to {discovery.Path.To}";
        }

        return parameters;
    }
}
