using System.Globalization;
using Drydock.Crds.OmsUpgrades;
using Drydock.Reconcilers.Upgrades;

namespace Drydock.Reconcilers.Oms;

/// <content>The old containers stop, and the databases are dumped.</content>
internal sealed partial class OmsUpgradePlanner
{
    private List<string> StopOld()
    {
        foreach (var node in Nodes)
        {
            _plan.Add(Step(StepIds.StopOld(node.Name), OmsActions.StopContainer, node.Name, $"stop {node.OldContainer} on {node.Name}", _barrier, attempts: 5, new(StringComparer.Ordinal)
            {
                ["container"] = node.OldContainerId,
                ["name"] = node.OldContainer,
            }));
        }

        return _plan.Phase(OmsUpgradePhases.StopOld);
    }

    private List<string> Backup()
    {
        var databases = string.Join(',', discovery.Metadata.Databases);
        _plan.Add(Step(StepIds.Quiesced, OmsActions.AwaitNoSessions, null, "no OMS connection left in the metadata database", _barrier, attempts: 1, new(StringComparer.Ordinal)
        {
            ["databases"] = databases,
            ["hosts"] = string.Join(',', Nodes.Select(n => n.HostIP)),
        }));
        var before = new List<string> { StepIds.Quiesced };
        if (spec.Backup.TrimHeartbeatSequence)
        {
            before = [.. discovery.Metadata.HeartbeatDatabases.Select(database =>
                _plan.Add(Step(StepIds.Trim(database), OmsActions.TrimHeartbeatSequence, null, $"trim heatbeat_sequence in {database}", [StepIds.Quiesced], attempts: 5, new(StringComparer.Ordinal)
                {
                    ["database"] = database,
                })))];
        }

        return [_plan.Add(Step(StepIds.Snapshot, OmsActions.TakeSnapshot, null, "dump and verify all databases", before, attempts: 3, new(StringComparer.Ordinal)
        {
            ["databases"] = databases,
            ["storage"] = StorageText.Of(spec.Backup.Storage),
            ["tool"] = spec.Backup.Tool.ToString(),
            ["threads"] = spec.Backup.Threads.ToString(CultureInfo.InvariantCulture),
            ["verify"] = spec.Backup.Verify.ToString(),
            ["recipients"] = string.Join(',', spec.Backup.Encryption?.Recipients ?? []),
        }))];
    }
}
