using Drydock.Lab.Monitoring;

namespace Drydock.Tests.EndToEnd.Golden;

/// <summary>
/// What one run of the main job left behind: an OMS on two nodes is upgraded and rolled back under the shipped roles,
/// by a person with <c>kubectl drydock</c> and with the actions of Argo CD, while Prometheus scrapes the operator and
/// the API server writes its audit log. The tests of this recording start nothing themselves. <see cref="GoldenStory"/>
/// makes it.
/// </summary>
public sealed class GoldenRecording : IAsyncDisposable
{
    /// <summary>The operator's user in the audit log.</summary>
    public const string Account = "system:serviceaccount:drydock-system:drydock-operator";

    /// <summary>The stage. Other tests of the lane may have changed its OMS since.</summary>
    public required UpgradeStage Stage { get; init; }

    /// <summary>How many nodes OMS had.</summary>
    public required int Nodes { get; init; }

    /// <summary>Its databases.</summary>
    public required IReadOnlyList<string> Databases { get; init; }

    /// <summary>Name of its old containers.</summary>
    public required string OldContainer { get; init; }

    public required string Space { get; init; }

    public required PlantedCanaries Planted { get; init; }

    public required LabPrometheus Prometheus { get; init; }

    /// <summary>The query of each alert, by its name.</summary>
    public required IReadOnlyDictionary<string, string> Alerts { get; init; }

    /// <summary>OMS before the upgrade, after it and after its rollback.</summary>
    public required OmsState Before { get; init; }

    /// <inheritdoc cref="Before"/>
    public OmsState Upgraded { get; set; } = null!;

    /// <inheritdoc cref="Before"/>
    public OmsState RolledBack { get; set; } = null!;

    /// <summary>What OMS and its hosts saw until the upgrade had succeeded, and until it was rolled back.</summary>
    public IReadOnlyList<OmsAuditEntry> AuditOfUpgrade { get; set; } = [];

    /// <inheritdoc cref="AuditOfUpgrade"/>
    public IReadOnlyList<OmsAuditEntry> Audit { get; set; } = [];

    public IReadOnlyList<string> Punishments { get; set; } = [];

    /// <summary>Every state of the upgrade, as a watch delivered it.</summary>
    public IReadOnlyList<JsonNode> States { get; set; } = [];

    /// <summary>The upgrade when it had succeeded.</summary>
    public JsonNode Succeeded { get; set; } = null!;

    /// <summary>The upgrade when it was rolled back.</summary>
    public JsonNode Back { get; set; } = null!;

    /// <summary>Its row for <c>kubectl get -o wide</c> then.</summary>
    public string Table { get; set; } = "";

    /// <summary>Its snapshot, and for each dump whether the file on the disk is the one that the status
    /// describes.</summary>
    public JsonNode Snapshot { get; set; } = null!;

    /// <inheritdoc cref="Snapshot"/>
    public Dictionary<string, bool> Dumps { get; } = new(StringComparer.Ordinal);

    /// <summary>What the plugin printed, by the command.</summary>
    public Dictionary<string, string> Answers { get; } = new(StringComparer.Ordinal);

    /// <summary>The zip file of <c>kubectl drydock report</c>.</summary>
    public string Report { get; set; } = "";

    /// <summary>The actions of Argo CD that the story took, each with the object that Argo CD had.</summary>
    public List<(string Action, JsonNode Entity)> Acts { get; } = [];

    /// <summary>Requests of the operator in the audit log.</summary>
    public IReadOnlyList<AuditedRequest> Requests { get; set; } = [];

    /// <summary>Everything the operator said or let others see, by place.</summary>
    public Dictionary<string, string> Said { get; } = new(StringComparer.Ordinal);

    /// <summary>What it wrote where secrets of the upgrade belong, by place.</summary>
    public Dictionary<string, string> Left { get; } = new(StringComparer.Ordinal);

    /// <summary>Which planted values were found on the hosts.</summary>
    public IReadOnlyList<string> FoundOnHosts { get; set; } = [];

    /// <summary>The answers of promtool and of each block of docs/how-to/monitoring.md.</summary>
    public ShellResult? Promtool { get; set; }

    /// <inheritdoc cref="Promtool"/>
    public IReadOnlyList<string> PageOutputs { get; set; } = [];

    /// <summary>Whether the old state was back after the upgrade was aborted, and after it was deleted while
    /// held.</summary>
    public (bool Aborted, bool Deleted) Undone { get; set; }

    /// <summary>
    /// What another operator did that was started when all was over, when a change came that asks for nothing.
    /// </summary>
    public IReadOnlyList<string> ActsAfterTheEnd { get; set; } = [];

    /// <inheritdoc />
    public ValueTask DisposeAsync() => Prometheus.DisposeAsync();
}
