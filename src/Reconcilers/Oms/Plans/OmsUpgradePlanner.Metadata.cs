namespace Drydock.Reconcilers.Oms;

/// <content>The metadata is corrected and initialised.</content>
internal sealed partial class OmsUpgradePlanner
{
    private string SuccessMarker => spec.InitMetadata.SuccessMarker ?? discovery.Path.Target.SuccessMarker;

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
                node.Baseline.Programs(node.NewContainer, console: false),
                _barrier,
                attempts: 2);
            Add(
                StepIds.CorrectionConsole(node.Name),
                node.Name,
                $"Stop oms_console on {node.Name}",
                new StopConsole(node.NewContainer),
                [StepIds.CorrectionPrograms(node.Name)],
                attempts: 3);
        }

        var after = Nodes.Select(n => StepIds.CorrectionConsole(n.Name)).ToList();
        foreach (var (node, last) in CorrectionOrder())
        {
            var jar = JarLocation.Of(spec.Correction);
            var args = new RunCorrectionJar(node.NewContainer, last, jar.Jar, jar.WorkingDir);
            var title = $"Run the correction JAR on {node.Name} ({(last ? "-ltrue" : "-lfalse")})";
            after = [RunOnce(StepIds.Jar(node.Name), node.Name, title, args, after, RetryRule.RestoreFirst)];
        }

        return after;
    }

    // One region runs it on every node with -ltrue; several run it on the first node of each, the last region with
    // -ltrue (docs/research/oms.md#correction-jar).
    private IEnumerable<(DiscoveredNode Node, bool Last)> CorrectionOrder()
    {
        var everyNode = JarLocation.RunsOnEveryNode(spec.Correction.RunOn, discovery.Regions.Count);
        foreach (var region in discovery.Regions)
        {
            var last = ReferenceEquals(region, discovery.Regions[^1]);
            foreach (var name in everyNode ? region.Nodes : region.Nodes.Take(1))
            {
                yield return (Node(name), last);
            }
        }
    }

    private List<string> InitMetadata() => discovery.Path.NeedsInit ? RunScripts() : [];

    private List<string> RunScripts()
    {
        // One after the other in the whole system: two at a time corrupt the metadata
        // (docs/research/oms.md#initialisation).
        var (path, inits) = (discovery.Path, _barrier);
        var ready = InitNodes().ToDictionary(name => name, Ready, StringComparer.Ordinal);
        foreach (var name in InitNodes())
        {
            var args = new RunDockerInit(
                Node(name).NewContainer,
                SuccessMarker,
                path.Unlisted is null ? null : $"{path.From} to {path.To}",
                path.KnownFailures.Count == 0 ? null : [.. path.KnownFailures.Select(Filled)]);
            inits =
            [
                RunOnce(
                    StepIds.Init(name),
                    name,
                    $"Run docker_init.sh on {name}",
                    args,
                    inits.Concat(ready[name]).Distinct(StringComparer.Ordinal),
                    RetryRule.RepeatAfterProvenFailure),
            ];
        }

        foreach (var region in discovery.Regions.Where(r => r.SameConfiguration))
        {
            foreach (var name in region.Nodes.Skip(1))
            {
                Add(
                    StepIds.InitConsole(name),
                    name,
                    $"Start oms_console on {name}",
                    new StartConsole(Node(name).NewContainer),
                    inits,
                    attempts: 3);
            }
        }

        return _plan.EndOf(OmsUpgradePhases.InitMetadata);
    }

    private IEnumerable<string> InitNodes() => discovery.Regions.SelectMany(region =>
        region.SameConfiguration ? region.Nodes.Take(1) : region.Nodes);

    // What the vendor's guide asks before docker_init.sh is started on a node, on all of them side by side.
    private IReadOnlyList<string> Ready(string name)
    {
        var (node, target) = (Node(name), discovery.Path.Target);
        var ready = new List<string>
        {
            Add(
                StepIds.InitPrograms(name),
                name,
                $"Check the programs on {name}",
                node.Baseline.Programs(node.NewContainer, console: false) with
                {
                    Settled = target.ProgramsBeforeInit == ProgramsBeforeInit.All ? [OmsPrograms.Console] : null,
                },
                _barrier,
                attempts: 2),
        };

        if (KubernetesDuration.Parse(target.WaitBeforeInit) > TimeSpan.Zero)
        {
            ready.Add(Add(
                StepIds.InitWait(name),
                name,
                $"Wait until {node.NewContainer} on {name} has run for {target.WaitBeforeInit}",
                new WaitBeforeInit(node.NewContainer, target.WaitBeforeInit),
                _barrier,
                attempts: 1));
        }

        return ready;
    }

    private KnownFailure Filled(KnownFailure failure) => failure with
    {
        Advice = failure.Advice
            .Replace("{from}", VersionTable.Spelt(discovery.Path.From), StringComparison.Ordinal)
            .Replace("{rm}", RmDatabase, StringComparison.Ordinal)
            .Replace("{write}", VersionTable.Write(RmDatabase, discovery.Path.From), StringComparison.Ordinal),
    };

    private string RunOnce(
        string id, string node, string title, IStepAction step, IEnumerable<string> after, RetryRule retry) =>
        _plan.Add(spec.Timeouts.Step(id, node, title, step, after, attempts: 1) with
        {
            RunOnce = true,
            Retry = retry,
            PointOfNoReturn = true,
        });
}
