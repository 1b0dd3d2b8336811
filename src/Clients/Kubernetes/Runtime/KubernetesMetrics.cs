namespace Drydock.Clients.Kubernetes.Runtime;

/// <summary>Metrics with the names, labels and kinds that dashboards for controller-runtime and client-go expect.
/// Meter: <see cref="MeterName"/>.</summary>
public static class KubernetesMetrics
{
    public const string MeterName = "Drydock.Kubernetes";

    private static readonly Meter Meter = new(MeterName);

    // Reconciliations and requests to the API server.
    private static readonly double[] ReconcileBuckets =
        [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

    // Waits in a queue, and work on one key: from a microsecond to a quarter of an hour.
    private static readonly double[] QueueBuckets = [0.000001, 0.00001, 0.0001, 0.001, 0.01, 0.1, 1, 10, 100, 1000];

    internal static readonly Counter<long> Requests = Meter.CreateCounter<long>(
        "rest_client_requests_total", description: "Requests to the API server, by code, method and host.");
    internal static readonly Histogram<double> RequestSeconds = Seconds(
        "rest_client_request_duration_seconds",
        "Duration of requests to the API server, by verb and host.",
        ReconcileBuckets);
    internal static readonly Counter<long> WatchEvents =
        Meter.CreateCounter<long>("drydock_watch_events_total", description: "Watch events, by resource and type.");
    internal static readonly Counter<long> WatchReconnections = Meter.CreateCounter<long>(
        "drydock_watch_reconnections_total", description: "Watches that were opened again, by resource and cause.");
    internal static readonly Counter<long> Reconciles = Meter.CreateCounter<long>(
        "controller_runtime_reconcile_total", description: "Reconciliations, by controller and result.");
    internal static readonly Counter<long> ReconcileErrors = Meter.CreateCounter<long>(
        "controller_runtime_reconcile_errors_total", description: "Reconciliations that failed, by controller.");
    internal static readonly Counter<long> ReconcilePanics = Meter.CreateCounter<long>(
        "controller_runtime_reconcile_panics_total",
        description: "Reconciliations that threw an exception, by controller.");
    internal static readonly Histogram<double> ReconcileSeconds = Seconds(
        "controller_runtime_reconcile_time_seconds", "Duration of reconciliations, by controller.", ReconcileBuckets);
    internal static readonly UpDownCounter<int> ActiveWorkers = Meter.CreateUpDownCounter<int>(
        "controller_runtime_active_workers", description: "Reconciliations that run now, by controller.");
    internal static readonly UpDownCounter<int> MaxConcurrent = Meter.CreateUpDownCounter<int>(
        "controller_runtime_max_concurrent_reconciles",
        description: "Reconciliations that may run at the same time, by controller.");
    internal static readonly UpDownCounter<int> QueueDepth = Meter.CreateUpDownCounter<int>(
        "workqueue_depth", description: "Objects that wait for a worker, by queue.");
    internal static readonly Counter<long> QueueAdds = Meter.CreateCounter<long>(
        "workqueue_adds_total", description: "Objects that were put into the queue.");
    internal static readonly Counter<long> QueueRetries = Meter.CreateCounter<long>(
        "workqueue_retries_total", description: "Objects that were put into the queue after a failure.");
    internal static readonly Histogram<double> QueueSeconds = Seconds(
        "workqueue_queue_duration_seconds", "Time that an object waited in the queue.", QueueBuckets);
    internal static readonly Histogram<double> WorkSeconds = Seconds(
        "workqueue_work_duration_seconds", "Time that a worker needed for an object.", QueueBuckets);
    internal static readonly UpDownCounter<int> LeaderStatus = Meter.CreateUpDownCounter<int>(
        "leader_election_master_status", description: "1 while this process leads, by name of the Lease.");
    internal static readonly Counter<long> Events = Meter.CreateCounter<long>(
        "drydock_events_total", description: "Kubernetes Events about objects of Drydock, by type and reason.");
    internal static readonly Counter<long> EventsDropped = Meter.CreateCounter<long>(
        "drydock_events_dropped_total", description: "Kubernetes Events that could not be sent, by cause.");

    static KubernetesMetrics()
    {
        Meter.CreateObservableGauge(
            "workqueue_unfinished_work_seconds",
            static () => QueueLoad.Measure(static load => load.UnfinishedSeconds),
            "s",
            "Time that the workers have spent so far on the objects that they work on now, all together.");
        Meter.CreateObservableGauge(
            "workqueue_longest_running_processor_seconds",
            static () => QueueLoad.Measure(static load => load.LongestSeconds),
            "s",
            "Time that a worker has spent so far on one object: the longest one.");
    }

    internal static KeyValuePair<string, object?> Tag(string name, object? value) => new(name, value);

    private static Histogram<double> Seconds(string name, string description, double[] buckets) =>
        Meter.CreateHistogram(
            name, "s", description, tags: null, new InstrumentAdvice<double> { HistogramBucketBoundaries = buckets });
}
