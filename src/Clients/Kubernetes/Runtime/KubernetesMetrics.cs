using System.Diagnostics.Metrics;

namespace Drydock.Clients.Kubernetes.Runtime;

/// <summary>
/// Metrics with the names used by dashboards for controller-runtime and client-go. Meter: <see cref="MeterName"/>.
/// </summary>
public static class KubernetesMetrics
{
    public const string MeterName = "Drydock.Kubernetes";

    private static readonly Meter Meter = new(MeterName);

    internal static readonly Counter<long> Requests = Meter.CreateCounter<long>(
        "rest_client_requests_total", description: "Requests to the API server by code and method.");
    internal static readonly Histogram<double> RequestSeconds = Meter.CreateHistogram<double>(
        "rest_client_request_duration_seconds", "s", "Duration of requests to the API server.");
    internal static readonly Counter<long> WatchEvents =
        Meter.CreateCounter<long>("drydock_watch_events_total", description: "Watch events by resource and type.");
    internal static readonly Counter<long> WatchReconnections = Meter.CreateCounter<long>(
        "drydock_watch_reconnections_total", description: "Watches reopened, by resource and cause.");
    internal static readonly Counter<long> Reconciles = Meter.CreateCounter<long>(
        "controller_runtime_reconcile_total", description: "Reconciliations by controller and result.");
    internal static readonly Counter<long> ReconcileErrors = Meter.CreateCounter<long>(
        "controller_runtime_reconcile_errors_total", description: "Failed reconciliations by controller.");
    internal static readonly Counter<long> ReconcilePanics = Meter.CreateCounter<long>(
        "controller_runtime_reconcile_panics_total", description: "Reconciliations that threw, by controller.");
    internal static readonly Histogram<double> ReconcileSeconds =
        Meter.CreateHistogram<double>("controller_runtime_reconcile_time_seconds", "s", "Duration of reconciliations.");
    internal static readonly UpDownCounter<int> ActiveWorkers = Meter.CreateUpDownCounter<int>(
        "controller_runtime_active_workers", description: "Reconciliations that run now.");
    internal static readonly UpDownCounter<int> MaxConcurrent = Meter.CreateUpDownCounter<int>(
        "controller_runtime_max_concurrent_reconciles", description: "Reconciliations that may run at the same time.");
    internal static readonly UpDownCounter<int> QueueDepth =
        Meter.CreateUpDownCounter<int>("workqueue_depth", description: "Objects that wait for a worker.");
    internal static readonly Counter<long> QueueAdds =
        Meter.CreateCounter<long>("workqueue_adds_total", description: "Objects put into the queue.");
    internal static readonly Counter<long> QueueRetries = Meter.CreateCounter<long>(
        "workqueue_retries_total", description: "Objects put into the queue after a failure.");
    internal static readonly Histogram<double> QueueSeconds = Meter.CreateHistogram<double>(
        "workqueue_queue_duration_seconds", "s", "Time from being put into the queue to being taken.");
    internal static readonly UpDownCounter<int> LeaderStatus =
        Meter.CreateUpDownCounter<int>("leader_election_master_status", description: "1 while this process leads.");
    internal static readonly Counter<long> EventsDropped = Meter.CreateCounter<long>(
        "drydock_events_dropped_total", description: "Kubernetes Events that could not be sent, by cause.");

    internal static KeyValuePair<string, object?> Tag(string name, object? value) => new(name, value);
}
