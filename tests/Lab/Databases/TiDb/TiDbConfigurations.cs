namespace Drydock.Lab.Databases.TiDb;

/// <summary>
/// The configuration files of a 2.1 cluster from tidb-ansible, changed by an administrator: different values, comments,
/// and keys that 3.0 replaces.
/// </summary>
internal static class TiDbConfigurations
{
    /// <summary>conf/COMPONENT.toml.</summary>
    public static string Of(TiDbInstance instance, TiDbClusterOptions options) => instance.Component switch
    {
        "pd" => Pd(options),
        "tikv" => TiKv(instance, options),
        "tidb" => instance.Tls ? TiDb + Security : TiDb,
        "pump" => Pump,
        _ => Drainer,
    };

    private const string TiDb =
        """
        # TiDB Configuration.

        lease = "45s"
        split-table = true
        token-limit = 1500
        oom-action = "log"
        mem-quota-query = 34359738368

        [log]
        level = "info"
        format = "text"
        slow-threshold = 500
        expensive-threshold = 10000

        [status]
        report-status = true

        [performance]
        max-procs = 0
        stmt-count-limit = 10000
        tcp-keep-alive = true

        [prepared-plan-cache]
        enabled = false
        capacity = 100

        [tikv-client]
        grpc-connection-count = 16
        commit-timeout = "41s"

        [binlog]
        write-timeout = "15s"
        ignore-error = false

        """;

    private const string Security =
        $"""

        [security]
        cluster-ssl-ca = "{TiDbCluster.TlsFolder}/ca.pem"
        cluster-ssl-cert = "{TiDbCluster.TlsFolder}/server.pem"
        cluster-ssl-key = "{TiDbCluster.TlsFolder}/server-key.pem"

        """;

    private const string Pump =
        """
        # pump Configuration.
        gc = 7
        heartbeat-interval = 2

        [security]

        [storage]
        sync-log = true

        """;

    private const string Drainer =
        """
        # drainer Configuration.
        detect-interval = 10

        [syncer]
        ignore-schemas = "INFORMATION_SCHEMA,PERFORMANCE_SCHEMA,mysql"
        txn-batch = 20
        worker-count = 16
        disable-dispatch = false
        safe-mode = false
        db-type = "file"

        [syncer.to]
        dir = "/data/deploy/drainer/data.drainer"

        """;

    private static string Pd(TiDbClusterOptions options) => $"""
        # PD Configuration.

        lease = 3
        tso-save-interval = "3s"

        [log]
        level = "info"

        [schedule]
        max-snapshot-count = 3
        max-pending-peer-count = 16
        max-store-down-time = "30m"
        leader-schedule-limit = 4
        region-schedule-limit = 4
        replica-schedule-limit = 8
        merge-schedule-limit = 8
        tolerant-size-ratio = 5.0

        [replication]
        max-replicas = 3
        location-labels = [{string.Join(", ", LocationLabels(options).Select(label => $"\"{label}\""))}]

        """;

    // The outermost first.
    private static IEnumerable<string> LocationLabels(TiDbClusterOptions options) =>
        new[] { options.Zones > 0 ? "zone" : null, options.LocationLabel }.OfType<string>();

    private static string Labels(TiDbInstance instance, TiDbClusterOptions options)
    {
        var labels = LocationLabels(options)
            .Select(label => $"{label} = \"{(label == "zone" ? instance.Zone : instance.Host.Name)}\"")
            .ToList();
        return labels.Count > 0 ? $"labels = {{ {string.Join(", ", labels)} }}" : "# labels = {}";
    }

    private static string TiKv(TiDbInstance instance, TiDbClusterOptions options) => $$"""
        # TiKV config template
        #  Human-readable big numbers:
        #   File size(based on byte): KB, MB, GB, TB, PB
        #    e.g.: 1_048_576 = "1MB"

        log-level = "info"

        [readpool.storage]
        high-concurrency = 4
        normal-concurrency = 4
        low-concurrency = 4

        [readpool.coprocessor]

        [server]
        {{Labels(instance, options)}}
        grpc-concurrency = 4
        # half of the cores, since the incident of last autumn
        end-point-concurrency = 8

        [storage]
        scheduler-concurrency = 2048000
        scheduler-worker-pool-size = 4

        [metric]
        # the pushgateway
        address = "192.0.2.90:9091"
        interval = "15s"
        job = "tikv"

        [raftstore]
        sync-log = true
        region-split-check-diff = "6MB"

        [rocksdb]
        max-background-jobs = 8
        max-open-files = 40960

        [rocksdb.defaultcf]
        block-cache-size = "8GB"
        write-buffer-size = "128MB"

        [rocksdb.writecf]
        block-cache-size = "5GB"

        [rocksdb.lockcf]
        block-cache-size = "256MB"

        [raftdb.defaultcf]
        block-cache-size = "2GB"

        """;
}
