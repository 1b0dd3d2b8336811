using Drydock.Crds.DatabaseRollingUpgrades;

namespace Drydock.Reconcilers.Databases.TiDb;

/// <content>What comes after the cluster's own processes.</content>
internal sealed partial class TiDbPlanner
{
    private void UpgradeMonitoring()
    {
        foreach (var service in _tidb.Monitoring)
        {
            Next(Step(TiDbStepIds.Monitoring(service.Name), TiDbActions.RestartService, service.Host, $"{service.Name} on {service.Host}", ("service", service.Name), ("files", string.Join(',', service.Files.Select(f => f.Sha256[..ContentHash.ShortLength])))));
        }
    }

    private void UpgradeTiSpark()
    {
        if (_tidb.TiSpark is not { } spark)
        {
            return;
        }

        Next(Step(TiDbStepIds.StopSpark, TiDbActions.StopSpark, spark.Hosts[0], "stop Spark"));
        foreach (var host in spark.Hosts)
        {
            Next(Step(TiDbStepIds.SparkJar(host), TiDbActions.ReplaceSparkJar, host, $"TiSpark's JAR on {host}", ("sha256", spark.JarSha256)));
        }

        Next(Step(TiDbStepIds.StartSpark, TiDbActions.StartSpark, spark.Hosts[0], "start Spark, same workers as before"));
        if (spark.Smoke.Count > 0)
        {
            Next(Step(TiDbStepIds.SmokeSpark, TiDbActions.SmokeSpark, spark.Hosts[0], "smoke test of Spark"));
        }
    }

    private void Verify()
    {
        Next(Step(TiDbStepIds.VerifyProcesses, TiDbActions.CheckProcesses, null, "every process and service port"));
        Next(Step(TiDbStepIds.VerifyCluster, TiDbActions.CheckCluster, null, "the cluster as a whole"));
        if (_spec.Of(DatabaseComponent.Pump).Any() || _spec.Of(DatabaseComponent.Drainer).Any())
        {
            Next(Step(TiDbStepIds.VerifyBinlog, TiDbActions.CheckBinlog, null, "pumps and drainers"));
        }

        Next(Step(TiDbStepIds.VerifyStatements, TiDbActions.CountFailedStatements, null, "failed statements counted"));
    }

    private void TuneScheduling()
    {
        var tune = _tidb.TuneScheduling;
        if (!tune.Enabled)
        {
            return;
        }

        foreach (var limit in MergeLimits(_tidb.MergeScheduleLimit, tune.MergeScheduleLimit))
        {
            Next(Step(TiDbStepIds.RaiseMerge(limit), TiDbActions.RaiseScheduleLimit, null, $"merge-schedule-limit to {limit}, once Regions keep still", ("name", "merge-schedule-limit"), ("limit", Number(limit))));
        }

        Next(Step(TiDbStepIds.RaiseReplica, TiDbActions.RaiseScheduleLimit, null, $"replica-schedule-limit to {tune.ReplicaScheduleLimit}", ("name", "replica-schedule-limit"), ("limit", Number(tune.ReplicaScheduleLimit))));
    }

    /// <summary>
    /// The values merge-schedule-limit passes on its way: doubled each time (2, then gradually to 8;
    /// docs/research/tidb.md#procedure).
    /// </summary>
    internal static IEnumerable<int> MergeLimits(int from, int to)
    {
        for (var limit = from < 2 ? 2 : from * 2; from < to; limit *= 2)
        {
            from = Math.Min(limit, to);
            yield return from;
        }
    }
}
