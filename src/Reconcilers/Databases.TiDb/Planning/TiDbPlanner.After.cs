namespace Drydock.Reconcilers.Databases.TiDb;

/// <content>The steps after the cluster's own processes.</content>
internal sealed partial class TiDbPlanner
{
    private void UpgradeMonitoring()
    {
        foreach (var service in _tidb.Services())
        {
            var files = service.Files.Select(f => f.Sha256[..ContentHash.ShortLength]).ToList();
            Next(
                TiDbStepIds.Monitoring(service.Name),
                $"Restart {service.Name} on {service.Host} with its new files",
                new RestartService(service.Name, files.Count > 0 ? files : null, service.ReadyPath),
                service.Name);
        }

        if (_tidb.Dashboards is { } dashboards)
        {
            Next(
                TiDbStepIds.Dashboards(dashboards.Service),
                $"Import the dashboards into {dashboards.Service}",
                new ImportDashboards(
                    dashboards.Service, dashboards.From, dashboards.DataSource, dashboards.TitlePrefix),
                dashboards.Service);
        }
    }

    private void UpgradeTiSpark()
    {
        if (_tidb.TiSpark is not { } spark)
        {
            return;
        }

        Next(TiDbStepIds.StopSpark, "Stop Spark", new StopSpark());
        foreach (var host in spark.Hosts)
        {
            Next(
                TiDbStepIds.SparkJar(host),
                $"Replace the TiSpark JAR on {host}",
                new ReplaceSparkJar(spark.JarSha256),
                host);
        }

        Next(TiDbStepIds.StartSpark, "Start Spark and wait for its workers", new StartSpark());
        if (spark.Smoke.Count > 0)
        {
            Next(TiDbStepIds.SmokeSpark, "Run the smoke test of Spark", new SmokeSpark());
        }
    }

    // The checks ask different processes, so they run side by side once every instance has settled.
    private void Verify()
    {
        _barrier = [.. _barrier.Union(_late, StringComparer.Ordinal)];
        List<string> checks =
        [
            Check(TiDbStepIds.VerifyProcesses, "Check every process and service port", new CheckProcesses()),
            Check(TiDbStepIds.VerifyCluster, "Check the cluster as a whole", new CheckCluster()),
        ];
        if (spec.Of(DatabaseComponent.Pump).Any() || spec.Of(DatabaseComponent.Drainer).Any())
        {
            checks.Add(Check(TiDbStepIds.VerifyBinlog, "Check pumps and drainers", new CheckBinlog()));
        }

        checks.Add(Check(TiDbStepIds.VerifyStatements, "Count failed statements", new CountFailedStatements()));
        _barrier = checks;
        AliasPdUnits();
    }

    private void AliasPdUnits()
    {
        var others = spec.Of(DatabaseComponent.PD)
            .Where(i => Discovered(i).Unit is { } unit
                && spec.ControlOf(i)?.Systemd?.User != true
                && unit.EndsWith(".service", StringComparison.Ordinal)
                && unit != TiDb.AliasPdUnits.NameOf(spec, i))
            .Select(i => i.Name)
            .ToList();
        if (_tidb.AliasPdUnits && others.Count > 0)
        {
            Next(
                TiDbStepIds.PdUnits,
                $"Give the units of {string.Join(", ", others)} the names that tidb-ansible uses",
                new AliasPdUnits(others));
        }
    }

    private string Check(string id, string title, IStepAction step) =>
        _plan.Add(Step(id, node: null, title, step));

    private void TuneScheduling()
    {
        var tune = _tidb.TuneScheduling;
        if (!tune.Enabled)
        {
            return;
        }

        foreach (var limit in Merging.Raises())
        {
            Raise(TiDbStepIds.RaiseMerge(limit), ScheduleHold.MergeLimit, limit);
        }

        Raise(TiDbStepIds.RaiseReplica, "replica-schedule-limit", tune.ReplicaScheduleLimit);
    }

    private void Raise(string id, string name, long limit) => Next(
        id,
        $"Raise {name} to {limit} once the number of Regions is stable",
        new RaiseScheduleLimit(name, limit));
}
