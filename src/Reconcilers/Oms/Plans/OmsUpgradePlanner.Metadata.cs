using Drydock.Abstractions.Plans;
using Drydock.Crds.OmsUpgrades;

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
            Add(
                StepIds.CorrectionPrograms(node.Name),
                node.Name,
                $"Check the programs on {node.Name}",
                new AwaitPrograms.Args(
                    node.NewContainer, [.. OmsPrograms.AllButConsole], RunningOrStopped: [OmsPrograms.Console]),
                _barrier,
                attempts: 2);
            Add(
                StepIds.CorrectionConsole(node.Name),
                node.Name,
                $"Stop oms_console on {node.Name}",
                new StopConsole.Args(node.NewContainer),
                [StepIds.CorrectionPrograms(node.Name)],
                attempts: 3);
        }

        var after = Nodes.Select(n => StepIds.CorrectionConsole(n.Name)).ToList();
        foreach (var (node, last) in CorrectionOrder())
        {
            var args = new RunCorrectionJar.Args(
                node.NewContainer, spec.Correction.JarPath, spec.Correction.WorkingDir, last);
            var title = $"Run the correction JAR on {node.Name} ({(last ? "-ltrue" : "-lfalse")})";
            after = [RunOnce(StepIds.Jar(node.Name), node.Name, title, args, after, RetryRule.RestoreFirst)];
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
        var unlisted = discovery.Path.Unlisted is null ? null : $"{discovery.Path.From} to {discovery.Path.To}";
        foreach (var region in discovery.Regions)
        {
            foreach (var name in region.SameNodesEverywhere ? region.Nodes.Take(1) : region.Nodes)
            {
                var args = new RunDockerInit.Args(Node(name).NewContainer, unlisted);
                inits =
                [
                    RunOnce(
                        StepIds.Init(name),
                        name,
                        $"Run docker_init.sh on {name}",
                        args,
                        inits,
                        RetryRule.RepeatAfterProvenFailure),
                ];
            }
        }

        foreach (var region in discovery.Regions.Where(r => r.SameNodesEverywhere))
        {
            foreach (var name in region.Nodes.Skip(1))
            {
                Add(
                    StepIds.InitConsole(name),
                    name,
                    $"Start oms_console on {name}",
                    new StartConsole.Args(Node(name).NewContainer),
                    inits,
                    attempts: 3);
            }
        }

        return _plan.Phase(OmsUpgradePhases.InitMetadata);
    }

    private string RunOnce<TArgs>(
        string id, string node, string title, TArgs args, IEnumerable<string> after, RetryRule retry)
        where TArgs : class => _plan.Add(spec.Timeouts.Step(id, node, title, args, after, attempts: 1) with
        {
            RunOnce = true,
            Retry = retry,
            PointOfNoReturn = true,
        });
}
