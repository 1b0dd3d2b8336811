namespace Drydock.Reconcilers.Oms;

/// <content>The old containers stop, and the databases are dumped.</content>
internal sealed partial class OmsUpgradePlanner
{
    private List<string> StopOld()
    {
        foreach (var node in Nodes)
        {
            Add(
                StepIds.StopOld(node.Name),
                node.Name,
                $"Stop {node.OldContainer} on {node.Name}",
                new StopContainer(node.OldContainerId, node.OldContainer),
                _barrier,
                attempts: 5);
        }

        return _plan.Phase(OmsUpgradePhases.StopOld);
    }

    private List<string> Backup()
    {
        List<string> databases = [.. discovery.Metadata.Databases];
        List<string> before = spec.Backup.EndSessions == EndSessionsPolicy.OmsAccount
            ?
            [
                Add(
                    StepIds.EndSessions,
                    null,
                    $"End the sessions of {discovery.Metadata.Account} that are left on the metadata databases",
                    new EndSessions(databases, discovery.Metadata.Account),
                    _barrier,
                    attempts: 5),
            ]
            : _barrier;
        before =
        [
            Add(
                StepIds.Quiesced,
                null,
                "Wait until no other session uses the metadata databases",
                new AwaitNoSessions(databases, [.. Nodes.Select(n => n.HostIP)]),
                before,
                attempts: 1),
        ];
        if (spec.Backup.TrimHeartbeatSequence)
        {
            before =
            [
                .. discovery.Metadata.HeartbeatDatabases.Select(database => Add(
                    StepIds.Trim(database),
                    null,
                    $"Trim heatbeat_sequence in {database}",
                    new TrimHeartbeatSequence(database),
                    [StepIds.Quiesced],
                    attempts: 5)),
            ];
        }

        return
        [
            Add(
                StepIds.Snapshot,
                null,
                "Dump and verify all databases",
                new TakeSnapshot(
                    databases,
                    StorageText.Of(spec.Backup.Storage),
                    spec.Backup.Tool,
                    spec.Backup.Threads,
                    spec.Backup.Verify,
                    spec.Backup.Encryption is { Recipients: { Count: > 0 } recipients } ? [.. recipients] : null),
                before,
                attempts: 3),
        ];
    }
}
