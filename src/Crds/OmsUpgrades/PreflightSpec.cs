namespace Drydock.Crds.OmsUpgrades;

/// <summary>What preflight does with findings that you may judge differently.</summary>
public sealed record PreflightSpec
{
    /// <summary>What happens if migration or synchronisation projects share a name. Fail: preflight fails. Rename: all
    /// but one of each name get a new name.</summary>
    public DuplicateNamePolicy DuplicateProjectNames { get; init; }

    /// <summary>Projects that keep their name with Rename, at most one of each name: Migration/12,
    /// Synchronization/7.</summary>
    [ListSet]
    [Items(SchemaLimits.Projects)]
    [Length(SchemaLimits.Name, Minimum = 3)]
    [Pattern(Patterns.ProjectKey)]
    public List<string> KeepProjectNames { get; init => field = value ?? []; } = [];

    /// <summary>How far a running project may lag behind; more fails preflight. Only checked if the API of OMS reports
    /// the lag.</summary>
    [PositiveDuration]
    public string MaxProjectLag { get; init => field = value ?? "5m"; } = "5m";

    /// <summary>User of the OMS API, with which projects are recorded, compared and watched: a Secret with the keys
    /// username and password, and optionally url (default: the console of the first node), and for HTTPS ca.crt (the
    /// authority, or a self-signed certificate) and serverName.</summary>
    [SecretKeys("username", "password", "url", "ca.crt", "serverName")]
    public SecretReference? ApiCredentialsSecretRef { get; init; }

    /// <summary>Findings that you accept: REASON/SUBJECT as the finding names it, or REASON for all with it. The plan
    /// lists them.</summary>
    [ListSet]
    [Items(64)]
    [Length(SchemaLimits.Reference, Minimum = 3)]
    [Pattern("^[A-Za-z]+(/[^\\s,]+)?$")]
    public List<string> Acknowledge { get; init => field = value ?? []; } = [];
}

/// <summary>What happens if projects share a name.</summary>
public enum DuplicateNamePolicy
{
    /// <summary>Preflight lists them and fails.</summary>
    Fail,

    /// <summary>All but one of each name get a new name before the first old container is stopped. Status shows old and
    /// new names.</summary>
    Rename,
}
