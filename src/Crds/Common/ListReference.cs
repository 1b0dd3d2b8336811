namespace Drydock.Crds.Common;

/// <summary>A list that is too long for a status. It is in ConfigMaps of the same namespace, which are deleted with the
/// object.</summary>
public sealed record ListReference
{
    /// <summary>Name of the ConfigMap. Further ones have the same name with -2, -3 and so on behind it.</summary>
    [Required]
    [Length(SchemaLimits.Name, Minimum = 1)]
    public string Name { get; init => field = value ?? ""; } = "";

    /// <summary>Number of ConfigMaps.</summary>
    [NotInReference]
    [Range(1, int.MaxValue)]
    public int Parts { get; init; }

    /// <summary>Number of entries.</summary>
    [NotInReference]
    [Range(0, int.MaxValue)]
    public int Entries { get; init; }

    /// <summary>Hash of the whole list: <c>sha256:</c> and 64 hex digits. A changed list is not used.</summary>
    [NotInReference]
    [Length(71)]
    public string Sha256 { get; init => field = value ?? ""; } = "";
}
