namespace Drydock.Reconcilers.Oms;

/// <content>High availability is disabled before the downtime and enabled at its end.</content>
internal sealed partial class OmsUpgradePlanner
{
    private string RmDatabase => discovery.Metadata.RmDatabase;

    private List<string> DisableHighAvailability()
    {
        if (!discovery.HighAvailability.Enabled)
        {
            return [];
        }

        var previous = discovery.HighAvailability.Raw ?? "";
        if (spec.HighAvailability.Method == HighAvailabilityMethod.Manual)
        {
            return
            [
                Add(
                    StepIds.DisableHA,
                    null,
                    "Wait until the administrator disables high availability",
                    new AwaitManualHighAvailability(RmDatabase, Enable: false, Previous: previous),
                    _barrier,
                    attempts: 1),
            ];
        }

        Add(
            StepIds.DisableHA,
            null,
            "Disable high availability in ha.config",
            new DisableHighAvailability(RmDatabase, previous),
            _barrier,
            attempts: 5);
        var last = RestartConsoles(
            StepIds.DisableHA, StepIds.DisableHAConsole, n => Restart(n, n.OldContainer, n.OldHttps));
        return [Confirm(StepIds.DisableHAConfirmed, enabled: false, last)];
    }

    private List<string> EnableHighAvailability()
    {
        var wanted = spec.HighAvailability;
        if (!discovery.Path.Target.HaConfig)
        {
            // There is nothing to enable, and a row that this version does not know must not be written.
            return [];
        }

        if (wanted.AfterUpgrade == HighAvailabilityAfterUpgrade.AsBefore && !discovery.HighAvailability.Enabled)
        {
            return [];
        }

        if (wanted.Method == HighAvailabilityMethod.Manual)
        {
            return
            [
                Add(
                    StepIds.EnableHA,
                    null,
                    "Wait until the administrator enables high availability",
                    new AwaitManualHighAvailability(
                        RmDatabase,
                        Enable: true,
                        Previous: discovery.HighAvailability.Raw,
                        PerceiveStoreClientCheckpoint: wanted.PerceiveStoreClientCheckpoint,
                        RefetchMargin: wanted.RefetchMargin),
                    _barrier,
                    attempts: 1),
            ];
        }

        Add(
            StepIds.EnableHA,
            null,
            "Enable high availability in ha.config",
            new EnableHighAvailability(
                RmDatabase,
                wanted.PerceiveStoreClientCheckpoint,
                wanted.RefetchMargin,
                discovery.Path.NeedsEnableConnectorRule,
                discovery.HighAvailability.Raw),
            _barrier,
            attempts: 5);
        var last = RestartConsoles(StepIds.EnableHA, StepIds.EnableHAConsole, n => Restart(n, n.NewContainer, n.Https));
        return [Confirm(StepIds.EnableHAConfirmed, enabled: true, last)];
    }

    private string Confirm(string id, bool enabled, string after) => Add(
        id,
        null,
        "Confirm that no console has overwritten ha.config",
        new ConfirmHighAvailability(RmDatabase, enabled),
        [after],
        attempts: 3);

    private static RestartConsole Restart(DiscoveredNode node, string container, bool https) =>
        node.Baseline.ConsoleAnswers
            ? new RestartConsole(container, Port: node.ConsolePort, Https: https)
            : new RestartConsole(container);

    // One console after the other, so that one of them always serves.
    private string RestartConsoles(string after, Func<string, string> id, Func<DiscoveredNode, RestartConsole> args)
    {
        foreach (var node in Nodes)
        {
            after = Add(
                id(node.Name),
                node.Name,
                $"Restart oms_console on {node.Name}",
                args(node),
                [after],
                attempts: 5);
        }

        return after;
    }
}
