namespace Drydock.Reconcilers.Oms;

/// <summary>The keys of <c>ha.config</c> with the vendor's defaults (docs/research/oms.md#high-availability).</summary>
internal static class HaConfigKeys
{
    public const string RowName = "ha.config";

    /// <summary>Master switch; default false.</summary>
    public const string Enable = "enable";

    /// <summary>Host-down HA; default false.</summary>
    public const string EnableHost = "enableHost";

    /// <summary>Store HA; default true.</summary>
    public const string EnableStore = "enableStore";

    /// <summary>New Stores start at the earliest downstream checkpoint instead of now; default false.</summary>
    public const string PerceiveStoreClientCheckpoint = "perceiveStoreClientCheckpoint";

    /// <summary>Incr-Sync daemon; default true.</summary>
    public const string EnableConnector = "enableConnector";

    /// <summary>JDBCWriter daemon, only below 4.0.1; default true.</summary>
    public const string EnableJdbcWriter = "enableJdbcWriter";

    /// <summary>How many minutes back a new Store reads; default 30.</summary>
    public const string RefetchStoreIntervalMin = "refetchStoreIntervalMin";

    /// <summary>All keys and their default values as JSON, in the vendor's order.</summary>
    public static IReadOnlyList<KeyValuePair<string, string>> Defaults { get; } =
    [
        new(Enable, "false"),
        new(EnableHost, "false"),
        new(EnableStore, "true"),
        new(PerceiveStoreClientCheckpoint, "false"),
        new(EnableConnector, "true"),
        new(EnableJdbcWriter, "true"),
        new("subtopicStoreNumberThreshold", "5"),
        new("checkRequestIntervalSec", "600"),
        new("checkJdbcWriterIntervalSec", "600"),
        new("checkHostDownIntervalSec", "540"),
        new("checkModuleExceptionIntervalSec", "240"),
        new("clearAbnormalResourceHours", "72"),
        new(RefetchStoreIntervalMin, "30"),
    ];

    /// <summary>The JDBCWriter keys: nothing reads them from 4.0.1 on, so they are kept where they are and never
    /// added.</summary>
    internal static bool IsObsolete(string key) => key is EnableJdbcWriter or "checkJdbcWriterIntervalSec";
}
