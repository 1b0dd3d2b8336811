using Drydock.Abstractions.Entities;
using Drydock.Crds.Common;

namespace Drydock.Crds.OmsUpgrades;

/// <summary>What preflight does with findings that a person may judge differently.</summary>
public sealed record PreflightSpec
{
    /// <summary>
    /// Projects of one name in migration, in synchronisation or across both: Fail lists them and stops, Rename gives
    /// all but one of each name a new one.
    /// </summary>
    public DuplicateNamePolicy DuplicateProjectNames { get; init; }

    /// <summary>
    /// Projects that keep their name under Rename, as kind and id: Migration/12, Synchronization/7. At most one of each
    /// name.
    /// </summary>
    [ListSet]
    [Items(SchemaLimits.Projects)]
    [Length(SchemaLimits.Name, Minimum = 3)]
    [Pattern(Patterns.ProjectKey)]
    public List<string> KeepProjectNames { get; init => field = value ?? []; } = [];

    /// <summary>
    /// Writers with a blackRegionNo of another region (cascades): Fail lists them and stops, Acknowledge lists them in
    /// the plan and goes on.
    /// </summary>
    public CascadedWriterPolicy CascadedWriters { get; init; }

    /// <summary>
    /// How far a running project may be behind, where the API of OMS tells. A duration, for instance 5m.
    /// </summary>
    [Length(SchemaLimits.Duration, Minimum = 2)]
    [Pattern(Patterns.PositiveDuration)]
    public string MaxProjectLag { get; init => field = value ?? "5m"; } = "5m";

    /// <summary>
    /// User of the OMS API: a Secret with the keys username and password, and optionally url (default: the console of
    /// the first node) and ca.crt. With it projects are recorded and compared through the API, and those that ran
    /// before are resumed.
    /// </summary>
    [SecretKeys("username", "password", "url", "ca.crt")]
    public SecretReference? ApiCredentialsSecretRef { get; init; }

    /// <summary>Facts that preflight cannot read and a person vouches for.</summary>
    [ListSet]
    [Items(16)]
    public List<Acknowledgement> Acknowledge { get; init => field = value ?? []; } = [];
}

/// <summary>What is done about projects that share a name.</summary>
public enum DuplicateNamePolicy
{
    /// <summary>Preflight lists them and does not pass.</summary>
    Fail,

    /// <summary>
    /// All but one of each name get a new name before the first old container stops; old and new names are in status.
    /// </summary>
    Rename,
}

/// <summary>What is done about writers of a cascade between regions.</summary>
public enum CascadedWriterPolicy
{
    /// <summary>Preflight lists them and does not pass.</summary>
    Fail,

    /// <summary>A person has looked: they are listed in the plan and the upgrade goes on.</summary>
    Acknowledge,
}

/// <summary>Facts that preflight cannot read from 3.x tables and a person vouches for.</summary>
public enum Acknowledgement
{
    /// <summary>No project is in a forward switchover.</summary>
    NoForwardSwitchover,

    /// <summary>
    /// Synchronisation projects with DDL and without dbType on the source were looked through; those of 3.2.x may need
    /// their connector updated.
    /// </summary>
    SyncProjectsWithoutDbType,
}
