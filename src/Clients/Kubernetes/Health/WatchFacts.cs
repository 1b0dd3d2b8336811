using System.Globalization;
using Drydock.Clients.Kubernetes.Watching;

namespace Drydock.Clients.Kubernetes.Health;

/// <summary>Facts about watches for probes.</summary>
internal static class WatchFacts
{
    public static Dictionary<string, object> Of(IEnumerable<IWatchHealth> watches)
    {
        var facts = new Dictionary<string, object>(StringComparer.Ordinal);
        foreach (var watch in watches)
        {
            facts[watch.Name] = Describe(watch);
        }

        return facts;
    }

    public static string Describe(IWatchHealth watch) =>
        string.Create(CultureInfo.InvariantCulture, $"{watch.Name} (last sign of life {watch.Age.TotalSeconds:0} s ago{(watch.HasSynced ? "" : ", not listed yet")}{(watch.Problem is null ? "" : $", {watch.Problem}")})");
}
