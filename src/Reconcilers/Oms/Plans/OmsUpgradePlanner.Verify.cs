using System.Globalization;
using Drydock.Crds.OmsUpgrades;
using Drydock.Reconcilers.Upgrades;

namespace Drydock.Reconcilers.Oms;

/// <content>What must be so before the upgrade counts as done.</content>
internal sealed partial class OmsUpgradePlanner
{
    private List<string> Verify()
    {
        foreach (var node in Nodes)
        {
            Programs(StepIds.VerifyPrograms(node.Name), node, _barrier);
            if (discovery.Path.TargetMayServeHealth)
            {
                _plan.Add(Step(StepIds.Health(node.Name), OmsActions.CheckHealth, node.Name, $"health endpoint of {node.Name}", [StepIds.VerifyPrograms(node.Name)], attempts: 1, HealthParameters(node)));
            }
        }

        Hosts(StepIds.Hosts, _barrier);
        _plan.Add(Step(StepIds.Projects, OmsActions.CompareProjects, null, "projects before and after", [.. Nodes.Select(n => StepIds.VerifyPrograms(n.Name))], attempts: 1, CompareParameters()));
        var verified = _plan.Phase(OmsUpgradePhases.Verify);
        return
        [
            .. Nodes.Select(node => _plan.Add(Step(StepIds.RestartPolicy(node.Name), OmsActions.SetRestartPolicy, node.Name, $"restart policy {node.RestartPolicy} on {node.Name}", verified, attempts: 5, new(StringComparer.Ordinal)
            {
                ["container"] = node.NewContainer,
                ["policy"] = node.RestartPolicy,
                ["maximumRetries"] = node.RestartMaximumRetries.ToString(CultureInfo.InvariantCulture),
            }))),
        ];
    }

    private static SortedDictionary<string, string> HealthParameters(DiscoveredNode node)
    {
        var parameters = new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            ["hostIP"] = node.HostIP,
            ["port"] = node.ConsolePort.ToString(CultureInfo.InvariantCulture),
        };
        if (node.Https)
        {
            parameters["scheme"] = "https";
        }

        return parameters;
    }

    private List<string> Settle()
    {
        foreach (var node in Nodes)
        {
            Programs(StepIds.Settled(node.Name), node, _barrier);
        }

        Hosts(StepIds.SettledHosts, _barrier);
        ResumeAndWatch(_plan.Phase(OmsUpgradePhases.Settle));
        return [_plan.Add(Step(StepIds.Actions, OmsActions.ListActions, null, "list what a person has to do", _plan.Phase(OmsUpgradePhases.Settle), attempts: 1, new(StringComparer.Ordinal)))];
    }

    private void Programs(string id, DiscoveredNode node, List<string> after) =>
        _plan.Add(Step(id, OmsActions.AwaitPrograms, node.Name, $"all programs run on {node.Name}", after, attempts: 2, new(StringComparer.Ordinal)
        {
            ["container"] = node.NewContainer,
            ["running"] = string.Join(',', OmsPrograms.All),
            ["runningOrStopped"] = "",
        }));

    private void Hosts(string id, List<string> after) =>
        _plan.Add(Step(id, OmsActions.AwaitHostsOnline, null, "every host ONLINE with a fresh heartbeat", after, attempts: 1, new(StringComparer.Ordinal)
        {
            ["database"] = discovery.Metadata.CmDatabase,
            ["heartbeats"] = string.Join(';', discovery.Regions.Select(r => $"{r.HeartbeatDatabase}={string.Join(',', r.Nodes.Select(n => Node(n).HostIP))}")),
        }));
}
