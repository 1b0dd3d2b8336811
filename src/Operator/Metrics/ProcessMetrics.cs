using System.Diagnostics;

namespace Drydock.Operator.Metrics;

/// <summary>Metrics about the process itself: what it is, what it uses, and whether it hears of changes.</summary>
internal sealed class ProcessMetrics : IDisposable
{
    private readonly Meter _meter = new("Drydock.Process");

    public ProcessMetrics(IReadOnlyList<IWatchHealth> watches, StorageSpace space, Func<bool> awaitsCrds)
    {
        _meter.CreateObservableGauge(
            "drydock_build_info",
            () => new Measurement<int>(1, new("version", BuildInfo.Version), new("revision", BuildInfo.Revision)),
            description: "Always 1. The labels name the build of the operator.");
        _meter.CreateObservableGauge(
            "drydock_crd_schema_outdated",
            () => awaitsCrds() ? 1 : 0,
            description: "1 while the operator does not lead, because the CRDs in the cluster are older than it needs "
                + "or cannot be read.");
        _meter.CreateObservableGauge(
            "process_resident_memory_bytes", () => Environment.WorkingSet, "By", "Resident memory of the process.");
        _meter.CreateObservableCounter(
            "process_cpu_seconds_total",
            () => Environment.CpuUsage.TotalTime.TotalSeconds,
            "s",
            "User and system time that the process has used.");
        var started = new DateTimeOffset(Process.GetCurrentProcess().StartTime).ToUnixTimeMilliseconds() / 1000.0;
        _meter.CreateObservableGauge("process_start_time_seconds", () => started, "s", "When the process was started.");
        _meter.CreateObservableGauge(
            "drydock_watch_age_seconds",
            () => watches.GroupBy(watch => watch.Name, StringComparer.Ordinal).Select(same => new Measurement<double>(
                same.Max(watch => watch.Age.TotalSeconds), new KeyValuePair<string, object?>("resource", same.Key))),
            "s",
            "Time since the watch last had a sign of life from the API server, by resource.");
        _meter.CreateObservableGauge(
            "drydock_storage_free_bytes",
            () => space.Read().Select(free => new Measurement<long>(
                free.Bytes, new KeyValuePair<string, object?>("root", free.Root))),
            "By",
            "Free bytes of the volume below a storage root. Absent while the volume does not answer.");
        _meter.CreateObservableGauge(
            "drydock_storage_size_bytes",
            () => space.Read().Select(free => new Measurement<long>(
                free.Size, new KeyValuePair<string, object?>("root", free.Root))),
            "By",
            "Size of the volume below a storage root. Absent while the volume does not answer.");
    }

    public void Dispose() => _meter.Dispose();
}
