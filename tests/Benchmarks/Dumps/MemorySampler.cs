namespace Drydock.Benchmarks;

/// <summary>
/// Resident memory of a process while a task runs, as the kernel counts it. The memory of its children is sampled.
/// </summary>
internal sealed class MemorySampler : IAsyncDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(200);

    private readonly int _pid;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _sampling;
    private double _children;

    private MemorySampler(int pid)
    {
        _pid = pid;
        _sampling = SampleAsync();
    }

    /// <summary>The highest resident memory of the children together, in MiB.</summary>
    public double ChildrenPeak => Volatile.Read(ref _children);

    /// <summary>
    /// The highest resident memory of the process since the start of this sampler, in MiB. The kernel keeps it, so no
    /// peak is missed between two samples.
    /// </summary>
    public double Peak => Read(_pid, "VmHWM") ?? 0;

    /// <summary>Resets the kernel's high-water mark and starts sampling.</summary>
    public static MemorySampler Start(int pid)
    {
        File.WriteAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/clear_refs"), "5");
        return new MemorySampler(pid);
    }

    /// <summary>The current resident memory of the process, in MiB.</summary>
    public static double Now(int pid) => Read(pid, "VmRSS") ?? 0;

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _sampling;
        _stop.Dispose();
    }

    private async Task SampleAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            var now = Children().Sum(child => Read(child, "VmRSS") ?? 0);
            Volatile.Write(ref _children, Math.Max(_children, now));
            await Task.Delay(Interval, _stop.Token).ContinueWith(
                static _ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        }
    }

    private IEnumerable<int> Children()
    {
        try
        {
            return [.. Directory.EnumerateDirectories(string.Create(CultureInfo.InvariantCulture, $"/proc/{_pid}/task"))
                .SelectMany(thread => File.ReadAllText(Path.Combine(thread, "children"))
                    .Split(' ', StringSplitOptions.RemoveEmptyEntries))
                .Select(x => int.Parse(x, CultureInfo.InvariantCulture))];
        }
        catch (IOException)
        {
            // A thread ended between the two reads. The next sample sees the rest.
            return [];
        }
    }

    private static double? Read(int pid, string what)
    {
        try
        {
            var line = File.ReadLines(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/status"))
                .FirstOrDefault(x => x.StartsWith(what + ":", StringComparison.Ordinal));
            return line is null
                ? null
                : double.Parse(
                    line.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)[^2],
                    CultureInfo.InvariantCulture) / 1024;
        }
        catch (IOException)
        {
            return null;
        }
    }
}
