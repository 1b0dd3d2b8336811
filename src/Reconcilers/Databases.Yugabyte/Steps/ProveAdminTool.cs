using System.Globalization;
using Drydock.Crds.Common;
using Drydock.Engine.Actions;

namespace Drydock.Reconcilers.Databases.Yugabyte;

/// <summary>
/// Before anything is stopped: the admin tool of the new package runs on the tool host, knows what will be asked of it,
/// and reaches the masters; all of them are ALIVE with one LEADER, and the load balancer is idle. The version of the
/// AutoFlags configuration is recorded, by which a promotion is noticed and taken back
/// (docs/research/yugabytedb.md#admin-tool).
/// </summary>
internal sealed class ProveAdminTool(IYugabyteTargets targets) : YugabyteStep(targets)
{
    /// <inheritdoc />
    public override async Task<Observation> ObserveAsync(StepContext context, CancellationToken cancellationToken)
    {
        var tool = Cluster.Tool();
        var (from, to) = (YugabyteVersion.Parse(Cluster.Spec.FromVersion), YugabyteVersion.Parse(Cluster.Spec.ToVersion));
        try
        {
            var help = await tool.HelpAsync(cancellationToken);
            if (Missing(help, from, to) is { } missing)
            {
                return new Observation.Failed(Reasons.AdminToolFailed, $"{tool.Display} does not know {missing}: it is not of {to}, or spec.yugabyte.names is wrong");
            }

            var masters = await tool.MastersAsync(cancellationToken);
            if (masters.FirstOrDefault(m => !m.IsAlive) is { } dead)
            {
                return new Observation.Running($"waits until all masters are ALIVE: {dead.RpcAddress} is {dead.State}");
            }

            if (masters.Count(m => m.IsLeader) != 1)
            {
                return new Observation.Running("waits for exactly one LEADER among the masters");
            }

            if (!await tool.IsBalancerIdleAsync(cancellationToken))
            {
                return new Observation.Running("waits until the load balancer is idle");
            }

            // Masters without AutoFlags do not know the question.
            var flags = YugabyteFeatures.HasAutoFlags(from) ? (await tool.AutoFlagsAsync(cancellationToken)).Version : 0;
            return new Observation.Done(
                null,
                new Dictionary<string, string>(StringComparer.Ordinal)
                {
                    [YugabyteKeys.FlagsBefore] = flags.ToString(CultureInfo.InvariantCulture),
                    [YugabyteKeys.NodesSafe] = help.NodesSafeForm.ToString(),
                });
        }
        catch (Exception exception) when (Refusal(exception) is { NotTaken: true })
        {
            return new Observation.Running($"waits: {exception.Message}");
        }
        catch (Exception exception) when (Refusal(exception) is { } refusal)
        {
            return new Observation.Failed(refusal.Reason, refusal.Message);
        }
    }

    private string? Missing(AdminHelp help, YugabyteVersion from, YugabyteVersion to)
    {
        var wanted = new List<string> { "change_leader_blacklist" };
        if (YugabyteFeatures.HasAutoFlags(to))
        {
            wanted.AddRange(["get_auto_flags_config", "promote_auto_flags"]);
        }

        if (YugabyteFeatures.UpgradesCatalog(from, to))
        {
            wanted.Add(Cluster.Vocabulary.UpgradeCatalogCommand);
        }

        return help.IsKnown ? wanted.Find(w => !help.Has(w)) : null;
    }
}
