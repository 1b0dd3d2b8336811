using Drydock.Crds.OmsUpgrades;

namespace Drydock.Reconcilers.Oms;

/// <content>High availability off before the downtime and on at its end.</content>
internal sealed partial class OmsUpgradePlanner
{
    private List<string> DisableHighAvailability()
    {
        if (!discovery.HighAvailability.Enabled)
        {
            return [];
        }

        var parameters = new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            ["database"] = discovery.Metadata.RmDatabase,
            ["previous"] = discovery.HighAvailability.Raw ?? "",
        };
        if (spec.HighAvailability.Method == HighAvailabilityMethod.Manual)
        {
            parameters["wanted"] = "off";
            return [_plan.Add(Step(StepIds.DisableHA, OmsActions.AwaitManualHighAvailability, null, "high availability switched off by a person", _barrier, attempts: 1, parameters))];
        }

        _plan.Add(Step(StepIds.DisableHA, OmsActions.DisableHighAvailability, null, "ha.config: enable false", _barrier, attempts: 5, parameters));
        var last = RestartConsoles(StepIds.DisableHA, StepIds.DisableHAConsole, n => n.OldContainer);
        return [_plan.Add(Step(StepIds.DisableHAConfirmed, OmsActions.ConfirmHighAvailability, null, "ha.config read again", [last], attempts: 3, new(StringComparer.Ordinal)
        {
            ["database"] = discovery.Metadata.RmDatabase,
            ["wanted"] = "off",
        }))];
    }

    private List<string> EnableHighAvailability()
    {
        if (spec.HighAvailability.AfterUpgrade == HighAvailabilityAfterUpgrade.AsBefore && !discovery.HighAvailability.Enabled)
        {
            return [];
        }

        var parameters = new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            ["database"] = discovery.Metadata.RmDatabase,
            ["previous"] = discovery.HighAvailability.Raw ?? "",
            ["perceive"] = Flag(spec.HighAvailability.PerceiveStoreClientCheckpoint),
            ["margin"] = spec.HighAvailability.RefetchMargin,
            ["enableConnectorRule"] = Flag(discovery.Path.NeedsEnableConnectorRule),
        };
        if (spec.HighAvailability.Method == HighAvailabilityMethod.Manual)
        {
            parameters["wanted"] = "on";
            return [_plan.Add(Step(StepIds.EnableHA, OmsActions.AwaitManualHighAvailability, null, "high availability switched on by a person", _barrier, attempts: 1, parameters))];
        }

        _plan.Add(Step(StepIds.EnableHA, OmsActions.EnableHighAvailability, null, "ha.config: enable true", _barrier, attempts: 5, parameters));
        var last = RestartConsoles(StepIds.EnableHA, StepIds.EnableHAConsole, n => n.NewContainer);
        return [_plan.Add(Step(StepIds.EnableHAConfirmed, OmsActions.ConfirmHighAvailability, null, "ha.config read again", [last], attempts: 3, new(StringComparer.Ordinal)
        {
            ["database"] = discovery.Metadata.RmDatabase,
            ["wanted"] = "on",
        }))];
    }

    // One console after the other, so that one of them always serves.
    private string RestartConsoles(string after, Func<string, string> id, Func<DiscoveredNode, string> container)
    {
        foreach (var node in Nodes)
        {
            after = _plan.Add(Step(id(node.Name), OmsActions.RestartConsole, node.Name, $"restart oms_console on {node.Name}", [after], attempts: 5, new(StringComparer.Ordinal)
            {
                ["container"] = container(node),
            }));
        }

        return after;
    }
}
