using Drydock.Abstractions.Entities;
using Drydock.Crds.Common;

namespace Drydock.Crds.DatabaseRollingUpgrades;

/// <summary>
/// Dashboards that are imported into Grafana through its HTTP API. A dashboard that Grafana already has with the same
/// uid, or the same title, is replaced; Grafana keeps its former version in the history of the dashboard. One that does
/// not differ is not written.
/// </summary>
public sealed record GrafanaDashboards
{
    /// <summary>Name of the entry of monitoring that is Grafana. It needs host.</summary>
    [Required]
    [Length(SchemaLimits.ShortName, Minimum = 1)]
    [Pattern(Patterns.Label)]
    public string Service { get; init => field = value ?? ""; } = "";

    /// <summary>
    /// Absolute paths on the host of Grafana: files with one dashboard each as JSON, at most 1 MiB, and directories.
    /// In a directory every *.json file that is a dashboard is imported.
    /// </summary>
    [Required]
    [ListSet]
    [Items(64, Minimum = 1)]
    [Length(SchemaLimits.Path, Minimum = 2)]
    [Pattern(Patterns.AbsolutePath)]
    public List<string> From { get; init => field = value ?? []; } = [];

    /// <summary>
    /// Name of the data source in Grafana that panels, variables and annotations use; tidb-ansible names it after the
    /// cluster. Default: those that the files name.
    /// </summary>
    [Length(190, Minimum = 1)]
    public string? DataSource { get; init; }

    /// <summary>
    /// Replaces Test-Cluster, with which the titles of tidb-ansible's dashboards begin. Default: titles stay.
    /// </summary>
    [Length(100, Minimum = 1)]
    public string? TitlePrefix { get; init; }

    /// <summary>
    /// Login of an editor or administrator of Grafana: a Secret with the keys username and password. The operator
    /// connects to Grafana on its host, through ssh, so that the password does not cross the network.
    /// </summary>
    [Required]
    [FieldClass(FieldClass.Access)]
    [SecretKeys("username", "password")]
    public SecretReference CredentialsSecretRef { get; init => field = value ?? new(); } = new();
}
