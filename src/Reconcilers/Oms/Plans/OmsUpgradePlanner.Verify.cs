namespace Drydock.Reconcilers.Oms;

/// <content>What must hold before the upgrade counts as done.</content>
internal sealed partial class OmsUpgradePlanner
{
    private List<string> Verify()
    {
        foreach (var node in Nodes)
        {
            Programs(StepIds.VerifyPrograms(node.Name), node);
            if (discovery.Path.Target.Health is { } health)
            {
                Add(
                    StepIds.Health(node.Name),
                    node.Name,
                    $"Check the health endpoint of {node.Name}",
                    new CheckHealth(node.NewContainer, node.ConsolePort, node.Https, health, node.Baseline.Unhealthy),
                    [StepIds.VerifyPrograms(node.Name)],
                    attempts: 1);
            }
        }

        foreach (var node in Nodes)
        {
            Add(
                StepIds.Version(node.Name),
                node.Name,
                $"Read the version in {node.NewContainer} on {node.Name}",
                new ReadVersion(node.NewContainer, discovery.Path.To.Display),
                _barrier,
                attempts: 3);
        }

        Hosts(StepIds.Hosts);
        Add(
            StepIds.Projects,
            null,
            "Compare the projects with those before the upgrade",
            CompareArgs,
            Nodes.Select(n => StepIds.VerifyPrograms(n.Name)),
            attempts: 1);
        var verified = _plan.Phase(OmsUpgradePhases.Verify);
        return
        [
            .. Nodes.Select(node => Add(
                StepIds.RestartPolicy(node.Name),
                node.Name,
                $"Set restart policy {node.RestartPolicy} on {node.Name}",
                new SetRestartPolicy(node.NewContainer, node.RestartPolicy, node.RestartMaximumRetries),
                verified,
                attempts: 5)),
        ];
    }

    private List<string> Settle()
    {
        foreach (var node in Nodes)
        {
            Programs(StepIds.Settled(node.Name), node);
        }

        Hosts(StepIds.SettledHosts);
        WatchLinks(_plan.Phase(OmsUpgradePhases.Settle));
        return
        [
            Add(
                StepIds.Actions,
                null,
                "List the actions for the administrator",
                new ListActions(
                    discovery.Path.Target.Links,
                    discovery.Path.Target.HaConfig,
                    OmsPlanNotes.Obd(discovery) is { } obd ? [.. discovery.Path.Advice, obd]
                        : discovery.Path.Advice.Count > 0 ? [.. discovery.Path.Advice] : null),
                _plan.Phase(OmsUpgradePhases.Settle),
                attempts: 1),
        ];
    }

    private void Programs(string id, DiscoveredNode node) => Add(
        id,
        node.Name,
        $"Check that all programs run on {node.Name}",
        node.Baseline.Programs(node.NewContainer),
        _barrier,
        attempts: 2);

    private void Hosts(string id) => Add(
        id,
        null,
        "Wait until every host is ONLINE with a fresh heartbeat",
        new AwaitHostsOnline(
            discovery.Metadata.CmDatabase,
            [
                .. discovery.Regions.Select(r => new AwaitHostsOnline.Region(
                    r.HeartbeatDatabase, [.. r.Nodes.Select(n => Node(n).HostIP)])),
            ],
            discovery.Hosts.Where(h => !h.IsUsual).ToList() is { Count: > 0 } unusual ? unusual : null),
        _barrier,
        attempts: 1);
}
