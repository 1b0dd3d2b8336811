namespace Drydock.Benchmarks;

/// <summary>Cuts the connections of an operator to the API server again and again and reads its memory.</summary>
internal static class Reconnections
{
    /// <summary>After this many the memory is read for the first time: everything has been used by then.</summary>
    public const int First = 100;

    /// <summary>After this many it is read again.</summary>
    public const int Last = 1_000;

    private const string Resource = "resource=\"omsupgrades.drydock.dev\"";

    /// <summary>Resident memory in MiB after the first and after the last reconnections.</summary>
    public static async Task<(double First, double Last)> MeasureAsync(CancellationToken cancellationToken)
    {
        await using var stage = await UpgradeStage.StartAsync(
            new StageOptions
            {
                Checkout = Repository.Root,
                OperatorAssembly = Repository.OperatorAssembly,
                Faults = true
            },
            cancellationToken: cancellationToken);
        var space = await stage.NewNamespaceAsync();
        var manifest = stage.Manifest(space, "watched");
        manifest["spec"]!["approval"] = "Manual";
        manifest["spec"]!["paused"] = true;
        await using var op = stage.StartOperator();
        await op.WaitUntilReadyAsync(cancellationToken);
        await stage.ApplyAsync(manifest.ToJsonString());
        var first = 0.0;
        var start = await CountAsync(op, "drydock_watch_reconnections_total", cancellationToken);
        for (var i = 1; ; i++)
        {
            var events = await CountAsync(op, "drydock_watch_events_total", cancellationToken);
            stage.Faults!.Kubernetes.CutAll();

            // The watch works again once it reports a change. That also resets its pauses.
            await stage.ControlPlane.KubectlAsync(
                ["-n", space, "annotate", "--overwrite", "omsu", "watched", $"example.com/count={i}"],
                cancellationToken: cancellationToken);
            await Deadline.UntilAsync(
                "the watch to report a change",
                async token => await CountAsync(op, "drydock_watch_events_total", token) > events,
                cancellationToken: cancellationToken);
            var done = await CountAsync(op, "drydock_watch_reconnections_total", cancellationToken) - start;
            if (first == 0 && done >= First)
            {
                first = ProcessMemory.ResidentMiB(op.Process.Id);
            }

            if (done >= Last)
            {
                return (first, ProcessMemory.ResidentMiB(op.Process.Id));
            }
        }
    }

    private static async Task<double> CountAsync(LabOperator op, string metric, CancellationToken cancellationToken) =>
        (await op.GetAsync("/metrics", cancellationToken)).Split('\n')
            .Where(line => line.StartsWith(metric + "{", StringComparison.Ordinal)
                && line.Contains(Resource, StringComparison.Ordinal))
            .Sum(line => double.Parse(line[(line.LastIndexOf(' ') + 1)..], CultureInfo.InvariantCulture));
}
