using System.Text.RegularExpressions;

namespace Drydock.Benchmarks;

/// <summary>A minimal informer of client-go over the same objects, for comparison.</summary>
internal static partial class GoInformer
{
    /// <summary>
    /// The time of its first list and its memory at rest in MiB; null where there is no Go toolchain to build it.
    /// </summary>
    public static async Task<(TimeSpan Sync, double RestMiB, double PeakMiB)?> MeasureAsync(
        string kubeconfig, TimeSpan rest, CancellationToken cancellationToken)
    {
        if (!(await Recipes.RunAsync("informer.sh", cancellationToken)).TryGetValue("informer", out var path))
        {
            return null;
        }

        var start = new ProcessStartInfo(path, ["--kubeconfig", kubeconfig])
        {
            RedirectStandardOutput = true,
            UseShellExecute = false
        };
        using var process = Process.Start(start)!;
        try
        {
            var line = await process.StandardOutput.ReadLineAsync(cancellationToken)
                ?? throw new InvalidOperationException("the informer ended before it had listed the objects");
            await Task.Delay(rest, cancellationToken);
            var seconds = double.Parse(Seconds().Match(line).Groups["s"].Value, CultureInfo.InvariantCulture);
            return (TimeSpan.FromSeconds(seconds), ProcessMemory.ResidentMiB(process.Id), ProcessMemory.PeakMiB(
                process.Id));
        }
        finally
        {
            process.Kill();
            await process.WaitForExitAsync(CancellationToken.None);
        }
    }

    [GeneratedRegex(
        @" in (?<s>[0-9.]+) s$", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000)]
    private static partial Regex Seconds();
}
