namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>What the page of Spark's master shows (workers, cores, memory; docs/research/tidb.md#tispark), read from
/// /json/.</summary>
/// <param name="Workers">Workers that are ALIVE.</param>
/// <param name="Cores">Their cores.</param>
/// <param name="Memory">Their memory, in MB.</param>
internal sealed record SparkMaster(long Workers, long Cores, long Memory)
{
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{Workers}/{Cores}/{Memory}");

    /// <summary>Reads the page; null if nothing listens on the port of the master.</summary>
    /// <exception cref="ServiceException">Unknown: the host does not answer.</exception>
    /// <exception cref="TiDbApiException">Unknown: the answer is unusable.</exception>
    public static async Task<SparkMaster?> ReadAsync(
        ITiDbTargets targets, TiSparkSpec spark, CancellationToken cancellationToken)
    {
        var host = spark.Hosts[0];
        try
        {
            var answer = await targets.PlainHttp.GetAsync(host, spark.WebPort, "/json/", cancellationToken);
            var what = $"GET {host}:{spark.WebPort}/json/";
            return TiDbAnswers.Read(answer, what, TiDbJsonContext.Default.SparkWire, page =>
            {
                var alive = TiDbAnswers.Entries(page.Workers).Where(w => w.State == "ALIVE").ToList();
                return new SparkMaster(alive.Count, alive.Sum(w => w.Cores ?? 0), alive.Sum(w => w.Memory ?? 0));
            });
        }
        catch (ServiceException exception) when (exception.IsRefused)
        {
            return null;
        }
    }
}

/// <summary>GET /json/ of Spark's master. A required list may be null.</summary>
internal sealed record SparkWire
{
    public required List<Worker?>? Workers { get; init; }

    public sealed record Worker
    {
        public required string State { get; init; }

        public long? Cores { get; init; }

        public long? Memory { get; init; }
    }
}
