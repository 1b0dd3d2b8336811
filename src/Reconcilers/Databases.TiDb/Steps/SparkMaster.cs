using System.Globalization;
using Drydock.Crds.DatabaseRollingUpgrades;

namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>
/// The page of Spark's master (workers, cores, memory; docs/research/tidb.md#tispark), as its JSON form at /json/.
/// </summary>
/// <param name="Workers">Workers that are ALIVE.</param>
/// <param name="Cores">Their cores.</param>
/// <param name="Memory">Their memory, in MB.</param>
internal sealed record SparkMaster(long Workers, long Cores, long Memory)
{
    /// <summary>As text: workers/cores/memory.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Workers}/{Cores}/{Memory}");

    /// <summary>Asks the master; null if nothing listens on its port: stopped, or not there yet.</summary>
    /// <exception cref="ServiceException">It is not known: the host is silent, or the answer is unusable.</exception>
    public static async Task<SparkMaster?> AskAsync(
        ITiDbTargets targets, TiSparkSpec spark, CancellationToken cancellationToken)
    {
        try
        {
            var answer = await targets.PlainHttp.GetAsync(spark.Hosts[0], spark.WebPort, "/json/", cancellationToken);
            return StrictJson.Read(answer, $"GET {spark.Hosts[0]}:{spark.WebPort}/json/", root =>
            {
                var alive = root.List("workers").Where(w => w.Text("state") == "ALIVE").ToList();
                return new SparkMaster(alive.Count, alive.Sum(w => w.Number("cores")), alive.Sum(w => w.Number("memory")));
            });
        }
        catch (ServiceException exception) when (exception.IsRefused)
        {
            return null;
        }
    }
}
