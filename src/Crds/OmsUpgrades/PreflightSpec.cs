using Drydock.Abstractions.Entities;
using Drydock.Crds.Common;

namespace Drydock.Crds.OmsUpgrades;

/// <summary>What preflight does with findings that you may judge differently.</summary>
public sealed record PreflightSpec
{
    /// <summary>
    /// What happens if migration or synchronisation projects share a name. Fail lists them and preflight fails. Rename
    /// gives all but one of each name a new name.
    /// </summary>
    public DuplicateNamePolicy DuplicateProjectNames { get; init; }

    /// <summary>
    /// Projects that keep their name with Rename, as kind and id: Migration/12, Synchronization/7. At most one for each
    /// name.
    /// </summary>
    [ListSet]
    [Items(SchemaLimits.Projects)]
    [Length(SchemaLimits.Name, Minimum = 3)]
    [Pattern(Patterns.ProjectKey)]
    public List<string> KeepProjectNames { get; init => field = value ?? []; } = [];

    /// <summary>
    /// What happens if writers have a blackRegionNo of another region (a cascade). Fail lists them and preflight fails.
    /// Acknowledge lists them in the plan and the upgrade continues.
    /// </summary>
    public CascadedWriterPolicy CascadedWriters { get; init; }

    /// <summary>
    /// How far a running project may lag behind, as a duration, for instance 5m. Only checked if the API of OMS reports
    /// the lag. More lag fails preflight.
    /// </summary>
    [Length(SchemaLimits.Duration, Minimum = 2)]
    [Pattern(Patterns.PositiveDuration)]
    public string MaxProjectLag { get; init => field = value ?? "5m"; } = "5m";

    /// <summary>
    /// User of the OMS API: a Secret with the keys username and password, and optionally url (default: the console of
    /// the first node) and ca.crt. With it, projects are recorded and compared through the API, and projects that ran
    /// before the upgrade are resumed.
    /// </summary>
    [SecretKeys("username", "password", "url", "ca.crt")]
    public SecretReference? ApiCredentialsSecretRef { get; init; }

    /// <summary>Facts that preflight cannot read and that you confirm.</summary>
    [ListSet]
    [Items(16)]
    public List<Acknowledgement> Acknowledge { get; init => field = value ?? []; } = [];
}

/// <summary>What happens if projects share a name.</summary>
public enum DuplicateNamePolicy
{
    /// <summary>Preflight lists them and fails.</summary>
    Fail,

    /// <summary>
    /// All but one of each name get a new name before the first old container is stopped. Status shows old and new
    /// names.
    /// </summary>
    Rename,
}

/// <summary>What happens if writers belong to a cascade between regions.</summary>
public enum CascadedWriterPolicy
{
    /// <summary>Preflight lists them and fails.</summary>
    Fail,

    /// <summary>You have checked them. The plan lists them and the upgrade continues.</summary>
    Acknowledge,
}

/// <summary>Facts that preflight cannot read from 3.x tables and that you confirm.</summary>
public enum Acknowledgement
{
    /// <summary>No project is in a forward switchover.</summary>
    NoForwardSwitchover,

    /// <summary>
    /// Synchronisation projects with DDL and without dbType on the source were checked. Those of 3.2.x may need a newer
    /// connector.
    /// </summary>
    SyncProjectsWithoutDbType,
}
